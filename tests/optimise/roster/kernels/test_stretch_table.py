"""The table of a stretch finds the cheapest of all words that keep the fixed days."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimise.roster.kernels import roster_state, stretch_table
from optimise.roster.kernels.stretch_days import Axis, Stretch
from optimise.roster.rules import Runs
from optimise.testing import ward
from optimise.testing.wards import WORK

pytestmark = pytest.mark.usefixtures("interpreted")
CUTS = [np.array([0, 6, 0, 0]), np.array([2, 6, 0, 0]), np.array([0, 2, 3, 5]), np.array([1, 3, 4, 6])]
NONE = Axis(-1, 0, 1)


class Case:
    """A person of a small ward with prices drawn, the stretch, and every word that keeps the other days."""

    def __init__(self, small, seed: int, cuts: np.ndarray, cells: int = 60_000) -> None:
        random = np.random.default_rng(seed)
        self.ward, self.staff, self.plan, self.e = small, small.staff, small.plan(random), seed % 3
        pieces = 1 if cuts[3] == 0 else 2
        days = [d for i in range(pieces) for d in range(cuts[2 * i], cuts[2 * i + 1])]
        self.free = np.isin(np.arange(6), days)
        self.stretch = Stretch(self.e, cuts, pieces, len(days), False)
        self.space = roster_state.workspace_for(self.staff, 6, 1, cells=cells)
        self.space.price[:] = random.integers(-12, 12, self.space.price.shape)
        self.space.shut[:] = ~self.staff.allowed[self.e]
        kept = (small.words[:, ~self.free] == self.plan.words[self.e, ~self.free]).all(axis=1)
        self.words, self.places = small.words[kept], np.flatnonzero(kept)
        self.begin = self.now(self.plan.words[self.e], 0.0)

    def prices(self, words: np.ndarray) -> np.ndarray:
        days = np.flatnonzero(self.free)
        return self.space.price[days, words[:, days]].sum(axis=1)

    def axes(self) -> list[Axis]:
        """The totals of the person; a calendar last."""
        mine = sorted(range(self.staff.own[self.e], self.staff.own[self.e + 1]), key=lambda c: self.staff.table[c] < 0)
        out = []
        for c in mine:
            base = self.plan.amounts[c] - self.units(c, self.plan.words[self.e], self.free)
            out.append(Axis(c, base, 8))
        return out

    def units(self, c: int, word: np.ndarray, days: np.ndarray) -> int:
        """Units of a total on some days."""
        if self.staff.table[c] >= 0:
            return int(self.staff.values[self.staff.table[c], np.arange(6), word][days].sum())
        k, s, hits = self.staff.automaton[self.e], 0, []
        for d in range(6):
            r = self.staff.at[self.staff.layer[k, d]] + s * self.staff.width[k] + self.staff.letter[k, word[d]]
            hits.append(int(self.staff.hits[r, self.staff.calendar[c]]))
            s = self.staff.move[r]
        return int(np.array(hits)[days].sum())

    def now(self, word: np.ndarray, totals: float) -> float:
        """Cost of a word's sequences and cells on the free days, and of its totals."""
        k, s, found = self.staff.automaton[self.e], 0, totals
        for d in range(6):
            r = self.staff.at[self.staff.layer[k, d]] + s * self.staff.width[k] + self.staff.letter[k, word[d]]
            if self.free[d]:
                found += self.staff.cost[r] + self.staff.unit[self.e, d, word[d]]
            s = self.staff.move[r]
        return found

    def totals(self, word: np.ndarray, axes: list[Axis]) -> float:
        whole = np.ones(6, dtype=bool)
        return sum(
            roster_state.total_price(self.staff, a.counter, self.units(a.counter, word, whole), self.ward.price)
            for a in axes
        )

    def expected(self, axes: list[Axis]) -> np.ndarray:
        """Cost of each word as the table counts it; totals that are no axis count nothing."""
        sums = self.ward.costs(self.e)[self.places]
        old = self.plan.words[self.e]
        every = self.axes()
        out = np.full(len(sums), math.inf)
        before = self.ward.costs(self.e)[int("".join(map(str, old)), 3)] - self.totals(old, every)
        for i in np.flatnonzero(np.isfinite(sums)).tolist():
            own = sums[i] - self.totals(self.words[i], every)
            out[i] = own - before + self.begin + self.totals(self.words[i], axes)
        return out + self.prices(self.words)

    def best(self, inner: Axis, outer: Axis, *, strict: bool = False, cutoff: float = math.inf) -> float:
        self.space.work[:] = 0.0
        found = stretch_table.best_in_table(
            self.staff, self.plan, self.stretch, inner, outer, strict, cutoff, self.ward.price, self.space
        )
        return float(found)

    def answer(self) -> np.ndarray:
        word = self.plan.words[self.e].copy()
        word[self.free] = self.space.new[self.free]
        return word


def chosen(case: Case, which: str) -> tuple[Axis, Axis]:
    axes = case.axes()
    values = [a for a in axes if case.staff.table[a.counter] >= 0]
    inner = values[0] if which != "none" and values else NONE
    others = [a for a in axes if a.counter != inner.counter]
    return inner, others[-1] if which == "both" and others else NONE


@pytest.mark.parametrize("weekend", [False, True])
@pytest.mark.parametrize("which", ["none", "one", "both"])
@pytest.mark.parametrize("cuts", CUTS)
def test_the_answer_is_the_cheapest_of_all_words(small, cuts: np.ndarray, which: str, weekend: bool) -> None:
    for seed in range(5):
        case = Case(small(seed, weekend=weekend), seed, cuts)
        inner, outer = chosen(case, which)
        expected = case.expected([a for a in (inner, outer) if a.counter >= 0])
        assert case.best(inner, outer) == pytest.approx(expected.min())
        word = case.answer()
        place = np.flatnonzero((case.words == word).all(axis=1))
        assert expected[place[0]] == pytest.approx(expected.min())


@pytest.mark.parametrize("cuts", CUTS[:3])
def test_hard_limits_of_the_inner_total_bind_where_they_can_be_met(small, cuts: np.ndarray) -> None:
    bound = 0
    for seed in range(12):
        case = Case(small(seed), seed, cuts)
        inner, _ = chosen(case, "one")
        if inner.counter < 0:
            continue
        c = inner.counter
        whole = np.ones(6, dtype=bool)
        raw = np.array([case.units(c, w, whole) for w in case.words]) * case.staff.unit_of[c]
        keeps = np.ones(len(raw), dtype=bool)
        if math.isinf(case.staff.price_lower[c]):
            keeps &= raw >= case.staff.lower[c]
        if math.isinf(case.staff.price_upper[c]):
            keeps &= raw <= case.staff.upper[c]
        expected = np.where(keeps, case.expected([inner]), math.inf)
        if np.isfinite(expected).any():
            bound += not keeps.all()
            assert case.best(inner, NONE, strict=True) == pytest.approx(expected.min())
    assert bound >= 4


@pytest.mark.parametrize("cuts", CUTS)
def test_a_cutoff_hides_only_what_is_dearer(small, cuts: np.ndarray) -> None:
    for seed in range(5):
        case = Case(small(seed), seed, cuts)
        inner, outer = chosen(case, "both")
        least = case.best(inner, outer)
        assert case.space.work[1] == 0.0
        assert case.best(inner, outer, cutoff=least) == least
        assert case.best(inner, outer, cutoff=least + 3.0) == least
        assert case.best(inner, outer, cutoff=least - 0.5) >= least
        # whatever totals cost, no way is as cheap as this
        assert case.best(inner, outer, cutoff=case.expected([]).min() - 0.5) == math.inf
        assert case.space.work[1] == 1.0


def test_a_table_too_large_is_told(small) -> None:
    case = Case(small(2), 2, CUTS[0], cells=64)
    assert math.isnan(case.best(*chosen(case, "both")))


def test_of_duties_that_no_rule_tells_apart_the_cheapest_is_taken() -> None:
    problem = ward("alike", [Runs(name="work", of=WORK, maximum=2)], people=1, days=6)
    plan = roster_state.state_of(problem.arrays, np.zeros((1, 6), dtype=np.int16))
    roster_state.evaluate(problem.arrays, plan, 1.0)
    space = roster_state.workspace_for(problem.arrays, 6, 1, cells=8000)
    space.price[:, 1], space.price[:, 2] = [-1, -2, -3, -4, -5, -6], [-2, -1, -4, -3, -6, -5]
    whole = Stretch(0, np.array([0, 6]), 1, 6, False)
    found = stretch_table.best_in_table(problem.arrays, plan, whole, NONE, NONE, False, math.inf, 1.0, space)
    chosen_prices = space.price[np.arange(6), space.new]
    assert found == chosen_prices.sum() == -18.0  # two days off, and of each other day the cheaper duty
    assert np.array_equal(chosen_prices[space.new > 0], space.price.min(axis=1)[space.new > 0])


def test_shut_duties_are_not_taken(small) -> None:
    for seed in range(5):
        case = Case(small(seed), seed, CUTS[2])
        inner, outer = chosen(case, "both")
        random = np.random.default_rng(seed)
        case.space.shut[:] |= random.random(case.space.shut.shape) < 0.3
        shut = case.space.shut[np.arange(6), case.words][:, case.free].any(axis=1)
        expected = np.where(shut, math.inf, case.expected([a for a in (inner, outer) if a.counter >= 0]))
        assert case.best(inner, outer) == pytest.approx(expected.min())
