"""Maps of outer counters against their definition, value by value."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from optimise.roster.kernels.network import duty_classes, inverse_maps, outer_maps


@pytest.mark.parametrize(("caps", "prices"), [([2], [math.inf]), ([2, 3], [5.0, math.inf]), ([1, 2], [2.0, 3.0])])
def test_a_step_is_capped_priced_or_barred(caps: list[int], prices: list[float]) -> None:
    steps = np.array(list(product(range(3), repeat=len(caps))), dtype=np.int64)
    omap, price = outer_maps(steps, caps, prices)
    values = list(product(*(range(cap + 1) for cap in caps)))
    for v, step in enumerate(steps.tolist()):
        for at, value in enumerate(values):
            moved = [a + b for a, b in zip(value, step, strict=True)]
            past = [max(0, m - cap) for m, cap in zip(moved, caps, strict=True)]
            if any(p and math.isinf(each) for p, each in zip(past, prices, strict=True)):
                assert omap[v, at] == -1
                continue
            assert values[omap[v, at]] == tuple(min(m, cap) for m, cap in zip(moved, caps, strict=True))
            assert price[v, at] == sum(p * each for p, each in zip(past, prices, strict=True) if p)


def test_the_inverse_lists_where_each_value_comes_from() -> None:
    omap, _ = outer_maps(np.array([[0], [1], [2]]), [3], [1.0])
    pointers, back = inverse_maps(omap)
    for v, target in product(range(3), range(4)):
        listed = back[v, pointers[v, target] : pointers[v, target + 1]]
        assert sorted(listed.tolist()) == np.flatnonzero(omap[v] == target).tolist()


def test_duties_of_equal_columns_are_one_class() -> None:
    classes, count = duty_classes([np.array([[0, 1, 1, 0]]), np.array([[0, 5, 5, 2]])])
    assert classes.tolist() == [0, 1, 1, 2]
    assert count == 3
