"""Answers as JSON. Parts that come again with the next plan, such as broken rules, are written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import orjson

__all__ = ["WrittenAnswer"]

T = TypeVar("T")


class WrittenAnswer:
    """Parts of answers that were written before, by the objects that they tell of; safe for several threads.

    Parameters
    ----------
    most : int
        Parts that are kept; all are dropped where there are more.
    """

    def __init__(self, most: int = 100_000) -> None:
        self.most = most
        #: The object stands beside its text so that no other object gets its id.
        self._kept: dict[int, tuple[object, orjson.Fragment]] = {}

    def part(self, thing: T, plain: Callable[[T], Any]) -> orjson.Fragment:
        """An object that never changes, as JSON.

        Parameters
        ----------
        thing : object
        plain : callable
            Makes plain values of it.

        Returns
        -------
        orjson.Fragment
            To be put into an answer.
        """
        found = self._kept.get(id(thing))
        if found is None:
            if len(self._kept) >= self.most:
                self._kept = {}
            found = self._kept[id(thing)] = thing, orjson.Fragment(orjson.dumps(plain(thing)))
        return found[1]

    def whole(self, answer: object) -> bytes:
        """An answer as JSON.

        Parameters
        ----------
        answer : object
            Of plain values and parts.

        Returns
        -------
        bytes
        """
        return orjson.dumps(answer)
