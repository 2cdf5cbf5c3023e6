"""Log lines are JSON objects."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from optimise.core.errors import WardwiseError
from optimise.serve.folder import JobFolder
from optimise.serve.guards import JsonLines, Metrics, _length


def test_a_log_line_is_one_object_with_its_error() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "job %s\nfailed", ("7",), sys.exc_info())
    text = JsonLines().format(record)
    assert "\n" not in text
    made = json.loads(text)
    assert (made["message"], made["level"]) == ("job 7\nfailed", "ERROR")
    assert "ValueError: no" in made["error"]
    assert dt.datetime.fromisoformat(made["at"]).utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize(("said", "larger"), [("7", False), ("9" * 5000, True), ("-5", False), ("", False)])
def test_a_length_is_what_it_says_however_long(said: str, larger: bool) -> None:
    assert (_length({"headers": [(b"content-length", said.encode())]}) > 2**30) == larger


def test_a_document_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(WardwiseError, match="the document of this job is gone"):
        _ = JobFolder(tmp_path, "0" * 32).document


def test_two_services_have_their_own_figures() -> None:
    one, other = Metrics(), Metrics()
    one.jobs.labels("queued").set(3)
    assert other.registry.get_sample_value("wardwise_jobs", {"state": "queued"}) is None
