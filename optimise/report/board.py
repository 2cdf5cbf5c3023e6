"""The bed board: one day of a hospital by ward, as the bed meeting reads it, ready for the template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.core.quantities import number
from optimise.core.result import Evaluation, Violation
from optimise.hospital.day import Movement, being_cleaned, free_beds, movements, room_before
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules import get_rule
from optimise.hospital.view import not_placed, occupancy
from optimise.hospital.waiting import cancelled, without_bed
from optimise.replan.base import Change
from optimise.report.asked import Asked
from optimise.report.board_beds import bed_of
from optimise.report.board_rooms import BoardRoom, board_rooms, hour_of, marks_of, sex_letter
from optimise.report.escalation import level_of, level_probabilities
from optimise.report.words import count as counted

__all__ = ["BoardWard", "Night", "board", "board_date"]

_NIGHTS = 7  # tonight and those after it


@dataclass(frozen=True, slots=True)
class Flow:
    """One line of what happens on the day: when, what, who, from where, to where, with marks."""

    hour: str
    what: str
    who: str
    was: str
    now: str
    marks: list[tuple[str, str]]
    changed: bool


@dataclass(frozen=True, slots=True)
class BoardWard:
    """One ward on one page.

    Attributes
    ----------
    counts : dict of str to int
        ``now``, ``in``, ``out``, ``moves_in``, ``moves_out``, ``within``, ``tonight``, ``open``, ``cleaned``,
        ``free``, ``over``, ``breaches``, ``infections``.
    free : list of int
        Free beds tonight by kind, as :func:`optimise.hospital.day.free_beds`.
    later : list of (str, list of int, int)
        Night, free beds by kind, all of them.
    """

    key: str
    name: str
    counts: dict[str, int]
    free: list[int]
    later: list[tuple[str, list[int], int]]
    rooms: list[BoardRoom]
    flows: list[Flow]
    changes: list[tuple[str, str, str, str]]
    breaches: list[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class Night:
    """How full the hospital is in a night: the plan, and the probability of each level where demand is known.

    Share and level are of all who should lie in a bed, also of those ``waiting`` without one.
    """

    name: str
    open: int
    taken: int
    waiting: int
    share: str
    level: int
    chances: list[str]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the template of the board shows."""

    date: str
    kinds: list[str]
    tiles: list[tuple[str, str, str]]
    wards: list[BoardWard]
    total: BoardWard
    hours: list[str]
    by_hour: list[tuple[str, list[str]]]
    nights: list[Night]
    levels: list[str]
    known: bool
    replanned: bool
    breaches: list[tuple[str, int, str]]
    restricted: bool


def board_date(problem: HospitalProblem, day: int) -> str:
    """The day in words: with weekday, month and year where the plan has dates."""
    return f"Day {day}" if problem.start is None else f"{problem.start + timedelta(days=day):%A %-d %B %Y}"


def board(problem: HospitalProblem, plan: HospitalPlan, found: Evaluation, asked: Asked) -> Board:
    """The board of one day.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
    found : Evaluation
        Of the plan.
    asked : Asked
        The day, changes against the plan before, and what is known of further demand.

    Returns
    -------
    Board

    Raises
    ------
    InputError
        If the day lies outside the plan.
    """
    day = asked.day
    if not 0 <= day < problem.days:
        raise InputError(f"the plan has days 0 to {problem.days - 1}, not {day}", item="day")
    free, flows = free_beds(problem, plan), movements(problem, plan, day)
    today = [v for v in found.violations if day in v.days and get_rule(problem, v.rule).layer == "beds"]
    changes = [c for c in asked.changes or () if c.day == day and c.what != "nurse"]
    wards = [_ward(problem, plan, w, day, free, flows, today, changes) for w in range(len(problem.rooms.wards))]
    wards = [ward for ward in wards if ward.rooms]
    total = _total(wards, len(today))
    hours, by_hour = _by_hour(wards)
    nights, known = _nights(problem, plan, asked)
    must = sum(n.mandatory for n in not_placed(problem, plan))
    gone = len(cancelled(problem, plan))
    tiles = [
        ("lie there now", str(total.counts["now"]), ""),
        ("in today", str(total.counts["in"]), ""),
        ("out today", str(total.counts["out"]), ""),
        ("moves today", str(sum(f.what == "move" for f in flows)), ""),
        ("lie there tonight", f"{total.counts['tonight']} of {total.counts['open']}", ""),
        *([("beds being cleaned tonight", str(total.counts["cleaned"]), "note")] if total.counts["cleaned"] else []),
        ("beds free tonight", str(total.counts["free"]), "bad" if not total.counts["free"] else ""),
        ("must come and have no bed (all days)", str(must), "bad" if must else ""),
        ("cancelled (all days)", str(gone), "note" if gone else ""),
        (
            f"cases of {counted(len({v.rule for v in today}), 'broken rule')} of beds today",
            str(len(today)),
            "bad" if any(v.hard for v in today) else "note" if today else "",
        ),
        (f"escalation level (of {len(asked.levels) + 1})", str(nights[0].level), "note" if nights[0].level > 1 else ""),
        ("changes today", "no earlier plan" if asked.changes is None else str(len(changes)), ""),
    ]
    genders = problem.beds.genders
    return Board(
        date=board_date(problem, day),
        kinds=[genders[0], genders[1], "either", "side room", "restricted"],
        tiles=tiles,
        wards=wards,
        total=total,
        hours=hours,
        by_hour=by_hour,
        nights=nights,
        levels=_level_names(asked.levels),
        known=known,
        replanned=asked.changes is not None,
        breaches=_broken(today),
        restricted=any(ward.free[4] for ward in wards),
    )


def _broken(today: list[Violation]) -> list[tuple[str, int, str]]:
    """Rules broken on the day, hard ones first: name, how often, the gravest case in words."""
    rules: dict[str, list[Violation]] = {}
    for v in sorted(today, key=lambda v: (not v.hard, -v.cost)):
        rules.setdefault(v.rule, []).append(v)
    return [(rule, len(mine), mine[0].message) for rule, mine in rules.items()]


def _level_names(levels: tuple[float, ...]) -> list[str]:
    ends = [f"{number(level)} %" for level in levels]
    middle = [f"level {i + 2}: to {end}" for i, end in enumerate(ends[1:])]
    return [f"level 1: to {ends[0]}", *middle, f"level {len(ends) + 1}: above"]


def _ward(
    problem: HospitalProblem,
    plan: HospitalPlan,
    w: int,
    day: int,
    free: IntArray,
    flows: tuple[Movement, ...],
    today: list[Violation],
    changes: list[Change],
) -> BoardWard:
    """The page of ward ``w``."""
    rooms, people = problem.rooms, problem.patients
    mine = np.flatnonzero(rooms.ward == w)
    here = set(mine.tolist())
    before, after = room_before(problem, plan, day), plan.room[:, day]
    there = {people.ids[p] for p in np.flatnonzero(np.isin(before, mine) | np.isin(after, mine)).tolist()}
    names = {rooms.ids[r] for r in here}
    broken = [v for v in today if (there | names).intersection(v.who)]
    told = [c for c in changes if c.who in there or names.intersection((c.was, c.now))]
    touching = [f for f in flows if f.was in here or f.now in here]
    cleaned = being_cleaned(problem, plan)[mine, day]
    tonight, opened = int(np.isin(after, mine).sum()), int((rooms.beds[mine, day] - cleaned).sum())
    lying = np.array([(after == r).sum() for r in mine.tolist()])
    last = min(problem.days, day + _NIGHTS)
    by_kind = free[:, mine].sum(axis=1)
    counts = {
        "now": int(np.isin(before, mine).sum()),
        "in": sum(f.what == "in" for f in touching),
        "out": sum(f.what == "out" for f in touching),
        "moves_in": sum(f.what == "move" and f.was not in here for f in touching),
        "moves_out": sum(f.what == "move" and f.now not in here for f in touching),
        "within": sum(f.was in here and f.now in here for f in touching),
        "tonight": tonight,
        "open": opened,
        "free": int(by_kind[:, day].sum()),
        "cleaned": int(cleaned.sum()),
        "over": int(np.maximum(0, lying - rooms.beds[mine, day]).sum()),
        "breaches": len(broken),
        "infections": sum(people.isolation[p] > 0 for p in np.flatnonzero(np.isin(after, mine)).tolist()),
    }
    changed = {c.who for c in told}
    return BoardWard(
        key=f"bw{w}",
        name=rooms.wards[w] or "Beds",
        counts=counts,
        free=by_kind[:, day].tolist(),
        later=[(problem.day_name(d), by_kind[:, d].tolist(), int(by_kind[:, d].sum())) for d in range(day + 1, last)],
        rooms=board_rooms(problem, plan, mine, day, free, {name for v in broken for name in v.who}, changed),
        flows=sorted(
            (_flow(problem, plan, day, f, changed) for f in touching),
            key=lambda f: (f.hour or "~", ("out", "move", "in").index(f.what), f.who),
        ),
        changes=[(c.who, c.what, c.was, c.now) for c in told],
        breaches=_broken(broken),
    )


def _flow(problem: HospitalProblem, plan: HospitalPlan, day: int, f: Movement, changed: set[str]) -> Flow:
    names, ident = problem.rooms.ids, problem.patients.ids[f.patient]
    hour = hour_of(problem, f.patient, f.what)
    bed = bed_of(problem, f.patient, f.was) if f.was >= 0 else ""
    bed = f" bed {bed}" if bed else ""
    return Flow(
        hour=hour,
        what=f.what,
        who=f"{sex_letter(problem, f.patient)} {ident}",
        was=f"{names[f.was]}{bed}" if f.was >= 0 else "",
        now=names[f.now] if f.now >= 0 else "",
        marks=marks_of(problem, plan, f.patient, day),
        changed=ident in changed,
    )


def _total(wards: list[BoardWard], breaches: int) -> BoardWard:
    """All wards together; a move from one ward to another counts on each side, a broken rule once."""
    counts = {key: sum(ward.counts[key] for ward in wards) for key in wards[0].counts} | {"breaches": breaches}
    free = [sum(column) for column in zip(*(ward.free for ward in wards), strict=True)]
    later = []
    for nights in zip(*(ward.later for ward in wards), strict=True):
        kinds = [sum(column) for column in zip(*(kinds for _, kinds, _ in nights), strict=True)]
        later.append((nights[0][0], kinds, sum(kinds)))
    return BoardWard("", "All wards", counts, free, later, [], [], [], [])


def _by_hour(wards: list[BoardWard]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Who comes and goes by ward and hour; nothing where no hour is known."""
    known = sorted({f.hour[:2] for ward in wards for f in ward.flows if f.hour})
    if not known:
        return [], []
    rows = []
    for ward in wards:
        cells = []
        for hour in (*known, ""):
            mine = [f.what for f in ward.flows if f.hour[:2] == hour]
            parts = [(mine.count(kind), kind) for kind in ("out", "move", "in")]
            cells.append(", ".join(f"{n} {kind}" for n, kind in parts if n))
        rows.append((ward.name, cells))
    return [f"{hour}:00-{hour}:59" for hour in known] + ["hour not known"], rows


def _nights(problem: HospitalProblem, plan: HospitalPlan, asked: Asked) -> tuple[list[Night], bool]:
    """Tonight and the nights after it, with the level of escalation of each."""
    last = min(problem.days, asked.day + _NIGHTS)
    taken = occupancy(problem, plan).sum(axis=0)
    beds = (problem.rooms.beds - being_cleaned(problem, plan)).sum(axis=0)
    without = without_bed(problem, plan)
    levels = level_of(taken + without, beds, asked.levels)
    chances = np.zeros((0, 0))
    if asked.unplanned is not None:
        expected = [bool(problem.about.get(name, {}).get("expected")) for name in problem.patients.ids]
        told_of = ~np.array(expected)
        known = (plan.room[told_of] >= 0).sum(axis=0) + without_bed(problem, plan, told_of)
        chances = level_probabilities(known, beds, asked.unplanned, asked.levels)
    made = []
    for d in range(asked.day, last):
        share = f"{100 * int(taken[d] + without[d]) / int(beds[d]):.0f} %" if beds[d] else ""
        told = [f"{100 * c:.0f} %" for c in chances[d]] if d < len(chances) else ["unknown"] * (len(asked.levels) + 1)
        made.append(
            Night(problem.day_name(d), int(beds[d]), int(taken[d]), int(without[d]), share, int(levels[d]), told)
        )
    return made, asked.unplanned is not None
