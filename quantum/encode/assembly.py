"""Putting a one-hot energy together from block costs and costs of sums over blocks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimise.core.errors import UnsupportedError
from quantum.onehot import OneHot
from quantum.sums import SumCost

Cover = Literal["exact", "fit", "pairs", "hubo"]

MOST_VALUES = 64  # values of one sum that a slack block may hold
MOST_STATES = 1 << 20  # states of the blocks of one sum that are looked at for its pairs
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """A one-hot energy and how it relates to the cost that it stands for.

    Attributes
    ----------
    onehot : OneHot
        Decision blocks first, then slack blocks.
    decisions : int
        Number of decision blocks.
    exact : bool
        Whether the energy (minimised over slack blocks) equals the cost on every choice.
    error : float
        Sum over fitted terms of their largest deviation; 0 when exact.
    """

    onehot: OneHot
    decisions: int
    exact: bool
    error: float

    def complete(self, choices: ArrayLike) -> NDArray[np.int64]:
        """Choices of all blocks (s, blocks) from those of the decision blocks (s, decisions), slack at its best."""
        made = np.asarray(choices, dtype=np.int64)
        linear, table, _ = self.onehot.tables(part=True)
        starts, columns = self.onehot.starts, [made]
        for b in range(self.decisions, self.onehot.blocks):
            inside = slice(int(starts[b]), int(starts[b]) + self.onehot.sizes[b])
            costs = linear[inside] + table[made + starts[: self.decisions], inside].sum(axis=1)
            columns.append(np.argmin(costs, axis=1)[:, None])
        return np.concatenate(columns, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Slack:
    """A block of values of a sum: its costs, and its cost table with each decision block."""

    costs: NDArray[np.float64]
    tables: dict[int, NDArray[np.float64]]


class Assembly:
    """Collects costs over one-hot blocks.

    A cost of a sum ``v = sum_b contribution[b][choice_b]`` becomes

    * a table when at most two blocks take part, or a parabola when the cost is one on all values that occur: exact;
    * otherwise, with ``cover="exact"``, a slack block with one choice per value s: cost f(s), and
      ``weight (v - s)**2``, which is exact once minimised over s (`weight` = steepest slope / smallest step);
    * with ``cover="fit"``, the least-squares parabola over uniformly random choices (or near a given value): no
      further qubits, not exact;
    * with ``cover="pairs"``, the least-squares energy with a table for every pair of blocks (`_pairwise`): no further
      qubits, closer than the parabola, not exact;
    * with ``cover="hubo"``, itself (`quantum.sums.SumCost`): no further qubits and exact, but a term of as many blocks
      as take part, which circuits make of multi-qubit phases.

    Parameters
    ----------
    cover : {"exact", "fit", "pairs", "hubo"}
    lean : float
        For pairs: probability of the first choice of a block in the mean of least squares; 0 is as for any other.
    """

    def __init__(self, cover: Cover = "exact", lean: float = 0.0) -> None:
        self._cover, self._lean = cover, lean
        self._linear: list[NDArray[np.float64]] = []
        self._pairs: dict[tuple[int, int], NDArray[np.float64]] = {}
        self._slack: list[_Slack] = []
        self._sums: list[SumCost] = []
        self._totals: list[dict[int, NDArray[np.float64]]] = []
        self._names: list[str] = []
        self._slack_names: list[str] = []
        self._offset = 0.0
        self._error = 0.0

    def add_block(self, costs: ArrayLike, names: Sequence[str] = ()) -> int:
        """Add a decision block with one cost per choice; the result is its number."""
        vector = np.array(costs, dtype=np.float64).ravel()
        number = len(self._linear)
        self._linear.append(vector)
        self._names += list(names) or [f"block {number} choice {x}" for x in range(vector.size)]
        return number

    def add_constant(self, value: float) -> None:
        """Add to the offset."""
        self._offset += value

    def add_pair(self, first: int, second: int, table: ArrayLike) -> None:
        """Add a cost table (k_first, k_second)."""
        dense = np.array(table, dtype=np.float64)
        key = (first, second) if first < second else (second, first)
        dense = dense if first < second else dense.T
        self._pairs[key] = self._pairs.get(key, 0.0) + dense

    def add_sum(
        self,
        contributions: Mapping[int, ArrayLike],
        cost: Callable[[float], float],
        constant: float = 0.0,
        name: str = "sum",
        around: float | None = None,
        row: bool = False,
    ) -> None:
        """Add ``cost(constant + sum of contributions)``.

        Parameters
        ----------
        contributions : mapping of int to float64 array_like (k,)
            What each choice of a block adds.
        cost : callable
            Price of a total.
        constant : float
            What is added to every total.
        name : str
            What is counted.
        around : float, optional
            A fit leans to the values near it.
        row : bool
            Whether mixers may keep the total (`OneHot.rows`).

        Raises
        ------
        UnsupportedError
            When an exact encoding would need a slack block of more than `MOST_VALUES` choices.
        """
        parts: dict[int, NDArray[np.float64]] = {}
        for block, given in contributions.items():
            values = np.asarray(given, dtype=np.float64)
            low = float(values[0])
            constant += low
            if (values != low).any():
                parts[block] = values - low
        blocks = list(parts)
        self._totals += [parts] if blocks and row else []
        if not blocks:
            self._offset += cost(constant)
        elif len(blocks) == 1:
            values = constant + parts[blocks[0]]
            self._linear[blocks[0]] += np.array([cost(v) for v in values.tolist()])
        elif len(blocks) == 2:
            sums = constant + parts[blocks[0]][:, None] + parts[blocks[1]][None, :]
            self.add_pair(blocks[0], blocks[1], np.vectorize(cost, otypes=[float])(sums))
        else:
            self._add_many(parts, cost, constant, name, around)

    def _add_many(
        self,
        parts: dict[int, NDArray[np.float64]],
        cost: Callable[[float], float],
        constant: float,
        name: str,
        around: float | None,
    ) -> None:
        values, weights = _distribution(list(parts.values()), constant)
        if around is not None:  # a value one unit further off counts a tenth
            weights = weights * 0.1 ** np.abs(values - around) + 1e-12
        costs = np.array([cost(v) for v in values.tolist()])
        # Powers of the centred value keep the fit well conditioned.
        centre = float(values.mean())
        powers = np.vander(values - centre, 3, increasing=True)
        coefficients = np.linalg.lstsq(powers * np.sqrt(weights)[:, None], costs * np.sqrt(weights), rcond=None)[0]
        error = float(np.abs(powers @ coefficients - costs).max())
        if error <= _TOLERANCE * max(1.0, float(np.abs(costs).max())):
            self._add_parabola(parts, constant - centre, coefficients)
        elif self._cover == "hubo":
            self._sums.append(SumCost(parts, values - constant, costs, name))
        elif self._cover == "pairs":
            self._add_pairwise(parts, cost, constant, name)
        elif self._cover == "fit":
            self._error += error
            self._add_parabola(parts, constant - centre, coefficients)
        elif values.size > MOST_VALUES:
            raise UnsupportedError(
                f"{name} takes {values.size} values; an exact encoding allows {MOST_VALUES} (use cover='fit')"
            )
        else:
            steps, slopes = np.diff(values), np.abs(np.diff(costs) / np.diff(values))
            weight = float(slopes.max() / steps.min()) * (1 + 1e-9)
            shifted = values - constant
            self._slack_names += [f"{name} = {v:g}" for v in values.tolist()]
            tables = {b: np.outer(-2 * weight * part, shifted) for b, part in parts.items()}
            self._slack.append(_Slack(costs + weight * shifted**2, tables))
            self._add_square(parts, weight)

    def _add_pairwise(
        self, parts: dict[int, NDArray[np.float64]], cost: Callable[[float], float], constant: float, name: str
    ) -> None:
        """Add the projection of the cost on energies of single blocks and pairs."""
        blocks = list(parts)
        sizes = [parts[b].size for b in blocks]
        if np.prod(sizes, dtype=np.float64) > MOST_STATES:
            raise UnsupportedError(f"{name} depends on {len(blocks)} blocks with more than {MOST_STATES} states")
        sums = np.full((1,) * len(blocks), constant)
        for axis, b in enumerate(blocks):
            sums = sums + parts[b].reshape([-1 if axis == i else 1 for i in range(len(blocks))])
        values, where = np.unique(np.round(sums, 9), return_inverse=True)
        costs = np.array([cost(v) for v in values.tolist()])[where].reshape(sums.shape)
        weights = []
        for k in sizes:
            first = self._lean if self._lean and k > 1 else 1 / k
            weights.append(np.concatenate([[first], np.full(k - 1, (1 - first) / max(1, k - 1))]))
        offset, singles, pairs = _pairwise(costs, weights)
        self._offset += offset
        made = np.full(costs.shape, offset)
        for axis, b in enumerate(blocks):
            self._linear[b] += singles[axis]
            made += singles[axis].reshape([-1 if axis == i else 1 for i in range(len(blocks))])
        for (i, j), table in pairs.items():
            self.add_pair(blocks[i], blocks[j], table)
            made += table.reshape([sizes[a] if a in (i, j) else 1 for a in range(len(blocks))])
        error = float(np.abs(made - costs).max())
        if error > _TOLERANCE * max(1.0, float(np.abs(costs).max())):
            self._error += error

    def _add_square(self, parts: dict[int, NDArray[np.float64]], weight: float) -> None:
        blocks = list(parts)
        for position, a in enumerate(blocks):
            self._linear[a] += weight * parts[a] ** 2
            for b in blocks[:position]:
                self.add_pair(b, a, 2 * weight * np.outer(parts[b], parts[a]))

    def _add_parabola(
        self, parts: dict[int, NDArray[np.float64]], constant: float, coefficients: NDArray[np.float64]
    ) -> None:
        """Add ``c0 + c1 v + c2 v**2`` with ``v = constant + sum``."""
        c0, c1, c2 = coefficients.tolist()
        self._offset += c0 + c1 * constant + c2 * constant**2
        for block, values in parts.items():
            self._linear[block] += (c1 + 2 * c2 * constant) * values
        self._add_square(parts, c2)

    def build(self) -> Assembled:
        """The finished energy."""
        linear, pairs = list(self._linear), dict(self._pairs)
        for slack in self._slack:
            for block, table in slack.tables.items():
                pairs[(block, len(linear))] = table
            linear.append(slack.costs)
        problem = OneHot.from_tables(linear, pairs, self._offset, [*self._names, *self._slack_names])
        problem = OneHot(problem.qubo, problem.sizes, tuple(self._sums), tuple(self._rows(problem)))
        return Assembled(problem, len(self._linear), self._error == 0.0, self._error)

    def _rows(self, problem: OneHot) -> list[NDArray[np.float64]]:
        """What each bit adds to every row, equal ones once; none beside slack blocks, which hold totals as choices."""
        made: dict[bytes, NDArray[np.float64]] = {}
        for parts in [] if self._slack else self._totals:
            row = np.zeros(problem.qubo.size)
            for b, part in parts.items():
                row[problem.places(b)] = part
            made.setdefault(np.round(row, 9).tobytes(), row)
        return list(made.values())


def _pairwise(
    costs: NDArray[np.float64], weights: Sequence[NDArray[np.float64]]
) -> tuple[float, list[NDArray[np.float64]], dict[tuple[int, int], NDArray[np.float64]]]:
    """Least-squares fit of a tensor by functions of one axis and of two, in the mean of a product distribution.

    With independent choices the fit is the part of the Hoeffding decomposition up to pairs (Sobol 1993): means over all
    other axes, less what smaller sets explain.
    """
    axes = range(costs.ndim)

    def mean(kept: tuple[int, ...]) -> NDArray[np.float64]:
        made = costs
        for axis in reversed(axes):
            if axis not in kept:
                made = np.tensordot(made, weights[axis], axes=(axis, 0))
        return np.asarray(made)

    offset = float(mean(()))
    singles = [mean((i,)) - offset for i in axes]
    pairs = {}
    for j in axes:
        for i in range(j):
            pairs[i, j] = mean((i, j)) - singles[i][:, None] - singles[j][None, :] - offset
    return offset, singles, pairs


def _distribution(
    parts: list[NDArray[np.float64]], constant: float, most: int = 4096
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values that a sum of independent uniform choices takes, with probabilities."""
    values, weights = np.array([constant]), np.array([1.0])
    for part in parts:
        sums = np.round((values[:, None] + part[None, :]).ravel(), 9)
        mass = np.repeat(weights / part.size, part.size)
        values, where = np.unique(sums, return_inverse=True)
        weights = np.bincount(where.reshape(-1), weights=mass)
        if values.size > most:
            raise UnsupportedError(f"a sum over {len(parts)} blocks takes more than {most} values")
    return values, weights
