"""Few different nurses for each person."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule, plural
from optimise.hospital.rules.cover import nursed
from optimise.hospital.rules.state import HospitalState

__all__ = ["ContinuityOfCare", "care_floor", "fewest_nurses"]


def fewest_nurses(problem: HospitalContext) -> IntArray:
    """Fewest nurses who can look after a room from day a up to day b, shape (days, days + 1), for a < b.

    A set cover by the nurses' shifts over the interval's shifts, solved by depth-first search with the bound of
    counting; an interval whose search grows too long keeps the best proven bound, so the value is never too high.
    Intervals with an unstaffed shift count only the staffed ones.
    """
    layer = problem.nursing
    assert layer is not None
    k, days = problem.shifts, problem.days
    table = np.zeros((days, days + 1), dtype=np.int64)
    for a in range(days):
        for b in range(a + 1, days + 1):
            masks = layer.on_duty[:, a * k : b * k]
            # Longer stays need at least as many nurses, which is where the search starts.
            table[a, b] = _fewest(masks, max(int(table[a, b - 1]), 1))
    return table


def _fewest(duty: IntArray, known: int) -> int:
    """Least number of rows of a bool table that together cover every column that any row covers."""
    goal = 0
    rows = sorted({sum(1 << int(j) for j in np.flatnonzero(row)) for row in duty}, key=lambda m: -m.bit_count())
    for row in rows:
        goal |= row
    if not goal:
        return 0
    by_column = {j: [row for row in rows if row >> j & 1] for j in range(goal.bit_length())}
    largest = rows[0].bit_count()
    size = max(known, -(-goal.bit_count() // largest))
    work = [2_000]

    def possible(open_: int, left: int) -> bool:
        if not open_:
            return True
        work[0] -= 1
        if work[0] < 0:
            raise _TooLongError
        if open_.bit_count() > left * largest:
            return False
        # the column with the fewest nurses is the hardest: branch there
        columns = [j for j in range(open_.bit_length()) if open_ >> j & 1]
        hardest = min(columns, key=lambda j: len(by_column[j]))
        return any(possible(open_ & ~row, left - 1) for row in by_column[hardest])

    try:
        while not possible(goal, size):
            size += 1
    except _TooLongError:
        pass
    return size


class _TooLongError(Exception):
    """The search was cut off."""


def care_floor(problem: HospitalContext) -> IntArray:
    """Fewest nurses that a patient admitted on a day can meet, shape (patients, days)."""
    table = _cached_fewest(problem)
    end = np.minimum(problem.days, np.arange(problem.days)[None, :] + problem.patients.stay[:, None])
    made: IntArray = table[np.arange(problem.days)[None, :], end]
    return made


_memory: dict[int, tuple[object, IntArray]] = {}


def _cached_fewest(problem: HospitalContext) -> IntArray:
    """:func:`fewest_nurses`, remembered for the last nursing layers."""
    layer = problem.nursing
    found = _memory.get(id(layer))
    if found is None or found[0] is not layer:
        if len(_memory) >= 8:
            _memory.clear()
        _memory[id(layer)] = found = (layer, fewest_nurses(problem))
    return found[1]


class ContinuityOfCare(HospitalRule):
    """Distinct nurses who look after a person during the stay, summed over the people in hospital."""

    name = "ContinuityOfCare"
    text = "each person meets few different nurses"
    unit = "nurses"
    layer = "nursing"
    default = 1
    engines = frozenset({Engine.JOINT})

    def breaches(self, state: HospitalState) -> Breaches:
        problem, layer = state.problem, state.problem.nursing
        assert layer is not None
        people = problem.patients
        met = np.zeros((len(people), len(layer.ids)), dtype=np.bool_)
        seen = state.shift_nurse >= 0
        met[state.shift_person[seen], state.shift_nurse[seen]] = True
        count = met.sum(axis=1)

        def tell(index: tuple[int, ...]) -> Breach:
            p = index[0]
            days = state.day[state.person == p]
            stay = plural(len(days), "day")
            text = f"{people.ids[p]} is looked after by {plural(int(count[p]), 'nurse')} in {stay}"
            return Breach((people.ids[p],), tuple(days.tolist()), text)

        return Breaches.positive(count, tell)

    def add(self, model: HospitalColumns) -> None:
        """With ``meets[p,n]`` in [0, 1]:

        ``ContinuityOfCare[p,n,r,s]``: meets[p,n] >= nurse[n,r,s] + presence[p,r,d] - 1, and the valid floor
        ``care_floor[p]``: sum_n meets[p,n] >= sum_a (fewest nurses that cover a's shifts) admission[p,a].
        """
        here, layer, price = model.presence, model.problem.nursing, model.price(self.name)
        assert layer is not None
        if price == 0:
            return
        nurses, people = len(layer.ids), len(model.problem.patients)
        known = np.ones(len(here.pair_cell), dtype=np.bool_)
        np.logical_and.at(known, here.pair, here.fixed)
        # One entry for each (nurse column, person who may be in its room that day).
        first = np.searchsorted(here.pair_cell, np.arange(len(here.cell_room) + 1))
        cell = model.post_cell[model.nurse_post]
        count = first[cell + 1] - first[cell]
        entries = int(count.sum())
        column = np.repeat(np.arange(len(cell)), count)
        pair = first[cell[column]] + np.arange(entries) - np.repeat(np.cumsum(count) - count, count)
        person, nurse = here.pair_person[pair], model.nurse_who[column]
        certain = known[pair] & model.nurse_fixed[column]
        met, place = np.unique(person * nurses + nurse, return_inverse=True)
        sure = np.zeros(len(met))
        sure[place[certain]] = 1.0
        meets = model.model.add_columns("meets", len(met), lower=sure, upper=1.0, cost=price or 0.0)
        if price is None:
            limit = model.model.add_rows("ContinuityOfCare", 1, upper=0.0)
            model.model.add_entries(limit[0], meets)
        wanted = np.flatnonzero(sure[place] == 0)
        if len(wanted) > model.most_meetings:
            model.complete = False  # the floor alone stands for the rule: the model stays a relaxation
        else:
            upper = np.where(known[pair[wanted]], 0.0, 1.0)
            rows = model.model.add_rows(self.name, len(wanted), upper=upper)
            model.model.add_entries(rows, meets[place[wanted]], -1.0)
            model.model.add_entries(rows, model.nurse_column[column[wanted]])
            some = np.flatnonzero(~known[pair[wanted]])
            place, term = here.terms_of(pair[wanted][some], here.pair)
            model.model.add_entries(rows[some][place], here.column[term])
        if not nursed(model.problem):
            return
        floors = care_floor(model.problem)
        visit_person, day = model.admission_person, model.admission_day
        who = np.unique(visit_person)
        row_of = np.full(people, -1)
        row_of[who] = model.model.add_rows("care_floor", len(who), lower=0.0)
        owner = row_of[met // nurses]
        model.model.add_entries(owner[owner >= 0], meets[owner >= 0])
        floor = floors[visit_person, day]
        model.model.add_entries(row_of[visit_person], model.admission_column, -1.0 * floor)
