"""What a board shows: of a problem (people, rooms, days), and of a plan as it stands (cover, hours, beds in use).

One object a kind of problem, as reports have; numbers come from the subjects' ``view`` modules, as those of reports do.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np

from optimise.core.errors import UnsupportedError
from optimise.core.kinds import kind_of
from optimise.core.problem import Problem
from optimise.core.quantities import finite_or_none
from optimise.core.result import Evaluation, Plan
from optimise.hospital.formats.hospital_write import plan_document
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.view import not_placed, occupancy
from optimise.report.roster_page import shift_meaning
from optimise.report.style import duty_labels, shift_inks
from optimise.roster.formats.native_plan import day_keys, plan_text
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.view import (
    CoverCell,
    contract_hours,
    cover,
    days_of_leave,
    pinned_days,
    requests,
    shares,
    weekend_days,
)

__all__ = ["Part", "board_of", "plainly", "standing_of"]

T = TypeVar("T")


class Part(Protocol):
    """Gives what stands for a part of an answer."""

    def __call__(self, thing: T, plain: Callable[[T], Any], /) -> Any:
        """The part as plain values, or in a form that is written sooner."""


def plainly(thing: T, plain: Callable[[T], Any]) -> Any:
    """The plain values themselves."""
    return plain(thing)


class _Shown(Protocol):
    def empty(self, problem: Any) -> Plan: ...

    def native(self, problem: Any, plan: Any) -> dict[str, Any]: ...

    def board(self, problem: Any) -> dict[str, Any]: ...

    def standing(self, problem: Any, plan: Any, found: Evaluation, part: Part) -> dict[str, Any]: ...


class _RosterBoard:
    def empty(self, problem: RosterProblem) -> Roster:
        return Roster(np.zeros(problem.shape[:2], dtype=np.int16))

    def native(self, problem: RosterProblem, plan: Roster) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(plan_text(plan, problem))
        return made

    def board(self, problem: RosterProblem) -> dict[str, Any]:
        weekend, labels, inks = weekend_days(problem), duty_labels(problem), shift_inks(problem.shifts)
        free = problem.meta.get("bank_holidays", {})
        keys = day_keys(problem)
        return {
            "people": [
                {"id": e.id, "name": e.name or e.id, "detail": e.contract or ", ".join(e.skills)}
                for e in problem.employees
            ],
            "days": [
                {"key": keys[d], "label": problem.horizon.label(d), "free": d in weekend or d in free}
                for d in range(problem.horizon.days)
            ],
            "duties": [
                {
                    "id": duty.id,
                    "label": labels[a],
                    "shift": problem.shifts[duty.shift].id,
                    "meaning": shift_meaning(problem, duty.shift),
                    "ink": list(inks[duty.shift]),
                }
                for a, duty in enumerate(problem.duties)
                if duty.shift >= 0
            ],
            "leave": sorted(map(list, days_of_leave(problem))),
            "pinned": sorted(map(list, pinned_days(problem))),
        }

    def standing(self, problem: RosterProblem, plan: Roster, found: Evaluation, part: Part) -> dict[str, Any]:
        hours = contract_hours(problem, plan)
        return {
            "cover": [
                {"label": row.label, "rule": row.rule, "cells": [part(cell, _cell) for cell in row.cells]}
                for row in cover(problem, plan)
            ],
            "hours": [
                {"hours": s.minutes / 60, "counted": hours.get(s.employee), "nights": s.nights, "cost": s.cost}
                for s in shares(problem, plan, found)
            ],
            "requests": [
                {"person": r.employee, "day": r.day, "wish": r.wish, "granted": r.granted}
                for r in requests(problem, plan)
            ],
        }


def _cell(cell: CoverCell) -> dict[str, Any]:
    return {
        "day": cell.day,
        "present": cell.present,
        "minimum": cell.minimum,
        "maximum": finite_or_none(cell.maximum),
        "short": cell.short,
        "over": cell.over,
        "broken": cell.broken,
    }


class _BedBoard:
    def empty(self, problem: HospitalProblem) -> HospitalPlan:
        return problem.empty_plan()

    def native(self, problem: HospitalProblem, plan: HospitalPlan) -> dict[str, Any]:
        return plan_document(problem, plan)

    def board(self, problem: HospitalProblem) -> dict[str, Any]:
        rooms, people = problem.rooms, problem.patients
        own = [p for p in range(len(people.ids)) if not people.operation[p]]
        return {
            "rooms": [
                {"id": name, "ward": rooms.wards[rooms.ward[r]], "beds": rooms.beds[r].tolist()}
                for r, name in enumerate(rooms.ids)
            ],
            "days": [{"key": str(d), "label": _day(problem, d), "free": False} for d in range(problem.days)],
            "patients": [
                {
                    "id": people.ids[p],
                    "gender": problem.gender_of(p),
                    "nights": int(people.stay[p]),
                    "earliest": int(people.release[p]),
                    "latest": int(people.due[p]),
                    "must": bool(people.mandatory[p]),
                    "lies_in": problem.rooms.ids[people.home[p]] if people.home[p] >= 0 else None,
                }
                for p in own
            ],
        }

    def standing(self, problem: HospitalProblem, plan: HospitalPlan, found: Evaluation, part: Part) -> dict[str, Any]:
        return {
            "occupied": occupancy(problem, plan).tolist(),
            "waiting": [
                {"id": problem.patients.ids[one.patient], "must": one.mandatory, "reason": one.reason}
                for one in not_placed(problem, plan)
                if not problem.patients.operation[one.patient]
            ],
        }


def _day(problem: HospitalProblem, day: int) -> str:
    return problem.day_name(day) if problem.start is not None else f"day {day}"


_BOARDS: dict[str, _Shown] = {"roster": _RosterBoard(), "hospital": _BedBoard()}


def _shown(problem: Problem) -> _Shown:
    kind = kind_of(problem)
    if kind.name not in _BOARDS:
        raise UnsupportedError(f"there is no board for a {kind.title} problem")
    return _BOARDS[kind.name]


def board_of(problem: Problem, plan: Plan | None = None) -> dict[str, Any]:
    """What a board shows of a problem, and the plan that it begins with.

    Parameters
    ----------
    problem : Problem
    plan : Plan, optional
        An empty one when left out.

    Returns
    -------
    dict
        Of plain values: ``kind``, ``name``, the native ``plan``, and people, days and duties or rooms, days and
        patients.

    Raises
    ------
    UnsupportedError
        For a kind of problem without a board.
    """
    shown = _shown(problem)
    native = shown.native(problem, shown.empty(problem) if plan is None else plan)
    return {"kind": kind_of(problem).name, "name": problem.name, "plan": native, **shown.board(problem)}


def standing_of(problem: Problem, plan: Plan, found: Evaluation, part: Part = plainly) -> dict[str, Any]:
    """How a plan stands, beside its cost: cover, hours and requests, or beds in use and who waits.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    found : Evaluation
        Of the plan.
    part : callable, optional
        Gives what stands for a part that comes again with the next plan, from the part and what makes plain values
        of it.

    Returns
    -------
    dict
        Of plain values.
    """
    return _shown(problem).standing(problem, plan, found, part)
