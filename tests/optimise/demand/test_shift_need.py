"""The table of needs by hour, its mistakes, and the ward that designed shifts become."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.demand.shift_design import ShiftChoice, Work
from optimise.demand.shift_need import DAYS, read_need, ward_of_shifts
from optimise.roster.formats.ward import Ward


def week(folder: Path, *, head: str = "weekday,hour,people", change: dict[int, str] | None = None) -> Path:
    lines = [head, *(f"{day},{hour:02d}:00,{hour % 3}" for day in DAYS for hour in range(24))]
    for line, text in (change or {}).items():
        lines[line - 1] = text
    file = folder / "need.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_a_week_by_weekday_and_hour(tmp_path: Path) -> None:
    need = read_need(week(tmp_path), None, {}, step=30)
    assert need.shape == (7, 48)
    assert (need == np.repeat(np.arange(24) % 3, 2)).all()


def test_patients_become_people_and_someone_is_always_there(tmp_path: Path) -> None:
    need = read_need(week(tmp_path, change={2: "Mon,0,9"}), "people", {}, per_person=4, least=1, step=60)
    assert need[0, 0] == 3
    assert (need.ravel()[1:] == 1).all()


def test_a_forecast_gives_the_most_of_each_weekday_and_hour(tmp_path: Path) -> None:
    begin = datetime(2026, 1, 5)
    rows = [f"{begin + timedelta(hours=h):%Y-%m-%d %H:%M},A,occupancy,{h // 168}" for h in range(2 * 168)]
    rows += [f"{begin + timedelta(hours=h):%Y-%m-%d %H:%M},B,occupancy,9" for h in range(168)]
    file = tmp_path / "forecast.csv"
    file.write_text("\n".join(["time,group,what,q80", *rows]), encoding="utf-8")
    assert (read_need(file, "q80", {"group": "A"}, step=60) == 1).all()
    with pytest.raises(InputError, match="--where"):
        read_need(file, "q80", {}, step=60)


@pytest.mark.parametrize(
    ("change", "line", "word"),
    [
        ({5: "Mon,03:00,-1"}, 5, "people '-1'"),
        ({5: "Mon,03:00,many"}, 5, "people 'many'"),
        ({5: "Mo,03:00,1"}, 5, "weekday 'Mo'"),
        ({5: "Mon,24,1"}, 5, "hour '24'"),
        ({5: "Mon,03:00"}, 5, "has 2 values"),
        ({5: "Mon,02:00,1"}, 5, "comes in line 4"),
        ({5: ""}, None, "no row for Mon 03:00"),
        ({1: "weekday,time of day,people"}, 1, "no column 'hour'"),
    ],
)
def test_mistakes_are_told_with_line_and_value(
    tmp_path: Path, change: dict[int, str], line: int | None, word: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_need(week(tmp_path, change=change), None, {})
    assert word in str(caught.value)
    assert caught.value.line == line


def test_shifts_become_a_ward_that_holds_together() -> None:
    shifts = (
        ShiftChoice(420, 480, (2, 2, 2, 2, 2, 1, 1)),
        ShiftChoice(840, 480, (2,) * 7),
        ShiftChoice(1200, 720, (1,) * 7),
        ShiftChoice(1260, 690, (0, 0, 0, 0, 0, 1, 1)),
    )
    made = Ward.model_validate(ward_of_shifts(shifts, Work(), date(2026, 1, 5), 37.5))
    assert [(s.id, s.start, s.end, s.break_minutes) for s in made.shifts] == [
        ("E", "07:00", "15:00", 30),
        ("L", "14:00", "22:00", 30),
        ("N20", "20:00", "08:00", 30),
        ("N21", "21:00", "08:30", 30),
    ]
    assert len(made.staff) == 8  # 284.5 h a week
    assert made.problem().shape == (8, 28, 5)
