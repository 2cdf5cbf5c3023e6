"""Wardwise: staff rosters and bed plans with proven bounds.

The public names below are loaded on first use, so that ``import optimise`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: Public name -> module that defines it.
_PUBLIC = {
    "Bounds": "optimise.result",
    "Evaluation": "optimise.result",
    "HospitalPlan": "optimise.domain.hospital",
    "HospitalProblem": "optimise.domain.hospital",
    "InputError": "optimise.errors",
    "Limits": "optimise.method",
    "Progress": "optimise.method",
    "Result": "optimise.result",
    "Roster": "optimise.domain.roster",
    "RosterProblem": "optimise.domain.roster",
    "Stop": "optimise.result",
    "WardwiseError": "optimise.errors",
    "available_methods": "optimise.method",
    "frames": "optimise.frames",
    "read": "optimise.io.base",
    "read_plan": "optimise.io.base",
    "read_result": "optimise.resultfile",
    "solve": "optimise.driver",
    "write_plan": "optimise.io.base",
    "write_result": "optimise.resultfile",
}

__all__ = [
    "Bounds",
    "Evaluation",
    "HospitalPlan",
    "HospitalProblem",
    "InputError",
    "Limits",
    "Progress",
    "Result",
    "Roster",
    "RosterProblem",
    "Stop",
    "WardwiseError",
    "__version__",
    "available_methods",
    "evaluate",
    "frames",
    "read",
    "read_plan",
    "read_result",
    "solve",
    "write_plan",
    "write_result",
]

if TYPE_CHECKING:
    import optimise.frames as frames
    from optimise.domain.hospital import HospitalPlan, HospitalProblem
    from optimise.domain.roster import Roster, RosterProblem
    from optimise.driver import solve
    from optimise.errors import InputError, WardwiseError
    from optimise.io.base import read, read_plan, write_plan
    from optimise.method import Limits, Progress, available_methods
    from optimise.problem import Problem
    from optimise.result import Bounds, Evaluation, Plan, Result, Stop
    from optimise.resultfile import read_result, write_result


def evaluate(problem: Problem, plan: Plan) -> Evaluation:
    """Exact cost by rule and violations of a plan, recomputed from the plan alone."""
    return problem.evaluate(plan)


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
