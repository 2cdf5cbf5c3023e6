"""Binary Pyomo models as QUBOs: slack bits for inequalities, squared equalities with a penalty rule."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from quantum.encode.penalty import penalty_weight
from quantum.qubo import Qubo

_INTEGRAL = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ModelQubo:
    """A Pyomo model as a QUBO.

    Attributes
    ----------
    qubo : Qubo
        Model variables first, then slack bits. On feasible assignments with the right slack bits its energy is the
        model's objective (negated for maximisation).
    names : tuple of str
        Names of the model's variables, in order.
    penalties : float64 (constraints,)
    rule : str
    """

    qubo: Qubo
    names: tuple[str, ...]
    penalties: NDArray[np.float64]
    rule: str

    def values(self, bits: NDArray[np.int8]) -> dict[str, int]:
        """Value of every model variable."""
        return dict(zip(self.names, bits[: len(self.names)].astype(int).tolist()))


def encode_model(model: Any, rule: str = "upper-lower") -> ModelQubo:
    """Turn an active Pyomo model over binary variables, with integer constraint data, into a QUBO.

    Parameters
    ----------
    model : ConcreteModel
        One objective (at most quadratic), linear constraints.
    rule : a name in `quantum.encode.penalty.PENALTY_RULES`

    Raises
    ------
    UnsupportedError
        For a continuous or general integer variable, a nonlinear constraint, or fractional constraint data.
    """
    import pyomo.environ as pyo
    from pyomo.repn import generate_standard_repn

    variables = list(model.component_data_objects(pyo.Var, active=True, descend_into=True))
    for v in variables:
        if not v.is_binary() and not v.fixed:
            raise UnsupportedError(f"variable {v.name} is not binary")
    variables = [v for v in variables if not v.fixed]
    place = {id(v): i for i, v in enumerate(variables)}
    n = len(variables)
    objectives = list(model.component_data_objects(pyo.Objective, active=True, descend_into=True))
    if len(objectives) != 1:
        raise UnsupportedError(f"the model has {len(objectives)} active objectives, expected one")
    sign = 1.0 if objectives[0].sense == pyo.minimize else -1.0
    repn = generate_standard_repn(objectives[0].expr, quadratic=True)
    if repn.nonlinear_expr is not None:
        raise UnsupportedError("the objective is not quadratic")
    rows = [place[id(v)] for v in repn.linear_vars] + [place[id(a)] for a, _ in repn.quadratic_vars]
    cols = [place[id(v)] for v in repn.linear_vars] + [place[id(b)] for _, b in repn.quadratic_vars]
    coefficients = sign * np.array([*repn.linear_coefs, *repn.quadratic_coefs], dtype=np.float64)
    objective = Qubo.from_terms(n, rows, cols, coefficients, sign * float(repn.constant))

    squares: list[tuple[NDArray[np.float64], float, int]] = []  # coefficients, constant, slack range
    for constraint in model.component_data_objects(pyo.Constraint, active=True, descend_into=True):
        body = generate_standard_repn(constraint.body)
        if not body.is_linear():
            raise UnsupportedError(f"constraint {constraint.name} is not linear")
        row = np.zeros(n)
        for v, c in zip(body.linear_vars, body.linear_coefs):
            row[place[id(v)]] += float(c)
        lower, upper = pyo.value(constraint.lower), pyo.value(constraint.upper)
        squares += _squares(constraint.name, row, float(body.constant), lower, upper)

    slack = [_bits(reach) for _, _, reach in squares]
    size = n + sum(len(weights) for weights in slack)
    every = np.arange(n)
    total = Qubo.from_terms(
        size,
        np.concatenate([every, objective.rows]),
        np.concatenate([every, objective.cols]),
        np.concatenate([objective.linear, objective.values]),
        objective.offset,
    )
    penalties, first = [], n
    for (row, constant, _), weights in zip(squares, slack):
        full = np.zeros(size)
        full[:n] = row
        full[first : first + len(weights)] = weights
        first += len(weights)
        penalty = penalty_weight(rule, objective, row)
        penalties.append(penalty)
        used = np.flatnonzero(full)
        i, j = np.triu_indices(used.size)
        a, b = used[i], used[j]
        values = penalty * full[a] * full[b] * np.where(a == b, 1.0, 2.0)
        total = total + Qubo.from_terms(size, a, b, values, penalty * constant**2)
        total = total + Qubo.from_terms(size, used, used, 2 * penalty * constant * full[used])
    names = tuple(v.name for v in variables)
    return ModelQubo(total, names, np.array(penalties), rule)


def _squares(
    name: str, row: NDArray[np.float64], constant: float, lower: float | None, upper: float | None
) -> list[tuple[NDArray[np.float64], float, int]]:
    """``lower <= row x + constant <= upper`` as squares ``(row x + constant' + slack)**2``, slack in 0..reach."""
    data = [*row.tolist(), constant, *(b for b in (lower, upper) if b is not None)]
    if any(abs(v - round(v)) > _INTEGRAL for v in data if np.isfinite(v)):
        raise UnsupportedError(f"constraint {name} has fractional data; scale it to integers first")
    if lower is not None and upper is not None and lower == upper:
        return [(row, constant - lower, 0)]
    least = constant + float(row[row < 0].sum())
    most = constant + float(row[row > 0].sum())
    made = []
    # row x + constant + s = upper with 0 <= s <= upper - least (and no further than lower asks)
    if upper is not None and most > upper:
        floor = least if lower is None else max(least, float(lower))
        made.append((row, constant - float(upper), round(float(upper) - floor)))
        if lower is not None:
            return made
    if lower is not None and least < lower:
        made.append((-row, float(lower) - constant, round(most - float(lower))))
    if any(reach < 0 for _, _, reach in made):
        raise UnsupportedError(f"constraint {name} cannot be met")
    return made


def _bits(reach: int) -> list[int]:
    """Weights whose subset sums are exactly 0..reach: powers of two and a remainder."""
    weights, left, power = [], reach, 1
    while left > 0:
        weights.append(min(power, left))
        left -= weights[-1]
        power *= 2
    return weights
