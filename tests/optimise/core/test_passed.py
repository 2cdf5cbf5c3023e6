"""Which part of a stretch of time has passed, and where its stages end."""

from __future__ import annotations

import math

import pytest

from optimise.core.passed import passed, stage_end


@pytest.mark.parametrize(("elapsed", "seconds", "part"), [(0, 10, 0.0), (5, 10, 0.5), (15, 10, 1.5), (0, 0, 1.0)])
def test_part_of_a_stretch(elapsed: float, seconds: float, part: float) -> None:
    assert passed(elapsed, seconds) == part


def ends(seconds: float, first: float) -> list[float]:
    found: list[float] = []
    for tenth in range(int(10 * seconds)):
        end = stage_end(tenth / 10, seconds, first)
        if end not in found:
            found.append(end)
    return found


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [(30, [30]), (60, [60]), (100, [100]), (120, [60, 120]), (200, [60, 200]), (600, [60, 120, 240, 600])],
)
def test_stages_double_and_the_last_takes_what_is_left(seconds: float, wanted: list[float]) -> None:
    assert ends(seconds, 60.0) == wanted


def test_the_first_stages_do_not_depend_on_a_longer_limit() -> None:
    for moment in (0.0, 30.0, 80.0, 110.0):
        assert len({stage_end(moment, seconds, 60.0) for seconds in (240.0, 600.0, 3600.0, math.inf)}) == 1


def test_the_end_of_a_stage_is_given_to_the_next() -> None:
    assert stage_end(56.9, 600.0, 60.0) == 60.0
    assert stage_end(57.1, 600.0, 60.0) == 120.0


def test_an_infinite_stage_is_the_whole() -> None:
    assert stage_end(17.0, 600.0, math.inf) == 600.0
