"""The price of a duty is what the cover costs more with it, by the evaluator."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.roster.kernels import duty_prices, roster_state

pytestmark = pytest.mark.usefixtures("interpreted")


def without(ward, plan, e: int) -> float:
    """Take a person out of the cover; returns what the cover costs then."""
    own = sum(ward.costs(i)[int("".join(map(str, plan.words[i])), 3)] for i in range(3))
    return ward.value(plan.words) - own + roster_state.move_cover(ward.staff, plan, e, 0, 6, -1.0)


@pytest.mark.parametrize("risen", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_a_duty_costs_what_the_cover_costs_more(small, seed: int, risen: bool) -> None:
    ward, random = small(seed), np.random.default_rng(seed)
    plan = ward.plan(random)
    space = roster_state.workspace_for(ward.staff, 6, 1, cells=80)
    for e in range(3):
        without(ward, plan, e)
        space.price[:] = -1.0
        cuts = np.array([0, 2, 3, 5])
        plan.rise[:] = plan.rise if risen else 99.0  # not to be read where it is out of step
        duty_prices.cover_prices(ward.staff, plan, ward.staff.kind[e], cuts, 2, 0.0, risen, space)
        assert (space.price[[2, 5]] == -1.0).all()  # days that are not free
        for d in (0, 1, 3, 4):
            kept = plan.words[e, d]
            for a in range(3):
                plan.words[e, d] = a
                more = roster_state.move_cover(ward.staff, plan, e, d, d + 1, 1.0)
                assert space.price[d, a] == more
                roster_state.move_cover(ward.staff, plan, e, d, d + 1, -1.0)
            plan.words[e, d] = kept
        roster_state.move_cover(ward.staff, plan, e, 0, 6, 1.0)


@pytest.mark.parametrize("seed", range(4))
def test_prices_of_a_day_are_differences_of_the_evaluator(small, seed: int) -> None:
    """Two duties of a day differ in price as the rosters with them differ in cover."""
    ward, random = small(seed), np.random.default_rng(seed)
    space = roster_state.workspace_for(ward.staff, 6, 1, cells=80)
    for e in range(3):
        plan = ward.plan(random)
        without(ward, plan, e)
        duty_prices.cover_prices(ward.staff, plan, ward.staff.kind[e], np.array([0, 6]), 1, 0.0, True, space)
        first, second = (ward.words[w] for w in random.choice(np.flatnonzero(np.isfinite(ward.costs(e))), 2))
        told, cover = [], []
        for word in (first, second):
            words = plan.words.copy()
            words[e] = word
            own = ward.costs(e)[int("".join(map(str, word)), 3)]
            cover.append(ward.value(words) - own)
            told.append(space.price[np.arange(6), word].sum())
        assert told[1] - told[0] == pytest.approx(cover[1] - cover[0])


def test_noise_is_added_within_its_size(small) -> None:
    ward = small(1)
    plan = ward.plan(np.random.default_rng(1))
    quiet, loud = (roster_state.workspace_for(ward.staff, 6, 1, cells=80) for _ in range(2))
    np.random.seed(5)  # noqa: NPY002
    for noise, space in ((0.0, quiet), (0.5, loud)):
        duty_prices.cover_prices(ward.staff, plan, 0, np.array([0, 6]), 1, noise, True, space)
    extra = loud.price - quiet.price
    assert (extra >= 0).all()
    assert (extra < 0.5).all()
    assert len(np.unique(extra.round(9))) == extra.size
