"""Rosters by cover rows: a block is who works a duty on a day, so that every head count holds in every state.

The rows are those of the plan: so many of the open people work the duty as in the plan. A bit is a person, a day and a
duty; a choice of a row is a word of fixed weight (`quantum.rows`), and mixers `dicke-ring` and `dicke-complete` keep
it. What a person's bits cost is the price of one total: bit r of a person adds ``2^r``, so that each sum is another
roster. Two duties of a person on a day cost the price of a broken hard rule each, and decode to the earlier one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from optimise.roster.compiled import CompiledRoster, member_table
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.primitives import Line
from quantum.encode.roster import Words, default_hard_price, personal_costs, priced
from quantum.qubo import Qubo
from quantum.rows import FixedWeight
from quantum.sums import SumCost

__all__ = ["MOST_BITS", "DutyRows", "encode_cover_rows"]

MOST_BITS = 12  # bits of one person, of whose rosters all are listed


@dataclass(frozen=True, slots=True, eq=False)
class DutyRows:
    """The open part of a roster as rows of fixed weight.

    Attributes
    ----------
    problem : RosterProblem
    energy : FixedWeight
        Equal to the cost of the plan, hard rules priced, where nobody has two duties on a day.
    base : int16 array (employees, days)
        Duties of the plan, open cells off.
    cells : int64 array (n, 3)
        Person, day and duty of each bit.
    hard_price : float
        Price of an hour, a count or a pattern that breaks a hard rule.
    """

    problem: RosterProblem
    energy: FixedWeight
    base: Words
    cells: NDArray[np.int64]
    hard_price: float

    def duties(self, choices: NDArray[np.int64]) -> Words:
        """Duties (employees, days) of choices (blocks,); of two on a day the earlier row's."""
        made = self.base.copy()
        for e, d, a in self.cells[self.energy.bits(choices) != 0][::-1].tolist():
            made[e, d] = a
        return made

    def decode(self, choices: NDArray[np.int64]) -> Roster:
        """The roster of a choice."""
        return Roster.from_array(self.duties(choices))

    def mended(self, choices: NDArray[np.int64]) -> list[str]:
        """Who has two duties on a day, in words."""
        used = self.cells[self.energy.bits(choices) != 0][:, :2]
        cells, counts = np.unique(used, axis=0, return_counts=True)
        people = self.problem.employees
        return [f"{people[e].id} has {k} duties on day {d}" for (e, d), k in zip(cells.tolist(), counts) if k > 1]

    def hard(self, choices: NDArray[np.int64]) -> float:
        """Amount of hard rules that the plan of a choice breaks."""
        return self.problem.evaluate(self.decode(choices)).hard

    def cost(self, choices: NDArray[np.int64]) -> float:
        """Evaluated cost plus `hard_price` times the hard amount."""
        return self.problem.evaluate(self.decode(choices)).penalised(self.hard_price)


def encode_cover_rows(problem: RosterProblem, plan: Roster, people: Sequence[int], days: Sequence[int]) -> DutyRows:
    """Encode the days of some people by who works which duty, as many as in the plan.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster
        Of everybody; all that is not open stays.
    people, days : sequence of int
        What is open.

    Returns
    -------
    DutyRows
        The first choice of every block is the plan.

    Raises
    ------
    UnsupportedError
        When a person has more than `MOST_BITS` bits, or nobody of the open people works on the open days.
    """
    compiled = problem.compiled
    price = default_hard_price(compiled)
    cells: list[tuple[int, int, int]] = []
    rows: list[tuple[list[int], int]] = []
    for d in days:
        for a in np.unique(plan.duties[list(people), d]).tolist():
            able = [e for e in people if compiled.allowed[e, d, a] or plan.duties[e, d] == a]
            if a:
                bits = list(range(len(cells), len(cells) + len(able)))
                rows.append((bits, int((plan.duties[list(people), d] == a).sum())))
                cells += [(e, d, a) for e in able]
    if not rows:
        raise UnsupportedError("nobody of the open people works on the open days; there is no cover row")
    at = np.array(cells, dtype=np.int64)
    base = plan.duties.copy()
    base[np.ix_(list(people), list(days))] = 0
    sums, open_ = [], set(at[:, 0].tolist())
    offset = 0.0
    for e in range(compiled.employees):
        if e in open_:
            sums.append(_personal(problem, e, at, base, price))
        else:
            offset += float(personal_costs(compiled, e, base[e : e + 1], price)[0])
    for line in compiled.lines:
        adds, constant = _adds(line, compiled, at, base)
        for bits, weight in rows:  # bits of a row that all add the same leave the total as it is
            if np.ptp(adds[bits]) == 0:
                constant += weight * float(adds[bits[0]])
                adds[bits] = 0.0
        members = np.flatnonzero(adds).tolist()
        if members:
            totals = np.zeros(1)
            for i in members:
                totals = np.unique(np.round(np.concatenate([totals, totals + adds[i]]), 9))
            costs = np.array([priced(line, price, constant + v) for v in totals.tolist()])
            parts = {i: np.array([0.0, adds[i]]) for i in members}
            sums.append(SumCost(parts, totals, costs, line.label or line.rule))
        else:
            offset += priced(line, price, constant)
    names = [f"{problem.employees[e].id} day {d}: {problem.duties[a].id}" for e, d, a in cells]
    none = np.zeros(0, dtype=np.int64)
    bare = Qubo(np.zeros(len(at)), none, none, np.zeros(0), offset, tuple(names))
    present = plan.duties[at[:, 0], at[:, 1]] == at[:, 2]
    energy = FixedWeight.of_rows(bare, rows, sums=sums, present=present)
    return DutyRows(problem, energy, base, at, price)


def _personal(problem: RosterProblem, e: int, at: NDArray[np.int64], base: Words, price: float) -> SumCost:
    """What the bits of a person cost: a price for each set of them, as a total of powers of two."""
    mine = np.flatnonzero(at[:, 0] == e)
    if mine.size > MOST_BITS:
        raise UnsupportedError(
            f"{problem.employees[e].id} has {mine.size} bits, of which {MOST_BITS} can be listed; open fewer days"
        )
    sets = (np.arange(1 << mine.size)[:, None] >> np.arange(mine.size)) & 1
    words, twice = np.repeat(base[e : e + 1], len(sets), axis=0), np.zeros(len(sets))
    taken = np.zeros(words.shape, dtype=np.bool_)
    for r, (_, d, a) in enumerate(at[mine].tolist()):
        on = sets[:, r] == 1
        twice += on & taken[:, d]
        new = on & ~taken[:, d]
        words[new, d] = a
        taken[on, d] = True
    costs = personal_costs(problem.compiled, e, words, price) + price * twice
    parts = {int(i): np.array([0.0, 2.0**r]) for r, i in enumerate(mine)}
    return SumCost(parts, np.arange(len(sets), dtype=np.float64), costs, f"roster of {problem.employees[e].id}")


def _adds(
    line: Line, compiled: CompiledRoster, at: NDArray[np.int64], base: Words
) -> tuple[NDArray[np.float64], float]:
    """What each bit adds to a line, and what all that is not open does."""
    adds, constant = np.zeros(len(at)), 0.0
    for term in line.terms:
        member = member_table((term.mask,), compiled.alphabet)[0].astype(np.float64)
        who = range(compiled.employees) if term.employees is None else term.employees
        constant += term.coefficient * sum(float(member[base[e, term.day]]) for e in who)
        here = (at[:, 1] == term.day) & np.isin(at[:, 0], list(who))
        adds[here] += term.coefficient * (member[at[here, 2]] - member[0])
    return adds, constant
