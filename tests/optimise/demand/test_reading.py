"""Demand from CSV: three layouts, and every slip with its row."""

from __future__ import annotations

import contextlib
import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from optimise.demand.reading import Columns, read_demand

DISCHARGES, SPECIALTY = Columns("date", "nhs_trust22_code", "discharged_total"), Columns(group="specialty")
DAILY = "date,group,count\n" + "".join(f"2026-01-{d:02d},{g},{d}\n" for d in range(1, 8) for g in ("a", "b"))


def write(tmp_path, text):
    file = tmp_path / "data.csv"
    file.write_text(text, encoding="utf-8")
    return file


def told(tmp_path, text, **options):
    with pytest.raises(InputError) as caught:
        read_demand(write(tmp_path, text), **({"period": "day"} | options))
    return caught.value


def test_counts_by_group(tmp_path):
    made = read_demand(write(tmp_path, DAILY), period="day")
    assert made.groups == ("a", "b")
    assert made.counts[:, 0].tolist() == list(range(1, 8))
    assert made.start == datetime.datetime(2026, 1, 1)
    assert made.observed.all()


def test_one_column_a_group(tmp_path):
    text = "time,medicine,surgery\n2026-01-01 00:00,3,1\n2026-01-01 01:00,2,0\n"
    made = read_demand(write(tmp_path, text), period="hour")
    assert made.groups == ("medicine", "surgery")
    assert made.counts.tolist() == [[3, 1], [2, 0]]


def test_one_row_an_arrival_with_stays(tmp_path):
    text = (
        "arrival_datetime,departure_datetime,specialty\n"
        "2026-01-05 00:10,2026-01-05 03:50,m\n2026-01-05 02:00,,m\n2026-01-05 02:30,2026-01-05 02:40,s\n"
    )
    made = read_demand(write(tmp_path, text), period="hour", columns=Columns(group="specialty"))
    assert made.counts.tolist() == [[1, 0], [0, 0], [1, 1], [0, 0]]
    assert made.stays.occupancy(2).tolist() == [[1, 0], [1, 0], [2, 1], [1, 0]]
    assert [list(x) for x in made.stays.present(2)] == [[2], []]


def test_date_and_hour_columns(tmp_path):
    made = read_demand(write(tmp_path, "date,hour,arrivals\n2026-01-01,0,5\n2026-01-01,1,6\n"), period="hour")
    assert made.counts[:, 0].tolist() == [5, 6]
    assert made.groups == ("all",)


def test_days_are_sums_of_complete_hours(tmp_path):
    rows = "".join(f"2026-01-0{1 + h // 24} {h % 24:02d}:00,1\n" for h in range(20, 80) if h != 50)
    made = read_demand(write(tmp_path, "time,count\n" + rows), period="day", gaps="missing")
    assert made.start == datetime.datetime(2026, 1, 2)
    assert made.counts[:, 0].tolist() == [24, 0]
    assert made.observed[:, 0].tolist() == [True, False]


def test_dates_as_the_british_write_them(tmp_path):
    made = read_demand(write(tmp_path, "date;count\n30/01/2026;1\n31/01/2026;2\n01/02/2026;3\n"), period="day")
    assert made.start == datetime.datetime(2026, 1, 30)
    assert made.counts[:, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("2026-01-03,a,3\n", "", 7, "no row for 2026-01-03"),
        ("2026-01-03,a,3\n", "2026-01-03,a,3\n2026-01-03,a,3\n", 7, "occurs twice"),
        ("2026-01-03,a,3", "2026-01-03,a,-3", 6, "cannot be -3"),
        ("2026-01-03,a,3", "2026-01-03,a,three", 6, "whole number"),
        ("2026-01-03,a,3", "2026-01-03,a,2.5", 6, "whole number"),
        ("2026-01-03,a,3", "2026-01-03,a,nan", 6, "cannot be nan"),
        ("2026-01-03,a,3", "2026-01-33,a,3", 6, "expected a time"),
        ("2026-01-03,a,3", "2026-01-03,,3", 6, "group is empty"),
        ("2026-01-03,a,3", "2026-01-03,a", 6, "2 fields, expected 3"),
        ("2026-01-03,a,3", "2926-01-03,a,3", 6, "must be a slip"),
    ],
)
def test_slips_are_told_with_their_row(tmp_path, old, new, line, words):
    error = told(tmp_path, DAILY.replace(old, new))
    assert words in str(error)
    assert error.line == line or words == "must be a slip"
    assert "data.csv" in str(error)


def test_an_unknown_group_is_told(tmp_path):
    error = told(tmp_path, DAILY, groups=("a",))
    assert (error.line, error.item) == (3, "group 'b'")


def test_times_with_and_without_offset_do_not_mix(tmp_path):
    text = "time,count\n2026-01-01T00:00,1\n2026-01-01T01:00+00:00,1\n"
    error = told(tmp_path, text, period="hour")
    assert error.line == 3
    assert "has an offset" in str(error)


def test_different_offsets_need_a_zone(tmp_path):
    text = "time,count\n2026-03-28T23:00+00:00,1\n2026-03-29T00:00+00:00,2\n2026-03-29T02:00+01:00,3\n"
    assert told(tmp_path, text, period="hour").line == 4
    made = read_demand(write(tmp_path, text), period="hour", zone="Europe/London")
    assert made.counts[:, 0].tolist() == [1, 2, 0, 3]
    assert made.observed[:, 0].tolist() == [True, True, False, True]  # 01:00 does not exist


def test_an_hour_that_no_clock_shows_is_told(tmp_path):
    text = "time,count\n2026-03-29 00:00,1\n2026-03-29 01:00,2\n"
    error = told(tmp_path, text, period="hour", zone="Europe/London")
    assert error.line == 3
    assert "does not exist" in str(error)


def test_the_hour_that_comes_twice_may_have_two_rows(tmp_path):
    text = "time,count\n2025-10-26 00:00,1\n2025-10-26 01:00,2\n2025-10-26 01:00,3\n2025-10-26 02:00,4\n"
    made = read_demand(write(tmp_path, text), period="hour", zone="Europe/London")
    assert made.counts[:, 0].tolist() == [1, 5, 4]
    assert made.exposure.tolist() == [1, 2, 1]
    assert told(tmp_path, text, period="hour").line == 4


def test_dates_have_no_hours(tmp_path):
    assert "--by day" in str(told(tmp_path, DAILY, period="hour"))


def test_a_missed_return_is_no_quiet_day(tmp_path):
    text = "date,count\n" + "".join(f"2026-01-{d:02d},{0 if d == 9 else 60}\n" for d in range(1, 29))
    made = read_demand(write(tmp_path, text), period="day")
    assert np.flatnonzero(~made.observed[:, 0]).tolist() == [8]
    assert "2026-01-09" in made.notes[0]


def test_leaving_before_arriving_is_told(tmp_path):
    text = "arrival,departure\n2026-01-01 10:00,2026-01-01 09:00\n"
    assert told(tmp_path, text, period="hour").line == 2


def test_until_cuts_data_and_leaves_patients_in_bed(tmp_path):
    text = "arrival,departure\n2026-01-01 01:00,2026-01-03 01:00\n2026-01-02 05:00,2026-01-02 09:00\n"
    made = read_demand(write(tmp_path, text), period="hour", until=datetime.datetime(2026, 1, 2))
    assert made.length == 23
    assert list(made.stays.present(1)[0]) == [23]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "time,count\n", 'time,count\n"2026-01-01,1\n', "time,time\n1,1\n"])
def test_files_that_are_no_data(tmp_path, text):
    told(tmp_path, text)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_never_escapes_as_another_error(tmp_path_factory, data):
    text = list(DAILY)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.sampled_from([",", "\n", "-", "9", "x", "", '"', "/", " ", "é", "\r", ".", "+01:00"]))
    file = tmp_path_factory.mktemp("damage") / "data.csv"
    file.write_text("".join(text), encoding="utf-8")
    with contextlib.suppress(InputError):
        made = read_demand(file, period="day", zone=data.draw(st.sampled_from([None, "Europe/London"])))
        assert made.counts.min() >= 0


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("uihc_ed_hourly_arrivals.csv", {"period": "hour"}),
        (
            "england_trust_daily_discharges_5trusts.csv",
            {"columns": Columns("date", "nhs_trust22_code", "discharged_total")},
        ),
        (
            "uclh_synthetic_inpatient_arrivals.csv",
            {"period": "hour", "columns": Columns(group="specialty"), "blank": "?"},
        ),
    ],
)
def test_real_files_are_read(benchmarks, name, options):
    made = read_demand(benchmarks / "demand" / name, **({"period": "day"} | options))
    assert made.length > 400
    if name.startswith("england"):
        missed = datetime.datetime(2022, 6, 19)
        day = (missed - made.start).days
        assert not made.observed[day, made.groups.index("RYR")]


def test_a_census_of_a_day_is_that_of_midnight(tmp_path):
    text = "time,occupied\n" + "".join(
        f"2026-03-{d} {h:02d}:00,{100 + h}\n" for d in (28, 29, 30) for h in range(24) if (d, h) != (29, 1)
    )
    options = {"period": "day", "series": "occupancy", "zone": "Europe/London"}
    made = read_demand(write(tmp_path, text), **options)
    assert made.counts[:, 0].tolist() == [100, 100, 100]
    assert made.exposure.tolist() == [1, 1, 1]
    assert "not a census of 0" in str(told(tmp_path, text, **options, gaps="zero"))
    assert "rows of single patients" in str(told(tmp_path, "time\n2026-01-01 10:07\n", series="occupancy"))
