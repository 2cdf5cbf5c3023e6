r"""Two-stage bed capacity as one mixed-integer linear model, or one scenario of it.

With first stage :math:`x` = (``open``, ``lent``, ``bank``, ``accept``) and recourse :math:`y^s` = (``place``,
``serve``, ``lack``, ``move``, ``cancel``) of scenario :math:`s`

.. math::
    \min\; c^\top x + (1-\lambda) \sum_s p_s q^\top y^s
        + \lambda \Bigl(\eta + \tfrac{1}{1-\alpha} \sum_s p_s \nu_s\Bigr)

over whole numbers :math:`x` and :math:`y^s, \nu_s \ge 0`, subject to

* ``staff`` (day): own wards' open beds :math:`\le` staffed beds + beds of booked bank shifts;
* ``lending`` (ward, day): lent :math:`\le` open;
* ``share`` (unit, day): beds drawn from a shared unit less beds lent to it :math:`\le` the trust's share;
* ``demand`` (scenario, specialty, placement): beds placed in + electives without a bed (``lack``) + beds freed by
  cancellations :math:`\ge` beds that serve the scenario's need (``serve``) + beds for accepted electives;
* ``beds`` (scenario, ward, placement): placed in the ward :math:`\le` open - lent;
* ``stay`` (scenario, specialty, ward, placement): placed + moved :math:`\ge` those placed before who are still there;
* ``called_off`` (scenario, specialty, day): cancelled :math:`\le` accepted;
* ``tail`` (scenario): :math:`\nu_s + \eta \ge q^\top y^s`, when :math:`\lambda > 0` (Rockafellar, Uryasev 2000).

Every first stage has recourse (boarding is unlimited). ``place`` holds beds of a ward that a specialty uses for one
placement (some periods); needs follow the periods: with :math:`v` beds a specialty has
:math:`\sum_t \max(0, n_t - v)` patients boarding over the periods :math:`t` of the placement. That is convex and
piecewise linear in :math:`v` with breaks at the sorted needs, so ``serve`` has one column between each two of them, and
one row for each placement does instead of one for each period.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.solvers.linear import Arrays, LinearModel

__all__ = ["CapacityModel", "FirstStage", "Split", "extend", "split", "waiting", "widths"]

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


def _keys(*axes: Sequence[object], first: tuple[object, ...] = ()) -> Callable[[], list[Any]]:
    """Keys of a full product of axes, made when they are asked for."""

    def made() -> list[Any]:
        out: list[tuple[Any, ...]] = [first]
        for axis in axes:
            out = [(*head, each) for head in out for each in axis]
        return [key if len(key) > 1 else key[0] for key in out]

    return made


class FirstStage:
    """Columns and rows of the first stage in a model.

    Attributes
    ----------
    opened, lent, bank, accepted : int64 arrays of column ids, shapes as in the plan; -1 where there is none
    share : dict of str to int64 array (days,)
        Rows of each shared unit.
    """

    def __init__(self, problem: CapacityProblem, model: LinearModel, *, shared: bool = True) -> None:
        self.problem = problem
        wards, staff, asked = problem.wards, problem.staffing, problem.electives
        days, names, groups = range(problem.days), wards.ids, problem.specialties
        shape = wards.minimum.shape
        cost = np.repeat(wards.price[:, None], problem.days, axis=1)
        self.opened = model.add_columns(
            "open",
            wards.minimum.size,
            lower=wards.minimum.ravel(),
            upper=wards.maximum.ravel(),
            cost=cost.ravel(),
            integer=True,
            keys=_keys(names, days),
        ).reshape(shape)
        self.lent = np.full(shape, -1, dtype=np.int64)
        lenders = np.flatnonzero([bool(u) for u in wards.lends])
        if len(lenders):
            self.lent[lenders] = model.add_columns(
                "lent",
                len(lenders) * problem.days,
                upper=wards.maximum[lenders].ravel(),
                integer=True,
                keys=_keys([names[w] for w in lenders], days),
            ).reshape(len(lenders), problem.days)
        self.bank = model.add_columns(
            "bank", problem.days, upper=staff.bank_maximum, cost=staff.bank_price, integer=True, keys=_keys(days)
        )
        refusal = np.repeat(asked.refusal[:, None], problem.days, axis=1)
        self.accepted = model.add_columns(
            "accept",
            asked.requests.size,
            upper=asked.requests.ravel(),
            cost=-refusal.ravel(),
            integer=True,
            keys=_keys(groups, days),
        ).reshape(asked.requests.shape)
        model.offset += float((refusal * asked.requests).sum())
        self.columns = model.columns

        own = np.flatnonzero(problem.own)
        rows = model.add_rows("staff", problem.days, upper=staff.beds, keys=_keys(days))
        model.add_entries(rows[None, :], self.opened[own])
        model.add_entries(rows, self.bank, -float(staff.bank_beds))
        if len(lenders):
            rows = model.add_rows(
                "lending", len(lenders) * problem.days, upper=0.0, keys=_keys([names[w] for w in lenders], days)
            ).reshape(len(lenders), problem.days)
            model.add_entries(rows, self.lent[lenders])
            model.add_entries(rows, self.opened[lenders], -1.0)
        self.share: dict[str, Ids] = {}
        for unit in problem.units if shared else ():
            rows = self.share[unit] = model.add_rows(
                "share", problem.days, upper=problem.share[unit], keys=_keys([unit], days)
            )
            for w in range(len(names)):
                if wards.unit[w] == unit:
                    model.add_entries(rows, self.opened[w])
                if wards.lends[w] == unit:
                    model.add_entries(rows, self.lent[w], -1.0)

    def plan(self, values: Floats) -> CapacityPlan:
        """Whole numbers out of a point of the model."""
        whole = np.rint(values[: self.columns]).astype(np.int64)
        lent = np.append(whole, 0)[self.lent]  # -1, no column, is nought
        return CapacityPlan(whole[self.opened], whole[self.bank], whole[self.accepted], lent)

    def point(self, plan: CapacityPlan) -> Floats:
        """First-stage columns of a plan, shape (columns,)."""
        made = np.zeros(self.columns)
        made[self.opened], made[self.bank], made[self.accepted] = plan.opened, plan.bank, plan.accepted
        lends = self.lent >= 0
        made[self.lent[lends]] = plan.lent[lends]
        return made


@dataclass(frozen=True, slots=True)
class _Recourse:
    """Column ids of one scenario's recourse with their prices, and those of ``serve``."""

    columns: Ids
    prices: Floats
    serve: Ids


def widths(problem: CapacityProblem, need: Floats) -> Floats:
    """Upper bounds of ``serve``: steps between the sorted needs of each placement.

    Parameters
    ----------
    need : float array (..., specialties, periods)

    Returns
    -------
    float array (..., specialties, placements, step)
    """
    ordered = np.sort(need.reshape(*need.shape[:-1], -1, problem.step), axis=-1)
    return np.asarray(np.diff(ordered, axis=-1, prepend=0.0))


def waiting(problem: CapacityProblem, need: Floats) -> Floats:
    """Cost of boarding if nobody were served, summed over the last two axes of ``need``."""
    return np.asarray((need.sum(axis=-1) * problem.boarding).sum(axis=-1) * problem.hours)


def _recourse(problem: CapacityProblem, model: LinearModel, stage: FirstStage, name: int, need: Floats) -> _Recourse:
    """Add one scenario's recourse to a model; prices are left out of the objective."""
    groups, wards, days = problem.specialties, problem.wards.ids, range(problem.days)
    step, count = problem.step, len(problem.specialties)
    rounds = problem.rounds
    who, where = np.nonzero(np.isfinite(problem.outlying))
    pairs = [(groups[g], wards[w]) for g, w in zip(who, where, strict=True)]

    def pair_keys() -> list[Any]:
        return [(name, *pair, k) for pair in pairs for k in range(rounds)]

    place = model.add_columns("place", len(pairs) * rounds, keys=pair_keys).reshape(len(pairs), rounds)
    serve = model.add_columns(
        "serve",
        need.size,
        upper=widths(problem, need).ravel(),
        keys=_keys(groups, range(rounds), range(step), first=(name,)),
    ).reshape(count, rounds, step)
    lack = model.add_columns("lack", count * rounds, keys=_keys(groups, range(rounds), first=(name,)))
    lack = lack.reshape(count, rounds)
    move = model.add_columns("move", len(pairs) * rounds, keys=pair_keys).reshape(len(pairs), rounds)
    cancel = model.add_columns("cancel", count * problem.days, keys=_keys(groups, days, first=(name,)))
    cancel = cancel.reshape(count, problem.days)

    rows = model.add_rows("demand", count * rounds, lower=0.0, keys=_keys(groups, range(rounds), first=(name,)))
    rows = rows.reshape(count, rounds)
    model.add_entries(rows[who], place)
    model.add_entries(rows, lack)
    model.add_entries(rows[:, :, None], serve, -1.0)
    g, k, d = np.nonzero(problem.elective_need)
    amount = problem.elective_need[g, k, d]
    model.add_entries(rows[g, k], cancel[g, d], amount)
    model.add_entries(rows[g, k], stage.accepted[g, d], -amount)

    rows = model.add_rows("beds", len(wards) * rounds, upper=0.0, keys=_keys(wards, range(rounds), first=(name,)))
    rows = rows.reshape(len(wards), rounds)
    model.add_entries(rows[where], place)
    day_of = np.arange(rounds) * step // problem.periods_per_day
    model.add_entries(rows, stage.opened[:, day_of], -1.0)
    model.add_entries(rows, stage.lent[:, day_of], 1.0)

    lower = np.zeros((len(pairs), rounds))
    lower[:, 0] = problem.residual[who, 0] * problem.occupied[who, where]
    rows = model.add_rows("stay", lower.size, lower=lower.ravel(), keys=pair_keys).reshape(lower.shape)
    model.add_entries(rows, place)
    model.add_entries(rows, move)
    model.add_entries(rows[:, 1:], place[:, :-1], -problem.staying[who][:, None])

    rows = model.add_rows("called off", cancel.size, upper=0.0, keys=_keys(groups, days, first=(name,)))
    rows = rows.reshape(cancel.shape)
    model.add_entries(rows, cancel)
    model.add_entries(rows, stage.accepted, -1.0)

    hours = problem.hours
    served = np.arange(step, 0, -1)[None, None, :] * np.ones((count, rounds, 1))
    prices = [
        np.repeat(problem.outlying[who, where] * step * hours, rounds),
        (-served * (problem.boarding * hours)[:, None, None]).ravel(),
        np.repeat(problem.boarding * step * hours, rounds),
        np.repeat(problem.transfer[who], rounds),
        np.repeat(problem.electives.cancellation, problem.days),
    ]
    ids = np.concatenate([place.ravel(), serve.ravel(), lack.ravel(), move.ravel(), cancel.ravel()])
    return _Recourse(ids, np.concatenate(prices), serve.ravel())


class CapacityModel:
    """The extensive form: every scenario side by side.

    Parameters
    ----------
    problem : CapacityProblem
    scenarios : sequence of int, optional
        Only these, with their probabilities scaled to sum 1.
    need : float array (specialties, periods), optional
        One course of demand in place of the scenarios.
    shared : bool
        Whether the shares of the region's units bind (they do not under prices).
    """

    def __init__(
        self,
        problem: CapacityProblem,
        scenarios: Sequence[int] | None = None,
        *,
        need: Floats | None = None,
        shared: bool = True,
    ) -> None:
        self.problem = problem
        self.model = LinearModel(problem.name)
        self.stage = FirstStage(problem, self.model, shared=shared)
        self.valid = scenarios is None and need is None and shared
        if need is None:
            extend(self.model, problem, self.stage, scenarios)
        else:
            made = _recourse(problem, self.model, self.stage, 0, need)
            self.model.add_cost(made.columns, made.prices)
            self.model.offset += float(waiting(problem, need))
            self.serve = made.serve

    def plan(self, values: Floats) -> CapacityPlan:
        return self.stage.plan(values)

    def start(self, plan: CapacityPlan) -> Floats:
        made = np.full(self.model.columns, np.nan)
        made[: self.stage.columns] = self.stage.point(plan)
        return made


def extend(
    model: LinearModel, problem: CapacityProblem, stage: FirstStage, scenarios: Sequence[int] | None = None
) -> None:
    """Add recourse of all (or some) scenarios to a model that holds the first stage, priced by the risk measure."""
    chosen = np.arange(problem.scenarios.count) if scenarios is None else np.asarray(scenarios, dtype=np.int64)
    weights = problem.scenarios.probabilities[chosen]
    weights = weights / weights.sum()
    risk = problem.risk
    eta = nu = None
    if risk.weight > 0:
        eta = model.add_columns("threshold", 1, lower=-np.inf, cost=risk.weight)
        nu = model.add_columns(
            "excess", len(chosen), cost=risk.weight / (1.0 - risk.level) * weights, keys=chosen.tolist()
        )
    for position, s in enumerate(chosen.tolist()):
        made = _recourse(problem, model, stage, s, problem.need[s])
        constant = float(waiting(problem, problem.need[s]))
        model.add_cost(made.columns, (1.0 - risk.weight) * weights[position] * made.prices)
        model.offset += (1.0 - risk.weight) * float(weights[position]) * constant
        if eta is not None and nu is not None:
            row = model.add_rows("tail", 1, lower=constant, keys=[s])
            model.add_entries(row, eta)
            model.add_entries(row, nu[position])
            model.add_entries(row[0], made.columns, -made.prices)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Recourse of any scenario apart from the first stage: ``min q y``, ``row_lower <= W y + T x <= row_upper``.

    Scenarios differ in the upper bounds of ``serve`` and in a constant only, first stages in the row bounds only.

    Attributes
    ----------
    recourse : Arrays
        ``W`` with costs, row bounds and column bounds. Every column has a finite upper bound that some optimal recourse
        keeps for every first stage, so that reduced costs of the wrong sign can be paid for; those of ``serve`` are 0.
    technology : scipy CSR matrix (rows, first-stage columns)
        ``T``.
    serve : int64 array (specialties * periods,)
        Columns whose upper bounds are the scenario's :func:`widths`.
    first : Arrays
        The first stage alone.
    stage : FirstStage
    """

    recourse: Arrays
    technology: Any
    serve: Ids
    first: Arrays
    stage: FirstStage


def split(problem: CapacityProblem, *, shared: bool = True) -> Split:
    """The matrices of the L-shaped method."""
    from scipy.sparse import csr_matrix

    alone = LinearModel(problem.name)
    stage = FirstStage(problem, alone, shared=shared)
    whole = LinearModel(problem.name)
    FirstStage(problem, whole, shared=shared)
    made = _recourse(problem, whole, stage, 0, np.zeros(problem.need.shape[1:]))
    frozen = whole.freeze()
    matrix = csr_matrix((frozen.value, frozen.index, frozen.start), shape=(frozen.rows, frozen.columns))
    matrix = matrix[alone.rows :]
    own, technology = matrix[:, alone.columns :].tocsr(), matrix[:, : alone.columns].tocsr()
    count = own.shape[1]
    cost, upper = np.zeros(count), np.zeros(count)
    cost[made.columns - alone.columns] = made.prices
    upper[made.columns - alone.columns] = _reach(problem)
    arrays = Arrays(
        cost=cost,
        lower=np.zeros(count),
        upper=upper,
        integer=np.zeros(count, dtype=np.bool_),
        row_lower=frozen.row_lower[alone.rows :],
        row_upper=frozen.row_upper[alone.rows :],
        start=own.indptr.astype(np.int32),
        index=own.indices.astype(np.int32),
        value=own.data,
    )
    return Split(arrays, technology, made.serve - alone.columns, alone.freeze(), stage)


def _reach(problem: CapacityProblem) -> Floats:
    """Upper bounds that an optimal recourse keeps whatever the first stage is; ``serve`` gets 0."""
    who, where = np.nonzero(np.isfinite(problem.outlying))
    beds = np.repeat(problem.wards.maximum, problem.rounds // problem.days, axis=1)[where].astype(np.float64)
    lack = np.einsum("gkd,gd->gk", problem.elective_need, problem.electives.requests)
    before = np.c_[problem.occupied[who, where], beds[:, :-1]]
    serve = np.zeros(problem.need[0].size)
    parts = [beds, serve, lack, before, problem.electives.requests]
    return np.concatenate([np.asarray(p, dtype=np.float64).ravel() for p in parts])
