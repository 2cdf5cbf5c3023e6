"""What is wrong with a request, as an answer: words for people, and each fault with its place for a form."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from optimise.core.errors import InputError, InputErrors, WardwiseError
from optimise.serve.bodies import Fault, Problem

__all__ = ["misfit", "problem_of", "told"]

#: Faults of a request that are told at most.
_MOST = 50


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
    faults = [Fault(message=f["msg"], item=".".join(map(str, f["loc"])), line=None) for f in error.errors()[:_MOST]]
    detail = "\n".join(f"{fault.item}: {fault.message}" for fault in faults)
    return JSONResponse(Problem(detail=detail, faults=faults).model_dump(), 422)
