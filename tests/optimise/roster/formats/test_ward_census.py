"""The census and the standards of a ward document."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimise.core.errors import InputError
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_census import census, registered
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_leave import absences
from optimise.roster.formats.ward_standards import Standards

WARD = {
    "start": "2026-01-05",
    "weeks": 1,
    "shifts": [{"id": "E", "start": "07:00", "end": "15:00"}],
    "contracts": [{"id": "c", "weekly_hours": 37.5}],
    "staff": [{"id": "ann", "band": "6", "groups": ["Registered"]}, {"id": "ben", "band": "3"}],
    "leave": [{"staff": "ben", "first": "2026-01-09", "last": "2026-01-10", "kind": "study"}],
    "standards": {"published": "2025-11-20", "registered": {"bands": ["6"]}, "headroom": 0.22, "notice_days": 28},
    "census": [{"date": "2026-01-06", "occupied": 20}, {"date": "2026-01-20", "occupied": 9}],
}


@pytest.mark.parametrize("name", ["w.json", "w.yaml", "w.xlsx", "w"])
def test_both_survive_every_form(name: str, tmp_path: Path) -> None:
    if name == "w.xlsx":
        pytest.importorskip("openpyxl")
    ward = Ward.model_validate(WARD)
    assert Ward.load(ward.save(tmp_path / name)) == ward


def test_days_outside_the_plan_are_told() -> None:
    ward = Ward.model_validate(WARD)
    assert census(WardIndex(ward)) == {1: 20}
    assert ward.problem().meta["remarks"] == ("census[1] lies outside the plan and is left out.",)


def test_registered_nurses_are_named_or_known_by_their_group() -> None:
    assert registered(WardIndex(Ward.model_validate(WARD))) == {0}
    assert registered(WardIndex(Ward.model_validate({**WARD, "standards": {}}))) == {0}
    assert (
        registered(WardIndex(Ward.model_validate({**WARD, "standards": {}, "staff": [{"id": "ann"}, {"id": "ben"}]})))
        is None
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"census": [{"date": "2026-01-06", "occupied": 1}] * 2}, "is counted already by census"),
        ({"standards": {"registered": {"skills": ["nurse"]}}}, "no skill is called 'nurse'"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Ward.model_validate({**WARD, **change}).problem()


def test_a_range_of_leave_has_its_ends_in_order() -> None:
    with pytest.raises(ValueError, match=r"annual_leave_least 0.2 is above 0.17"):
        Standards(annual_leave_least=0.2)


def test_leave_is_known_by_kind_and_credit() -> None:
    found = absences(WardIndex(Ward.model_validate(WARD)))
    assert found.kinds == {(1, 4): "study", (1, 5): "study"}
    assert found.minutes == {(1, 4): 450, (1, 5): 0}
    assert (found.credits, found.begins) == (((1, 4, 450),), ((1, 4),))


def test_a_ward_with_a_census_is_known_as_a_ward(tmp_path: Path) -> None:
    from optimise.formats.base import detect

    for name in ("w.json", "w.yaml"):
        assert detect(Ward.model_validate(WARD).save(tmp_path / name)).name == "native"
