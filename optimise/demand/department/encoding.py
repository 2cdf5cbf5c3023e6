"""Facts about patients as numbers: for linear models in steps and one column a value, for trees as codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.demand.department.tables import Snapshots
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["Encoder"]

_STEPS = 8
_RARE, _MOST = 10, 30  # a value that is rarer, or beyond so many, is one of "others"


def _numbers(texts: tuple[str, ...]) -> FloatArray | None:
    """The texts as numbers (NaN for empty ones), or None where they are words."""
    made = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        if text:
            try:
                made[i] = float(text)
            except ValueError:
                return None
    return None if np.isnan(made).all() else made


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """How the facts of past snapshots are written as numbers.

    Attributes
    ----------
    numbers : dict of str to float array
        Steps of each fact that is a number; time spent is ``elapsed``.
    words : dict of str to tuple of str
        Values of each fact that is a word; all others are one value more. Sex is ``sex``.
    """

    numbers: dict[str, FloatArray]
    words: dict[str, tuple[str, ...]]

    @classmethod
    def learn(cls, past: Snapshots, facts: tuple[str, ...] | None = None) -> Encoder:
        """Look at the facts of the past.

        Parameters
        ----------
        past : Snapshots
        facts : tuple of str, optional
            The only ones to use.

        Returns
        -------
        Encoder
        """
        found: dict[str, FloatArray | None] = {"elapsed": past.elapsed, "sex": None}
        texts = {"sex": past.sex}
        for name, values in past.facts.items():
            if facts is None or name in facts:
                found[name], texts[name] = _numbers(values), values
        numbers, words = {}, {}
        for name, values_of in found.items():
            if values_of is not None:
                inside = values_of[~np.isnan(values_of)]
                numbers[name] = np.unique(np.quantile(inside, np.arange(1, _STEPS) / _STEPS))
            else:
                each, count = np.unique(np.array(texts[name]), return_counts=True)
                kept = each[np.argsort(-count, kind="stable")][:_MOST].tolist()
                often = dict(zip(each.tolist(), count.tolist(), strict=True))
                words[name] = tuple(sorted(v for v in kept if often[v] >= _RARE))
        return cls(numbers, words)

    def _number(self, of: Snapshots, name: str) -> FloatArray:
        if name == "elapsed":
            return of.elapsed
        found = _numbers(of.facts.get(name, ("",) * len(of)))
        return np.full(len(of), np.nan) if found is None else found

    def _codes(self, of: Snapshots, name: str) -> IntArray:
        place = {value: k for k, value in enumerate(self.words[name])}
        texts = of.sex if name == "sex" else of.facts.get(name, ("",) * len(of))
        return np.array([place.get(text, len(place)) for text in texts], np.int64)

    def linear(self, of: Snapshots) -> FloatArray:
        """Array (n, F): steps and slopes of each number, one column a value of each word, part of the day, weekend."""
        n = len(of)
        parts = []
        for name, steps in self.numbers.items():
            value = self._number(of, name)
            missing = np.isnan(value)
            parts.append(np.where(missing[:, None], 0.0, value[:, None] >= steps))
            if len(steps) > 1:  # and how far beyond each step
                beyond = np.clip(value[:, None] - steps, 0.0, None) / (steps[-1] - steps[0])
                parts.append(np.where(missing[:, None], 0.0, np.minimum(beyond, 2.0)))
            parts.append(missing[:, None])
        for name, values in self.words.items():
            parts.append(np.eye(len(values) + 1)[self._codes(of, name)])
        hour = np.floor(of.moment).astype(np.int64)
        parts.append(np.eye(8)[hour % 24 // 3])
        parts.append((((hour // 24 + 3) % 7) >= 5)[:, None])
        return np.hstack([np.asarray(part, np.float64).reshape(n, -1) for part in parts])

    def trees(self, of: Snapshots) -> FloatArray:
        """Array (n, F): numbers as they are, words as codes, hour of the day and weekday."""
        hour = np.floor(of.moment).astype(np.int64)
        return np.column_stack(
            [
                *(self._number(of, name) for name in self.numbers),
                *(self._codes(of, name) for name in self.words),
                hour % 24,
                (hour // 24 + 3) % 7,
            ]
        ).astype(np.float64)

    def coded(self) -> list[bool]:
        """Which columns of :meth:`trees` hold codes."""
        return [False] * len(self.numbers) + [True] * len(self.words) + [False, False]
