"""What the hospital part of a report shows, ready for the template."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from optimise.core.quantities import number
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.view import Stay, not_placed, nurse_load, nurses_seen, occupancy, stays, theatre_minutes
from optimise.report.roster_page import RosterCell
from optimise.report.style import GENDER_COLOURS
from optimise.report.svg import bar, columns_chart

__all__ = ["HospitalPage", "hospital_page", "lanes"]

_LANE, _CHART, _BLOCK_DAYS = 15, 860, 35
_NAMED = 8  # patients listed by name in a row


@dataclass(frozen=True, slots=True)
class Block:
    """At most five weeks of the room chart: rooms in use with their chart, and rooms that stay empty."""

    title: str
    days: list[str]
    rows: list[tuple[str, str, str, str]]
    empty: list[str]


@dataclass(frozen=True, slots=True)
class HospitalPage:
    genders: tuple[str, str]
    blocks: list[Block]
    occupancy: str
    days: list[str]
    full: list[tuple[str, list[RosterCell]]]
    left: list[tuple[str, str, str, str]]
    theatres: list[tuple[str, list[RosterCell]]]
    nurses: list[tuple[str, str, str, str]]
    continuity: list[tuple[str, str, str, str]]


def hospital_page(problem: HospitalProblem, plan: HospitalPlan) -> HospitalPage:
    """Collect everything that the hospital template shows."""
    days = [problem.day_name(d) for d in range(problem.days)]
    taken = occupancy(problem, plan)
    return HospitalPage(
        genders=problem.beds.genders,
        blocks=_blocks(problem, plan),
        occupancy=columns_chart(
            taken.sum(axis=0).tolist(), problem.rooms.beds.sum(axis=0).tolist(), days, name="beds taken by day"
        ),
        days=days,
        full=[
            (room, [_use(int(taken[r, d]), int(problem.rooms.beds[r, d])) for d in range(problem.days)])
            for r, room in enumerate(problem.rooms.ids)
            if taken[r].any()
        ],
        left=[
            (
                problem.patients.ids[n.patient],
                "must be admitted" if n.mandatory else "may wait",
                f"day {n.first}" if n.first == n.last else f"day {n.first} to {n.last}",
                n.reason,
            )
            for n in not_placed(problem, plan)
        ],
        theatres=_theatres(problem, plan),
        nurses=_nurses(problem, plan),
        continuity=_continuity(problem, plan),
    )


def _use(value: int, most: int) -> RosterCell:
    """A cell ``used/available``, darker the fuller it is; over the limit in red."""
    if most <= 0:
        return RosterCell("" if value == 0 else f"{value}/0", "shut" if value == 0 else "bad", "closed")
    if value > most:
        return RosterCell(f"{value}/{most}", "bad", f"{value - most} more than there is")
    return RosterCell(f"{value}/{most}" if value else "", f"u{min(4, 4 * value // most)}" if value else "")


def lanes(mine: list[Stay]) -> list[int]:
    """A lane for each stay, in order of the first day, so that stays of one lane do not overlap."""
    free: list[int] = []
    found = []
    for stay in mine:
        lane = next((i for i, end in enumerate(free) if end < stay.first), len(free))
        if lane == len(free):
            free.append(stay.last)
        else:
            free[lane] = stay.last
        found.append(lane)
    return found


def _blocks(problem: HospitalProblem, plan: HospitalPlan) -> list[Block]:
    every = stays(plan)
    by_room: dict[int, list[Stay]] = {}
    for stay in every:
        by_room.setdefault(stay.room, []).append(stay)
    placed = {room: lanes(mine) for room, mine in by_room.items()}
    made = []
    for first in range(0, problem.days, _BLOCK_DAYS):
        last = min(problem.days, first + _BLOCK_DAYS) - 1
        rows, empty = [], []
        for r, room in enumerate(problem.rooms.ids):
            mine = list(zip(by_room.get(r, []), placed.get(r, []), strict=True))
            if not any(stay.first <= last and stay.last >= first for stay, _ in mine):
                empty.append(room)
                continue
            ward, beds = problem.rooms.wards[problem.rooms.ward[r]], int(problem.rooms.beds[r].max())
            detail = f"{ward + ', ' if ward else ''}{beds} bed{'s' if beds != 1 else ''}"
            key = f"bw{int(problem.rooms.ward[r])}"
            rows.append((key, room, detail, _room_chart(problem, plan, mine, max(1, beds), first, last)))
        title = f"Day {first} to {last}" if problem.start is None else f"{problem.day_name(first)} to "
        title += "" if problem.start is None else problem.day_name(last)
        made.append(Block(title, [problem.day_name(d) for d in range(first, last + 1)], rows, empty))
    return made


def _room_chart(
    problem: HospitalProblem, plan: HospitalPlan, mine: list[tuple[Stay, int]], beds: int, first: int, last: int
) -> str:
    """Bars of the stays of one room over some days. A stay belongs to the block in which it starts.

    Horizontal places are percentages, so that the chart fills its cell without stretching the text.
    """
    step = 100 / (last - first + 1)
    height = _LANE * max([beds, *(lane + 1 for _, lane in mine)])
    parts = [f'<svg class="beds" height="{height}">']
    parts += [
        f'<line class="rule" x1="{k * step:.2f}%" x2="{k * step:.2f}%" y1="0" y2="{height}"/>'
        for k in range(1, last - first + 1)
    ]
    for stay, lane in mine:
        if stay.last < first or stay.first > last:
            continue
        ident = problem.patients.ids[stay.patient]
        background, ink = GENDER_COLOURS[int(problem.patients.gender[stay.patient])]
        begin, end = max(stay.first, first), min(stay.last, last)
        left, width, top = (begin - first) * step, (end - begin + 1) * step, lane * _LANE + 1
        css = ("stay" if begin == stay.first else "more") + (" was" if problem.patients.inpatient[stay.patient] else "")
        parts.append(
            f"<g><title>{escape(_told(problem, plan, stay))}</title>"
            f'<rect class="{css}" x="{left + 0.1:.2f}%" y="{top}" '
            f'width="{width - 0.2:.2f}%" height="{_LANE - 2}" rx="2" fill="{background}"/>'
        )
        if width / 100 * _CHART >= 6.2 * len(ident) + 4:
            parts.append(f'<text x="{left + 0.4:.2f}%" y="{top + 10}" fill="{ink}">{escape(ident)}</text>')
        parts.append("</g>")
    parts.append("</svg>")
    return "".join(parts)


def _told(problem: HospitalProblem, plan: HospitalPlan, stay: Stay) -> str:
    """What the mouse tells of a stay."""
    people, p = problem.patients, stay.patient
    kind = "in hospital at the start" if people.inpatient[p] else f"admitted on day {plan.admission[p]}"
    day = "day " if problem.start is None else ""
    told = f"{people.ids[p]}: {day}{problem.day_name(stay.first)} to {problem.day_name(stay.last)}"
    told += f", {problem.gender_of(p)}, {kind}"
    if plan.theatre[p] >= 0 and problem.theatres is not None:
        told += f", theatre {problem.theatres.ids[plan.theatre[p]]}"
    recorded = {k: v for k, v in problem.about.get(people.ids[p], {}).items() if k != "gender"}
    words = {"bed": "bed at the start"}
    return "; ".join([told, *(f"{words.get(k, k.replace('_', ' '))}: {value}" for k, value in recorded.items())])


def _theatres(problem: HospitalProblem, plan: HospitalPlan) -> list[tuple[str, list[RosterCell]]]:
    if problem.theatres is None:
        return []
    used, minutes = theatre_minutes(problem, plan), problem.theatres.minutes
    return [
        (name, [_use(int(used[t, d]), int(minutes[t, d])) for d in range(problem.days)])
        for t, name in enumerate(problem.theatres.ids)
    ]


def _continuity(problem: HospitalProblem, plan: HospitalPlan) -> list[tuple[str, str, str, str]]:
    """Number of different nurses, patients who see so many, their share as a bar, and who they are if few."""
    if problem.nursing is None:
        return []
    seen = nurses_seen(problem, plan)
    counts = np.bincount(seen[seen > 0])
    rows = []
    for n in np.flatnonzero(counts).tolist():
        who = [problem.patients.ids[p] for p in np.flatnonzero(seen == n)]
        named = ", ".join(who[:_NAMED]) + (" ..." if len(who) > _NAMED else "")
        rows.append((str(n), str(counts[n]), bar(int(counts[n]), int(counts.max())), named))
    return rows


def _nurses(problem: HospitalProblem, plan: HospitalPlan) -> list[tuple[str, str, str, str]]:
    """Name, shifts on duty, mean load and overloaded shifts of each nurse, with bars."""
    if problem.nursing is None:
        return []
    load, most, duty = nurse_load(problem, plan), problem.nursing.max_load, problem.nursing.on_duty
    rows = []
    for n, name in enumerate(problem.nursing.ids):
        on = duty[n]
        shifts = int(on.sum())
        share = 100 * float(load[n, on].sum()) / max(1.0, float(np.maximum(most[n, on], 0).sum()))
        over = int((load[n, on] > most[n, on]).sum())
        tone = "bad" if share > 100 else ""
        rows.append(
            (
                f"{name} (level {int(problem.nursing.skill[n])})",
                str(shifts),
                f"{number(round(share))} % {bar(share, 100, tone=tone)}" if shifts else "",
                f"{over} {bar(over, shifts, tone='bad')}" if over else "",
            )
        )
    return rows
