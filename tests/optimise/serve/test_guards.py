"""Log lines are JSON objects."""

from __future__ import annotations

import json
import logging
import sys

import pytest

pytest.importorskip("fastapi")

from optimise.serve.guards import JsonLines, Metrics


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


def test_two_services_have_their_own_figures() -> None:
    one, other = Metrics(), Metrics()
    one.jobs.labels("queued").set(3)
    assert other.registry.get_sample_value("wardwise_jobs", {"state": "queued"}) is None
