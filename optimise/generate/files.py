"""Made-up instances as files: what ``wardwise generate`` calls, by the names that kinds give (``Kind.generators``)."""

from __future__ import annotations

from pathlib import Path

from optimise.capacity.formats.capacity import write_capacity
from optimise.capacity.formats.region import write_region
from optimise.generate.capacity import capacity
from optimise.generate.hospitals import write_hospital
from optimise.generate.region import region
from optimise.generate.wards import ward
from optimise.roster.formats.native import write_ward

__all__ = ["capacity_file", "hospital_file", "region_files", "ward_file"]


def ward_file(output: Path, size: int | None, weeks: int | None, seed: int) -> list[Path]:
    """A ward of ``size`` people (30) over ``weeks`` (4)."""
    return [write_ward(ward(size or 30, weeks or 4, seed), output)]


def hospital_file(output: Path, size: int | None, weeks: int | None, seed: int) -> list[Path]:
    """A hospital of ``size`` patients (120) over ``weeks`` (2)."""
    return write_hospital(output, patients=size or 120, days=7 * (weeks or 2), seed=seed)


def capacity_file(output: Path, size: int | None, weeks: int | None, seed: int) -> list[Path]:
    """A two-stage capacity problem of ``size`` scenarios (50) over ``weeks`` (1)."""
    return write_capacity(capacity(size or 50, 7 * (weeks or 1), seed=seed), output)


def region_files(output: Path, size: int | None, weeks: int | None, seed: int) -> list[Path]:
    """A folder of trusts that share units, with ``size`` scenarios (50) over ``weeks`` (1)."""
    made, trusts = region(seed=seed, scenarios=size or 50, days=7 * (weeks or 1))
    supply = dict(zip(made.units, made.supply, strict=True))
    return write_region(output, made.name, supply, trusts)
