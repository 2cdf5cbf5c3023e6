"""Work leaves in the middle where that is allowed and a stop was asked for, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.core.breaking_off import BrokenOff, breaking_off, heed
from optimise.core.method import heeding
from optimise.solvers.linear import LinearModel

pytestmark = pytest.mark.quick


class Asked:
    stopping = True


def test_a_look_leaves_only_where_both_are_so() -> None:
    heed()
    with breaking_off():
        heed()
    with heeding(Asked()):
        heed()
        with breaking_off(), pytest.raises(BrokenOff):
            heed()
        heed()


def test_a_model_looks_whenever_something_is_added() -> None:
    model = LinearModel("test")
    columns, rows = model.add_columns("x", 2), model.add_rows("row", 2)
    with heeding(Asked()), breaking_off():
        for add in (
            lambda: model.add_columns("y", 1),
            lambda: model.add_rows("other", 1),
            lambda: model.add_entries(rows, columns),
            model.freeze,
        ):
            with pytest.raises(BrokenOff):
                add()
    model.add_entries(rows, columns)
    assert np.array_equal(model.freeze().index, [0, 1])
