"""How heavy a penalty must be. Each rule bounds how much the objective can gain by breaking a constraint once.

``sum-abs``
    Sum of all absolute coefficients plus one: always enough (Lucas 2014, arXiv:1302.5843, the safe choice).
``upper-lower``
    Upper bound minus lower bound of the objective over free bits, plus one (the rule of qiskit-optimization's
    ``LinearEqualityToPenalty``).
``vlm``
    Verma and Lewis (2022), doi:10.1016/j.disopt.2020.100594: the largest gain that flipping one bit can bring.
``moc``
    Ayodele (2022), arXiv:2206.11040, "maximum change in objective": as ``vlm``, divided by the smallest change that
    one flip can make to the squared constraint.

An objective that is zero everywhere gets weight 1 by every rule. The last two are enough for breaking one constraint by
one bit; `quantum.encode.model` reports which rule was used.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from quantum.qubo import Qubo


def _sum_abs(objective: Qubo, constraint: NDArray[np.float64]) -> float:
    return float(np.abs(objective.linear).sum() + np.abs(objective.values).sum()) + 1.0


def _upper_lower(objective: Qubo, constraint: NDArray[np.float64]) -> float:
    every = np.concatenate([objective.linear, objective.values])
    return float(every[every > 0].sum() - every[every < 0].sum()) + 1.0


def _gains(objective: Qubo) -> NDArray[np.float64]:
    """Largest change of the objective by flipping each bit, over all settings of the others."""
    up = objective.linear.copy()
    down = -objective.linear
    positive, negative = np.maximum(objective.values, 0), np.maximum(-objective.values, 0)
    for ends in (objective.rows, objective.cols):
        np.add.at(up, ends, positive)
        np.add.at(down, ends, negative)
    return np.maximum(up, down)


def _vlm(objective: Qubo, constraint: NDArray[np.float64]) -> float:
    most = float(_gains(objective).max(initial=0.0))
    return most if most > 0 else 1.0  # nothing to gain: any weight is enough, and none would leave the rule out


def _moc(objective: Qubo, constraint: NDArray[np.float64]) -> float:
    touched = np.abs(constraint[constraint != 0])
    return _vlm(objective, constraint) / float(touched.min() ** 2 if touched.size else 1.0)


Rule = Callable[[Qubo, NDArray[np.float64]], float]
PENALTY_RULES: dict[str, Rule] = {"sum-abs": _sum_abs, "upper-lower": _upper_lower, "vlm": _vlm, "moc": _moc}


def penalty_weight(rule: str, objective: Qubo, constraint: NDArray[np.float64]) -> float:
    """Weight of the squared constraint by a named rule.

    Parameters
    ----------
    rule : str
        A name in `PENALTY_RULES`.
    objective : Qubo
        Of n variables: what breaking the constraint could gain.
    constraint : float64 array (n,)
        Coefficients of the constraint.

    Returns
    -------
    float
        In units of cost.

    Raises
    ------
    InputError
        For a name that there is not.
    """
    if rule not in PENALTY_RULES:
        raise InputError(f"unknown penalty rule {rule!r}; there are {', '.join(PENALTY_RULES)}")
    return PENALTY_RULES[rule](objective, constraint)
