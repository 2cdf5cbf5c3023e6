"""Pieces of work that ranks can share."""

from __future__ import annotations

from collections.abc import Mapping

from optimise.core.lanes import Lanes, lanes_of, one_lane
from optimise.core.problem import Problem


class _Threefold:
    def lanes(self, problem: Problem, options: Mapping[str, object] | None = None) -> Lanes:
        return Lanes(3, "weeks")


class _Alone:
    lanes = staticmethod(one_lane)


def test_a_method_says_how_much_can_be_done_side_by_side() -> None:
    assert lanes_of(_Threefold(), None) == Lanes(3, "weeks")  # type: ignore[arg-type]
    assert lanes_of(_Alone(), None) == Lanes(1, "processes")  # type: ignore[arg-type]


def test_who_says_nothing_has_work_for_every_rank() -> None:
    assert lanes_of(object(), None) is None  # type: ignore[arg-type]
