"""Where the clock of an error-corrected machine would meet that of a classical contender, over growing sizes.

On each instance that both solved, ``d = log2(seconds of the circuits) - log2(seconds of the other)`` with training
counted. A line ``d = a + b log2(states)`` is fitted by least squares. It *crosses* 0 where b is below 0, at a size
that may lie far beyond what was run: a line says nothing of what happens there, and the largest size run stands beside
it. *No crossing below* is the size at which the 95 % band of the line (Student's t, for its mean) first holds 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fnmatch import fnmatch
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from optimise.compare.scaling import StudyFamily, slope

__all__ = ["crossing_rows"]

Row = dict[str, Any]


def crossing_rows(families: Sequence[StudyFamily], summary: Sequence[Row]) -> list[Row]:
    """A row for every family that names an opponent, and every circuit with an error-corrected clock in it.

    Parameters
    ----------
    families : sequence of StudyFamily
        Those without ``against`` give no rows.
    summary : sequence of dict
        Rows of the summary table.

    Returns
    -------
    list of dict
        Sizes as the base-2 logarithm of the number of states; None where there is no such size or no interval, infinite
        where the band never holds 0.
    """
    made = []
    for family in families:
        mine = [r for r in summary if any(fnmatch(r["instance"], p) for p in family.instances) and r["states"]]
        theirs = {r["instance"]: r["tts_99"] for r in mine if r["label"] == family.against}
        circuits = [r for r in mine if r["side"] == "quantum" and r.get("tts_99_ft") is not None]
        for label in dict.fromkeys(r["label"] for r in circuits):
            points = [
                (math.log2(r["states"]), math.log2(r["tts_99_ft"]) - math.log2(theirs[r["instance"]]))
                for r in mine
                if r["label"] == label and _known(r.get("tts_99_ft")) and _known(theirs.get(r["instance"]))
            ]
            if points:
                made.append({"family": family.name, "label": label, "against": family.against} | _meeting(points))
    return made


def _known(seconds: float | None) -> bool:
    return seconds is not None and 0 < seconds < math.inf


def _meeting(points: Sequence[tuple[float, float]]) -> Row:
    """The fitted line of log2 ratios over log2 states, and where it and its band meet 0."""
    x, y = (np.array(part) for part in zip(*sorted(points)))
    at_end = y[x == x[-1]]
    row: Row = {
        "instances": int(x.size),
        "largest_log2_states": float(x[-1]),
        "ratio_at_largest": float(2.0 ** at_end.mean()),
        "exponent": None,
        "low": None,
        "high": None,
        "crossing_log2_states": None,
        "no_crossing_below_log2_states": None,
    }
    fitted = slope(x.tolist(), y.tolist())
    if fitted is None:
        return row
    b, low, high = fitted
    row |= {"exponent": b, "low": low, "high": high}
    end = y.mean() + b * (x[-1] - x.mean())
    if b < 0 and end > 0:
        row["crossing_log2_states"] = float(x.mean() - y.mean() / b)
    if low is not None:
        row["no_crossing_below_log2_states"] = _band_meets(x, y, b)
    return row


def _band_meets(x: NDArray[np.float64], y: NDArray[np.float64], b: float) -> float | None:
    """First size from the largest run on at which the 95 % band holds 0; None where it does so there already."""
    u, middle = x - x.mean(), float(y.mean())
    spread, n = float(u @ u), x.size
    left = y - middle - b * u
    q = float(student.ppf(0.975, n - 2)) ** 2 * float(left @ left) / (n - 2)
    end = float(u.max())
    if middle + b * end - math.sqrt(q * (1 / n + end**2 / spread)) <= 0:
        return None
    square, linear, constant = b * b - q / spread, 2 * middle * b, middle**2 - q / n
    roots = np.roots([square, linear, constant]) if square else np.array([-constant / linear] if linear else [])
    ahead = [r.real for r in roots if abs(r.imag) < 1e-12 and r.real > end and middle + b * r.real >= 0]
    return float(x.mean() + min(ahead)) if ahead else math.inf
