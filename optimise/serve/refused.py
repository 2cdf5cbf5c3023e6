"""What is wrong with a request, as an answer: words for people, and each fault with its place for a form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from optimise.core.errors import InputError, InputErrors, WardwiseError
from optimise.serve.bodies import Fault, Problem

__all__ = ["misfit", "problem_of", "refused", "told"]

#: Faults of a request that are told at most.
_MOST = 50
#: What pydantic says, in the words of the program.
_WORDS = {"extra_forbidden": "unknown key", "missing": "is missing", "dict_type": "a JSON object was expected"}
#: Where a document is sent.
_DOCUMENT = ("body", "document")


def problem_of(error: WardwiseError) -> Problem:
    """An error that the user can mend, without a path of this machine.

    Parameters
    ----------
    error : WardwiseError

    Returns
    -------
    Problem
        Every fault that the command would list too. A line is told where the sender has lines: in a workbook or YAML
        file, and not in a JSON document, which we laid out.
    """
    if isinstance(error, InputErrors):
        error = error.each(_placed)
        faults = [Fault(message=e.message, item=e.item, line=e.line) for e in error.errors]
    elif isinstance(error, InputError):
        error = _placed(error)
        faults = [Fault(message=error.message, item=error.item, line=error.line)]
    else:
        faults = [Fault(message=str(error), item=None, line=None)]
    return Problem(detail=str(error), faults=faults)


def _placed(error: InputError) -> InputError:
    """The same error without our name of what was sent."""
    laid_out = error.file is None or Path(error.file).suffix == ".json"
    return InputError(error.message, line=None if laid_out else error.line, item=error.item)


async def told(_: Request, error: Exception) -> JSONResponse:
    """Answer with what is wrong with a document or a plan; a handler of the application.

    Parameters
    ----------
    _ : Request
    error : Exception
        A :class:`WardwiseError`.

    Returns
    -------
    JSONResponse
    """
    assert isinstance(error, WardwiseError)
    return JSONResponse(problem_of(error).model_dump(), 422)


async def misfit(_: Request, error: Exception) -> JSONResponse:
    """Answer that a request is not as described; a handler of the application.

    Parameters
    ----------
    _ : Request
    error : Exception
        A :class:`RequestValidationError`.

    Returns
    -------
    JSONResponse
    """
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    missing = [fault for fault in found if fault["type"] == "missing"]
    strange = any(fault["type"] == "extra_forbidden" for fault in found)
    if strange and any(fault["loc"] == _DOCUMENT for fault in missing):
        found = missing  # the document itself was sent
    faults = [_misfit(fault, error.body) for fault in found[:_MOST]]
    detail = "\n".join(f"{fault.item}: {fault.message}" for fault in faults)
    return JSONResponse(Problem(detail=detail, faults=faults).model_dump(), 422)


def _misfit(fault: Mapping[str, Any], body: object) -> Fault:
    """One fault that the description of a request found, in the words of the program."""
    if fault["type"] == "json_invalid":
        line = body.count("\n", 0, int(fault["loc"][-1])) + 1 if isinstance(body, str) else None
        return Fault(message=f"is not JSON: {fault['ctx']['error']}", item="body", line=line)
    words = _WORDS.get(fault["type"], fault["msg"])
    if tuple(fault["loc"]) == ("body",) and fault["type"] in ("model_attributes_type", "model_type"):
        sent = isinstance(body, str | bytes)
        words = "is not JSON; send a JSON object as application/json" if sent else "a JSON object was expected"
    if fault["type"] == "missing" and fault["loc"] == _DOCUMENT:
        words = "is missing: the document is sent under this key"
    return Fault(message=words, item=".".join(map(str, fault["loc"])), line=None)


async def refused(_: Request, error: Exception) -> JSONResponse:
    """Answer a call that cannot be done as it stands; a handler of the application.

    Parameters
    ----------
    _ : Request
    error : Exception
        An :class:`HTTPException`.

    Returns
    -------
    JSONResponse
    """
    assert isinstance(error, HTTPException)
    return JSONResponse(
        Problem(detail=str(error.detail), faults=[]).model_dump(), error.status_code, headers=error.headers
    )
