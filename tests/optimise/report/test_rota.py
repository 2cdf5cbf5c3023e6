"""The page that one person takes home."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from optimise.report.rota import file_names, rota_page, write_rota
from optimise.roster.problem import Employee


def test_a_page_shows_every_day_with_times_and_what_was_refused(ward) -> None:
    pytest.importorskip("jinja2")
    problem, result = ward
    page = rota_page(problem, result.plan, 1)
    assert "<h1>Ben</h1>" in page
    assert "Ward &lt;7&gt; &amp; co, Mon 5 Jan 2026 to Sun 15 Feb 2026" in page
    assert page.count("07:00-15:00") == 13
    assert page.count("21:00-07:30") == 1
    assert page.count("<tr>") == 1 + 6
    assert "1 of 1 requests are met." in page
    assert "script" not in page
    assert "http" not in page


def test_files_have_names_that_a_disk_can_hold(ward) -> None:
    problem, _ = ward
    ids = ("a/b", "a b", "../x", "A-B", "...", "é ü")
    made = replace(problem, employees=tuple(map(Employee, ids)), rules=())
    names = file_names(made)
    assert names == ("a-b", "a-b-2", "x", "A-B-3", "person", "é-ü")


def test_page_and_calendar_are_written(ward, tmp_path: Path) -> None:
    pytest.importorskip("icalendar")
    problem, result = ward
    files = write_rota(problem, result.plan, 0, tmp_path / "x" / "rota-v1.2", datetime(2026, 1, 1, tzinfo=UTC))
    assert [f.name for f in files] == ["rota-v1.2.html", "rota-v1.2.ics"]
    assert files[1].read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
