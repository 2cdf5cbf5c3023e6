"""Prices of the rules that a hospital file does not mention."""

from __future__ import annotations

__all__ = ["DEFAULT_RULES", "WISH_RULES"]

#: Price of one unit, or "hard", of each rule that a file does not mention. Rules of room wishes apply where some
#: patient has such a wish.
DEFAULT_RULES: dict[str, float | str] = {
    "RoomCapacity": "hard",
    "BedConflict": "hard",
    "RoomGenderMix": "hard",
    "RoomIsolation": "hard",
    "PatientRoomCompatibility": "hard",
    "MandatoryUnscheduledPatients": "hard",
    "AdmissionDay": "hard",
    "SurgeonOvertime": "hard",
    "OperatingTheaterOvertime": "hard",
    "NursePresence": "hard",
    "UncoveredRoom": "hard",
    "Transfer": "hard",
    "RoomGenderPolicy": "hard",
    "RequiredFeature": "hard",
    "AgeLimit": "hard",
    "RoomAgeMix": 1,
    "RoomSkillLevel": 1,
    "ContinuityOfCare": 1,
    "ExcessiveNurseWorkload": 1,
    "OpenOperatingTheater": 10,
    "SurgeonTransfer": 5,
    "PatientDelay": 10,
    "ElectiveUnscheduledPatients": 300,
    "Outlying": 5,
    "WishedFeature": 2,
    "RoomSize": 1,
    "UnsuitableDay": 20,
}
#: Rules of room and admission wishes.
WISH_RULES = (
    "RoomGenderPolicy",
    "RequiredFeature",
    "AgeLimit",
    "Outlying",
    "WishedFeature",
    "RoomSize",
    "UnsuitableDay",
)
