"""Scenarios of demand: what may arrive, hour by hour or day by day, and how likely each course is.

A :class:`Scenarios` object is the bridge from forecasts to bed plans: samplers make it
(:mod:`optimise.demand.fans`), reduction makes a smaller one (:mod:`optimise.demand.reduction`), two-stage models and
replays read it. It holds counts only, never patients.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from optimise.core.atomic import create
from optimise.core.errors import InputError
from optimise.formats.budget import read_arrays
from optimise.formats.text import placed

__all__ = ["HOURS", "Period", "Scenarios", "residual"]

Period = Literal["hour", "day"]

#: Hours of each kind of period.
HOURS: dict[Period, int] = {"hour": 1, "day": 24}

_LARGEST = 1_000_000  # arrivals in one period; beyond it a file is damaged


@dataclass(frozen=True, slots=True, eq=False)
class Scenarios:
    """A finite distribution of arrivals over S scenarios, H periods and G groups (specialties).

    Arrays are kept read-only. Scenarios are courses: the entries of one scenario belong together over periods and
    groups.

    Attributes
    ----------
    arrivals : int64 array (S, H, G)
        Patients of each group who arrive and need a bed during each period.
    probabilities : float array (S,)
        Positive, sum 1.
    groups : tuple of str
        Names of the groups, unique.
    period : {"hour", "day"}
        Length of a period.
    start : datetime.datetime
        Start of the first period, local clock time without zone.
    stay : float array (G, L)
        ``stay[g, l]``: probability that a patient of group ``g`` occupies a bed in exactly ``l + 1`` periods, that of
        the arrival included; each row sums to 1 (the last column holds whatever is longer).
    remaining : int64 array (S, H, G)
        Patients who lay in a bed before the first period and still do in each period; never rises with the period.
        Zeros when nothing is said.
    kept : float array (H, H, G) or None
        ``kept[a, t, g]``: probability that a patient who arrives in period ``a`` is in bed in period ``t``; 1 for
        ``t = a``, 0 before, never rising. Says more than ``stay`` where fewer leave at night and at weekends; None
        where the time since arrival says it all.
    present : int64 array (S, H, G) or None
        Patients who arrived in the scenario and are in bed in each period, their stays drawn one by one. None where
        beds are counted as expected over stays, which makes scenarios more alike than what will happen.
    """

    arrivals: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float64]
    groups: tuple[str, ...]
    period: Period
    start: datetime.datetime
    stay: npt.NDArray[np.float64]
    remaining: npt.NDArray[np.int64] = None  # type: ignore[assignment]  # zeros
    kept: npt.NDArray[np.float64] | None = None
    present: npt.NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        arrivals = _counts(self.arrivals, "arrivals")
        if arrivals.ndim != 3 or 0 in arrivals.shape:
            raise InputError(f"has shape {arrivals.shape}, expected (scenarios, periods, groups)", item="arrivals")
        count, _, groups = arrivals.shape
        if len(self.groups) != groups or len(set(self.groups)) != groups:
            raise InputError(f"expected {groups} different names, found {len(set(self.groups))}", item="groups")
        if self.period not in HOURS:
            raise InputError(f"is {self.period!r}, expected 'hour' or 'day'", item="period")
        if not isinstance(self.start, datetime.datetime) or self.start.tzinfo is not None:
            raise InputError("expected a local time without zone", item="start")
        probabilities = _floats(self.probabilities, "probabilities")
        if probabilities.shape != (count,):
            raise InputError(f"has shape {probabilities.shape}, expected ({count},)", item="probabilities")
        if not (np.isfinite(probabilities).all() and (probabilities > 0).all() and abs(probabilities.sum() - 1) < 1e-6):
            raise InputError("expected positive numbers that sum to 1", item="probabilities")
        stay = _floats(self.stay, "stay")
        if stay.ndim != 2 or stay.shape[0] != groups or stay.shape[1] < 1:
            raise InputError(f"has shape {stay.shape}, expected ({groups}, periods)", item="stay")
        if not (np.isfinite(stay).all() and (stay >= 0).all() and (np.abs(stay.sum(1) - 1) < 1e-6).all()):
            raise InputError("each row must be a distribution: not negative, sum 1", item="stay")
        remaining = np.zeros_like(arrivals) if self.remaining is None else _counts(self.remaining, "remaining")
        if remaining.shape != arrivals.shape:
            raise InputError(f"has shape {remaining.shape}, expected {arrivals.shape}", item="remaining")
        if (np.diff(remaining, axis=1) > 0).any():
            raise InputError("rises with the period, but nobody can come back", item="remaining")
        if self.kept is not None:
            object.__setattr__(self, "kept", _kept(self.kept, arrivals.shape[1], groups))
        if self.present is not None:
            object.__setattr__(self, "present", _present(self.present, arrivals))
        for name, array in (
            ("arrivals", arrivals),
            ("probabilities", probabilities / probabilities.sum()),
            ("stay", stay / stay.sum(1, keepdims=True)),
            ("remaining", remaining),
        ):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def count(self) -> int:
        """Number of scenarios S."""
        return int(self.arrivals.shape[0])

    @property
    def horizon(self) -> int:
        """Number of periods H."""
        return int(self.arrivals.shape[1])

    @property
    def survival(self) -> npt.NDArray[np.float64]:
        """Array (G, L): ``survival[g, l]`` is the probability to be in bed ``l`` periods after arrival (1 at 0)."""
        gone = np.cumsum(self.stay, axis=1) - self.stay
        return np.clip(1.0 - gone, 0.0, 1.0)

    def times(self) -> list[datetime.datetime]:
        """Start of every period, local clock time."""
        step = datetime.timedelta(hours=HOURS[self.period])
        return [self.start + t * step for t in range(self.horizon)]

    def occupancy(self) -> npt.NDArray[np.float64]:
        """Array (S, H, G): beds wanted in each period; expected over stays where these are not drawn."""
        wanted = self.remaining.astype(np.float64)
        if self.present is not None:
            return wanted + self.present
        if self.kept is not None:
            for g in range(len(self.groups)):
                wanted[:, :, g] += self.arrivals[:, :, g] @ self.kept[:, :, g]
            return wanted
        survival = self.survival
        for lag in range(min(survival.shape[1], self.horizon)):
            wanted[:, lag:, :] += self.arrivals[:, : self.horizon - lag, :] * survival[:, lag]
        return wanted

    def mean(self) -> npt.NDArray[np.float64]:
        """Array (H, G): expected arrivals."""
        expected: npt.NDArray[np.float64] = np.einsum("s,shg->hg", self.probabilities, self.arrivals)
        return expected

    def subset(self, chosen: npt.ArrayLike, probabilities: npt.ArrayLike) -> Scenarios:
        """The ``chosen`` scenarios (positions) with new ``probabilities``."""
        rows = np.asarray(chosen, dtype=np.int64)
        return dataclasses.replace(
            self,
            arrivals=self.arrivals[rows],
            remaining=self.remaining[rows],
            present=None if self.present is None else self.present[rows],
            probabilities=np.asarray(probabilities, dtype=np.float64),
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write one ``.npz`` file (arrays and names, no pickled objects); the same scenarios give the same bytes."""
        target = Path(path)
        if target.suffix != ".npz":
            raise InputError("scenarios are written as .npz", file=target)
        temporary = target.with_name(target.name + ".part")
        more: dict[str, Any] = {n: a for n, a in (("kept", self.kept), ("present", self.present)) if a is not None}
        with create(temporary).open("wb") as stream:
            np.savez_compressed(
                stream,
                arrivals=self.arrivals,
                probabilities=self.probabilities,
                groups=np.array(self.groups),
                period=np.array(self.period),
                start=np.array(self.start.isoformat()),
                stay=self.stay,
                remaining=self.remaining,
                **more,
            )
        temporary.replace(target)
        return target

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Scenarios:
        """Read a file written by :meth:`save`; :class:`InputError` names the file and the item at fault."""
        source = Path(path)
        stored = read_arrays(source, "file of scenarios")
        try:
            parts: dict[str, Any] = {name: stored[name] for name in ("arrivals", "probabilities", "stay", "remaining")}
            parts |= {name: stored.get(name, None) for name in ("kept", "present")}
            names = names_of(stored["groups"])
            period: Any = str(stored["period"])
            start = datetime.datetime.fromisoformat(str(stored["start"]))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"is no file of scenarios ({error})", file=source) from None
        with placed(source):
            return cls(groups=names, period=period, start=start, **parts)


def _kept(values: npt.ArrayLike, horizon: int, groups: int) -> npt.NDArray[np.float64]:
    """A checked read-only copy of what stays."""
    made = _floats(values, "kept")
    if made.shape != (horizon, horizon, groups):
        raise InputError(f"has shape {made.shape}, expected {(horizon, horizon, groups)}", item="kept")
    first = np.arange(horizon)
    before = first[:, None] > first[None, :]
    later = np.triu(np.ones((horizon, horizon - 1), dtype=np.bool_))  # period t + 1 where t is at or after arrival
    if (
        not np.isfinite(made).all()
        or (made < 0).any()
        or made[before].any()
        or (made[first, first] != 1.0).any()
        or (np.diff(made, axis=1)[later] > 0).any()
    ):
        raise InputError("expected probabilities that begin at 1 and never rise", item="kept")
    made.setflags(write=False)
    return made


def _present(values: npt.ArrayLike, arrivals: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A checked read-only copy of who is in bed."""
    made = _counts(values, "present")
    if made.shape != arrivals.shape:
        raise InputError(f"has shape {made.shape}, expected {arrivals.shape}", item="present")
    before = np.concatenate([np.zeros_like(made[:, :1]), made[:, :-1]], axis=1)
    if (made < arrivals).any() or (made > before + arrivals).any():
        raise InputError("expected those who arrive, and at most those in bed before beside them", item="present")
    made.setflags(write=False)
    return made


def residual(survival: npt.NDArray[np.float64], horizon: int) -> npt.NDArray[np.float64]:
    """Share of the patients found in bed at time 0 who are there in each period (renewal theory).

    Parameters
    ----------
    survival : float array (groups, L)
        As :attr:`Scenarios.survival`.
    horizon : int
        Periods.

    Returns
    -------
    float array (groups, horizon)
    """
    length = survival.shape[1]
    left = np.cumsum(survival[:, ::-1], axis=1)[:, ::-1] / survival.sum(axis=1, keepdims=True)
    made = np.zeros((len(survival), horizon))
    count = min(horizon, length - 1)
    made[:, :count] = left[:, 1 : count + 1]
    return made


def names_of(values: npt.NDArray[np.generic]) -> tuple[str, ...]:
    """Names of groups, from an array of texts."""
    if values.ndim != 1 or values.dtype.kind != "U":
        raise ValueError("groups should be a list of names")
    return tuple(str(name) for name in values)


def _floats(values: npt.ArrayLike, item: str) -> npt.NDArray[np.float64]:
    """Real numbers as float64; a writable copy."""
    raw = np.asarray(values)
    if raw.dtype.kind not in "iuf":
        raise InputError("expected numbers", item=item)
    return raw.astype(np.float64)


def _counts(values: npt.ArrayLike, item: str) -> npt.NDArray[np.int64]:
    """Whole numbers >= 0 as int64; a writable copy."""
    raw = np.asarray(values)
    if raw.dtype.kind not in "iuf":
        raise InputError("expected numbers", item=item)
    if raw.size and (
        not np.isfinite(raw).all() or raw.min() < 0 or raw.max() > _LARGEST or (raw != np.rint(raw)).any()
    ):
        raise InputError(f"expected whole numbers from 0 to {_LARGEST}", item=item)
    return raw.astype(np.int64)
