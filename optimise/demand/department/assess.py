"""How good the chances and the distributions were on snapshots that were not learned from.

* **MADCAP** (model accuracy and discriminative calibration plot): patients in the order of their chances, with the
  running sums of chances and of admissions; its number is the largest gap as a share of all admissions.
* **EPUDD** (evaluating predictions for unique, discrete distributions): the share of observations whose middle CDF
  value lies below each level, beside the share that the forecasts promise; its number is the largest gap.
* **PIT, CRPS**: as of any forecast (:mod:`optimise.demand.scores`), here by hours ahead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.core.errors import InputError
from optimise.demand.counts import Net
from optimise.demand.department.admission import AdmissionModel, learn_admissions
from optimise.demand.department.arrivals import learn_incoming
from optimise.demand.department.flows import Sum
from optimise.demand.department.tables import Snapshots, Visits, moment_of
from optimise.demand.pmf import FloatArray, IntArray
from optimise.demand.scores import Scores, score

__all__ = ["Assessment", "Gap", "assess", "epudd", "madcap"]

_HELD = 0.25
_FEWEST = 5  # moments in the held part


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """Two running curves, and the largest gap between them.

    Attributes
    ----------
    at, expected, observed : float arrays
    largest : float
    """

    at: FloatArray
    expected: FloatArray
    observed: FloatArray
    largest: float


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """Scores on the held part.

    Attributes
    ----------
    model : AdmissionModel
        Learned from the part before.
    moments : int
        Snapshots in time that were held.
    patients : int
    brier, auc : float
        Of the chances of admission.
    admission : Gap
        MADCAP of admission.
    by_service : dict of str to Gap
        MADCAP of admission to each service.
    hours : tuple of int
        Hours ahead that were scored.
    by_lead : dict of int to Scores
        Of the numbers admitted to all services and to each, by hours ahead.
    discrete : dict of int to Gap
        EPUDD by hours ahead.
    incoming : bool
        Whether those who had yet to arrive are counted too.
    repeats : float
        Snapshots a visit.
    """

    model: AdmissionModel
    moments: int
    patients: int
    brier: float
    auc: float
    admission: Gap
    by_service: dict[str, Gap]
    hours: tuple[int, ...]
    by_lead: dict[int, Scores]
    discrete: dict[int, Gap]
    incoming: bool
    repeats: float

    def doubts(self) -> list[str]:
        """What a planner should doubt; none where nothing is wrong."""
        made = []
        for name, found in {"admission": self.admission, **self.by_service}.items():
            # Chances are right to within their own noise; a patient may stand in several snapshots.
            chance = np.diff(found.expected, prepend=0.0)
            noise = 3 * np.sqrt(max(self.repeats * float((chance * (1 - chance)).sum()), 1.0))
            gap = float(np.abs(found.expected - found.observed).max(initial=0.0))
            if found.largest > 0.05 and gap > noise:
                made.append(f"chances of {name} are off by {100 * found.largest:.0f} % of those admitted at worst")
        for lead, scored in self.by_lead.items():
            error = np.sqrt(0.8 * 0.2 / max(1, self.moments))
            if scored.n and not 0.77 <= scored.coverage80 <= 0.83 and abs(scored.coverage80 - 0.8) > 2 * error:
                made.append(f"80 % intervals {lead} h ahead held {100 * scored.coverage80:.0f} % of what came")
        return made


def madcap(chance: FloatArray, came: IntArray) -> Gap:
    """Running sums of chances and of events, in the order of the chances; equal chances share their events.

    Parameters
    ----------
    chance, came : arrays (n,)

    Returns
    -------
    Gap
        ``largest`` is a share of all events.
    """
    order = np.argsort(chance, kind="stable")
    _, group = np.unique(chance[order], return_inverse=True)
    mean = np.bincount(group, weights=came[order]) / np.bincount(group)
    expected, observed = np.cumsum(chance[order]), np.cumsum(mean[group])
    largest = float(np.abs(expected - observed).max(initial=0.0) / max(1.0, float(came.sum())))
    return Gap(np.arange(1, len(order) + 1, dtype=np.float64), expected, observed, largest)


def epudd(pmf: FloatArray, observed: IntArray) -> Gap:
    """Middle CDF values of observations beside those that the forecasts promise.

    Parameters
    ----------
    pmf : float array (n, K + 1)
    observed : int array (n,)

    Returns
    -------
    Gap
    """
    middle = np.cumsum(pmf, 1) - 0.5 * pmf
    found = np.take_along_axis(middle, np.minimum(observed, pmf.shape[1] - 1)[:, None], 1)[:, 0]
    at = np.linspace(0.0, 1.0, 101)
    order = np.argsort(middle, axis=None)
    running = np.concatenate([[0.0], np.cumsum(pmf.ravel()[order])]) / len(pmf)
    promised = running[np.searchsorted(middle.ravel()[order], at, side="right")]
    share = np.searchsorted(np.sort(found), at, side="right") / len(found)
    return Gap(at, promised, share, float(np.abs(promised - share).max()))


def assess(
    past: Snapshots,
    hours: int,
    *,
    visits: Visits | None = None,
    facts: tuple[str, ...] | None = None,
    region: str | None = None,
    origins: int = 8,
    seed: int = 1,
) -> Assessment:
    """Learn from the first three quarters of the past and score the rest.

    Parameters
    ----------
    past : Snapshots
    hours : int
        Furthest hour ahead.
    visits : Visits, optional
        Those who had yet to arrive are forecast and counted too.
    facts : tuple of str, optional
        The only facts that may be used.
    region : str, optional
        Bank holidays.
    origins : int
        Of the backtest of arrivals.
    seed : int

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        If there are too few moments to hold some back.
    """
    known = past.take(np.flatnonzero(past.admitted >= 0))
    moments = np.unique(known.moment)
    if len(moments) < 4 * _FEWEST:
        raise InputError(
            f"{len(moments)} moments are too few to hold some back; expected {4 * _FEWEST}", item="snapshots"
        )
    cut = moments[int(len(moments) * (1 - _HELD))]
    # Of those there on the last day it was not known at the cut what became of them.
    early = known.take(np.flatnonzero(known.moment < cut - 24))
    held = known.take(np.flatnonzero(known.moment >= cut))
    model = learn_admissions(early, seed, facts)
    arrivals = (
        None
        if visits is None
        else learn_incoming(visits, moment_of(cut), hours, region=region, origins=origins, seed=seed)
    )
    chances = model.predict(held, hours)
    services = model.services
    leads = tuple(sorted({h for h in (1, 2, 4, 8, 12, 24) if h < hours} | {hours}))
    joint = chances.joint()
    bed = _beds(held, services, hours)
    rows: dict[int, list[tuple[Net, int]]] = {lead: [] for lead in leads}
    for moment in np.unique(held.moment):
        mine = np.flatnonzero(held.moment == moment)
        coming = None if arrivals is None else arrivals.at(moment_of(moment), hours, seed)
        for which in (None, *range(len(services))):
            at = list(range(len(services))) if which is None else [which]
            chance = joint[mine][:, at].sum(1)[:, [lead - 1 for lead in leads]]
            extra = [] if coming is None else coming.into(frozenset(services[k] for k in at), "")
            made = Sum(len(leads), len(mine) + sum(int(c.sum(1).max(initial=0)) for c, _ in extra))
            made.add(chance)
            for courses, kept in extra:
                made.add_courses(courses, kept[:, [lead - 1 for lead in leads]])
            came = bed[mine][:, at].sum((0, 1))
            if visits is not None:
                came = came + _arrived(visits, [services[k] for k in at], moment, hours)
            for lead, found in zip(leads, made.result(), strict=True):
                rows[lead].append((found, int(came[lead - 1])))
    scores, discrete = {}, {}
    for lead in leads:
        pmf, seen = _matrix(rows[lead])
        uniforms = np.random.default_rng((seed, 92, lead)).random(len(seen))
        scores[lead], discrete[lead] = score(pmf, seen, uniforms), epudd(pmf, seen)
    by_service = {
        name: madcap(chances.admitted * chances.service[:, k], np.array([int(s == name) for s in held.service]))
        for k, name in enumerate(services)
    }
    return Assessment(
        model,
        len(np.unique(held.moment)),
        len(held),
        float(((chances.admitted - held.admitted) ** 2).mean()),
        _auc(chances.admitted, held.admitted),
        madcap(chances.admitted, held.admitted),
        by_service,
        leads,
        scores,
        discrete,
        visits is not None,
        len(held) / max(1, len(set(held.visit)) if any(held.visit) else len(held)),
    )


def _beds(held: Snapshots, services: tuple[str, ...], hours: int) -> IntArray:
    """Array (n, S, H): who had a bed by the end of each hour."""
    timed = held.wait[:, None] < np.arange(1, hours + 1)
    mine = np.array([[name == s for s in services] if len(services) > 1 or name else [True] for name in held.service])
    admitted = (held.admitted == 1)[:, None, None]
    made: IntArray = (admitted & mine[:, :, None] & timed[:, None, :]).astype(np.int64)
    return made


def _arrived(visits: Visits, services: list[str], moment: float, hours: int) -> IntArray:
    """Array (H,): those who came after the moment and had a bed by the end of each hour."""
    mine = np.array([name in services for name in visits.service])
    late = visits.admission[mine & (visits.arrival > moment)] - moment
    made: IntArray = (late[None, :] < np.arange(1, hours + 1)[:, None]).sum(1)
    return made


def _matrix(rows: list[tuple[Net, int]]) -> tuple[FloatArray, IntArray]:
    """Distributions as rows of one array, and what came."""
    width = max(max(found.first + len(found.pmf) for found, _ in rows), max(n for _, n in rows) + 1)
    pmf = np.zeros((len(rows), width))
    for i, (found, _) in enumerate(rows):
        pmf[i, found.first : found.first + len(found.pmf)] = found.pmf
    return pmf, np.array([n for _, n in rows], np.int64)


def _auc(chance: FloatArray, came: IntArray) -> float:
    """Chance that one admitted ranks above one who is not; ties count half."""
    from scipy.stats import rankdata

    yes = int(came.sum())
    no = len(came) - yes
    if not yes or not no:
        return float("nan")
    return float((rankdata(chance)[came == 1].sum() - yes * (yes + 1) / 2) / (yes * no))
