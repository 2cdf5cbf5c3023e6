"""Theatre days of the bound of admission plans: how many surgeries of each kind a day operates, priced exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.admissions.problem import AdmissionProblem

__all__ = ["Sessions", "sessions_of", "theatre_days"]

Floats = NDArray[np.float64]


class Sessions(NamedTuple):
    """Ways to fill the sessions of a specialty on a day, specialty by specialty inside each day."""

    first: IntArray  # (groups + 1,) ways of each group
    steps: IntArray  # (ways,) minutes, in steps
    cost: Floats  # (ways,)
    many: IntArray  # (ways, most kinds) how many of each kind
    kind: IntArray  # (ways, most kinds) -1 where there is none
    open: IntArray  # (days,) steps of the day without overtime, less urgent surgery
    most: IntArray  # (days,) steps allowed, less urgent surgery
    begin: IntArray  # (days + 1,) groups of each day


@compiled
def theatre_days(t: Sessions, surgery: Floats, overtime: float, cut: IntArray) -> float:
    """Sum of the cheapest theatre days where each surgery costs its price; ``cut`` (kinds, days) counts them."""
    cut[:] = 0
    total = 0.0
    for d in range(t.begin.size - 1):
        groups, most = t.begin[d + 1] - t.begin[d], t.most[d]
        value = np.full((groups + 1, most + 1), np.inf)
        came = np.full((groups + 1, most + 1), -1)
        value[0, 0] = 0.0
        for g in range(groups):
            j = t.begin[d] + g
            for w in range(t.first[j], t.first[j + 1]):
                own = t.cost[w]
                for c in range(t.kind.shape[1]):
                    if t.kind[w, c] >= 0:
                        own += surgery[t.kind[w, c], d] * t.many[w, c]
                for m in range(most + 1 - t.steps[w]):
                    if value[g, m] + own < value[g + 1, m + t.steps[w]]:
                        value[g + 1, m + t.steps[w]] = value[g, m] + own
                        came[g + 1, m + t.steps[w]] = w
        best, least = 0, np.inf
        for m in range(most + 1):
            cost = value[groups, m] + overtime * max(0, m - t.open[d])
            if cost < least:
                best, least = m, cost
        total += least
        m = best
        for g in range(groups - 1, -1, -1):
            w = came[g + 1, m]
            for c in range(t.kind.shape[1]):
                if t.kind[w, c] >= 0:
                    cut[t.kind[w, c], d] += t.many[w, c]
            m -= t.steps[w]
    return total


def sessions_of(problem: AdmissionProblem, kinds: IntArray, urgent: IntArray) -> tuple[Sessions, int]:
    """Ways to fill each session, and the minutes of one step."""
    s, days = problem.sessions, problem.days
    daily = s.minutes.sum(axis=0)
    step = int(np.gcd.reduce(np.concatenate([kinds[:, 1], daily, s.day_limit, urgent]))) or 1
    prices = problem.prices
    wide = max(1, int(np.bincount(kinds[:, 0]).max(initial=0)) if len(kinds) else 1)
    rows: dict[str, list[object]] = {name: [] for name in ("day", "first", "steps", "cost", "count", "kind", "begin")}
    for d in range(days):
        rows["begin"].append(len(rows["day"]))
        for g in range(len(s.specialties)):
            mine = np.flatnonzero(kinds[:, 0] == g) if len(kinds) else np.zeros(0, dtype=np.int64)
            if not len(mine) and not s.minutes[g, d]:
                continue
            rows["day"].append(d)
            rows["first"].append(len(rows["steps"]))
            for counts in fillings(kinds[mine, 1], int(s.limit[g, d])):
                used = int((counts * kinds[mine, 1]).sum())
                idle = prices.idle_theatre * max(0, int(s.minutes[g, d]) - used) * int(d < problem.counted)
                rows["steps"].append(used // step)
                rows["cost"].append(float(idle + prices.overtime * max(0, used - int(s.minutes[g, d]))))
                rows["count"].append(np.pad(counts, (0, wide - len(mine))))
                rows["kind"].append(np.pad(mine, (0, wide - len(mine)), constant_values=-1))
    rows["begin"].append(len(rows["day"]))
    rows["first"].append(len(rows["steps"]))

    def column(name: str) -> IntArray:
        return np.array(rows[name], dtype=np.int64)

    made = Sessions(
        first=column("first"),
        steps=column("steps"),
        cost=np.array(rows["cost"], dtype=np.float64),
        many=column("count").reshape(-1, wide),
        kind=column("kind").reshape(-1, wide),
        open=(daily - urgent) // step,
        most=np.maximum(0, s.day_limit - urgent) // step,
        begin=column("begin"),
    )
    return made, step


def fillings(minutes: IntArray, limit: int) -> IntArray:
    """All counts of surgeries of these lengths that take at most ``limit`` minutes: int array (ways, kinds)."""
    made = np.zeros((1, 0), dtype=np.int64)
    for length in minutes.tolist():
        used = (made * minutes[: made.shape[1]]).sum(axis=1)
        room = np.maximum(0, limit - used) // length
        again = np.repeat(np.arange(len(made)), room + 1)
        count = np.concatenate([np.arange(n + 1) for n in room])
        made = np.concatenate([made[again], count[:, None]], axis=1)
    return made
