"""Fair shares of a ward as rules: who should have how much of each load.

A share is in proportion to the contracted hours and to presence (the part of what is demanded on days on which the
person may do it). Counts carried over from past periods are shared among those of whom they are known, so somebody
new owes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from optimise.formats.document import UnknownName, item_path, nearest
from optimise.roster.formats.ward_hours import Credits
from optimise.roster.formats.ward_index import Path, WardIndex
from optimise.roster.formats.ward_limits import Names
from optimise.roster.formats.ward_parts import Fairness as Entry
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import Cover, DaysOff, Eligibility, Fairness, Pins, Requests, RosterRule
from optimise.roster.rules.compound import Compound, Headcounts
from optimise.roster.rules.fairness import demanded, proportional

__all__ = ["check_fairness", "fairness_rules", "unsaid"]

Floats = NDArray[np.float64]
_log = logging.getLogger(__name__)
#: Rules that say for single days what a person may do.
_SINGLE = (Eligibility, DaysOff, Pins, Requests)
#: Minutes after which the price of hours above the share rises.
_HOURS_STEP = 480


def fairness_rules(
    index: WardIndex, problem: RosterProblem, credits: Credits, names: Names, entries: Sequence[Entry]
) -> Iterable[RosterRule]:
    """One rule for each load that the ward shares.

    Parameters
    ----------
    index : WardIndex
    problem : RosterProblem
        The ward with all its other rules.
    credits : Credits
        Minutes credited for leave.
    names : Names
        Gives each rule its name.
    entries : sequence of Fairness
        What is shared: the ward's own list, or :func:`unsaid`.

    Returns
    -------
    iterable of RosterRule
    """
    if not any(entry.price for entry in entries):
        return
    people, days, duties = problem.shape
    lines = (
        line
        for rule in problem.rules
        if isinstance(rule, Cover | Headcounts | Compound)
        for line in rule.lines(problem)
    )
    wanted = demanded(lines, (days, duties))
    able = np.ones((people, days, duties), dtype=np.bool_)
    for rule in problem.rules:
        if isinstance(rule, _SINGLE):
            for p in rule.patterns(problem):
                if p.hard:
                    for a in range(duties):
                        if p.masks[0] >> a & 1:
                            able[p.employees, p.starts, a] = False
    said: Path = ("rules", "fairness") if entries is index.ward.rules.fairness else ("ties",)
    for i, entry in enumerate(entries):
        if entry.price:
            yield from _shared(index, problem, entry, (*said, i), wanted, able, credits, names)


def unsaid(index: WardIndex) -> tuple[Entry, ...]:
    """Loads that everybody expects to be shared where it costs nothing and the ward says nothing of them.

    Parameters
    ----------
    index : WardIndex

    Returns
    -------
    tuple of Fairness
        All shifts, nights and weekends, less what the ward shares by a rule.
    """
    said = {entry.title for entry in index.ward.rules.fairness}
    work = Entry(name="shifts", shifts=[s.id for s in index.shifts], weight=1)
    usual = (work, Entry(of="nights", weight=1), Entry(of="weekends", weight=1))
    return tuple(entry for entry in usual if entry.title not in said)


def check_fairness(index: WardIndex) -> None:
    """Note what names nothing: counts of history must be of something that is shared.

    Parameters
    ----------
    index : WardIndex
        Its findings take what is wrong.
    """
    entries = index.ward.rules.fairness
    known = {*Entry.KINDS, *index.places.masks, *(e.title for e in (*entries, *unsaid(index)))}
    for i, person in enumerate(index.ward.staff):
        for key in person.history.counts:
            if key not in known:
                message = f"no load is called {key!r}" + nearest(key, sorted(known))
                index.findings.add(UnknownName(message, ("staff", i, "history", "counts", key), key))
    for i, entry in enumerate(entries):
        with index.findings:
            index.mask(entry.shifts, ("rules", "fairness", i, "shifts"))
        with index.findings:
            index.who(entry.who, ("rules", "fairness", i, "who"))


def _shared(
    index: WardIndex,
    problem: RosterProblem,
    entry: Entry,
    path: Path,
    wanted: Floats,
    able: NDArray[np.bool_],
    credits: Credits,
    names: Names,
) -> Iterable[RosterRule]:
    of, days, groups = counted(index, entry, path)
    here = np.array([of >> a & 1 for a in range(able.shape[2])], dtype=np.bool_)
    counts = np.zeros(len(wanted), dtype=np.bool_)
    counts[list(days)] = True
    load = (wanted * here).sum(axis=1) * counts
    can = (able & here).any(axis=2) & counts
    if groups:
        load = np.array([load[list(group)].max() for group in groups])
        can = np.stack([can[:, list(group)].any(axis=1) for group in groups], axis=1)
    if not load.sum():
        _log.info("%s: nothing is demanded of %s in this plan", item_path(path), entry.title)
        return
    hours = _hours(index)
    chosen = index.who(entry.who, (*path, "who"))
    weights = hours * (can @ load) / load.sum()
    people = [e for e in (range(len(hours)) if chosen is None else chosen) if weights[e] > 0]
    if not people:
        _log.info("%s: nobody may do any of %s", item_path(path), entry.title)
        return
    scope, mine = tuple(people), weights[people]
    name = names(f"fair share of {entry.title}")
    if entry.of == "hours":
        yield _overtime(index, problem, name, scope, mine, wanted, entry.price, credits)
        return
    past = [index.ward.staff[e].history.counts.get(entry.title) for e in people]
    known = np.array([count is not None for count in past])
    carried = proportional(hours[people] * known, float(sum(count or 0 for count in past)))
    targets = proportional(mine, float(load.sum())) + carried
    yield Fairness(
        name=name,
        employees=scope,
        targets=tuple(targets.tolist()),
        before=tuple(count or 0 for count in past),
        of=of,
        measure="groups" if groups else "duties",
        groups=groups,
        days=None if groups or len(days) == len(wanted) else days,
        weight=entry.price,
        noun=entry.noun,
    )


def _hours(index: WardIndex) -> Floats:
    """Contracted hours of everybody; where nobody has any, all are alike."""
    given = np.array([index.weekly_hours(e) or 0.0 for e in range(len(index.ward.staff))])
    return given if given.any() else np.ones(len(given))


def counted(index: WardIndex, entry: Entry, path: Path) -> tuple[int, tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Mask of the duties, the days on which they count, and the groups of days where those are counted."""
    every = tuple(range(index.horizon.days))
    if entry.shifts:
        return index.mask(entry.shifts, (*path, "shifts")), every, ()
    if entry.of == "nights":
        return index.nights, every, ()
    if entry.of == "long-days":
        return index.long_days, every, ()
    if entry.of == "weekends":
        return index.work, tuple(d for g in index.weekends for d in g), tuple(index.weekends)
    if entry.of == "bank-holidays":
        return index.work, tuple(index.bank_holidays), ()
    return index.work, every, ()


def _overtime(
    index: WardIndex,
    problem: RosterProblem,
    name: str,
    people: tuple[int, ...],
    weights: Floats,
    wanted: Floats,
    price: float,
    credits: Credits,
) -> Fairness:
    """Hours over contract: what is demanded above all contracts together is shared."""
    days = index.horizon.days
    contract = np.array([60 * (index.weekly_hours(e) or 0.0) * index.contract_weeks(e, 0, days) for e in people])
    credited = np.array([sum(minutes for who, _, minutes in credits if who == e) for e in people])
    balance = np.array([round(60 * index.ward.staff[e].history.balance_hours) for e in people])
    more = max(0.0, float((wanted * problem.paid_minutes).sum() - (contract - credited - balance).sum()))
    return Fairness(
        name=name,
        employees=people,
        targets=tuple((contract + proportional(weights, more)).tolist()),
        before=tuple((credited + balance).tolist()),
        of=index.work,
        measure="minutes",
        weight=price / 60,
        below=False,
        width=_HOURS_STEP,
        noun="hours over contract",
    )
