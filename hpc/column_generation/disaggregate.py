"""From a master in which people alike share rows to one with a row for each person, without a simplex step."""

from __future__ import annotations

from dataclasses import replace

from hpc.column_generation.column import Column
from hpc.column_generation.master import Master

__all__ = ["spread"]


def spread(shared: Master, beside: int) -> Master:
    """A master with a row and columns for each person, begun from the solution of ``shared``, for a dive.

    The columns of people alike, laid end to end by their shares, are cut at whole numbers: each person gets a piece,
    and nearly always one or two rosters. The pieces and the slacks that were basic are a basis of the new master with
    the same objective, so that it needs no work. Everybody also gets the ``beside`` cheapest rosters of those alike.
    Where nobody is alike it is ``shared`` itself.
    """
    if len(shared.members) == len(shared.people):
        return shared
    solution = shared.solve()
    whole = Master(shared.subproblem, shared.penalty, left=shared.left)
    basic = shared.basic_columns()
    pieces: list[Column] = []
    rest: list[Column] = []
    mine: list[list[int]] = [[] for _ in shared.members]
    for j, c in enumerate(shared.columns):
        mine[shared.position[c.employee]].append(j)
    for alike, own in zip(shared.members, mine, strict=True):
        who, filled = 0, 0.0
        for j in own:
            if not basic[j]:
                continue
            share = float(solution.values[j])
            while True:
                pieces.append(replace(shared.columns[j], employee=alike[who]))
                if filled + share < 1.0 - 1e-9 or who + 1 == len(alike):
                    filled += share
                    break
                share, filled, who = share - (1.0 - filled), 0.0, who + 1
        near = sorted(own, key=lambda j: (shared.reduced[j], j))[:beside]
        rest += [replace(shared.columns[j], employee=e) for e in alike for j in near]
    whole.add(pieces)
    started = len(whole.columns)
    whole.add(rest)
    whole.begin_as(shared, started)
    return whole
