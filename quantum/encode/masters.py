"""Small masters of a column generation as energies: blocks are people, choices are priced columns.

All personal rules hold in every choice, since they hold in every column; only cover links people. Everybody else keeps
the roster of the plan. Masters of one problem are nested: the people of a smaller one are those of the larger ones too.
"""

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.roster.columns import PricedColumns
from optimise.roster.problem import RosterProblem
from quantum.encode.assembly import Cover
from quantum.encode.roster import Block, RosterEncoding, encode_blocks

__all__ = ["encode_master", "undecided_first"]

_TIE = 1e-6


def undecided_first(columns: PricedColumns, each: int) -> list[int]:
    """People in the order in which they enter masters: those with most columns of reduced cost 0, then as they stand.

    Parameters
    ----------
    columns : PricedColumns
        Of everybody.
    each : int
        Columns that a person must have, the plan's roster counted.

    Returns
    -------
    list of int
        Everybody who has them.
    """
    open_ = [e for e in range(len(columns.words)) if len(_kept(columns, e, each)) == each]
    return sorted(open_, key=lambda e: -int((columns.reduced[e] <= _TIE).sum()))


def encode_master(
    problem: RosterProblem, columns: PricedColumns, people: int, each: int, cover: Cover = "pairs"
) -> RosterEncoding:
    """The master of the first so many people and their columns of least reduced cost.

    Parameters
    ----------
    problem : RosterProblem
        Whose rosters the columns are.
    columns : PricedColumns
        Of everybody, with the plan.
    people : int
        Blocks, 1 or more.
    each : int
        Columns of each, 2 or more: the plan's roster first, then those of least reduced cost.
    cover : {"exact", "fit", "pairs", "hubo"}
        Cover as a cost, as for `encode_blocks`.

    Returns
    -------
    RosterEncoding
        Its first state is the plan.

    Raises
    ------
    InputError
        For more people than have so many columns.
    """
    order = undecided_first(columns, each)
    if not 1 <= people <= len(order):
        raise InputError(f"{people} people, of {len(order)} who have {each} columns", item="people")
    blocks = [Block(e, _kept(columns, e, each)) for e in sorted(order[:people])]
    return encode_blocks(problem, blocks, columns.plan, cover=cover)


def _kept(columns: PricedColumns, person: int, most: int) -> NDArray[np.int16]:
    """The plan's roster and the columns of least reduced cost, each once."""
    rows = [columns.plan.duties[person], *columns.words[person]]
    distinct = {row.tobytes(): row for row in rows}
    return np.array(list(distinct.values())[:most], dtype=np.int16)
