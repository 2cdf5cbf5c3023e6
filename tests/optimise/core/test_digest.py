"""What is fed into a hash: different contents never read the same, and what is left out does not count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimise.core.digest import feed


@dataclass
class Thing:
    array: Any
    note: str = ""
    more: Any = None


def digest(value: Any, **left_out: Any) -> str:
    sha = hashlib.sha256()
    feed(sha, value, **left_out)
    return sha.hexdigest()


def test_shapes_lengths_and_nesting_count() -> None:
    values = [np.zeros(4), np.zeros((2, 2)), (1, 23), (12, 3), ((1, 2), 3), (1, (2, 3)), "12", ("1", "2"), Thing((1,))]
    assert len({digest(v) for v in values}) == len(values)


def test_number_types_of_arrays_do_not_count() -> None:
    assert digest(np.arange(3, dtype=np.int16)) == digest(np.arange(3, dtype=np.int64))


def test_what_is_only_told_does_not_count_and_what_may_be_absent_counts_once_it_is_there() -> None:
    assert digest(Thing(1, "a"), told={"note"}) == digest(Thing(1, "b"), told={"note"})
    assert digest(Thing(1, "a")) != digest(Thing(1, "b"))
    absent = digest(Thing(1), optional={"more"})
    assert absent != digest(Thing(1, more=2), optional={"more"})
    assert absent == digest(Thing(1), told={"more"})
