"""Rest in hours, long days and averages of some people, as rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from optimise.roster.formats.ward_hours import Credits, average_rule
from optimise.roster.formats.ward_index import Path, WardIndex
from optimise.roster.formats.ward_parts import AverageLimit, Limit, RunRest, Toggle, WeeklyRest
from optimise.roster.rules import Eligibility, HoursWithin, RestAfterRun, RestWithin, RosterRule, Runs

__all__ = ["REST_BUILDERS", "special_averages"]

People = tuple[int, ...]
Away = Sequence[frozenset[int]]
Builder = Callable[[WardIndex, Limit | Toggle, People, Away], Iterable[RosterRule]]
Groups = Callable[[str, Callable[[int, Path], bool]], list[tuple[Limit | Toggle, People]]]
#: A night worker's average day is one of six in the week: a day of weekly rest does not count (regulation 6).
_DAYS_OF_A_WEEK = 6


def _limit(limit: Limit | Toggle) -> float:
    assert isinstance(limit, Limit)
    return float(limit.limit or 0)


def _weekly(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Iterable[RosterRule]:
    assert isinstance(limit, WeeklyRest)
    hours, minutes = _limit(limit), round(60 * _limit(limit))
    weekday = None if limit.rolling else 0
    weekly = RestWithin(
        name=f"{hours:g} h rest in " + ("any 7 days" if limit.rolling else "each week"),
        employees=people,
        minutes=minutes,
        weekday=weekday,
        weight=limit.price,
    )
    if not limit.fortnightly:
        yield weekly
        return
    first = -index.horizon.weekday(0) % 7
    whole = 0 if limit.rolling else max(0, index.horizon.days - first) // 7
    if limit.rolling or whole > 1:
        name = f"{hours:g} h rest twice in " + ("any 14 days" if limit.rolling else "each two weeks")
        yield replace(weekly, name=f"{name}, or {2 * hours:g} h", days=14, count=2)
    if whole % 2:  # a week that has no second one in the plan
        yield replace(weekly, begins=(first + 7 * (whole - 1),))


def _after(of: str, noun: str) -> Builder:
    def build(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Iterable[RosterRule]:
        assert isinstance(limit, RunRest)
        mask: int = getattr(index, of)
        if mask:
            many = f"{limit.after} " if limit.after > 1 else ""
            yield RestAfterRun(
                name=f"{_limit(limit):g} h rest after {many}{noun}",
                employees=people,
                of=mask,
                minutes=round(60 * _limit(limit)),
                run=limit.after,
                weight=limit.price,
                noun=noun,
            )

    return build


def _runs(of: str, noun: str) -> Builder:
    def build(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Iterable[RosterRule]:
        mask, most = getattr(index, of), int(_limit(limit))
        if mask:
            name = f"at most {most} {noun} in a row"
            yield Runs(name=name, employees=people, of=mask, maximum=most, weight_maximum=limit.price, noun=noun)

    return build


def _longest(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Iterable[RosterRule]:
    most = 60 * _limit(limit)
    mask = sum(1 << (i + 1) for i, s in enumerate(index.shifts) if s.last - s.first > most)
    if mask:
        label = f"works a shift of more than {_limit(limit):g} h"
        name = f"no shift above {_limit(limit):g} h"
        yield Eligibility(name=name, employees=people, forbidden=(mask,) * len(people), weight=limit.price, label=label)


def _any_hour(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Iterable[RosterRule]:
    most = int(60 * _limit(limit) + 1e-6)
    name = f"at most {_limit(limit):g} h in 168 h"
    yield HoursWithin(name=name, employees=people, maximum=most, weight=limit.price / 60)


#: What each limit becomes.
REST_BUILDERS: dict[str, Builder] = {
    "max_hours_in_168_hours": _any_hour,
    "max_shift_hours": _longest,
    "max_consecutive_long_days": _runs("long_days", "long days"),
    "max_consecutive_evenings": _runs("evenings", "long evenings"),
    "weekly_rest": _weekly,
    "rest_after_nights": _after("nights", "nights"),
    "rest_after_long_days": _after("long_days", "long days"),
    "rest_after_evenings": _after("evenings", "long evenings"),
    "rest_after_days": _after("work", "working days"),
}


def special_averages(
    index: WardIndex, groups: Groups, credits: Credits, caps: dict[int, float], names: object
) -> Iterable[RosterRule]:
    """Averages that hold for night workers, and for those who have opted out.

    Parameters
    ----------
    index : WardIndex
    groups : callable
        ``(field, holds) -> limits with their people``.
    credits : Credits
        Minutes credited for leave.
    caps : dict of int to float
        What each person may work at most anyway, in minutes.
    names : callable
        Gives each rule its name.

    Returns
    -------
    iterable of RosterRule
    """
    staff = index.ward.staff
    for limit, people in groups("max_night_worker_hours", lambda e, _: staff[e].night_worker):
        assert isinstance(limit, AverageLimit)
        weekly = limit.model_copy(update={"limit": _DAYS_OF_A_WEEK * _limit(limit)})
        title = f"night workers at most {_limit(limit):g} h in 24 h on average"
        yield average_rule(index, weekly, people, credits, caps, names, title)
    for limit, people in groups("max_opted_out_weekly_hours", lambda e, _: staff[e].working_time_opt_out):
        assert isinstance(limit, AverageLimit)
        title = f"at most {_limit(limit):g} h a week on average after opting out"
        yield average_rule(index, limit, people, credits, caps, names, title)
