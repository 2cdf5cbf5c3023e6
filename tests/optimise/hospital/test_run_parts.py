"""Runs of annealing in parts."""

from __future__ import annotations

import pytest

from optimise.hospital.run_parts import RunParts


def test_a_work_limit_is_divided_evenly_whatever_the_clock_says() -> None:
    parts, shares = RunParts(1e-9, 100, 4, moves=7, least=1), []
    while (share := parts.share) < 1.0:
        shares.append(share)
        parts.count()
        parts.pace()
    assert shares == [0.0, 0.25, 0.5, 0.75]
    assert parts.done == 100


def test_parts_that_are_too_short_grow_twofold() -> None:
    parts = RunParts(1e6, None, 10, moves=8, least=1)
    assert parts.share == pytest.approx(0.0, abs=1e-3)
    for wanted in (16, 32):
        parts.count()
        parts.pace()
        assert parts.chunk == wanted


def test_parts_that_are_too_long_are_halved_down_to_the_least() -> None:
    parts = RunParts(1e-9, None, 10, moves=8, least=3)
    assert parts.share >= 0.0
    for wanted in (4, 3, 3):
        parts.pace()
        assert parts.chunk == wanted


def test_no_part_takes_longer_than_is_allowed() -> None:
    parts = RunParts(1e12, None, 1, moves=8, least=1, longest=1e-9)
    assert parts.share < 1.0
    parts.pace()
    assert parts.chunk == 4
