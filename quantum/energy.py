"""Energies as problems: a QUBO or one-hot problem behind the face that `optimise.solve` and `compare` know."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimise.core.brief import brief
from optimise.core.errors import InputError
from optimise.core.result import Evaluation, RuleCost
from quantum.encode.penalty import PENALTY_RULES, penalty_weight
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.repair import repair

__all__ = ["NEAR", "BitPlan", "EnergyProblem", "random_mean", "repair"]

#: Share of a certified bound within which a plan counts as near it.
NEAR = 0.01
_ENUMERATE = 1 << 24  # states up to which an unknown optimum is found by enumeration


@brief
@dataclass(frozen=True, slots=True, eq=False)
class BitPlan:
    """A plan of an energy problem: one bit per variable, int8 (n,)."""

    bits: NDArray[np.int8]
    kind: str = "energy"


@brief
@dataclass(frozen=True, slots=True, eq=False)
class EnergyProblem:
    """Minimise an energy over bits, or over one-hot blocks.

    Attributes
    ----------
    name, family : str
    energy : Qubo or OneHot
    optimum : float or None
        Known minimum, over one-hot states where there are blocks.
    optimum_source : str
    penalty : float or None
        Published penalty weight of the blocks, where the instance has one.
    decode : callable, optional
        From choices (blocks,) to the plan that they stand for.
    error : float
        How far the energy may be from the true cost of a state at most (a fit); 0 where it is exact.
    true_cost : callable, optional
        True cost of choices (blocks,): what the plan that they stand for is charged by the evaluator.
    exact_on : {"blocks", "rules"}
        Where an error of 0 holds: on all states that keep every block, or on those whose plan keeps all hard rules.
    origin : str
        Name of the problem that it was cut from; energies of one origin are not independent instances.
    bound : float
        No plan of that problem costs less, certified by the run that it was cut from; minus infinity where unknown.
    """

    name: str
    family: str
    energy: Qubo | OneHot
    optimum: float | None = None
    optimum_source: str = ""
    penalty: float | None = None
    decode: Callable[[NDArray[np.int64]], Any] | None = None
    error: float = 0.0
    true_cost: Callable[[NDArray[np.int64]], float] | None = None
    exact_on: Literal["blocks", "rules"] = "blocks"
    origin: str = ""
    bound: float = -np.inf
    kind: str = field(default="energy", init=False)

    @property
    def near(self) -> float | None:
        """Cost that is within `NEAR` of the certified bound; None without a bound, or where the energy is no cost."""
        return self.bound + NEAR * abs(self.bound) if np.isfinite(self.bound) and self.error == 0 else None

    @property
    def qubo(self) -> Qubo:
        """The cost without penalties.

        Raises
        ------
        UnsupportedError
            For an energy that pairs do not give (`OneHot.sums`).
        """
        if isinstance(self.energy, OneHot):
            self.energy.tables()
            return self.energy.bit_energy
        return self.energy

    @property
    def size(self) -> int:
        """Number of variables."""
        return self.energy.bit_energy.size if isinstance(self.energy, OneHot) else self.energy.size

    def energies(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Energies (s,) of bits (s, n), without penalties.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (s, n).

        Returns
        -------
        float array
            Shape (s,), in units of cost.
        """
        if isinstance(self.energy, OneHot):
            return self.energy.energies_of_bits(bits)
        return self.energy.energies(bits)

    @property
    def blocks(self) -> OneHot:
        """The energy over blocks; a free bit is a block of two (`OneHot.of_bits`)."""
        if isinstance(self.energy, OneHot):
            return self.energy
        return OneHot.of_bits(self.energy)

    def bits(self, choices: NDArray[np.int64]) -> NDArray[np.int8]:
        """Bits (..., n) of choices (..., m) of `blocks`."""
        if isinstance(self.energy, OneHot):
            return self.energy.bits(choices)
        return np.asarray(choices, dtype=np.int8)

    def penalised(self, rule: str | float | None = None) -> Qubo:
        """The energy without constraints: broken blocks pay a penalty.

        Parameters
        ----------
        rule : a name in `quantum.encode.penalty.PENALTY_RULES`, a weight, or None for the published weight
            (``upper-lower`` where there is none).
        """
        if not isinstance(self.energy, OneHot):
            return self.energy
        objective = self.qubo
        if rule is None:
            rule = self.penalty if self.penalty is not None else "upper-lower"
        if isinstance(rule, str):
            if rule not in PENALTY_RULES:
                raise InputError(f"unknown penalty rule {rule!r}; there are {', '.join(PENALTY_RULES)}")
            every = [np.isin(np.arange(self.size), self.energy.places(b)) for b in range(self.energy.blocks)]
            weights = [penalty_weight(rule, objective, row.astype(np.float64)) for row in every]
            return self.energy.with_penalty(weights)
        return self.energy.with_penalty(float(rule))

    def evaluate(self, plan: BitPlan) -> Evaluation:
        """Energy, and the number of blocks without exactly one 1 as the amount of the one hard rule."""
        cost = float(self.energies(plan.bits[None])[0])
        broken = 0.0
        if isinstance(self.energy, OneHot):
            broken = float((~self.energy.kept(plan.bits)).sum())
        rules = (RuleCost("energy", False, cost, cost), RuleCost("one choice per block", True, broken, 0.0))
        return Evaluation(cost, broken, rules)

    def digest(self) -> str:
        """SHA-256 of all coefficients and blocks."""
        q = self.energy.qubo if isinstance(self.energy, OneHot) else self.energy
        made = hashlib.sha256()
        for part in (q.linear, q.rows, q.cols, q.values, np.array([q.offset])):
            made.update(np.ascontiguousarray(part).astype("<f8").tobytes())
        if isinstance(self.energy, OneHot):
            made.update(repr(self.energy.sizes).encode())
            for cost in self.energy.sums:
                for part in (*(cost.parts[b] for b in cost.blocks), cost.values, cost.costs):
                    made.update(np.ascontiguousarray(part).astype("<f8").tobytes())
                made.update(repr(cost.blocks).encode())
        return made.hexdigest()

    def with_optimum(self) -> "EnergyProblem":
        """The same with its optimum enumerated, where it is unknown and the states are few."""
        blocks = self.blocks
        if self.optimum is not None or blocks.states > _ENUMERATE:
            return self
        least = self.energy.brute_force()[0]
        return replace(self, optimum=least, optimum_source=f"enumeration of {blocks.states} states")

    def figures(self) -> dict[str, float]:
        """What a study says of the instance: how far the energy may be, and is at its optimum, from the true cost."""
        made = {"energy error": self.error} if np.isfinite(self.error) else {"energy error unknown": 1.0}
        if self.exact_on == "rules" and self.error == 0:
            made["energy exact on hard rules only"] = 1.0
        if self.true_cost is not None and self.blocks.states <= _ENUMERATE:
            least, choices, _ = self.blocks.brute_force()
            made |= {"true cost of the optimum": self.true_cost(choices), "energy of the optimum": least}
        return made


def random_mean(problem: OneHot) -> float:
    """Mean energy of uniformly random choices, exactly."""
    linear, table, offset = problem.tables(part=True)
    share = np.repeat(1 / np.asarray(problem.sizes, dtype=np.float64), problem.sizes)
    sums = sum(cost.mean() for cost in problem.sums)
    return float(offset + share @ linear + 0.5 * share @ table @ share + sums)
