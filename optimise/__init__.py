"""Wardwise: staff rosters and bed plans with proven bounds.

The public names below are loaded on first use, so that ``import optimise`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from optimise.core.version import __version__

#: Public name -> module that defines it.
_PUBLIC = {
    "Bounds": "optimise.core.result",
    "Cancelled": "optimise.jobs",
    "Evaluation": "optimise.core.result",
    "Hospital": "optimise.hospital.formats.hospital_tables",
    "HospitalPlan": "optimise.hospital.problem",
    "HospitalProblem": "optimise.hospital.problem",
    "InputError": "optimise.core.errors",
    "InputErrors": "optimise.core.errors",
    "Job": "optimise.jobs",
    "Limits": "optimise.core.method",
    "MissingExtraError": "optimise.core.errors",
    "Progress": "optimise.core.method",
    "Result": "optimise.core.result",
    "Roster": "optimise.roster.problem",
    "RosterProblem": "optimise.roster.problem",
    "StillRunning": "optimise.jobs",
    "Stop": "optimise.core.result",
    "UnsupportedError": "optimise.core.errors",
    "Ward": "optimise.roster.formats.ward",
    "WardwiseError": "optimise.core.errors",
    "available_methods": "optimise.core.method",
    "evaluate": "optimise.core.problem",
    "frames": "optimise.frames",
    "read": "optimise.formats.base",
    "read_capacity": "optimise.readers",
    "read_hospital": "optimise.readers",
    "read_plan": "optimise.formats.base",
    "read_result": "optimise.runs.resultfile",
    "read_ward": "optimise.readers",
    "replan": "optimise.replan",
    "solve": "optimise.driver",
    "submit": "optimise.jobs",
    "write_plan": "optimise.formats.base",
    "write_result": "optimise.runs.resultfile",
}

__all__ = [
    "Bounds",
    "Cancelled",
    "Evaluation",
    "Hospital",
    "HospitalPlan",
    "HospitalProblem",
    "InputError",
    "InputErrors",
    "Job",
    "Limits",
    "MissingExtraError",
    "Progress",
    "Result",
    "Roster",
    "RosterProblem",
    "StillRunning",
    "Stop",
    "UnsupportedError",
    "Ward",
    "WardwiseError",
    "__version__",
    "available_methods",
    "evaluate",
    "frames",
    "read",
    "read_capacity",
    "read_hospital",
    "read_plan",
    "read_result",
    "read_ward",
    "replan",
    "solve",
    "submit",
    "write_plan",
    "write_result",
]

if TYPE_CHECKING:
    import optimise.frames as frames
    import optimise.replan as replan
    from optimise.core.errors import InputError, InputErrors, MissingExtraError, UnsupportedError, WardwiseError
    from optimise.core.method import Limits, Progress, available_methods
    from optimise.core.problem import evaluate
    from optimise.core.result import Bounds, Evaluation, Result, Stop
    from optimise.driver import solve
    from optimise.formats.base import read, read_plan, write_plan
    from optimise.hospital.formats.hospital_tables import Hospital
    from optimise.hospital.problem import HospitalPlan, HospitalProblem
    from optimise.jobs import Cancelled, Job, StillRunning, submit
    from optimise.readers import read_capacity, read_hospital, read_ward
    from optimise.roster.formats.ward import Ward
    from optimise.roster.problem import Roster, RosterProblem
    from optimise.runs.resultfile import read_result, write_result


def __getattr__(name: str) -> Any:
    module = _PUBLIC.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    loaded = importlib.import_module(module)
    value = loaded if module == f"{__name__}.{name}" else getattr(loaded, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
