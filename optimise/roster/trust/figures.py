"""The figures of a roster that a trust reports, each with what it is measured by and where that is said.

Sources: NHS England and NHS Improvement, *E-rostering the clinical workforce* (September 2020), appendix 4 (metrics)
and appendix 7 (checklist before approval); NHS Improvement, *Nursing and midwifery e-rostering: a good practice guide*
(August 2018), "Staff non-working time" and appendix 3; NHS England, *Care hours per patient day*; NICE SG1 (2014),
nursing red flags. What is not known is said to be unknown, never to be none and never to be good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from optimise.core.quantities import hours, number
from optimise.roster.formats.ward_census import census, registered
from optimise.roster.formats.ward_cover import additional
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.trust.accounts import Account, hours_accounts, ward_data
from optimise.roster.trust.demand import met_by
from optimise.roster.view import shares

__all__ = ["E_ROSTERING", "GOOD_PRACTICE", "Figure", "Verdict", "per_cent", "roster_figures"]

E_ROSTERING = "E-rostering the clinical workforce (NHS England 2020)"
GOOD_PRACTICE = "Nursing and midwifery e-rostering (NHS Improvement 2018)"
_METRICS = f"{E_ROSTERING}, appendix 4"
_CHPPD = "Care hours per patient day (NHS England)"

Verdict = Literal["pass", "fail", "unknown", "fact"]
#: Kinds of leave that headroom is made of, in the order in which they are shown.
_KINDS = ("annual", "study", "sick", "other")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes
    ----------
    name : str
    value : float or None
        In ``unit``; None where it is not known.
    unit : str
        ``h``, ``%``, ``days``, ``duties`` or ``h a patient``.
    text : str
        What it says, with what it is made of; where it is not known, what would tell.
    verdict : str
        ``pass`` or ``fail`` against a standard, ``unknown``, or ``fact`` where nothing is asked for.
    source : str
        Where the standard stands.
    """

    name: str
    value: float | None
    unit: str
    text: str
    verdict: Verdict
    source: str


def per_cent(part: float, whole: float) -> float:
    """A share in per cent, to one decimal; never rounded to 0 or 100 unless it is that.

    Parameters
    ----------
    part, whole : float
        ``whole`` above 0.

    Returns
    -------
    float
    """
    exact = 100 * part / whole
    shown = round(exact, 1)
    if shown in (0.0, 100.0) and exact != shown:
        return 0.1 if 0 < exact < 1 else -0.1 if -1 < exact < 0 else 99.9 if exact < 100 else 100.1
    return shown


def roster_figures(problem: RosterProblem, plan: Roster) -> tuple[Figure, ...]:
    """All figures of a roster.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster

    Returns
    -------
    tuple of Figure
        Empty where the problem comes from no ward document.
    """
    ward = ward_data(problem)
    if ward is None:
        return ()
    index = WardIndex(ward)
    accounts = hours_accounts(problem, plan)
    made = [*_hours(problem, accounts), *_headroom(index, accounts), *_additional(problem, index), _notice(index)]
    return (*made, *_registered(problem, plan, index), _care_hours(problem, plan, index))


def _hours(problem: RosterProblem, accounts: Sequence[Account]) -> Iterator[Figure]:
    known = [a for a in accounts if a.contracted is not None]
    contracted = sum(a.contracted or 0 for a in known)
    source = f"{_METRICS}: unused contracted hours, net hours"
    without = _without(problem, accounts)
    if not contracted:
        for name in ("Unused contracted hours", "Net balance carried forward"):
            yield Figure(name, None, "h", "nobody has contracted hours", "unknown", source)
        return
    unused = sum(max(0, -(a.net or 0)) for a in known)
    over = sum(max(0, a.net or 0) for a in known)
    text = f"{hours(unused)} of {hours(contracted)} contracted are not used ({number(per_cent(unused, contracted))} %)"
    yield Figure(
        "Unused contracted hours", unused / 60, "h", f"{text}; {hours(over)} above contract{without}", "fact", source
    )
    carried = sum(a.carried or 0 for a in known)
    before = sum(a.before for a in known)
    text = f"{hours(before)} came from before, {hours(carried)} go into the next roster{without}"
    yield Figure("Net balance carried forward", carried / 60, "h", text, "fact", source)


def _without(problem: RosterProblem, accounts: Sequence[Account]) -> str:
    names = [problem.employees[a.employee].id for a in accounts if a.contracted is None]
    return f"; without contracted hours and not counted: {', '.join(names)}" if names else ""


def _headroom(index: WardIndex, accounts: Sequence[Account]) -> Iterator[Figure]:
    """Hours that leave takes of all contracted hours, and its parts."""
    standard = index.ward.standards
    known = [a for a in accounts if a.contracted is not None]
    contracted = sum(a.contracted or 0 for a in known)
    source = f"{_METRICS}: headroom; {GOOD_PRACTICE}, staff non-working time"
    if not contracted:
        for name in ("Headroom used", "Annual leave"):
            yield Figure(name, None, "%", "nobody has contracted hours", "unknown", source)
        return
    parts = {kind: sum(a.leave.get(kind, 0) for a in known) for kind in _KINDS}
    parts["bank holidays"] = sum(a.holidays for a in known)
    told = ", ".join(f"{kind} {number(per_cent(minutes, contracted))} %" for kind, minutes in parts.items() if minutes)
    total = sum(parts.values())
    share = per_cent(total, contracted)
    if standard.headroom is None:
        text = f"{told or 'no leave'}; the ward's standards give no headroom to compare it with"
        yield Figure("Headroom used", share, "%", text, "unknown", source)
    else:
        verdict: Verdict = "pass" if total <= standard.headroom * contracted + 1e-6 else "fail"
        text = f"{told or 'no leave'}; allowed {number(100 * standard.headroom)} %"
        yield Figure("Headroom used", share, "%", text, verdict, source)
    least, most = standard.annual_leave_least, standard.annual_leave_most
    inside = least * contracted - 1e-6 <= parts["annual"] <= most * contracted + 1e-6
    text = f"wanted {number(100 * least)} to {number(100 * most)} % of contracted hours"
    yield Figure("Annual leave", per_cent(parts["annual"], contracted), "%", text, "pass" if inside else "fail", source)


def _additional(problem: RosterProblem, index: WardIndex) -> Iterator[Figure]:
    """Duties that single dates ask for above what their weekdays do."""
    more = additional(index)
    text = "; ".join(f"{problem.horizon.label(day)}: {count} {title}" for day, title, count in more)
    text = text or "no date asks for more than its weekday"
    source = f"{_METRICS}: additional duties"
    yield Figure("Additional duties", float(sum(count for _, _, count in more)), "duties", text, "fact", source)


def _notice(index: WardIndex) -> Figure:
    standard, source = index.ward.standards, f"{_METRICS}: roster approval and publication lead time"
    if standard.published is None:
        text = f"the ward's standards do not say when it is published; wanted {standard.notice_days} days before"
        return Figure("Lead time to publication", None, "days", text, "unknown", source)
    days = (index.ward.start - standard.published).days
    text = f"published {standard.published}, begins {index.ward.start}; wanted {standard.notice_days} days"
    return Figure(
        "Lead time to publication",
        float(days),
        "days",
        text,
        "pass" if days >= standard.notice_days else "fail",
        source,
    )


def _registered(problem: RosterProblem, plan: Roster, index: WardIndex) -> Iterator[Figure]:
    """How much of the demand is met, and how much of that for registered staff."""
    source = f"{_METRICS}: demand met, by registered staff"
    nurses = registered(index)
    everybody = met_by(problem, plan, None)
    if everybody.wanted:
        share = per_cent(everybody.met, everybody.wanted)
        text = f"{number(everybody.met)} of {number(everybody.wanted)} duties that are asked for{everybody.left_out}"
        yield Figure("Demand met", share, "%", text, "fact", source)
    else:
        text = f"the ward asks for nobody on whole shifts{everybody.left_out}"
        yield Figure("Demand met", None, "%", text, "unknown", source)
    if nurses is None:
        text = "standards.registered does not say who is registered, and no skill or group does"
        yield Figure("Demand for registered staff met", None, "%", text, "unknown", source)
        return
    mine = met_by(problem, plan, nurses)
    if mine.wanted:
        text = f"{number(mine.met)} of {number(mine.wanted)} duties that ask for registered staff{mine.left_out}"
        yield Figure("Demand for registered staff met", per_cent(mine.met, mine.wanted), "%", text, "fact", source)
    else:
        text = f"no demand asks for registered staff alone on whole shifts{mine.left_out}"
        yield Figure("Demand for registered staff met", None, "%", text, "unknown", source)
    minutes = [s.minutes for s in shares(problem, plan)]
    if sum(minutes):
        part = sum(minutes[e] for e in nurses)
        text = f"{hours(part)} of {hours(sum(minutes))} rostered are of registered staff"
        yield Figure("Hours by registered staff", per_cent(part, sum(minutes)), "%", text, "fact", source)


def _care_hours(problem: RosterProblem, plan: Roster, index: WardIndex) -> Figure:
    """Care hours per patient day: paid hours of the duties that begin on a day over its patients at 23:59."""
    patients = {day: count for day, count in census(index).items() if count}
    if not patients:
        text = "no census says how many patients there are (census: date, occupied)"
        return Figure("Care hours per patient day", None, "h a patient", text, "unknown", _CHPPD)
    nurses = registered(index)
    total = sum(patients.values())
    worked = {day: _worked(problem, plan, day, range(len(problem.employees))) for day in patients}
    value = sum(worked.values()) / 60 / total
    text = f"over {len(patients)} of {index.horizon.days} days with a census"
    if nurses is not None:
        part = sum(_worked(problem, plan, day, sorted(nurses)) for day in patients) / 60 / total
        text += f"; registered {part:.1f}, others {value - part:.1f}"
    low = min(patients, key=lambda day: worked[day] / patients[day])
    text += f"; least on {problem.horizon.label(low)}, {worked[low] / 60 / patients[low]:.1f}"
    return Figure("Care hours per patient day", round(value, 1), "h a patient", text, "fact", _CHPPD)


def _worked(problem: RosterProblem, plan: Roster, day: int, people: Sequence[int]) -> int:
    """Paid minutes of the duties of some people that begin on a day."""
    return int(problem.paid_minutes[day, plan.duties[list(people), day]].sum())
