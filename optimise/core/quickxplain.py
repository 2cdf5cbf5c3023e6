"""Minimal conflicts by divide and conquer (Junker 2004, QuickXplain)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

__all__ = ["quickxplain"]

T = TypeVar("T")


def quickxplain(
    items: Sequence[T], conflicting: Callable[[list[T]], bool | None], *, base: Sequence[T] = ()
) -> tuple[list[T], bool]:
    """Shrink a conflicting set to one of which every proper subset is consistent.

    Parameters
    ----------
    items : sequence
        Together with ``base`` they conflict; those early in the list are kept in preference.
    conflicting : callable
        Whether a list of items cannot hold together; None when that could not be found out in time.
    base : sequence
        Taken for granted and not returned.

    Returns
    -------
    list, bool
        The conflict, in the order of ``items``, and whether it is certainly minimal. It is a conflict in any case,
        because an unanswered test never removes anything.
    """
    exact = True

    def clash(some: list[T]) -> bool:
        nonlocal exact
        answer = conflicting(some)
        exact = exact and answer is not None
        return answer is True

    def shrink(given: list[T], grown: bool, rest: list[T]) -> list[T]:
        if grown and clash(given):
            return []
        if len(rest) == 1:
            return rest
        half = len(rest) // 2
        first, second = rest[:half], rest[half:]
        late = shrink(given + first, True, second)
        early = shrink(given + late, bool(late), first)
        return early + late

    found = shrink(list(base), bool(base), list(items)) if items else []
    return found, exact
