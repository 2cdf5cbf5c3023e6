"""Per patient in the department now: the chances of admission, of each service, and of a bed within so many hours.

Formulation. For patient ``i`` with facts ``x`` at a snapshot: ``p = P(admitted | x)`` by the better of a logistic
regression and boosted trees (log loss of each quarter of the past, forecast by what the others say), calibrated on
these forecasts (Platt 1999) and learned from all of the past; ``q_s = P(service s | admitted, x)`` by a multinomial
logistic regression; and, hour by hour, the hazard of the bed ``h_k = P(bed in hour k | admitted, not before)`` by a
logistic regression on the time spent, the hour of the day and the hour ahead (discrete-time survival: Singer, Willett
1993), so that ``P(bed within h | admitted) = 1 - prod over k <= h of (1 - h_k)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimise.core.errors import InputError
from optimise.demand.department.encoding import Encoder
from optimise.demand.department.tables import Snapshots
from optimise.demand.pmf import FloatArray, IntArray
from optimise.demand.scikit import boosted_classifier, logistic, one_thread

__all__ = ["AdmissionModel", "Chances", "learn_admissions"]

_LEAST = 50  # snapshots with an outcome
_PARTS = 4  # stretches of time, each forecast by what the others say, by which chances are calibrated
_TREES_FROM = 400  # snapshots from which trees are tried
_FURTHEST = 48  # hours after which the hazard of the bed is that of the last one


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """Chances of n patients, S services, H hours.

    Attributes
    ----------
    admitted : float array (n,)
    service : float array (n, S)
        Of those admitted; rows sum to 1.
    within : float array (n, H)
        Of a bed within 1, 2, ..., H hours, if admitted.
    services : tuple of str
    """

    admitted: FloatArray
    service: FloatArray
    within: FloatArray
    services: tuple[str, ...]

    def joint(self) -> FloatArray:
        """Array (n, S, H): chance to be admitted to a service within so many hours."""
        made: FloatArray = self.admitted[:, None, None] * self.service[:, :, None] * self.within[:, None, :]
        return made


@dataclass(frozen=True, slots=True, eq=False)
class AdmissionModel:
    """What was learned from past snapshots.

    Attributes
    ----------
    encoder : Encoder
    classifier : str
        ``logistic`` or ``trees``, whichever had the less log loss.
    losses : dict of str to float
        Log loss of each, each quarter of the past forecast by what the others say.
    """

    encoder: Encoder
    classifier: str
    losses: dict[str, float]
    services: tuple[str, ...]
    _admitted: Any
    _slope: tuple[float, float]
    _service: Any
    _hazard: Any

    def predict(self, now: Snapshots, hours: int) -> Chances:
        """Chances of the patients in ``now``.

        Parameters
        ----------
        now : Snapshots
        hours : int
            H.

        Returns
        -------
        Chances
        """
        if not len(now):
            return Chances(np.zeros(0), np.zeros((0, len(self.services))), np.zeros((0, hours)), self.services)
        with one_thread():
            rows = self._rows(now)
            raw = self._admitted.predict_proba(rows)[:, -1] if self._admitted is not None else np.zeros(len(now))
            score = self._slope[0] + self._slope[1] * _logit(raw)
            if self._service is None:
                service = np.ones((len(now), 1))
            else:
                service = np.asarray(self._service.predict_proba(self.encoder.linear(now)), np.float64)
            within = np.cumprod(1.0 - self._hazards(now, hours), axis=1)
        admitted = np.asarray(1 / (1 + np.exp(-score)), np.float64)
        return Chances(admitted, service, np.asarray(1.0 - within, np.float64), self.services)

    def _rows(self, of: Snapshots) -> FloatArray:
        return self.encoder.trees(of) if self.classifier == "trees" else self.encoder.linear(of)

    def _hazards(self, now: Snapshots, hours: int) -> FloatArray:
        if self._hazard is None:
            return np.full((len(now), hours), 0.5)
        who, ahead = np.repeat(np.arange(len(now)), hours), np.tile(np.arange(hours), len(now))
        made: FloatArray = self._hazard.predict_proba(_hazard_rows(now, who, ahead))[:, -1].reshape(len(now), hours)
        return made


def learn_admissions(past: Snapshots, seed: int = 1, facts: tuple[str, ...] | None = None) -> AdmissionModel:
    """Learn from past snapshots.

    Parameters
    ----------
    past : Snapshots
        Those without an outcome are left out.
    seed : int
    facts : tuple of str, optional
        The only facts that may be used: those that are known now. Default: all.

    Returns
    -------
    AdmissionModel

    Raises
    ------
    InputError
        If there are too few outcomes, or of one kind only.
    """
    known = past.take(np.flatnonzero(past.admitted >= 0))
    known = known.take(np.argsort(known.moment, kind="stable"))
    y = known.admitted
    if len(known) < _LEAST or y.min() == y.max():
        raise InputError(
            f"{len(known)} snapshots have an outcome, {int(y.sum())} of them an admission; at least {_LEAST} and both "
            "outcomes are needed to learn from"
        )
    encoder = Encoder.learn(known, facts)
    rows = {"logistic": encoder.linear(known)}
    if len(known) >= _TREES_FROM:
        rows["trees"] = encoder.trees(known)
    part = np.searchsorted(np.quantile(known.moment, np.arange(1, _PARTS) / _PARTS), known.moment, side="right")
    losses, slopes = {}, {}
    with one_thread():
        for name, x in rows.items():
            losses[name], slopes[name] = np.inf, (0.0, 1.0)
            chance = np.full(len(y), np.nan)
            for k in range(_PARTS):
                mine, others = part == k, part != k
                if mine.any() and 0 < y[others].mean() < 1:
                    held = _classifier(name, encoder, int(others.sum()), seed).fit(x[others], y[others])
                    chance[mine] = held.predict_proba(x[mine])[:, -1]
            seen = ~np.isnan(chance)
            if seen.any():
                losses[name], slopes[name] = _calibrate(chance[seen], y[seen])
        name = min(losses, key=losses.__getitem__)
        admitted = _classifier(name, encoder, len(known), seed).fit(rows[name], y)
        served = np.flatnonzero(np.array([bool(s) for s in known.service]))
        services = tuple(sorted({known.service[i] for i in served})) or ("all",)
        service = None
        if len(services) > 1:
            labels = np.array([known.service[i] for i in served])
            service = logistic(0.3).fit(encoder.linear(known)[served], labels)
        hazard = _learn_hazard(known)
    return AdmissionModel(encoder, name, losses, services, admitted, slopes[name], service, hazard)


def _classifier(name: str, encoder: Encoder, rows: int, seed: int) -> Any:
    return logistic(0.3) if name == "logistic" else boosted_classifier(encoder.coded(), rows, seed)


def _logit(chance: FloatArray) -> FloatArray:
    inside = np.clip(chance, 1e-4, 1 - 1e-4)
    made: FloatArray = np.log(inside / (1 - inside))
    return made


def _calibrate(chance: FloatArray, y: IntArray) -> tuple[float, tuple[float, float]]:
    """Log loss after calibration, and the line of Platt's scaling, by Newton steps with a small prior."""
    x = np.column_stack([np.ones(len(y)), _logit(chance)])
    line = np.array([0.0, 1.0])
    prior = np.diag([4.0, 4.0])  # towards the line through 0 with slope 1
    for _ in range(25):
        mean = 1 / (1 + np.exp(-x @ line))
        curve = (x * (mean * (1 - mean))[:, None]).T @ x + prior
        step = np.linalg.solve(curve, x.T @ (y - mean) - prior @ (line - np.array([0.0, 1.0])))
        line = line + step
        if np.abs(step).max() < 1e-9:
            break
    mean = np.clip(1 / (1 + np.exp(-x @ line)), 1e-9, 1 - 1e-9)
    return float(-np.mean(np.where(y == 1, np.log(mean), np.log(1 - mean)))), (float(line[0]), float(line[1]))


def _learn_hazard(known: Snapshots) -> Any:
    """The hazard of the bed, from those admitted whose wait is known."""
    timed = np.flatnonzero(~np.isnan(known.wait))
    if not len(timed):
        return None
    hour = np.floor(known.wait[timed]).astype(np.int64)
    seen = np.minimum(hour, _FURTHEST - 1) + 1
    who = np.repeat(timed, seen)
    ahead = np.arange(len(who)) - np.repeat(np.cumsum(seen) - seen, seen)
    event = ahead == np.repeat(hour, seen)
    if event.all():
        return None
    return logistic(1.0).fit(_hazard_rows(known, who, ahead), event.astype(np.int64))


_SPENT = np.array([1.0, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24])
_AHEAD = np.array([1, 2, 3, 4, 6, 8, 12, 18, 24])


def _hazard_rows(of: Snapshots, who: IntArray, ahead: IntArray) -> FloatArray:
    """Array (n, F): time spent, hour of the day and hour ahead, each in steps."""
    spent = np.searchsorted(_SPENT, of.elapsed[who] + ahead, side="right")
    clock = np.floor(of.moment[who] + ahead).astype(np.int64) % 24
    step = np.searchsorted(_AHEAD, ahead, side="right")
    parts = [np.eye(len(_SPENT) + 1)[spent], np.eye(24)[clock], np.eye(len(_AHEAD) + 1)[step]]
    return np.hstack(parts)
