"""The order of dives from the root."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from hpc.column_generation.master_tuning import RootTuning, WindowTuning
from hpc.column_generation.options import ColumnGenerationTuning
from hpc.column_generation.root import planned_dives

TUNING = ColumnGenerationTuning(root=RootTuning(crowd=100), windows=WindowTuning(least_days=42))


def run(people: int, days: int, annealed: bool = True) -> Any:
    """What the choice of dives reads of a run."""
    cover = SimpleNamespace(kind=[0] * people, days=days)
    return cast("Any", SimpleNamespace(tuning=TUNING, annealed=annealed, cover=cover))


@pytest.mark.parametrize(("people", "days", "first"), [(4, 24, "guided"), (5, 20, "lasting"), (3, 42, "lasting")])
def test_after_annealing_many_people_or_many_weeks_get_the_careful_dive_first(
    people: int, days: int, first: str
) -> None:
    chosen = planned_dives(run(people, days))[0]
    assert chosen == (TUNING.root.lasting if first == "lasting" else TUNING.root.guided[0])


def test_long_horizons_have_one_dive_and_many_people_several() -> None:
    assert planned_dives(run(3, 42)) == (TUNING.root.lasting,)
    assert planned_dives(run(5, 20)) == (TUNING.root.lasting, *TUNING.root.guided[1:])


@pytest.mark.parametrize(("people", "careful"), [(79, False), (80, True)])
def test_where_annealing_does_not_suit_many_people_get_the_careful_dive_second(people: int, careful: bool) -> None:
    chosen = planned_dives(run(people, 84, annealed=False))
    assert (TUNING.root.lasting in chosen) is careful
    assert chosen == (
        (TUNING.root.dives[0], TUNING.root.lasting, *TUNING.root.dives[2:]) if careful else TUNING.root.dives
    )
