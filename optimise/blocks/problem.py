"""A mixed-integer linear problem whose columns fall into blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.brief import brief
from optimise.core.errors import InputError
from optimise.core.result import Evaluation, RuleCost, Violation
from optimise.solvers.linear import Arrays

__all__ = ["BlockPlan", "BlockProblem"]

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]

#: A row may be missed, and an integer column be fractional, by this much (relative to the numbers of the row).
TOLERANCE = 1e-6


@brief
@dataclass(frozen=True, slots=True, eq=False)
class BlockPlan:
    """A point: the value of every column, shape (columns,)."""

    values: Floats

    @property
    def kind(self) -> str:
        return "blocks"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One block as a model of its own, and what it adds to the linking rows.

    Attributes
    ----------
    name : str
    columns : int array
        Its columns in the whole problem.
    arrays : Arrays
        Its own rows, over those columns; no offset.
    link : sparse matrix (linking rows, columns of the block)
        What a point of the block adds to each linking row.
    """

    name: str
    columns: Ids
    arrays: Arrays
    link: Any


@brief
@dataclass(frozen=True, eq=False)
class BlockProblem:
    r"""Minimise over blocks that only the linking rows join.

    .. math::
        \min \sum_b c_b x_b + c_0 x_0 \quad\text{s.t.}\quad
        l \le \sum_b A_b x_b + A_0 x_0 \le u, \qquad x_b \in X_b = \{D_b x_b \in [d, e], \text{bounds, integers}\}

    ``x_0`` are columns of no block.

    Attributes
    ----------
    arrays : Arrays
        The whole problem.
    block : int array (columns,)
        Block of each column, -1 for those of none.
    blocks : tuple of str
        Names of the blocks.
    columns, rows : tuple of str
        Names, for messages.
    """

    name: str
    arrays: Arrays
    block: Ids
    blocks: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    family: str = "blocks"
    source: Any = field(default=None, repr=False, compare=False)

    @property
    def kind(self) -> str:
        return "blocks"

    def __post_init__(self) -> None:
        if not self.blocks:
            raise InputError("there is no block", item="blocks")
        if len(self.block) != self.arrays.columns:
            raise InputError("does not have one entry a column", item="block")
        empty = np.flatnonzero(np.bincount(self.block[self.block >= 0], minlength=len(self.blocks)) == 0)
        if empty.size:
            raise InputError("has no column", item=f"block {self.blocks[empty[0]]}")

    @cached_property
    def matrix(self) -> Any:
        """All rows as a sparse matrix (rows, columns)."""
        from scipy.sparse import csr_matrix

        a = self.arrays
        return csr_matrix((a.value, a.index, a.start), shape=(a.rows, a.columns))

    @cached_property
    def row_block(self) -> Ids:
        """Block of each row: -1 for linking rows, which hold columns of several blocks or of none."""
        a, owner = self.arrays, np.full(self.arrays.rows, -1, dtype=np.int64)
        for r in range(a.rows):
            found = np.unique(self.block[a.index[a.start[r] : a.start[r + 1]]])
            if len(found) == 1:
                owner[r] = found[0]
        return owner

    @property
    def linking(self) -> Ids:
        """The linking rows."""
        return np.flatnonzero(self.row_block < 0)

    @cached_property
    def parts(self) -> tuple[Block, ...]:
        """The blocks as models of their own."""
        link = self.matrix[self.linking].tocsc()
        return tuple(self._part(b, name, link) for b, name in enumerate(self.blocks))

    def _part(self, b: int, name: str, link: Any) -> Block:
        a, columns, rows = self.arrays, np.flatnonzero(self.block == b), np.flatnonzero(self.row_block == b)
        own = self.matrix[rows][:, columns].tocsr()
        own.sort_indices()
        arrays = Arrays(
            cost=a.cost[columns],
            lower=a.lower[columns],
            upper=a.upper[columns],
            integer=a.integer[columns],
            row_lower=a.row_lower[rows],
            row_upper=a.row_upper[rows],
            start=own.indptr.astype(np.int32),
            index=own.indices.astype(np.int32),
            value=own.data.astype(np.float64),
        )
        return Block(name, columns, arrays, link[:, columns].tocsr())

    @cached_property
    def alike(self) -> Ids:
        """For each block the first one that is the same problem in the same order (itself if there is none)."""
        seen: dict[bytes, int] = {}
        made = np.empty(len(self.blocks), dtype=np.int64)
        for b, part in enumerate(self.parts):
            sha = hashlib.sha256()
            a, link = part.arrays, part.link.tocoo()
            for array in (a.cost, a.lower, a.upper, a.integer, a.row_lower, a.row_upper, a.start, a.index, a.value):
                sha.update(np.ascontiguousarray(array).tobytes() + b"|")
            order = np.lexsort((link.col, link.row))
            for array in (link.row[order], link.col[order], link.data[order]):
                sha.update(np.ascontiguousarray(array).tobytes() + b"|")
            made[b] = seen.setdefault(sha.digest(), b)
        return made

    # ---- the Problem face ------------------------------------------------------------------------------------------
    def evaluate(self, plan: BlockPlan) -> Evaluation:
        """Cost of a point and every row, bound and integer that it misses.

        Raises
        ------
        InputError
            If the point has the wrong shape.
        """
        a, x = self.arrays, np.asarray(plan.values, dtype=np.float64)
        if x.shape != (a.columns,) or not np.isfinite(x).all():
            raise InputError(f"has shape {x.shape}, expected {a.columns} finite numbers", item="plan.values")
        activity, size = self.matrix @ x, abs(self.matrix) @ np.abs(x)
        slack = TOLERANCE * np.maximum(1.0, size)
        missed = np.maximum(a.row_lower - activity, activity - a.row_upper)
        outside = np.maximum(a.lower - x, x - a.upper)
        fraction = np.where(a.integer, np.abs(x - np.rint(x)), 0.0)
        told = [
            *self._broken("rows", missed, missed > slack, self.rows),
            *self._broken("bounds", outside, outside > TOLERANCE * np.maximum(1.0, np.abs(x)), self.columns),
            *self._broken("integers", fraction, fraction > TOLERANCE, self.columns),
        ]
        cost = float(a.cost @ x) + a.offset
        hard = sum(v.amount for v in told)
        rules = [RuleCost("objective", False, cost, cost)]
        for rule in ("rows", "bounds", "integers"):
            amount = sum(v.amount for v in told if v.rule == rule)
            if amount:
                rules.append(RuleCost(rule, True, amount, 0.0))
        return Evaluation(cost, hard, tuple(rules), tuple(told))

    @staticmethod
    def _broken(rule: str, amount: Floats, wrong: NDArray[np.bool_], names: Sequence[str]) -> list[Violation]:
        return [
            Violation(rule, True, float(amount[i]), 0.0, (names[i],), (), f"{names[i]} is missed by {amount[i]:g}")
            for i in np.flatnonzero(wrong).tolist()
        ]

    def digest(self) -> str:
        """SHA-256 of all arrays and the partition."""
        sha, a = hashlib.sha256(), self.arrays
        parts = (a.cost, a.lower, a.upper, a.integer, a.row_lower, a.row_upper, a.start, a.index, a.value, self.block)
        for array in (*parts, np.array(a.offset)):
            sha.update(np.ascontiguousarray(array).tobytes() + b"|")
        return sha.hexdigest()
