"""Search on hospital plans that runs on one core: construction, fix-and-optimise, exact nurses, explanation."""

from optimise.search.hospital.construct import construct
from optimise.search.hospital.explain import explain
from optimise.search.hospital.improve import exact_nurses, improve_hospital

__all__ = ["construct", "exact_nurses", "explain", "improve_hospital"]
