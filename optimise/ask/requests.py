"""How many requests a plan meets, and how many any plan could meet.

The bound is that of another problem: the hard rules as they are, every soft rule free, and each soft request at the
same price. Its cheapest plan refuses the fewest requests that the hard rules allow, so no plan of the ward meets more.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.core.given import typed_call
from optimise.core.grid import round_up
from optimise.core.kinds import fitted
from optimise.core.method import Limits, Listener
from optimise.core.problem import Plannable, stated_as
from optimise.core.result import Stop
from optimise.core.stored import stated
from optimise.driver import solve
from optimise.formats.json_document import load_json
from optimise.roster.explain import only, pieces
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.requests import Requests
from optimise.roster.view import percentage, requests, requests_met

__all__ = ["FILE", "MostRequests", "most_requests", "most_told", "read_most_requests", "write_most_requests"]

#: Name of the file in which a bound is kept in the folder of a run.
FILE = "requests.json"
SCHEMA = "wardwise-requests/1"


@dataclass(frozen=True, slots=True)
class MostRequests:
    """How many requests plans meet.

    Attributes
    ----------
    asked : int
        Requests of the ward.
    most : int
        No plan that keeps the hard rules meets more.
    met : int
        That some plan meets; the best one found.
    source : str
        What proves ``most``.
    seconds : float
        That it took.
    plan : Roster or None
        The plan that meets ``met``; its soft rules are whatever they are.
    """

    asked: int
    most: int
    met: int
    source: str
    seconds: float = 0.0
    plan: Roster | None = None

    @property
    def exact(self) -> bool:
        """Whether a plan is known that meets as many as the bound allows."""
        return self.met >= self.most


@typed_call
def most_requests(
    problem: RosterProblem | Plannable[Roster],
    plan: Roster,
    *,
    seconds: float = 6.0,
    method: str = "auto",
    seed: int = 0,
    listen: Listener | None = None,
) -> MostRequests:
    """Prove how many requests could be met if nothing else but the hard rules counted.

    Parameters
    ----------
    problem : RosterProblem or Plannable
        The ward, or a document of it.
    plan : Roster
        A plan that keeps its hard rules.
    seconds : float
        Time limit.
    method : str
        Method that solves the other problem.
    seed : int
        Of that method.
    listen : callable, optional
        Hears of progress.

    Returns
    -------
    MostRequests
        ``most`` is the number asked where nothing better was proven in time.

    Raises
    ------
    InputError
        If the plan breaks hard rules, or nobody asked for anything.
    """
    problem = stated_as(RosterProblem, problem)
    plan = fitted(problem, plan)
    asked = len(requests(problem, plan))
    if not asked:
        raise InputError("nobody asked for anything", item="requests")
    if not problem.evaluate(plan).feasible:
        raise InputError("breaks hard rules; mend it first", item="plan")
    alone = _requests_alone(problem)
    result = solve(alone, method, limits=Limits(seconds=seconds), seed=seed, start=plan, listen=listen)
    found = result.plan if isinstance(result.plan, Roster) and result.feasible else plan
    best = found if requests_met(problem, found) > requests_met(problem, plan) else plan
    bound = result.bounds.dual if result.stop is not Stop.INFEASIBLE else -math.inf
    refused = int(max(0.0, round_up(bound, 1.0)))
    source = result.bounds.dual_source if refused else "the number of requests"
    return MostRequests(asked, asked - refused, requests_met(problem, best), source, result.stats.seconds, best)


def _requests_alone(problem: RosterProblem) -> RosterProblem:
    """The ward in which hard rules hold and each soft request costs 1."""
    soft = tuple(
        replace(r, weight=1.0)
        for rule in problem.rules
        if isinstance(rule, Requests) and rule.asked
        for r in rule.requests
        if math.isfinite(r.weight)
    )
    hard = only(problem, pieces(problem))
    return replace(hard, rules=(*hard.rules, Requests(name="every request costs 1", requests=soft)))


def most_told(known: MostRequests) -> str:
    """What is known of the most requests that could be met, as a sentence.

    Parameters
    ----------
    known : MostRequests
        What could be met.

    Returns
    -------
    str
        One sentence.
    """
    if known.most < known.asked:
        most = f"{known.most} of {known.asked} requests ({percentage(known.most, known.asked)})"
        return f"No plan that keeps the hard rules meets more than {most}."
    if known.exact:
        return "The hard rules allow all of the requests together."
    return "Whether the hard rules allow all of the requests together is open."


def write_most_requests(found: MostRequests, problem: RosterProblem, folder: Path) -> Path:
    """Keep a bound beside a run.

    Parameters
    ----------
    found : MostRequests
        What was proven.
    problem : RosterProblem
        The ward, whose digest is kept with it.
    folder : Path
        The run's folder.

    Returns
    -------
    Path
        The file.
    """
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "digest": problem.digest(),
        "asked": found.asked,
        "most": found.most,
        "met": found.met,
        "source": found.source,
        "seconds": found.seconds,
    }
    return write_text(folder / FILE, json.dumps(made, indent=1) + "\n")


def read_most_requests(folder: Path, problem: RosterProblem) -> MostRequests | None:
    """The bound that is kept beside a run; said to be read from the file.

    Parameters
    ----------
    folder : Path
        The run's folder.
    problem : RosterProblem
        The ward.

    Returns
    -------
    MostRequests or None
        None where there is none, or it is of another ward.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    file = folder / FILE
    if not file.is_file():
        return None
    made = load_json(file)
    if not isinstance(made, dict) or made.get("schema") != SCHEMA:
        raise InputError(f"is not what wardwise writes (schema {SCHEMA})", file=file)
    if made.get("digest") != problem.digest():
        return None
    counts = [made.get(name) for name in ("asked", "most", "met")]
    if not all(isinstance(n, int) and not isinstance(n, bool) for n in counts):
        raise InputError("asked, most and met must be whole numbers", file=file)
    asked, most, met = (int(n) for n in counts if n is not None)
    if not 0 <= met <= most <= asked:
        raise InputError(f"{met} met, at most {most} of {asked} asked: that cannot be", file=file)
    return MostRequests(asked, most, met, stated(str(made.get("source", ""))))
