"""The columns of the hospital model by name: what rules add their rows to, and what plans are read from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.scope import Scope
from optimise.hospital.presence import Presence
from optimise.solvers.linear import LinearModel

__all__ = ["HospitalColumns"]


class HospitalColumns:
    """Columns of a hospital model and where they stand; :class:`~optimise.hospital.model.hospital.HospitalModel` fills
    them.

    Attributes
    ----------
    model : LinearModel
    presence : Presence
        Who may be in which room when, as sums of stay columns.
    admission_column, admission_person, admission_day, admission_fixed : int or bool arrays (visits,)
        One visit a patient and possible day of admission.
    out_column : int array (patients,)
        Column of "not admitted", -1 where there is none.
    stay_column, stay_visit, stay_first, stay_nights, stay_room, stay_person, stay_fixed : arrays (stays,)
    surgery_column, surgery_visit, surgery_theatre : int arrays (surgeries,)
    nurse_column, nurse_post, nurse_who, nurse_fixed : arrays (nurse columns,)
    post_cell, post_room, post_shift, post_options, post_known : arrays (posts,)
        A post is a room that someone may use and a shift.
    strong : bool
        Whether rows a person, room and day are used beside those by room and day.
    complete : bool
        Whether the model's objective is the exact cost.
    """

    problem: HospitalContext
    scope: Scope
    model: LinearModel
    presence: Presence
    moves: bool
    nursing: bool
    complete: bool
    strong: bool
    most_meetings: int
    admission_column: IntArray
    admission_person: IntArray
    admission_day: IntArray
    admission_fixed: IntArray
    out_column: IntArray
    stay_column: IntArray
    stay_visit: IntArray
    stay_first: IntArray
    stay_nights: IntArray
    stay_room: IntArray
    stay_person: IntArray
    stay_fixed: IntArray
    surgery_column: IntArray
    surgery_visit: IntArray
    surgery_theatre: IntArray
    nurse_column: IntArray
    nurse_post: IntArray
    nurse_who: IntArray
    nurse_fixed: IntArray
    nurse_on_duty: IntArray
    post_cell: IntArray
    post_room: IntArray
    post_shift: IntArray
    post_options: IntArray
    post_known: IntArray

    # -- prices --------------------------------------------------------------------------------------------------
    def price(self, rule: str) -> float | None:
        """Cost of one unit of a rule's amount; None when the rule is hard, 0 when it is not in force.

        Parameters
        ----------
        rule : str
            Name of the rule.

        Returns
        -------
        float or None
            Units of cost for one unit of the rule's amount.
        """
        weight = self.problem.weight(rule)
        return None if weight is None else weight / self.problem.scale

    def excess(self, rule: str, rows: IntArray, upper: Any = np.inf) -> IntArray:
        """For a soft rule: priced columns that relax ``rows`` (each a ``<=``); for a hard one none (empty).

        Parameters
        ----------
        rule : str
        rows : int array (n,)
            Rows to relax, each a ``<=``.
        upper : float or array (n,)
            Most that a row may be exceeded by.

        Returns
        -------
        int array (n,)
            The columns; empty where the rule is hard.
        """
        price = self.price(rule)
        if price is None:
            return np.zeros(0, dtype=np.int64)
        columns = self.model.add_columns(rule, len(rows), upper=upper, cost=price)
        self.model.add_entries(rows, columns, -1.0)
        return columns

    # -- keys ----------------------------------------------------------------------------------------------------
    @staticmethod
    def _pairs(ids: tuple[str, ...], first: IntArray, second: IntArray) -> list[tuple[str, int]]:
        return [(ids[i], int(j)) for i, j in zip(first, second, strict=True)]

    @staticmethod
    def _ids(ids: tuple[str, ...], which: IntArray) -> Callable[[], list[str]]:
        return lambda: [ids[i] for i in which]

    def cell_keys(self, cells: IntArray) -> Callable[[], list[tuple[str, int]]]:
        """Keys (room, day) of cells.

        Parameters
        ----------
        cells : int array (n,)
            Indices of cells.

        Returns
        -------
        callable
            Gives the n keys; worked out only when names are needed.
        """
        rooms, days = self.presence.cell_room[cells], self.presence.cell_day[cells]
        return lambda: self._pairs(self.problem.rooms.ids, rooms, days)

    def post_keys(self, posts: IntArray, level: int | None = None) -> Callable[[], list[Any]]:
        """Keys (room, shift) of posts, with a level where given.

        Parameters
        ----------
        posts : int array (n,)
            Indices of posts.
        level : int, optional
            Added to each key.

        Returns
        -------
        callable
            Gives the n keys; worked out only when names are needed.
        """
        ids, tail = self.problem.rooms.ids, () if level is None else (level,)
        return lambda: [(ids[self.post_room[i]], int(self.post_shift[i]), *tail) for i in posts]
