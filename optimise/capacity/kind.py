"""What the rest of Wardwise asks of two-stage capacity problems and of regions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, fields
from types import MappingProxyType
from typing import Any

from optimise.capacity.model.capacity import CapacityModel
from optimise.capacity.model.capacity_values import stochastic_values
from optimise.capacity.model.region import RegionModel
from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.capacity.region import RegionPlan, RegionProblem
from optimise.capacity.view import BedOpening, Share, openings, shares
from optimise.core.kinds import Board, Kind, Period, Table
from optimise.core.result import Bounds

__all__ = ["CapacityKind", "RegionKind"]


class CapacityKind(Kind[CapacityProblem, CapacityPlan]):
    """Beds to open before demand is known."""

    name = "capacity"
    title = "capacity"
    problem = CapacityProblem
    plan = CapacityPlan
    native = "capacity"
    report = "optimise.report.capacity:CapacityReport"
    generators: Mapping[str, str] = MappingProxyType({"capacity": "optimise.generate.files:capacity_file"})
    schemas: Mapping[str, str] = MappingProxyType(
        {
            "capacity": "optimise.formats:schema/capacity-1.json",
            "capacity-plan": "optimise.formats:schema/capacity-plan-1.json",
        }
    )
    pictured = True

    def size(self, problem: CapacityProblem) -> int:
        return int(problem.scenarios.count * problem.outlying.size * problem.rounds)

    def model(self, problem: CapacityProblem, **options: Any) -> CapacityModel:
        return CapacityModel(problem, **options)

    def preferred(self, problem: CapacityProblem, usable: Callable[[str], bool]) -> tuple[str, ...]:
        return next(((name,) for name in ("benders", "highs") if usable(name)), ())

    def figures(self, problem: CapacityProblem, bounds: Bounds, *, seconds: float, seed: int) -> dict[str, float]:
        """Value of the stochastic solution and of perfect information."""
        return dict(stochastic_values(problem, bounds, seconds=seconds, seed=seed))

    def period(self, problem: CapacityProblem) -> Period:
        return Period(problem.days, problem.scenarios.start.date())

    def measures(self, problem: CapacityProblem) -> dict[str, float]:
        return {"size": float(problem.scenarios.count)}

    def table(self, problem: CapacityProblem, plan: CapacityPlan) -> Table:
        """One row a ward and day."""
        return Table(tuple(f.name for f in fields(BedOpening)), tuple(astuple(row) for row in openings(problem, plan)))

    def board(self, problem: CapacityProblem, plan: CapacityPlan) -> Board:
        """One row a ward, beds open."""
        cells = tuple(tuple(int(n) for n in row) for row in plan.opened)
        return Board(("ward",), problem.wards.ids, tuple(range(problem.days)), cells)


class RegionKind(Kind[RegionProblem, RegionPlan]):
    """Trusts that share units."""

    name = "region"
    title = "region"
    problem = RegionProblem
    plan = RegionPlan
    native = "region"
    report = "optimise.report.capacity:RegionReport"
    generators: Mapping[str, str] = MappingProxyType({"region": "optimise.generate.files:region_files"})
    schemas: Mapping[str, str] = MappingProxyType(
        {"region": "optimise.formats:schema/region-1.json", "region-plan": "optimise.formats:schema/region-plan-1.json"}
    )
    pictured = True
    evaluated = "sum of what the trusts state, not evaluated here"  # each trust's costs are its own

    def size(self, problem: RegionProblem) -> int:
        return int(problem.supply.size * len(problem.trusts))

    def model(self, problem: RegionProblem, **options: Any) -> RegionModel:
        return RegionModel(problem, **options)

    def preferred(self, problem: RegionProblem, usable: Callable[[str], bool]) -> tuple[str, ...]:
        return next(((name,) for name in ("federated", "highs") if usable(name)), ())

    def period(self, problem: RegionProblem) -> Period:
        return Period(problem.supply.shape[1])

    def measures(self, problem: RegionProblem) -> dict[str, float]:
        return {"size": float(len(problem.trusts))}

    def table(self, problem: RegionProblem, plan: RegionPlan) -> Table:
        """One row a trust, unit and day."""
        return Table(tuple(f.name for f in fields(Share)), tuple(astuple(row) for row in shares(problem, plan)))

    def board(self, problem: RegionProblem, plan: RegionPlan) -> Board:
        """One row a trust and unit, beds used."""
        rows = tuple((t, u) for t in problem.trusts for u in problem.units)
        cells = tuple(tuple(int(n) for n in row) for trust in plan.use for row in trust)
        return Board(("trust", "unit"), rows, tuple(range(problem.supply.shape[1])), cells)
