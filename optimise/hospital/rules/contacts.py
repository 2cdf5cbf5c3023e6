"""People who were exposed to one infection are kept together: few rooms hold them."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule, plural
from optimise.hospital.rules.state import HospitalState

__all__ = ["ContactsTogether"]


class ContactsTogether(HospitalRule):
    """By (infection, day): rooms that hold its contacts, beyond the first.

    That they lie with nobody else is a matter of RoomIsolation.
    """

    name = "ContactsTogether"
    text = "contacts of one infection lie in few rooms"
    unit = "rooms"
    engines = frozenset({Engine.JOINT})

    def applies(self, problem: HospitalContext) -> bool:
        return problem.patients.contact_of is not None

    def breaches(self, state: HospitalState) -> Breaches:
        problem, group = state.problem, state.problem.patients.contact_of
        assert group is not None
        groups = int(group.max(initial=0)) + 1
        there = state.tally(group, groups)[:, :, 1:] > 0  # (rooms, days, infections)
        beyond = there.sum(axis=0) - 1

        def tell(index: tuple[int, ...]) -> Breach:
            d, g = index
            here = (state.day == d) & (group[state.person] == g + 1)
            names = tuple(problem.patients.ids[p] for p in state.person[here])
            rooms = plural(int(beyond[d, g]) + 1, "room")
            return Breach(names, (d,), f"contacts of one infection lie in {rooms} on day {d}: {', '.join(names)}")

        return Breaches.positive(beyond, tell)

    def add(self, model: HospitalColumns) -> None:
        """With ``held[r,d,g]`` = 1 where a room holds a contact of infection g:

        ``held[r,d,g,p]``: held[r,d,g] >= presence[p,r,d] for each contact p, and
        ``ContactsTogether[d,g]``: sum_r held[r,d,g] <= 1 (+ excess).
        """
        here, group = model.presence, model.problem.patients.contact_of
        assert group is not None
        groups = int(group.max(initial=0)) + 1
        pair = np.flatnonzero(group[here.pair_person] > 0)
        key = here.pair_cell[pair] * groups + group[here.pair_person[pair]]
        some, which = np.unique(key, return_inverse=True)
        held = model.model.add_columns("held", len(some), upper=1.0)
        row_of = np.full(len(here.pair_cell), -1)
        row_of[pair] = model.model.add_rows("held", len(pair), upper=0.0)
        mine = row_of[here.pair] >= 0
        model.model.add_entries(row_of[here.pair[mine]], here.column[mine])
        model.model.add_entries(row_of[pair], held[which], -1.0)
        both = here.cell_day[some // groups] * groups + some % groups
        nights, night = np.unique(both, return_inverse=True)
        keys: list[tuple[int, int]] = [(int(n) // groups, int(n) % groups) for n in nights]
        rows: IntArray = model.model.add_rows(self.name, len(nights), upper=1.0, keys=lambda: keys)
        model.model.add_entries(rows[night], held)
        model.excess(self.name, rows)
