"""The compact joint model of a hospital: admissions, rooms, theatres and nurses.

Sets and data: patients p, admission days a of p's window, days d, rooms r, theatres o, shifts s, nurses n.

* ``admission[p,a]`` = 1: p is admitted on a; ``out[p]`` = 1: p is not admitted;
  ``admitted[p]``: sum_a admission[p,a] + out[p] = 1
* ``stay[p,a,t,r]`` = 1: p, admitted on a, lies in room r from night t of the stay (to its end when patients do not
  move, else for one night); ``room[p,a,t]``: sum_r stay[p,a,t,r] = admission[p,a]
* presence of p in r on d is the sum of the stays that cover d; every rule on rooms is a row over presences
* ``surgery[p,a,o]`` = 1: p is operated in o; ``theatre[p,a]``: sum_o surgery[p,a,o] = admission[p,a]
* ``nurse[n,r,s]`` = 1: n looks after r in s

Each rule then adds rows and terms under its own name (:meth:`HospitalRule.add`); a soft rule's cost is its weight
times a column of excess. Costs are in units (ticks / scale).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.core.arrays import IntArray
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.model.plan import read_plan, starting_point
from optimise.hospital.model.presence import spread
from optimise.hospital.model.scope import Scope
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules import get_rule
from optimise.hospital.rules.cover import nursed
from optimise.hospital.rules.grid import hospital_grid
from optimise.hospital.rules.wishes import AdmissionWishRule, RoomWishRule
from optimise.solvers.linear import LinearModel

__all__ = ["HospitalModel"]

#: Strong rows (one a person, room and day) are used up to this many; above, rows by room and day stand for them.
STRONG_ROWS = 120_000


class HospitalModel(HospitalColumns):
    """Builds the model and reads plans out of its solutions.

    Parameters
    ----------
    problem : HospitalProblem
    scope : Scope, optional
        What may be decided; everything by default.
    moves : bool, optional
        Whether patients may change rooms. By default they may when the rule ``Transfer`` is soft. Without moves
        the model of such a problem is a restriction: its bound does not hold for the problem (:attr:`valid`).
    nursing : bool
        Whether to include the nursing layer; without it the model is a relaxation.
    most_meetings : int
        Rows of the continuity rule beyond which only its floor is kept.

    Attributes
    ----------
    model : LinearModel
    valid : bool
        Whether a lower bound of the model is one of the problem (given the whole scope).
    complete : bool
        Whether the model's objective is the exact cost; False when rows had to be left out for size.
    """

    def __init__(
        self,
        problem: HospitalProblem,
        scope: Scope | None = None,
        *,
        moves: bool | None = None,
        nursing: bool = True,
        most_meetings: int = 3_000_000,
        name: str | None = None,
    ) -> None:
        self.problem = problem
        self.scope = Scope.whole(problem) if scope is None else scope
        forbidden = problem.hard("Transfer")
        self.moves = not forbidden if moves is None else moves and not forbidden
        self.valid = forbidden or self.moves or problem.weight("Transfer") == 0
        self.complete = True
        self.most_meetings = most_meetings
        self.nursing = nursing and problem.nursing is not None
        self.model = LinearModel(name or problem.name)
        self._admissions()
        self._stays()
        self.presence = spread(self)
        self.strong = len(self.presence.pair_person) <= STRONG_ROWS
        self._surgery()
        if self.nursing:
            self._nurses()
        for setting in problem.rules:
            rule = get_rule(problem, setting.rule)
            if rule.applies(problem) and (rule.layer != "nursing" or self.nursing):
                rule.add(self)
        self.model.lattice = hospital_grid(problem)

    # -- columns -------------------------------------------------------------------------------------------------
    def _admissions(self) -> None:
        """``admission`` and ``out`` columns; windows and prices of single decisions."""
        problem, people = self.problem, self.problem.patients
        days = np.arange(problem.days)
        inside = (days >= people.release[:, None]) & (days <= people.due[:, None])
        window = self.price("AdmissionDay")
        allowed = self.scope.days & (inside if window is None else ~people.inpatient[:, None] | inside)
        dates, never = self._dates()
        allowed &= ~never[:, :-1]
        if problem.hard("PatientDelay"):
            allowed &= (days <= people.release[:, None]) | (people.delay_factor == 0)[:, None]
        person, day = np.nonzero(allowed)
        delay = np.maximum(0, day - people.release[person]) * people.delay_factor[person]
        cost = delay * (self.price("PatientDelay") or 0.0)
        cost = cost + (window or 0.0) * ~inside[person, day] + dates[person, day]
        must = people.mandatory[person] & problem.hard("MandatoryUnscheduledPatients")
        must = (must | ~self.scope.refuse[person] | people.inpatient[person]) & (
            np.bincount(person, minlength=len(people))[person] == 1
        )
        self.admission_person, self.admission_day, self.admission_fixed = person, day, must
        self.admission_column = self.model.add_columns(
            "admission",
            len(person),
            lower=must.astype(float),
            upper=1.0,
            cost=cost,
            integer=True,
            keys=lambda: self._pairs(people.ids, person, day),
        )
        self.admission_of = np.full((len(people), problem.days), -1)
        self.admission_of[person, day] = np.arange(len(person))
        self.admitted_row = self.model.add_rows(
            "admitted", len(people), lower=1.0, upper=1.0, keys=lambda: list(people.ids)
        )
        self.model.add_entries(self.admitted_row[person], self.admission_column)
        self.out_column = np.full(len(people), -1)
        refusal = self.price("ElectiveUnscheduledPatients") or 0.0
        missing = self.price("MandatoryUnscheduledPatients")
        refusable = self.scope.refuse & ~never[:, -1]
        optional = refusable & ~people.mandatory
        if problem.hard("ElectiveUnscheduledPatients"):
            optional &= people.refusal_factor == 0
        mandatory = refusable & people.mandatory & ~people.inpatient & (missing is not None)
        for name, mask, factor in (
            ("ElectiveUnscheduledPatients", optional, refusal * people.refusal_factor),
            ("MandatoryUnscheduledPatients", mandatory, (missing or 0.0) * np.ones(len(people))),
        ):
            who = np.flatnonzero(mask)
            made = self.model.add_columns(
                name,
                len(who),
                upper=1.0,
                cost=factor[who] + dates[who, -1],
                integer=True,
                keys=self._ids(people.ids, who),
            )
            self.model.add_entries(self.admitted_row[who], made)
            self.out_column[who] = made

    def _dates(self) -> tuple[IntArray, IntArray]:
        """Cost and bar of each day of admission, and of none (last column), by the problem's admission wishes."""
        cost = np.zeros((len(self.problem.patients), self.problem.days + 1))
        never = np.zeros(cost.shape, dtype=np.bool_)
        for setting in self.problem.rules:
            rule = get_rule(self.problem, setting.rule)
            if isinstance(rule, AdmissionWishRule):
                price = self.price(setting.rule)
                if price is None:
                    never |= rule.amount > 0
                else:
                    cost += price * rule.amount
        return cost, never

    def _stays(self) -> None:
        """``stay`` columns for every admission, room and, with moves, night."""
        problem, people = self.problem, self.problem.patients
        nights = np.minimum(people.stay[self.admission_person], problem.days - self.admission_day)
        steps = nights if self.moves else np.minimum(nights, 1)
        visit = np.repeat(np.arange(len(steps)), steps)
        first = np.arange(len(visit)) - np.repeat(np.cumsum(steps) - steps, steps)
        room_row = self.model.add_rows(
            "room",
            len(visit),
            lower=0.0,
            upper=0.0,
            keys=lambda: [
                (people.ids[self.admission_person[v]], int(self.admission_day[v]), int(t))
                for v, t in zip(visit, first, strict=True)
            ],
        )
        self.model.add_entries(room_row, self.admission_column[visit], -1.0)
        usable = self.scope.rooms.copy()
        barred = people.forbidden & ~people.inpatient[:, None]
        incompatible = self.price("PatientRoomCompatibility")
        if incompatible is None:
            usable &= ~barred
        if problem.hard("Transfer"):
            inside = np.flatnonzero(people.inpatient)
            usable[inside] = False
            usable[inside, people.home[inside]] = True
        # With moves one patient may use a barred room on several nights but counts once: priced in the rule.
        row, room = np.nonzero(usable[self.admission_person[visit]])
        self.stay_visit, self.stay_first, self.stay_room = visit[row], first[row], room
        self.stay_nights = np.ones(len(row), dtype=np.int64) if self.moves else nights[self.stay_visit]
        self.stay_person = self.admission_person[self.stay_visit]
        start = self.admission_day[self.stay_visit] + self.stay_first
        cost = np.zeros(len(row))
        keep = np.ones(len(row), dtype=np.bool_)
        for setting in problem.rules:
            rule = get_rule(problem, setting.rule)
            if isinstance(rule, RoomWishRule):
                amount = self._over_nights(rule)
                if setting.weight is None:
                    keep &= amount == 0
                else:
                    cost += amount * (setting.weight / problem.scale)
        if incompatible and not self.moves:
            cost += incompatible * barred[self.stay_person, room]
        if not problem.hard("Transfer"):
            moved = (
                people.inpatient[self.stay_person] & (self.stay_first == 0) & (room != people.home[self.stay_person])
            )
            cost += moved * (self.price("Transfer") or 0.0)
        for name in ("stay_visit", "stay_first", "stay_room", "stay_nights", "stay_person"):
            setattr(self, name, getattr(self, name)[keep])
        row, start, room = row[keep], start[keep], room[keep]
        options = np.bincount(row, minlength=len(visit))
        self.stay_fixed = self.admission_fixed[self.stay_visit] & (options[row] == 1)
        self.stay_column = self.model.add_columns(
            "stay",
            len(row),
            lower=self.stay_fixed.astype(float),
            upper=1.0,
            cost=cost[keep],
            integer=True,
            keys=lambda: (
                [
                    (people.ids[p], int(d), problem.rooms.ids[r])
                    for p, d, r in zip(self.stay_person, start, room, strict=True)
                ]
                if not self.moves
                else [
                    (people.ids[p], int(self.admission_day[v]), int(t), problem.rooms.ids[r])
                    for p, v, t, r in zip(self.stay_person, self.stay_visit, self.stay_first, room, strict=True)
                ]
            ),
        )
        self.model.add_entries(room_row[row], self.stay_column)

    def _over_nights(self, rule: RoomWishRule) -> IntArray:
        """Amount of a room wish over the nights of each stay column."""
        if self.moves:
            return rule.amounts(self.stay_person, self.stay_first, self.stay_room)
        people, rooms = self.problem.patients, len(self.problem.rooms.ids)
        longest = int(self.stay_nights.max(initial=0))
        by_night = np.zeros((len(people), longest + 1, rooms), dtype=np.int64)
        everyone = np.arange(len(people))
        for t in range(longest):
            there = everyone[np.minimum(people.stay, self.problem.days) > t]
            by_night[there, t + 1] = rule.amounts(there[:, None], np.full((1, 1), t), np.arange(rooms)[None, :])
        total = by_night.cumsum(axis=1)
        summed: IntArray = total[self.stay_person, self.stay_nights, self.stay_room]
        return summed

    def _surgery(self) -> None:
        """``surgery`` columns: theatre of each admission with surgery."""
        layer, people = self.problem.theatres, self.problem.patients
        empty = np.zeros(0, dtype=np.int64)
        self.surgery_visit = self.surgery_theatre = self.surgery_column = empty
        if layer is None:
            return
        visits = np.flatnonzero(layer.surgeon[self.admission_person] >= 0)
        possible = self.scope.theatres[self.admission_person[visits]]
        if self.problem.hard("OperatingTheaterOvertime"):
            need = layer.duration[self.admission_person[visits]]
            possible &= need[:, None] <= layer.minutes[:, self.admission_day[visits]].T
        row, theatre = np.nonzero(possible)
        self.surgery_visit, self.surgery_theatre = visits[row], theatre
        person, day = self.admission_person[visits], self.admission_day[visits]
        self.surgery_column = self.model.add_columns(
            "surgery",
            len(row),
            upper=1.0,
            integer=True,
            keys=lambda: [
                (people.ids[person[i]], int(day[i]), layer.ids[o]) for i, o in zip(row, theatre, strict=True)
            ],
        )
        rows = self.model.add_rows(
            "theatre", len(visits), lower=0.0, upper=0.0, keys=lambda: self._pairs(people.ids, person, day)
        )
        self.model.add_entries(rows[row], self.surgery_column)
        self.model.add_entries(rows, self.admission_column[visits], -1.0)

    def _nurses(self) -> None:
        """``nurse`` columns for every post (room and shift someone may use) and nurse on duty."""
        layer, k = self.problem.nursing, self.problem.shifts
        assert layer is not None
        cells = len(self.presence.cell_room)
        self.post_cell = np.repeat(np.arange(cells), k)
        self.post_room = self.presence.cell_room[self.post_cell]
        self.post_shift = self.presence.cell_day[self.post_cell] * k + np.tile(np.arange(k), cells)
        kept = self.scope.nurse[self.post_room, self.post_shift]
        duty = layer.on_duty[:, self.post_shift].T if layer.ids else np.zeros((len(kept), 0), dtype=np.bool_)
        on_duty, absence = duty.copy(), self.price("NursePresence")
        if absence is not None:
            duty[:] = True
        duty &= (kept[:, None] < 0) | (np.arange(len(layer.ids))[None, :] == kept[:, None])
        self.nurse_post, self.nurse_who = np.nonzero(duty)
        options = duty.sum(axis=1)
        self.nurse_on_duty = on_duty[self.nurse_post, self.nurse_who]
        self.nurse_fixed = (options[self.nurse_post] == 1) & nursed(self.problem)
        self.post_options = options
        known = np.ones(cells, dtype=np.bool_)
        np.logical_and.at(known, self.presence.cell, self.presence.fixed)
        #: Whether everybody who may be in the room at that time is known to be there.
        self.post_known = known[self.post_cell]
        self.nurse_column = self.model.add_columns(
            "nurse",
            len(self.nurse_post),
            upper=1.0,
            cost=(absence or 0.0) * ~self.nurse_on_duty,
            integer=True,
            keys=lambda: [
                (layer.ids[n], self.problem.rooms.ids[self.post_room[i]], int(self.post_shift[i]))
                for i, n in zip(self.nurse_post, self.nurse_who, strict=True)
            ],
        )

    # -- plans ---------------------------------------------------------------------------------------------------
    def plan(self, values: NDArray[np.float64]) -> HospitalPlan:
        """Plan of a solution vector of shape (columns,)."""
        return read_plan(self, np.asarray(values))

    def start(self, plan: HospitalPlan) -> NDArray[np.float64]:
        """Starting point of a plan (NaN for columns that follow from the decisions), shape (columns,)."""
        return starting_point(self, plan)
