"""How a measure grows with the size of a family: exponents with intervals, for families that the study file names.

A family is stated before anything runs (``[[scaling]]``), so that no choice is made by looking. With N the number of
feasible states of an instance, ``log2 measure = a + alpha log2 N`` is fitted by least squares over the instances of the
family: alpha is 1 for guessing and 1/2 for amplitude amplification. Its 95 % interval is the t interval of the slope.
Instances on which a contender never succeeded are left out of the fit and counted: with some of them, alpha is a lower
bound at best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any, Literal

import numpy as np
from scipy.stats import t as student

__all__ = ["MEASURES", "StudyFamily", "scaling_rows", "slope"]

Row = dict[str, Any]
Measure = Literal["evaluations_99", "tts_99", "repetitions_99", "tts_99_ft"]
MEASURES: tuple[Measure, ...] = ("evaluations_99", "tts_99", "repetitions_99", "tts_99_ft")


@dataclass(frozen=True, slots=True)
class StudyFamily:
    """Instances of growing size by name patterns, the measures that are fitted on them, and the contender that
    circuits are set against (`optimise.compare.crossings`)."""

    name: str
    instances: tuple[str, ...]
    measures: tuple[Measure, ...] = MEASURES
    against: str | None = None


def slope(x: Sequence[float], y: Sequence[float]) -> tuple[float, float | None, float | None] | None:
    """Least-squares slope with its 95 % t interval; None below two distinct x, no interval below three points."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.size < 2 or np.ptp(a) == 0:
        return None
    centred = a - a.mean()
    spread = float(centred @ centred)
    found = float(centred @ b) / spread
    if a.size < 3:
        return found, None, None
    left = b - b.mean() - found * centred
    half = float(student.ppf(0.975, a.size - 2)) * math.sqrt(float(left @ left) / (a.size - 2) / spread)
    return (found, None, None) if half == 0 else (found, found - half, found + half)


def scaling_rows(families: Sequence[StudyFamily], summary: Sequence[Row]) -> list[Row]:
    """A row for every family, measure and contender that ran on two sizes of it or more."""
    made = []
    for family in families:
        mine = [r for r in summary if any(fnmatch(r["instance"], p) for p in family.instances) and r["states"]]
        for measure in family.measures:
            for label in dict.fromkeys(r["label"] for r in mine):
                runs = [r for r in mine if r["label"] == label and r.get(measure) is not None]
                solved = [r for r in runs if 0 < r[measure] < math.inf]
                fitted = slope([math.log2(r["states"]) for r in solved], [math.log2(r[measure]) for r in solved])
                if not runs:
                    continue
                exponent, low, high = fitted or (None, None, None)
                made.append(
                    {
                        "family": family.name,
                        "measure": measure,
                        "label": label,
                        "side": runs[0]["side"],
                        "instances": len(runs),
                        "unsolved": len(runs) - len(solved),
                        "smallest": min(r["states"] for r in runs),
                        "largest": max(r["states"] for r in runs),
                        "exponent": exponent,
                        "low": low,
                        "high": high,
                    }
                )
    return made
