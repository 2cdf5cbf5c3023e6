"""What is wrong with a request, as an answer."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

pytest.importorskip("fastapi")

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError

from optimise.core.errors import InputError, InputErrors, UnsupportedError
from optimise.serve.refused import misfit, problem_of, refused


def test_each_fault_has_its_place_and_no_path_of_ours() -> None:
    first = InputError("nobody is called 'B'", file="/srv/jobs/1/input.xlsx", line=3, item="leave")
    second = InputError("should be a date", file="/srv/jobs/1/input.xlsx", line=7, item="requests")
    made = problem_of(InputErrors([first, second], more=4))
    assert [(f.item, f.line, f.message) for f in made.faults] == [
        ("leave", 3, "nobody is called 'B'"),
        ("requests", 7, "should be a date"),
    ]
    assert made.detail.startswith("6 faults")
    assert "and 4 more" in made.detail
    assert "input" not in made.detail


def test_a_document_that_was_sent_has_no_lines() -> None:
    made = problem_of(
        InputError("should be a clock time", file="/srv/jobs/1/input.json", line=1, item="shifts[0].start")
    )
    assert made.detail == "shifts[0].start: should be a clock time"
    assert [(f.item, f.line) for f in made.faults] == [("shifts[0].start", None)]


def test_other_errors_are_words_alone() -> None:
    made = problem_of(UnsupportedError("unknown method 'nope'"))
    assert (made.detail, made.faults[0].item) == ("unknown method 'nope'", None)


def refusal(*found: dict[str, Any], body: object = None) -> dict[str, Any]:
    answer = asyncio.run(misfit(Request({"type": "http"}), RequestValidationError(found, body=body)))
    made: dict[str, Any] = json.loads(bytes(answer.body))
    return made


def test_json_that_breaks_off_is_told_by_its_line() -> None:
    text = '{"document":\n {'
    fault = {"type": "json_invalid", "loc": ("body", 15), "msg": "JSON decode error", "ctx": {"error": "Expecting x"}}
    made = refusal(fault, body=text)
    assert made["faults"] == [{"message": "is not JSON: Expecting x", "item": "body", "line": 2}]


def test_a_document_that_is_sent_as_the_body_is_one_fault() -> None:
    extra = [{"type": "extra_forbidden", "loc": ("body", key), "msg": "no"} for key in ("staff", "days")]
    missing = {"type": "missing", "loc": ("body", "document"), "msg": "Field required"}
    made = refusal(*extra, missing)
    assert made["detail"] == "body.document: is missing: the document is sent under this key"
    assert [fault["item"] for fault in refusal(*extra)["faults"]] == ["body.staff", "body.days"]


def test_what_cannot_be_done_as_it_stands_has_the_same_form() -> None:
    answer = asyncio.run(refused(Request({"type": "http"}), HTTPException(409, "has ended")))
    assert (answer.status_code, json.loads(bytes(answer.body))) == (409, {"detail": "has ended", "faults": []})
