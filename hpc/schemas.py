"""Published schemas of what Wardwise writes and reads back: ``python -m hpc.schemas`` writes them all anew."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

import optimise.formats
from hpc.benders.method import CutsFacts
from hpc.runtime.checkpoint import SearchFacts
from hpc.scaling.trace import TraceFile
from hpc.slurm.card import JobCard
from optimise.ask.answers import CoverFile, WhyFile
from optimise.capacity.formats.capacity_schema import CapacityPlanFile
from optimise.capacity.formats.region import RegionFile, RegionPlanFile
from optimise.core.atomic import write_text
from optimise.core.stored import CellFile, CheckFile, CheckpointFacts, ResultFile, published
from optimise.hospital.formats.hospital_schema import HospitalFile, PlanFile
from optimise.roster.certificate import CertificateFile
from optimise.roster.columns import ColumnFile
from optimise.roster.formats.plan_schema import RosterPlanFile

__all__ = ["FOLDER", "MODELS", "schemas"]

#: Where ``wardwise schema`` finds them.
FOLDER = Path(optimise.formats.__file__).parent / "schema"

#: Models by name and version.
MODELS: dict[str, type[BaseModel]] = {
    "result-1": ResultFile,
    "check-1": CheckFile,
    "cover-1": CoverFile,
    "why-1": WhyFile,
    "roster-plan-1": RosterPlanFile,
    "checkpoint-2": CheckpointFacts,
    "search-2": SearchFacts,
    "cuts-2": CutsFacts,
    "cell-2": CellFile,
    "job-1": JobCard,
    "columns-1": ColumnFile,
    "certificate-1": CertificateFile,
    "trace-2": TraceFile,
    "hospital-1": HospitalFile,
    "hospital-plan-1": PlanFile,
    "capacity-plan-1": CapacityPlanFile,
    "region-1": RegionFile,
    "region-plan-1": RegionPlanFile,
}


def schemas() -> dict[Path, str]:
    """Text by file."""
    return {FOLDER / f"{name}.json": published(model, name) for name, model in MODELS.items()}


if __name__ == "__main__":
    for path, text in schemas().items():
        print(write_text(path, text))
