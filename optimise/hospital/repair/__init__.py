"""Repair of an earlier plan: keep all that fits, place anew what does not, then undo what need not have changed."""

from optimise.hospital.repair.reinsert import Reinsertion
from optimise.hospital.repair.repair import Repaired, repair

__all__ = ["Reinsertion", "Repaired", "repair"]
