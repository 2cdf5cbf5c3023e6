"""Planning week by week over held-out weeks: forecast, scenarios, plans, replay. Nothing later is ever looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.core.errors import InputError
from optimise.demand.backtest import Backtest
from optimise.demand.demand import Demand
from optimise.demand.dependence import estimate
from optimise.demand.fans import fan
from optimise.demand.forecast import Forecast, forecast, in_bed
from optimise.demand.forecasters import Model
from optimise.demand.reduction import Reduction, reduce
from optimise.demand.replay import ReplayOutcome, course, replay
from optimise.demand.trust import Trust, same_beds, usual_plan
from optimise.demand.versus import Versus, versus

__all__ = ["ForecastStudy", "Week", "study"]

#: Makes a plan for a problem.
Planner = Callable[[CapacityProblem], CapacityPlan]
_HOURS = 168


@dataclass(frozen=True, slots=True, eq=False)
class Week:
    """One held-out week: what was forecast, planned and what it did with what came."""

    forecast: Forecast
    reduction: Reduction
    problem: CapacityProblem
    plans: dict[str, CapacityPlan]
    outcomes: dict[str, ReplayOutcome]


@dataclass(frozen=True, slots=True, eq=False)
class ForecastStudy:
    """All weeks, the comparison of plans, and the backtest that chose the model."""

    weeks: list[Week]
    versus: Versus
    backtests: list[Backtest]


def study(
    demand: Demand,
    trust: Callable[[Demand], Trust],
    planners: dict[str, Planner],
    *,
    weeks: int,
    models: Sequence[Model],
    scenarios: int = 40,
    sample: int = 400,
    seed: int = 1,
    tell: Callable[[str], None] | None = None,
) -> ForecastStudy:
    """Plan each of the last ``weeks`` whole weeks of hourly ``demand`` from what was known when it began.

    The plan ``two-stage`` or whichever planner comes first is compared with all others and with ``today``, the fixed
    bed base; every plan opens all staffed beds (:func:`same_beds`). The model is chosen by a backtest before the first
    of the weeks; it learns again for each.

    Parameters
    ----------
    demand : Demand
        By hour, with departures.
    trust : callable
        Makes the trust from the demand before the first held-out week.
    planners : dict
        Name of plan to how it is made.
    weeks : int
        Weeks held out.
    models : sequence of Model
        Those that compete.
    sample, scenarios : int
        Courses drawn, and those kept by reduction.
    seed : int
    tell : callable, optional
        Told the model and each week's costs.

    Returns
    -------
    Study
        The weeks, the table of comparisons and the backtests.

    Raises
    ------
    InputError
        If the data are not hourly, or shorter than four weeks before the first held-out one.
    """
    end = demand.length - (demand.time(demand.length).hour if demand.period == "hour" else 0)
    first = end - weeks * _HOURS
    if demand.period != "hour" or first < 4 * _HOURS:
        raise InputError(f"{weeks} held-out weeks need hourly data over at least {weeks + 4} weeks")
    said = tell or (lambda text: None)
    past = demand.head(first)
    place = trust(past)
    chosen, backtests = forecast(past, _HOURS, models=list(models), origins=12, seed=seed)
    said(f"model: {chosen.model}; {place.beds} staffed beds")
    model = next(m for m in models if m.name == chosen.model)
    winner = next(b for b in backtests if b.model == chosen.model)
    dependence = estimate(winner, 24)
    made = []
    for week in range(weeks):
        start = first + week * _HOURS
        known = demand.head(start)
        beds = in_bed(known, _HOURS)
        now = Forecast(
            model.fit(known, start, _HOURS, seed).predict(known, start, _HOURS),
            demand.groups,
            demand.period,
            demand.time(start),
            chosen.model,
            dependence,
            *beds,
        )
        reduction = reduce(fan(now, sample, seed=seed + week), scenarios)
        problem = place.problem(reduction.scenarios, now.spent)
        plans = {name: same_beds(problem, plan(problem)) for name, plan in planners.items()}
        plans["today"] = usual_plan(problem, place)
        truth = course(demand, start, _HOURS, seed)
        outcomes = {name: replay(problem, plan, truth, seed=seed + week) for name, plan in plans.items()}
        costs = ", ".join(f"{name} {one.cost:.0f}" for name, one in outcomes.items())
        said(f"week {demand.time(start):%d %B %Y}: cost of what happened: {costs}")
        made.append(Week(now, reduction, problem, plans, outcomes))
    table = versus({name: [week.outcomes[name] for week in made] for name in made[0].plans}, seed=seed)
    return ForecastStudy(made, table, backtests)
