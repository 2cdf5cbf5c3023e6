"""Which side won, in plain words, computed from the summary table."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimise.compare.figures import sign_test, typical_ratio
from optimise.compare.table import Row

__all__ = ["Duel", "duel", "sentences"]

_CLEAR = 0.05  # a sign test below this is called a win
_FEWEST = next(n for n in range(1, 99) if sign_test(n, 0) < _CLEAR)  # problems below which no test is clear
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Duel:
    """The best contender of each side on each instance, by one measure (smaller is better).

    ``factors`` holds classical over quantum where both are finite and positive: above 1 the quantum side is better.
    ``problems`` counts the problems that the quantum and the classical side won: instances cut from one problem
    overlap, so that they are one vote together, for the side that won more of them.
    """

    quantum: int
    classical: int
    ties: int
    factors: tuple[float, ...]
    problems: tuple[int, int]

    @property
    def decided(self) -> int:
        """Independent problems that one side won."""
        return sum(self.problems)

    @property
    def chance(self) -> float:
        """Two-sided sign test over the independent problems that one side won."""
        return sign_test(*self.problems)

    @property
    def winner(self) -> str:
        """``quantum``, ``classical``, or empty when there is no clear winner."""
        if self.chance >= _CLEAR:
            return ""
        return "quantum" if self.problems[0] > self.problems[1] else "classical"


def duel(rows: Sequence[Row], quantum: Callable[[Row], float | None], classical: Callable[[Row], float | None]) -> Duel:
    """Compare the sides instance by instance; an instance where a side has no run does not count."""
    wins, losses, ties, factors = 0, 0, 0, []
    lead: dict[str, int] = {}
    for name in dict.fromkeys(r["instance"] for r in rows):
        ours = _least([quantum(r) for r in rows if r["instance"] == name and r["side"] == "quantum"])
        theirs = _least([classical(r) for r in rows if r["instance"] == name and r["side"] == "classical"])
        if ours is None or theirs is None:
            continue
        slack = _SAME * max(1.0, abs(theirs)) if math.isfinite(theirs) else 0.0
        vote = int(ours < theirs - slack) - int(ours > theirs + slack)
        wins, losses, ties = wins + (vote > 0), losses + (vote < 0), ties + (vote == 0)
        origin = next(_origin(r) for r in rows if r["instance"] == name)
        lead[origin] = lead.get(origin, 0) + vote
        if 0 < ours < math.inf and 0 < theirs < math.inf:
            factors.append(theirs / ours)
    votes = list(lead.values())
    return Duel(wins, losses, ties, tuple(factors), (sum(v > 0 for v in votes), sum(v < 0 for v in votes)))


def _origin(row: Row) -> str:
    """The problem that an instance was cut from."""
    return str(row.get("origin") or row["instance"])


def _least(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return min(known) if known else None


def sentences(summary: Sequence[Row]) -> list[str]:
    """The verdict, most important first. Every number is computed here from the table."""
    sides = {r["side"] for r in summary}
    if sides != {"quantum", "classical"}:
        only = next(iter(sides), "no")
        return [f"There are only {only} contenders in this study, so no side can win.", *_unsolved(summary)]
    made = []
    cost = duel(summary, _cost, _cost)
    time = duel(summary, lambda r: r["tts_99"], lambda r: r["tts_99"])
    made.append(_headline(cost, time))
    made += _dependent(summary)
    made += _fits(summary)
    made.append(
        f"Cost (before any repair): by the median over seeds of each side's best contender, the classical side was "
        f"better on {_instances(cost.classical)}, the quantum side on {cost.quantum}, and {cost.ties} were tied."
    )
    made.append(
        f"Time to solution (99 %, processor seconds, training, energies and repair counted, circuits simulated on this "
        f"machine): the classical side was faster on {_instances(time.classical)}, the quantum side on "
        f"{time.quantum}{_typical(time)}."
    )
    work = duel(summary, lambda r: r.get("evaluations_99"), lambda r: r.get("evaluations_99"))
    if work.quantum + work.classical + work.ties:
        made.append(
            "Energy evaluations to solution (99 %, a shot of depth p counts as 1 + p, training as the shots that "
            f"hardware would need): the classical side needed fewer on {_instances(work.classical)}, the quantum side "
            f"on {work.quantum}{_typical(work, 'needed fewer')}."
        )
    qpu = duel(summary, lambda r: r["tts_99_qpu"], lambda r: r["tts_99"])
    if qpu.quantum + qpu.classical + qpu.ties:
        made.append(
            "If the circuits had run on a noiseless quantum processor with the gate times of the study, training "
            f"shots counted, the quantum side would have been faster on {_instances(qpu.quantum)}, the classical "
            f"side on {qpu.classical}{_typical(qpu)}."
        )
    corrected = duel(summary, lambda r: r.get("tts_99_ft"), lambda r: r["tts_99"])
    if corrected.quantum + corrected.classical + corrected.ties:
        made.append(
            "If the circuits had run on an error-corrected processor as the study describes it, training shots "
            f"counted, the quantum side would have been faster on {_instances(corrected.quantum)}, the classical "
            f"side on {corrected.classical}{_typical(corrected)}."
        )
    made += _guessing(summary)
    made += _unsolved(summary)
    return made


def _headline(cost: Duel, time: Duel) -> str:
    winners = {cost.winner, time.winner} - {""}
    if len(winners) == 1:
        side = winners.pop()
        on = " and in ".join(name for name, one in (("cost", cost), ("time to solution", time)) if one.winner == side)
        return f"The {side} side won: it was clearly better in {on} (sign test, p < {_CLEAR:g})."
    if not winners:
        lead = time.quantum - time.classical or cost.quantum - cost.classical
        leader = "neither side" if lead == 0 else f"the {'quantum' if lead > 0 else 'classical'} side"
        if max(cost.decided, time.decided) < _FEWEST:
            return (
                f"There is no clear winner, and there could be none: at most "
                f"{_counted(max(cost.decided, time.decided), 'independent problem')} decided, and a sign test needs "
                f"{_FEWEST}, all won by one side, to fall below {_CLEAR:g}; {leader} was ahead."
            )
        return (
            f"There is no clear winner (sign tests {_chance(cost)} in cost, {_chance(time)} in time to solution); "
            f"{leader} was ahead."
        )
    return f"The sides split: the {cost.winner} side won in cost, the {time.winner} side in time to solution."


def _chance(one: Duel) -> str:
    few = f", out of reach with {_counted(one.decided, 'problem')}" if one.decided < _FEWEST else ""
    return f"p = {one.chance:.2g}{few}"


def _dependent(summary: Sequence[Row]) -> list[str]:
    """Which instances are cuts of one problem."""
    cuts: dict[str, list[str]] = {}
    for r in summary:
        names = cuts.setdefault(_origin(r), [])
        if r["instance"] not in names:
            names.append(r["instance"])
    total = sum(len(names) for names in cuts.values())
    if len(cuts) == total:
        return []
    shared = "; ".join(", ".join(f'"{name}"' for name in names) for names in cuts.values() if len(names) > 1)
    said = (
        f"The {total} instances come from {_counted(len(cuts), 'problem')}. Instances of one problem overlap and are "
        f"not independent, so that a problem counts once in sign tests: {shared}."
    )
    return [said]


def _fits(summary: Sequence[Row]) -> list[str]:
    """Which energies are no exact copies of the cost that they stand for."""
    off = {r["instance"]: r["energy_error"] for r in summary if r.get("energy_error")}
    if not off:
        return []
    errors = ", ".join(f"{name} ({'unknown' if math.isinf(e) else f'{e:.3g}'})" for name, e in off.items())
    said = (
        f"On {_instances(len(off))} the energy is a fit, and figures say how well the fit was minimised, not the "
        f"problem; error up to: {errors}."
    )
    return [said]


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _instances(count: int) -> str:
    return _counted(count, "instance")


def _cost(row: Row) -> float | None:
    """Median cost of what a contender found by itself."""
    value: float | None = row.get("raw_median", row["median"])
    return value


def _typical(one: Duel, verb: str = "was faster") -> str:
    if not one.factors:
        return ""
    middle = typical_ratio(one.factors)
    side, factor = ("quantum", middle) if middle >= 1 else ("classical", 1 / middle)
    return f"; where both solved it, the {side} side {verb} by a typical factor of {factor:.3g}"


def _guessing(summary: Sequence[Row]) -> list[str]:
    """How much better than guessing a shot of the quantum side is: raw, and after repair against repaired bits."""
    made = []
    raw = _gains(summary, "success_probability", "random-feasible")
    if raw:
        made.append(
            f"Against random feasible guessing, one shot of the quantum side before any repair was "
            f"{typical_ratio(raw):.3g} times as likely to be optimal (median of {len(raw)} pairs of instance and "
            f"contender); in {sum(g <= 1 for g in raw)} of them it was no better than guessing."
        )
    repaired = _gains([r for r in summary if _broken(r)], "repaired_success", "random-bits", summary)
    if repaired:
        made.append(
            f"Where circuits break blocks, a repaired shot was {typical_ratio(repaired):.3g} times as likely to be "
            f"optimal as uniform random bits with the same repair (median of {len(repaired)} pairs); in "
            f"{sum(g <= 1 for g in repaired)} of them it was no better, so that the repair did it."
        )
    return made


def _broken(row: Row) -> bool:
    """Whether some repetitions of a contender break hard rules."""
    share = row.get("feasible_before")
    return share is not None and share < 1.0


def _gains(rows: Sequence[Row], column: str, method: str, others: Sequence[Row] | None = None) -> list[float]:
    """A success probability of the quantum samplers over that of a control on the same instance."""
    made = []
    for r in rows:
        if r["side"] != "quantum" or r["repetitions"] is None or r.get(column) is None:
            continue
        control = [
            o[column]
            for o in (others if others is not None else rows)
            if o["instance"] == r["instance"] and o["method"] == method and o.get(column)
        ]
        if control:
            made.append(r[column] / control[0])
    return made


def _unsolved(summary: Sequence[Row]) -> list[str]:
    made = []
    for side in ("classical", "quantum"):
        mine = [r for r in summary if r["side"] == side]
        names = dict.fromkeys(r["instance"] for r in mine)
        missed = [n for n in names if not any(r["hits"] for r in mine if r["instance"] == n)]
        if missed:
            made.append(
                f"No {side} contender reached the reference on {_instances(len(missed))}: {', '.join(missed[:8])}"
                + (" ..." if len(missed) > 8 else ".")
            )
    refused = [r for r in summary if r["done"] < r["runs"]]
    if refused:
        first = refused[0]
        made.append(
            f"{len(refused)} pairs of instance and contender gave no result; the first is {first['label']} on "
            f"{first['instance']}: {first['message']}"
        )
    return made
