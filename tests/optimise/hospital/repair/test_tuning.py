"""Numbers of repair reach it through the options of the searches, and nonsense is refused by name."""

from __future__ import annotations

import pytest

from optimise.core.errors import InputError
from optimise.generate import hospital
from optimise.hospital.repair import PatientReinsertion
from optimise.hospital.repair.tuning import RepairTuning
from optimise.methods.options import HospitalSearchOptions


def test_both_searches_take_them_by_name() -> None:
    made = HospitalSearchOptions.of({"tuning.repair.patience": 3, "room_tuning.repair.steps": 9})
    assert (made.tuning.repair.patience, made.room_tuning.repair.patience) == (3, RepairTuning().patience)
    assert made.room_tuning.repair.steps == 9
    assert PatientReinsertion(hospital(10, 7, 1), made.tuning.repair).tuning.patience == 3


@pytest.mark.parametrize(("name", "value"), [("sizes", []), ("sizes", [0]), ("prices", [-1.0]), ("patience", 0)])
def test_nonsense_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InputError, match=f"tuning.repair.{name}"):
        HospitalSearchOptions.of({f"tuning.repair.{name}": value})
