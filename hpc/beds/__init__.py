"""Column generation for bed plans with fixed stays."""

from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules.base import Engine
from optimise.hospital.rules.engines import refusal as _refusal

__all__ = ["refusal"]


def refusal(problem: HospitalProblem) -> str:
    """Which rules are known to column generation or to its own search of rooms only in part, in words; else empty."""
    return _refusal(problem, Engine.COLUMNS) or _refusal(problem, Engine.ROOMS)
