"""What is wrong with a request, as an answer."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi")

from optimise.core.errors import InputError, InputErrors, UnsupportedError
from optimise.serve.refused import problem_of


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
