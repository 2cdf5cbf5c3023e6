"""Columns of the linear master for others to work on: priced by its last duals, written beside the best plan."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from hpc.column_generation.column import ByPerson, Column
from hpc.column_generation.generation import Generated
from hpc.column_generation.master import Master
from hpc.column_generation.options import ColumnGenerationOptions
from optimise.core.errors import InputError
from optimise.roster.columns import PricedColumns, write_columns

if TYPE_CHECKING:
    from hpc.column_generation.run import Run

__all__ = ["keep", "priced", "refuse_columns"]

log = logging.getLogger(__name__)


def priced(master: Master, root: Generated) -> ByPerson:
    """Everybody's columns, the least reduced cost first; people alike share theirs.

    Parameters
    ----------
    master : Master
        Of everybody.
    root : Generated
        What it ended with.

    Returns
    -------
    tuple of lists
        By person: words (columns, days), costs and reduced costs (columns,).
    """
    duals, convexity = root.solution.duals, root.solution.convexity
    by_row: dict[int, list[tuple[float, Column]]] = {}
    for column in master.columns:
        row = master.position[column.employee]
        reduced = column.cost - float(duals[column.rows] @ column.values) - float(convexity[row])
        by_row.setdefault(row, []).append((reduced, column))
    words, costs, reduced_costs = [], [], []
    for e in master.people:
        mine = sorted(by_row.get(master.position[e], []), key=lambda item: item[0])
        words.append(np.array([c.word for _, c in mine], dtype=np.int16).reshape(len(mine), master.cover.days))
        costs.append(np.array([c.cost for _, c in mine]))
        reduced_costs.append(np.array([r for r, _ in mine]))
    return words, costs, reduced_costs


def keep(run: Run) -> None:
    """Write the columns where an option asks for them, on rank 0; where that fails, a warning says so.

    Parameters
    ----------
    run : Run
        At its end.
    """
    file, plan = run.options.columns, run.plan()
    if file is None or run.comm.rank != 0:
        return
    if run.priced is None or plan is None:
        log.warning("no columns are written to %s: the linear master was not solved, or there is no plan", file)
        return
    try:
        write_columns(PricedColumns(*run.priced, plan, run.cost, run.bound), run.problem, file)
    except InputError as error:  # the plan must not be lost with them
        log.warning("no columns are written: %s", error)


def refuse_columns(options: ColumnGenerationOptions) -> None:
    """Refuse what a long horizon could not write: it has no linear master of whole rosters and prices nobody exactly.

    Parameters
    ----------
    options : ColumnGenerationOptions
        Of the run.

    Raises
    ------
    InputError
        Where columns or a certificate are asked for.
    """
    for name, file in (("columns", options.columns), ("certificate", options.certificate)):
        if file is not None:
            raise InputError(f"{name}: exact pricing alone makes it; take long=false", item=f"option {name}")
