"""Repair of an earlier plan: keep all that fits, place anew what does not, then undo what need not have changed."""

from optimise.hospital.repair.moves import fewest_moves, moves_of, moves_told
from optimise.hospital.repair.reinsert import PatientReinsertion
from optimise.hospital.repair.relief import lacks_beds, left_out, relief
from optimise.hospital.repair.repair import Repaired, repair

__all__ = [
    "PatientReinsertion",
    "Repaired",
    "fewest_moves",
    "lacks_beds",
    "left_out",
    "moves_of",
    "moves_told",
    "relief",
    "repair",
]
