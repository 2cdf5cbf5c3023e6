"""What the duties of a roster cost in pounds: by band, and what bank and agency cost for the gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.core.quantities import hours
from optimise.roster.formats.ward_cover import tier_prices
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_pay import duty_pounds, rate_of
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.trust.accounts import ward_data
from optimise.roster.trust.demand import present, wanted_of

__all__ = ["Pounds", "pounds"]


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the bill.

    Attributes
    ----------
    name, detail : str
        Whose duties, and how many hours.
    basic, unsocial : float or None
        Pounds; None where no rate is known.
    """

    name: str
    detail: str
    basic: float | None
    unsocial: float | None

    @property
    def total(self) -> float | None:
        """Both together."""
        return None if self.basic is None or self.unsocial is None else self.basic + self.unsocial


@dataclass(frozen=True, slots=True)
class Pounds:
    """The bill of a roster.

    Attributes
    ----------
    parts : tuple of Part
    left_out : tuple of str
        What is not priced, and why.
    """

    parts: tuple[Part, ...]
    left_out: tuple[str, ...]

    @property
    def total(self) -> float:
        """Pounds of all parts that are known."""
        return sum(part.total or 0.0 for part in self.parts)


def pounds(problem: RosterProblem, plan: Roster) -> Pounds | None:
    """What the duties of a roster cost.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster

    Returns
    -------
    Pounds or None
        None where the ward gives no rates.
    """
    ward = ward_data(problem)
    if ward is None or not (ward.pay_rates or ward.pay.bank_hourly or ward.pay.agency_hourly):
        return None
    index = WardIndex(ward)
    bands: dict[str, list[float]] = {}
    unknown: set[str] = set()
    for e, person in enumerate(ward.staff):
        rate = rate_of(index, e)
        for day, a in enumerate(plan.duties[e].tolist()):
            shift = problem.duties[a].shift
            if shift < 0:
                continue
            if rate is None:
                unknown.add(person.id)
                continue
            sums = bands.setdefault(person.band or "", [0.0, 0.0, 0.0])
            basic, more = duty_pounds(index, shift, day, rate)
            sums[0] += basic
            sums[1] += more
            sums[2] += index.paid(index.shifts[shift], day)
    parts = [Part(f"Band {band}", hours(s[2]), s[0], s[1]) for band, s in sorted(bands.items())]
    left_out = [f"duties of {', '.join(sorted(unknown))}, of whose band there is no rate"] if unknown else []
    gaps, others = _gaps(problem, plan, index)
    for name, hourly in (("bank", ward.pay.bank_hourly), ("agency", ward.pay.agency_hourly)):
        minutes = gaps.pop(name, 0.0)
        if minutes:
            cost = None if hourly is None else hourly * minutes / 60
            parts.append(Part(name.capitalize(), hours(minutes), cost, None if cost is None else 0.0))
    if sum(gaps.values()):
        left_out.append(f"{hours(sum(gaps.values()))} of demand that nobody fills")
    if others:
        left_out.append(f"{others} gaps whose way of being filled has no name")
    return Pounds(tuple(parts), tuple(left_out))


def _gaps(problem: RosterProblem, plan: Roster, index: WardIndex) -> tuple[dict[str, float], int]:
    """Minutes that each tier of the ward fills, in the order of the tiers; and gaps that are filled otherwise."""
    made: dict[str, float] = {}
    others = 0
    tiers, usual = index.ward.cover_tiers, tier_prices(index)
    for demand in wanted_of(problem, None):
        short = demand.minimum - present(plan, demand)
        if short <= 0:
            continue
        if not tiers or demand.under != usual:
            others += 1
            continue
        masked = [a for a in range(1, len(problem.duties)) if demand.mask >> a & 1]
        each = float(np.mean([problem.paid_minutes[demand.day, a] for a in masked]))
        for tier in tiers:
            part = min(short, short if tier.up_to is None else tier.up_to)
            name = tier.name.casefold() or "unfilled"
            made[name] = made.get(name, 0.0) + part * each
            short -= part
    return made, others
