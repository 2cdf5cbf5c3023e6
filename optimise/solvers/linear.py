"""A mixed-integer linear model as arrays, in named families of columns and rows.

Models are written once, with NumPy, against this class. From it they go either straight into HiGHS
(:mod:`optimise.solvers.highs`; no text, no files) or into Pyomo (:mod:`optimise.solvers.pyomo_bridge`), where a
caller can
add constraints and objective terms before solving. Minimisation throughout.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimise.core.breaking_off import heed
from optimise.core.kinds import PlanModel
from optimise.core.result import Plan

__all__ = ["Arrays", "LinearModel", "linear"]

L = TypeVar("L", bound=Plan)
Ids = NDArray[np.int64]
Floats = NDArray[np.float64]
Keys = Sequence[Any] | Callable[[], Sequence[Any]] | None


@dataclass(slots=True)
class Family:
    """Columns or rows of one name: consecutive blocks of ids, each with the keys of its members."""

    name: str
    blocks: list[tuple[int, int, Keys]] = field(default_factory=list)

    def members(self) -> list[tuple[int, Any]]:
        """``(id, key)`` of each member; members without keys are numbered from 0."""
        out: list[tuple[int, Any]] = []
        for first, count, keys in self.blocks:
            named = keys() if callable(keys) else keys
            if named is None:
                named = range(len(out), len(out) + count)
            out.extend(zip(range(first, first + count), named, strict=True))
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """A frozen model: ``min cost @ x + offset`` with ``row_lower <= A x <= row_upper``, A stored by rows.

    Attributes
    ----------
    cost, lower, upper : float arrays, shape (columns,)
    integer : bool array, shape (columns,)
    row_lower, row_upper : float arrays, shape (rows,)
    start : int32 array, shape (rows + 1,)
    index : int32 array, shape (entries,)
    value : float array, shape (entries,)
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats
    offset: float = 0.0

    @property
    def columns(self) -> int:
        return len(self.cost)

    @property
    def rows(self) -> int:
        return len(self.row_lower)

    def lattice(self) -> float:
        """Largest g such that every feasible objective value (less ``offset``) is a multiple of g; 0 if unknown.

        Holds when every column with a cost is integer and all costs are integers, or is continuous but takes
        integer values at some optimum, which only the builder knows: see :attr:`LinearModel.lattice`.
        """
        priced = self.cost != 0
        if not np.all(self.integer[priced]):
            return 0.0
        costs = np.abs(self.cost[priced])
        if not len(costs) or np.any(costs != np.rint(costs)) or costs.max() > 2**52:
            return 0.0
        return float(math.gcd(*costs.astype(np.int64).tolist()))


class LinearModel:
    """Collects columns, rows and entries; duplicates of an entry add up.

    Attributes
    ----------
    name : str
    offset : float
        Constant of the objective.
    lattice : float
        Step of the objective's possible values at an optimum, when the builder knows it (0 = unknown). Bounds are
        rounded up to it.
    """

    def __init__(self, name: str) -> None:
        self.name, self.offset, self.lattice = name, 0.0, 0.0
        self.column_families: dict[str, Family] = {}
        self.row_families: dict[str, Family] = {}
        self._columns: list[tuple[Floats, Floats, Floats, NDArray[np.bool_]]] = []
        self._rows: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Ids, Ids, Floats]] = []
        self._costs: list[tuple[Ids, Floats]] = []
        self.columns = 0
        self.rows = 0

    def add_columns(
        self,
        family: str,
        count: int,
        *,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = math.inf,
        cost: ArrayLike = 0.0,
        integer: bool = False,
        keys: Keys = None,
    ) -> Ids:
        """Add ``count`` columns and return their ids, shape (count,). Scalars are spread over all.

        Parameters
        ----------
        family : str
            Name under which the columns stand.
        count : int
            How many.
        lower : array_like of float
            Lower bounds, scalar or shape (count,).
        upper : array_like of float
            Upper bounds, scalar or shape (count,).
        cost : array_like of float
            Costs, scalar or shape (count,).
        integer : bool
            Whether all of them are integer.
        keys : callable, optional
            Gives the columns' keys when they are asked for.

        Returns
        -------
        int64 array
            Ids, shape (count,).
        """
        heed()
        spread = [np.broadcast_to(np.asarray(v, dtype=np.float64), (count,)) for v in (lower, upper, cost)]
        self._columns.append((*spread, np.full(count, integer)))  # type: ignore[arg-type]
        ids = np.arange(self.columns, self.columns + count, dtype=np.int64)
        self.column_families.setdefault(family, Family(family)).blocks.append((self.columns, count, keys))
        self.columns += count
        return ids

    def add_cost(self, columns: ArrayLike, cost: ArrayLike) -> None:
        """Add to the cost of columns that exist already."""
        self._costs.append((np.asarray(columns, dtype=np.int64), np.asarray(cost, dtype=np.float64)))

    def add_rows(
        self,
        family: str,
        count: int,
        *,
        lower: ArrayLike = -math.inf,
        upper: ArrayLike = math.inf,
        keys: Keys = None,
    ) -> Ids:
        """Add ``count`` empty rows and return their ids, shape (count,)."""
        heed()
        spread = [np.broadcast_to(np.asarray(v, dtype=np.float64), (count,)) for v in (lower, upper)]
        self._rows.append((spread[0], spread[1]))
        ids = np.arange(self.rows, self.rows + count, dtype=np.int64)
        self.row_families.setdefault(family, Family(family)).blocks.append((self.rows, count, keys))
        self.rows += count
        return ids

    def add_entries(self, rows: ArrayLike, columns: ArrayLike, values: ArrayLike = 1.0) -> None:
        """Add coefficients; the three arguments are broadcast against each other. Column ids < 0 are skipped."""
        heed()
        r, c, v = np.broadcast_arrays(
            np.asarray(rows, dtype=np.int64),
            np.asarray(columns, dtype=np.int64),
            np.asarray(values, dtype=np.float64),
        )
        keep = c >= 0
        if keep.all():
            self._entries.append((r.ravel(), c.ravel(), v.ravel()))
        elif keep.any():
            self._entries.append((r[keep], c[keep], v[keep]))

    def freeze(self, *, relaxed: bool = False) -> Arrays:
        """The model as compressed rows, duplicate entries summed; ``relaxed`` without integrality."""
        from scipy.sparse import csr_matrix

        heed()
        empty = np.zeros(0)

        def joined(parts: list[Any]) -> Any:
            return np.concatenate(parts) if parts else empty

        rows, columns, values = (joined([e[i] for e in self._entries]) for i in range(3))
        matrix = csr_matrix(
            (values, (rows.astype(np.int64), columns.astype(np.int64))), shape=(self.rows, self.columns)
        )
        matrix.sum_duplicates()
        cost = joined([c[2] for c in self._columns]).astype(np.float64)
        for changed, added in self._costs:
            np.add.at(cost, changed, added)
        return Arrays(
            cost=cost,
            lower=joined([c[0] for c in self._columns]).astype(np.float64),
            upper=joined([c[1] for c in self._columns]).astype(np.float64),
            integer=joined([c[3] for c in self._columns]).astype(np.bool_) & (not relaxed),
            row_lower=joined([r[0] for r in self._rows]).astype(np.float64),
            row_upper=joined([r[1] for r in self._rows]).astype(np.float64),
            start=matrix.indptr.astype(np.int32),
            index=matrix.indices.astype(np.int32),
            value=matrix.data.astype(np.float64),
            offset=self.offset,
        )


def linear(built: PlanModel[L]) -> LinearModel:
    """The linear model of a formulation, where columns and rows may be added.

    Raises
    ------
    TypeError
        If a kind of another package gives something else as its model.
    """
    if not isinstance(built.model, LinearModel):
        raise TypeError(f"the model of a {type(built).__name__} is a LinearModel, not a {type(built.model).__name__}")
    return built.model
