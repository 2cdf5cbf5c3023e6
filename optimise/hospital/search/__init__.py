"""Search on hospital plans that runs on one core: construction, fix-and-optimise, exact nurses."""

from optimise.hospital.search.construct import construct
from optimise.hospital.search.improve import exact_nurses, improve_hospital

__all__ = ["construct", "exact_nurses", "improve_hospital"]
