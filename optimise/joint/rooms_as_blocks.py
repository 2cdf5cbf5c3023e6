"""Bed problems with a room as a block: its stays, occupancy and gender by day; patients link the rooms."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimise.blocks.problem import BlockPlan, BlockProblem
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.problem import HospitalPlan, HospitalProblem

__all__ = ["hospital_plan", "rooms_as_blocks"]


def rooms_as_blocks(problem: HospitalProblem) -> tuple[BlockProblem, HospitalModel]:
    """The compact model of a hospital, cut by rooms.

    ``stay`` columns belong to their room. Columns that occur in rows with columns of one room only (excess beds, mixed
    genders, oldest and youngest by room and day) join it; those that see several rooms (admissions, theatres,
    transfers) stay outside. Rows within one room are the block's own; the others link: each patient's stays add up to
    his or her admission.

    Returns
    -------
    BlockProblem, HospitalModel
        The model turns points into plans (``model.plan(values)``) and back (``model.start(plan)``).
    """
    model = HospitalModel(problem)
    arrays = model.model.freeze()
    owner = np.full(arrays.columns, -1, dtype=np.int64)
    owner[model.stay_column] = model.stay_room
    _grow(arrays, owner)
    rooms = [r for r in range(len(problem.rooms.ids)) if (owner == r).any()]
    place = np.full(len(problem.rooms.ids) + 1, -1, dtype=np.int64)
    place[rooms] = np.arange(len(rooms))
    names = tuple(problem.rooms.ids[r] for r in rooms)
    columns, rows = _names(model.model.column_families, arrays.columns), _names(model.model.row_families, arrays.rows)
    return BlockProblem(problem.name, arrays, place[owner], names, columns, rows), model


def hospital_plan(model: HospitalModel, plan: BlockPlan) -> HospitalPlan:
    """The plan of a point."""
    return model.plan(np.asarray(plan.values))


def _grow(arrays: Any, owner: Any) -> None:
    """Give columns without a block the one block that all their rows speak of, until nothing changes."""
    from scipy.sparse import csr_matrix

    matrix = csr_matrix((arrays.value, arrays.index, arrays.start), shape=(arrays.rows, arrays.columns)).tocsc()
    entry_row = np.repeat(np.arange(arrays.rows), np.diff(arrays.start))
    while True:
        low, high = np.full(arrays.rows, np.iinfo(np.int64).max), np.full(arrays.rows, -1, dtype=np.int64)
        known = owner[arrays.index] >= 0
        np.minimum.at(low, entry_row[known], owner[arrays.index[known]])
        np.maximum.at(high, entry_row[known], owner[arrays.index[known]])
        changed = False
        for c in np.flatnonzero(owner < 0):
            rows = matrix.indices[matrix.indptr[c] : matrix.indptr[c + 1]]
            if rows.size == 0:
                continue
            first, last = int(low[rows].min()), int(high[rows].max())
            if first == last:
                owner[c] = first
                changed = True
        if not changed:
            return


def _names(families: Any, count: int) -> tuple[str, ...]:
    made = [""] * count
    for family in families.values():
        for position, key in family.members():
            made[position] = f"{family.name}[{key}]"
    return tuple(made)
