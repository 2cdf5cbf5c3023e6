"""A first roster: one person after another, each by exact dynamic programming against what the others leave uncovered.

Personal hard rules hold by construction; hard cover is priced. Where a person's table over the whole horizon would be
too large, the horizon is planned in overlapping pieces (:mod:`optimise.roster.search.window`).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from optimise.roster.automaton import Automata
from optimise.roster.compiled import CompiledRoster
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.kernels.pricing import Pricer, on_grid
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.tuning import ConstructionTuning
from optimise.roster.search.window import window
from optimise.roster.totals import table_cells

__all__ = ["Constructed", "Descent", "construct", "hard_price", "mended", "quick_start"]

log = logging.getLogger(__name__)

Duties = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Constructed:
    """A roster, or the person who has none.

    Attributes
    ----------
    duties : int16 array (employees, days) or None
    stuck : int
        Person for whom no roster was found; -1 when all have one.
    proven : bool
        Whether it is proven that this person's own hard rules leave no roster.
    """

    duties: Duties | None
    stuck: int = -1
    proven: bool = False


def hard_price(compiled: CompiledRoster) -> float:
    """A price for one unit of broken hard cover, above what any single duty can gain elsewhere."""
    prices = compiled.prices
    return float(max(1000.0, 20.0 * max((*prices.lines, *prices.patterns), default=0.0)))


class Descent:
    """Exact re-optimisation of one person at a time on a compiled problem."""

    def __init__(
        self,
        compiled: CompiledRoster,
        built: Automata,
        hard: float | None = None,
        tuning: ConstructionTuning = ConstructionTuning(),  # noqa: B008
    ) -> None:
        self.compiled, self.tuning = compiled, tuning
        self.pricer = Pricer(compiled, built)
        self.rows = CoverRows(compiled)
        self.hard = hard_price(compiled) if hard is None else hard

    def best(
        self, employee: int, values: NDArray[np.float64], noise: NDArray[np.float64] | None = None
    ) -> Duties | None:
        """Best roster of a person when the others bring these line values; None if there is none."""
        prices = self.rows.marginal(values, self.hard)[self.rows.kind[employee]]
        if noise is not None:
            prices = prices + noise
        prices = on_grid(prices)
        priced = self.pricer.price(employee, prices)
        self.bound = priced.bound
        if not len(priced.words) and math.isfinite(priced.bound):
            # many scarce duties at once defeat the search: do without those of which only some may be done
            priced = self.pricer.price(employee, prices, forbidden=self._scarce(employee))
        return priced.words[0] if len(priced.words) else None

    def _scarce(self, employee: int) -> NDArray[np.bool_]:
        """Duties under a hard upper limit on their number that could bind, shape (days, duties)."""
        compiled = self.compiled
        out = np.zeros((compiled.days, compiled.alphabet), dtype=np.bool_)
        for c in compiled.counters:
            if c.values is None or not math.isinf(c.weight_upper):
                continue
            counted = c.values > 0
            if counted[:, 1:].all():  # a limit on all work, not on some duties
                continue
            for i in np.flatnonzero(c.employees == employee).tolist():
                possible = (c.values * (counted & compiled.allowed[employee])).max(axis=1).sum()
                if c.offset[i] + possible > c.upper[i]:
                    out |= counted
        return out

    def take(self, values: NDArray[np.float64], employee: int, word: Duties, sign: float) -> None:
        """Add (+1) or remove (-1) a person's roster from the line values, in place."""
        row, value = self.rows.column(employee, word)
        values[row] += sign * value

    def fill(self, order: NDArray[np.intp], rng: np.random.Generator) -> Constructed:
        """Give everyone a roster, one after the other."""
        duties = np.zeros((self.compiled.employees, self.compiled.days), dtype=np.int16)
        values = np.zeros(self.rows.lines)
        for e in order.tolist():
            word = self.best(e, values, _noise(rng, self.compiled))
            if word is None:
                return Constructed(None, e, proven=math.isinf(self.bound))
            duties[e] = word
            self.take(values, e, word, 1.0)
        return Constructed(duties)

    def recreate(self, duties: Duties, people: NDArray[np.intp], rng: np.random.Generator) -> Duties:
        """Take some people out and give them new rosters in turn, as often as tuned; return the new duties."""
        out = np.array(duties)
        values = self.rows.counts(out)
        for e in people.tolist():
            self.take(values, e, out[e], -1.0)
        last = self.tuning.turns - 1
        for turn in range(self.tuning.turns):
            for e in people.tolist():
                if turn:
                    self.take(values, e, out[e], -1.0)
                word = self.best(e, values, _noise(rng, self.compiled) if turn < last else None)
                out[e] = duties[e] if word is None else word
                self.take(values, e, out[e], 1.0)
        return out

    def descend(self, duties: Duties, order: NDArray[np.intp], over: Callable[[], bool], passes: int = 2**31) -> int:
        """Re-optimise people in turn, in place, until nobody gains or the time is over; return the gains."""
        values = self.rows.counts(duties)
        gains, quiet, done = 0, 0, 0
        while quiet < len(order) and done < passes * len(order) and not over():
            e = int(order[done % len(order)])
            done += 1
            self.take(values, e, duties[e], -1.0)
            word = self.best(e, values)
            if word is not None and self._cost(e, word, values) < self._cost(e, duties[e], values) - 1e-9:
                duties[e] = word
                gains, quiet = gains + 1, 0
            else:
                quiet += 1
            self.take(values, e, duties[e], 1.0)
        return gains

    def _cost(self, employee: int, word: Duties, values: NDArray[np.float64]) -> float:
        marginal = self.rows.marginal(values, self.hard)[self.rows.kind[employee]]
        return self.pricer.cost(employee, word) + float(marginal[np.arange(len(word)), word].sum())


def construct(
    compiled: CompiledRoster,
    built: Automata,
    rng: np.random.Generator,
    over: Callable[[], bool],
    tuning: ConstructionTuning = ConstructionTuning(),  # noqa: B008
) -> Constructed:
    """Make a roster that keeps everybody's personal hard rules.

    Parameters
    ----------
    compiled : CompiledRoster
    built : Automata
    rng : Generator
        Breaks ties.
    over : callable
        True when time is up; the roster is completed all the same.
    tuning : ConstructionTuning
    """
    if table_cells(compiled, built) <= tuning.cells:
        return Descent(compiled, built).fill(_order(compiled, rng), rng)
    return _by_pieces(compiled, built, rng, over, tuning)


def quick_start(problem: RosterProblem, seed: int, over: Callable[[], bool]) -> Roster | None:
    """A first roster, improved person by person, for methods that like to start from one; None if none came easily."""
    compiled, rng = problem.compiled, np.random.default_rng([seed, 0])
    try:
        if table_cells(compiled, problem.automata) > ConstructionTuning().cells:
            return None
        descent = Descent(compiled, problem.automata)
        made = descent.fill(_order(compiled, rng), rng)
        if made.duties is None:
            return None
        descent.descend(made.duties, rng.permutation(compiled.employees), over)
    except (UnsupportedError, ValueError) as error:
        log.info("no quick start: %s", error)
        return None
    roster = Roster(made.duties)
    return roster if problem.evaluate(roster).feasible else None


def mended(problem: RosterProblem, plan: Roster) -> Roster | None:
    """A plan in which those whose own hard rules are broken have new rosters; None where one is still broken.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster

    Returns
    -------
    Roster or None
        The plan itself where it keeps all hard rules.
    """
    if problem.evaluate(plan).feasible:
        return plan
    compiled, duties = problem.compiled, plan.duties.copy()
    try:
        if table_cells(compiled, problem.automata) > ConstructionTuning().cells:
            return None
        descent = Descent(compiled, problem.automata)
        values = descent.rows.counts(duties)
        for e in range(compiled.employees):
            if math.isfinite(descent.pricer.cost(e, duties[e])):
                continue
            descent.take(values, e, duties[e], -1.0)
            word = descent.best(e, values)
            if word is None:
                return None
            duties[e] = word
            descent.take(values, e, duties[e], 1.0)
    except (UnsupportedError, ValueError) as error:
        log.info("the plan is not mended: %s", error)
        return None
    made = Roster(duties)
    return made if problem.evaluate(made).feasible else None


def _by_pieces(
    compiled: CompiledRoster,
    built: Automata,
    rng: np.random.Generator,
    over: Callable[[], bool],
    tuning: ConstructionTuning,
) -> Constructed:
    days, duties = compiled.days, np.zeros((compiled.employees, compiled.days), dtype=np.int16)
    first, hard = 0, hard_price(compiled)
    while first < days:
        rest = days - first
        keep = rest if rest <= tuning.piece + tuning.piece // 2 else tuning.piece
        last = min(days, first + keep + tuning.overlap)
        piece, cut = window(compiled, built, duties, first, last, first + keep, tuning.guide)
        descent = Descent(piece, cut, hard)
        values = np.zeros(descent.rows.lines)
        made = np.zeros((piece.employees, piece.days), dtype=np.int16)
        moved: list[int] = []
        for e in _order(piece, rng).tolist():
            word = descent.best(e, values, _noise(rng, piece))
            if word is None:
                longer = _backed_up(compiled, built, duties, e, (first, first + keep, last), tuning)
                if longer is None:
                    log.info("days %d to %d: no roster for person %d", first, last - 1, e)
                    return Constructed(None, e)
                duties[e, :first] = longer[:first]
                word = longer[first:last]
                moved.append(e)
            made[e] = word
            descent.take(values, e, word, 1.0)
        if not over():
            # a person who was backed up no longer follows the decided days that this piece knows
            order = _order(piece, rng)
            descent.descend(made, order[~np.isin(order, moved)], over, tuning.passes)
        duties[:, first : first + keep] = made[:, :keep]
        first += keep
    return Constructed(duties)


def _backed_up(
    compiled: CompiledRoster,
    built: Automata,
    duties: Duties,
    employee: int,
    piece_days: tuple[int, int, int],
    tuning: ConstructionTuning,
) -> Duties | None:
    """Plan one person again from an earlier day, where the days already decided leave no way on."""
    first, until, last = piece_days
    back, reach = first, tuning.piece
    while back > 0:
        back, reach = max(0, first - reach), 2 * reach
        piece, cut = window(compiled, built, duties, back, last, until, tuning.guide)
        descent = Descent(piece, cut, hard_price(compiled))
        others = np.array(duties[:, back:last])
        others[employee] = 0
        word = descent.best(employee, descent.rows.counts(others))
        if word is not None:
            return np.concatenate([duties[employee, :back], word])
    return None


def _order(compiled: CompiledRoster, rng: np.random.Generator) -> NDArray[np.intp]:
    """People with the fewest possible duties first."""
    freedom = compiled.allowed.sum(axis=(1, 2)) + rng.random(compiled.employees)
    return np.argsort(freedom)


def _noise(rng: np.random.Generator, compiled: CompiledRoster) -> NDArray[np.float64]:
    noise: NDArray[np.float64] = np.floor(rng.random((compiled.days, compiled.alphabet)) * 64) / 2**16
    return noise
