"""Numbers that steer the searches on rosters: what they are when nobody says otherwise makes sense."""

from __future__ import annotations

import pytest

from optimise.core.errors import InputError
from optimise.methods.options import MatheuristicOptions
from optimise.roster.search.tuning import ChooserTuning, ConstructionTuning, ReinsertionTuning, RelaxationTuning


def test_searches_begin_hot_and_with_long_steps() -> None:
    assert ReinsertionTuning().cold < ReinsertionTuning().hot
    assert RelaxationTuning().last < RelaxationTuning().first
    assert ChooserTuning().smallest < 1 < ChooserTuning().largest
    assert ConstructionTuning().overlap < ConstructionTuning().piece


@pytest.mark.parametrize(
    ("name", "value"), [("reinsertion.people", []), ("reinsertion.lengths", [0]), ("construction.piece", 0)]
)
def test_what_no_search_can_use_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InputError, match=name):
        MatheuristicOptions.of({f"tuning.{name}": value})
