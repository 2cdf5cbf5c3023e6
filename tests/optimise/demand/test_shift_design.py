"""Shift times from demand, against a list of all choices of a tiny day."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from optimise.core.errors import WardwiseError
from optimise.core.result import Stop
from optimise.demand.shift_design import Design, Work, design_shifts


def covered(found: Design, need: np.ndarray, work: Work, step: int) -> bool:
    """Whether people at work, breaks left out, are enough at some placement of breaks: only used without breaks."""
    days, parts = need.shape
    have = np.zeros(days * parts, dtype=int)
    for shift in found.shifts:
        for day, people in enumerate(shift.people):
            for part in range(shift.length // step):
                have[(day * parts + shift.begin // step + part) % (days * parts)] += people
    return bool((have >= need.ravel()).all())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("most", [1, 2])
def test_the_fewest_paid_minutes_of_all_choices(seed: int, most: int) -> None:
    step, work = 360, Work(lengths=(360, 720), most_types=most, every=360, break_minutes=0)
    need = np.random.default_rng(seed).integers(0, 3, (1, 4))
    found = design_shifts(need, work, step=step)
    types = list(product(range(4), (1, 2)))
    best = np.inf
    for some in combinations(types, most):
        for counts in product(range(3), repeat=most):
            have, paid = np.zeros(4, dtype=int), 0
            for (begin, length), people in zip(some, counts, strict=True):
                for part in range(length):
                    have[(begin + part) % 4] += people
                paid += people * length * step
            if (have >= need[0]).all():
                best = min(best, paid)
    assert found.paid_minutes == best
    assert found.stop is (Stop.OPTIMAL if np.isfinite(best) else Stop.INFEASIBLE)
    if np.isfinite(best):
        assert found.bound == best
        assert len(found.shifts) <= most
        assert covered(found, need, work, step)


def test_somebody_stands_in_for_a_break() -> None:
    need = np.zeros((1, 24), dtype=np.int64)
    need[0, 8:16] = 1
    work = Work(lengths=(480,), most_types=2, break_minutes=60, edge=120)
    found = design_shifts(need, work, step=60)
    assert found.paid_minutes == 2 * 420
    assert sum(sum(s.people) for s in found.shifts) == 2
    alone = design_shifts(need, Work(lengths=(480,), most_types=1, break_minutes=0), step=60)
    assert [(s.begin, s.people) for s in alone.shifts] == [(480, (1,))]


def test_a_night_reaches_into_the_first_day() -> None:
    need = np.zeros((7, 24), dtype=np.int64)
    need[6, 22:] = 1
    need[0, :6] = 1
    found = design_shifts(need, Work(lengths=(480,), most_types=1, break_minutes=0), step=60)
    assert [(s.begin, s.people) for s in found.shifts] == [(1320, (0, 0, 0, 0, 0, 0, 1))]
    assert found.spare == 0


@pytest.mark.parametrize(
    ("work", "word"),
    [
        (Work(lengths=(475,)), "multiple of 60"),
        (Work(lengths=(1500,), break_minutes=0), "at most 1440"),
        (Work(lengths=(420,), break_minutes=60, edge=240), "no place for its break"),
    ],
)
def test_times_that_make_no_sense_are_refused(work: Work, word: str) -> None:
    with pytest.raises(WardwiseError, match=word):
        design_shifts(np.ones((1, 24), dtype=np.int64), work, step=60)
