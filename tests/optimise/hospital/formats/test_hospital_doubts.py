"""What looks wrong in the hospital's data is told beside the plan."""

from __future__ import annotations

from typing import Any

import pytest

from optimise.core.kinds import kind_of
from optimise.hospital.formats.hospital_document import HospitalData
from optimise.hospital.formats.hospital_doubts import doubts
from optimise.hospital.formats.hospital_tables import Hospital

ROOMS = [{"ward": "A", "room": "1", "beds": 2, "features": ["oxygen"]}]
BEDS = [
    {"ward": "A", "room": "1", "bed": "1"},
    {"ward": "A", "room": "1", "bed": "2", "status": "closed"},
]


def hospital(*people: dict[str, Any], **more: Any) -> dict[str, Any]:
    here = [{"ward": "A", "room": "1", "nights": 1, "sex": "F", **p} for p in people]
    return {"start": "2026-11-30", "days": 3, "rooms": ROOMS, "bed_state": here, **more}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (hospital({"patient": "P", "bed": "1"}, {"patient": "Q", "bed": "2"}), ""),
        (hospital({"patient": "P", "bed": "1"}, {"patient": "Q", "bed": "1"}), "P and Q are both said to lie in bed 1"),
        (hospital({"patient": "P", "bed": "7"}), "bed 7 of A/1, which has 2 beds"),
        (hospital({"patient": "P", "bed": "window"}), ""),
        (hospital({"patient": "P", "bed": "window"}, beds=BEDS), "bed window of A/1, which has 2 beds"),
        (hospital({"patient": "P", "bed": "2"}, beds=BEDS), "bed 2 of A/1, which is closed"),
        (hospital({"patient": "P", "sex": "W"}), "The sex of P is 'W'"),
        (hospital({"patient": "P", "sex": "male"}), ""),
        (hospital({"patient": "P"}, emergencies=[{"date": "2026-12-01", "count": 2}]), "2 of the emergencies"),
        (hospital({"patient": "P"}, emergencies=[{"date": "2026-12-01", "sex": "M"}]), ""),
        (
            hospital({"patient": "P", "needs": ["oxigen"]}),
            "No room has 'oxigen', which P needs; did you mean 'oxygen'?",
        ),
    ],
)
def test_a_doubt_is_told_once(document: dict[str, Any], told: str) -> None:
    found = doubts(HospitalData.model_validate(document))
    assert len(found) == (1 if told else 0)
    assert told in "".join(found)


def test_doubts_stand_beside_the_plan_and_change_no_digest() -> None:
    wrong = Hospital.model_validate(hospital({"patient": "P", "bed": "7"})).problem()
    right = Hospital.model_validate(hospital({"patient": "P"})).problem()
    assert wrong.digest() == right.digest()
    plan = wrong.empty_plan()
    assert kind_of(wrong).remarks(wrong, plan)[0].startswith("P is said to lie in bed 7")
