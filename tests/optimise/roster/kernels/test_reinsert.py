"""People are put back as well as listing all words would, and the search's book is the evaluator's."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.roster.kernels import reinsert, roster_state
from optimise.roster.kernels.reinsert import Arms, ReinsertionScope, Windows
from optimise.testing import brute

pytestmark = pytest.mark.usefixtures("interpreted")
KINDS = np.array([[1, 6, 1], [2, 6, 1], [1, 2, 2], [3, 3, 1]])


def space_of(ward):
    return roster_state.workspace_for(ward.staff, 6, 3, cells=60_000)


def filled(ward, plan, order: list[int], windows: list[list[int]], mean: np.ndarray | None = None) -> int:
    staff = ward.staff._replace(lower=ward.staff.lower.copy(), upper=ward.staff.upper.copy())
    n = len(windows)
    bounds = (np.repeat(b[None], n, axis=0) for b in (ward.staff.lower, ward.staff.upper))
    share = np.zeros((3, 6, 3), np.float32) if mean is None else mean
    people, made = np.array(order, dtype=np.int64), Windows(np.array(windows), *bounds)
    return int(reinsert.fill(staff, plan, people, made, share, ward.price, 0.0, 1, space_of(ward)))


@pytest.mark.parametrize(("seed", "weekend"), [(0, False), (1, True), (2, False), (3, True)])
def test_a_person_is_filled_in_at_the_least_cost(small, seed: int, weekend: bool) -> None:
    ward, random = small(seed, weekend=weekend), np.random.default_rng(seed)
    plan, e = ward.plan(random), seed % 3
    roster_state.move_cover(ward.staff, plan, e, 0, 6, -1.0)
    words = plan.words.copy()
    assert filled(ward, plan, [e], [[0, 6, 6]]) == 1
    costs = []
    for w in np.flatnonzero(np.isfinite(ward.costs(e, hard=True))):
        words[e] = ward.words[w]
        costs.append(ward.value(words))
    if costs:
        assert ward.value(plan.words) == pytest.approx(min(costs))


@pytest.mark.parametrize("seed", range(4))
def test_lines_hold_what_people_are_expected_to_bring_until_their_turn(small, seed: int) -> None:
    ward = small(seed)
    mean = np.random.default_rng(seed).dirichlet(np.ones(3), (3, 6)).astype(np.float32)
    plan = roster_state.state_of(ward.staff, np.zeros((3, 6), dtype=np.int16))
    for e in range(3):
        reinsert._expected(ward.staff, plan, e, mean, 1.0)
    for line, each in enumerate(ward.problem.compiled.lines):
        told = sum(
            t.coefficient * mean[e, t.day, a]
            for t in each.terms
            for e in range(3)
            for a in range(3)
            if t.mask >> a & 1 and (t.employees is None or e in t.employees)
        )
        assert plan.lines[line] == pytest.approx(told, abs=1e-5)
    windows = [[0, 4, 2], [2, 6, 6]]
    assert filled(ward, plan, [2, 0, 1], windows, mean) == 3
    anew = roster_state.state_of(ward.staff, plan.words)
    roster_state.evaluate(ward.staff, anew, ward.price)
    assert np.allclose(plan.lines, anew.lines, atol=1e-5)
    assert np.array_equal(plan.states, anew.states)
    assert np.array_equal(plan.amounts, anew.amounts)
    assert np.isfinite(ward.value(plan.words))


def test_the_first_for_whom_nothing_is_found_is_told(small) -> None:
    ward = small(1)
    plan = roster_state.state_of(ward.staff, np.zeros((3, 6), dtype=np.int16))
    shut = ward.staff.allowed.copy()
    shut[2, 3] = False
    staff = ward.staff._replace(allowed=shut)
    mean = np.full((3, 6, 3), 0.25, np.float32)
    for e in range(3):
        reinsert._expected(staff, plan, e, mean, 1.0)
    windows = Windows(
        np.array([[0, 3, 2], [2, 6, 6]]), *(np.repeat(b[None], 2, axis=0) for b in (staff.lower, staff.upper))
    )
    order = np.array([0, 2, 1])
    assert reinsert.fill(staff, plan, order, windows, mean, ward.price, 0.0, 1, space_of(ward)) == 1
    # the others are still expected, and nothing is left of the first days of the one
    left = roster_state.state_of(staff, plan.words)
    roster_state.move_cover(staff, left, 0, 0, 6, 1.0)
    for e in (1, 2):
        reinsert._expected(staff, left, e, mean, 1.0)
    assert np.allclose(plan.lines, left.lines, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_the_search_changes_the_cost_by_what_it_says(small, seed: int) -> None:
    ward = small(seed, weekend=bool(seed % 2))
    plan = ward.plan(np.random.default_rng(seed))
    arms, space = Arms(KINDS, np.zeros((len(KINDS), 3))), space_of(ward)
    for heat in (0.0, 5.0):
        before, held = ward.value(plan.words), plan.words.copy()
        scope = ReinsertionScope(np.array([0, 2]), 1, 5)
        kinds = Arms(np.minimum(KINDS, [2, 4, 2]), arms.tally)
        change = reinsert.ruin_and_recreate(ward.staff, plan, scope, kinds, ward.price, heat, heat, 12, seed, space)
        assert change == pytest.approx(ward.value(plan.words) - before)
        assert heat > 0 or change <= 0
        assert np.array_equal(plan.words[1], held[1])
        assert np.array_equal(plan.words[:, [0, 5]], held[:, [0, 5]])
        anew = roster_state.state_of(ward.staff, plan.words)
        roster_state.evaluate(ward.staff, anew, ward.price)
        for mine, other in zip(plan, anew, strict=True):
            assert np.allclose(mine, other)
    assert arms.tally[:, 0].sum() == 24
    assert (arms.tally[:, 1] >= 0).all()
    assert (arms.tally[arms.tally[:, 0] > 0, 2] > 0).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_search_ends_at_the_optimum_of_a_small_ward(small, seed: int) -> None:
    ward = small(seed, days=4)
    optimum, plan = brute(ward.priced), ward.plan(np.random.default_rng(seed))
    kinds = np.minimum(KINDS, [3, 4, 2])
    arms, space, reached = Arms(kinds, np.zeros((len(kinds), 3))), space_of(ward), []
    for k, heat in enumerate((4.0, 1.0, 0.0)):
        scope = ReinsertionScope(np.arange(3), 0, 4)
        reinsert.ruin_and_recreate(ward.staff, plan, scope, arms, ward.price, heat, heat, 40, k, space)
        reached.append(ward.value(plan.words))
    assert min(reached) == pytest.approx(optimum.cost)


def test_kinds_that_gain_get_the_work() -> None:
    """Shares of the work go by gain per work; what brings nothing keeps a small one."""
    kinds, tally = np.array([[1, 5, 1], [2, 5, 1]]), np.array([[100.0, 50.0, 1e4], [100.0, 0.0, 1e4]])
    np.random.seed(1)  # noqa: NPY002
    drawn = [reinsert._chosen_arm(Arms(kinds, tally), 5, np.zeros(2)) for _ in range(3000)]
    expected = reinsert.FLOOR / (1.0 + 2 * reinsert.FLOOR)
    assert 0.5 * expected < np.mean(drawn) < 1.6 * expected


@pytest.mark.parametrize("wanted", [1, 2])
def test_pieces_lie_in_the_scope_and_hold_the_day(wanted: int) -> None:
    np.random.seed(2)  # noqa: NPY002
    scope, cuts, two = ReinsertionScope(np.arange(3), 2, 14), np.zeros(4, np.int64), 0
    for _ in range(300):
        day = int(np.random.randint(2, 14))  # noqa: NPY002
        pieces = reinsert._chosen_cuts(scope, day, 3, wanted, cuts)
        ends = cuts[: 2 * pieces]
        assert ends[0] >= 2
        assert ends[-1] <= 14
        assert (np.diff(ends) >= 0).all()
        assert any(ends[2 * i] <= day < ends[2 * i + 1] for i in range(pieces))
        two += pieces == 2
        assert sum(ends[1::2] - ends[::2]) == 3 * pieces or pieces < wanted
    assert (two > 100) == (wanted == 2)
