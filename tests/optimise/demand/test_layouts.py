"""Files that can be read in two ways are refused, with the option that says which is meant."""

from __future__ import annotations

import pytest

from optimise.core.errors import InputError
from optimise.demand.layouts import Columns
from optimise.demand.reading import read_demand

TRUST = "code,date,total\n" + "".join(f"{c},2026-01-{d:02d},{60 + d}\n" for d in range(1, 8) for c in ("A", "B"))


def write(tmp_path, text):
    file = tmp_path / "data.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TRUST, "--count COLUMN"),  # text beside numbers: each row once counted as one arrival
        ("date,age\n" + "2026-01-01,30\n" * 3, "occurs twice"),  # numbers only, but dates repeat
        ("date,arrivals,admissions\n2026-01-01,30,9\n", "arrivals, admissions could all"),
        ("date,early,late,total\n2026-01-01,3,4,7\n2026-01-02,1,4,5\n", "--count total"),
        ("date,code,count\n2026-01-01,A,3\n2026-01-01,B,4\n", "--group COLUMN"),
        ("start,ward,score\n2026-01-01 10:00,A,3\n2026-01-01 11:00,B,4\n", "--each-row"),
    ],
)
def test_files_that_can_be_read_in_two_ways_are_refused(tmp_path, text, said):
    with pytest.raises(InputError) as caught:
        read_demand(write(tmp_path, text), period="day")
    assert said in str(caught.value)


def test_what_was_ambiguous_can_be_said(tmp_path):
    file = write(tmp_path, TRUST)
    counts = read_demand(file, period="day", columns=Columns(count="total", group="code"))
    assert counts.counts[:, 0].tolist() == [60 + d for d in range(1, 8)]
    rows = read_demand(file, period="day", columns=Columns(each_row=True))
    assert rows.counts[1:-1, 0].tolist() == [2] * 5
    with pytest.raises(InputError, match="--each-row"):
        read_demand(file, period="day", columns=Columns(each_row=True, count="total"))


def test_times_with_minutes_or_departures_are_arrivals(tmp_path):
    for text in (
        "time,age,sex\n2026-01-01 10:07,30,F\n2026-01-01 11:00,31,M\n",
        "arrival,departure,age\n2026-01-01,2026-01-02,30\n2026-01-01,,31\n",
    ):
        assert read_demand(write(tmp_path, text), period="day").counts.sum() == 2
