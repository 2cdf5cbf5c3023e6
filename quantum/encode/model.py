"""Binary Pyomo models as QUBOs: slack bits for inequalities, squared equalities with a penalty rule."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.core.expr.visitor import identify_variables
from pyomo.repn import generate_standard_repn
from pyomo.repn.standard_repn import StandardRepn

from optimise.core.errors import UnsupportedError
from quantum.encode.penalty import penalty_weight
from quantum.qubo import Qubo

__all__ = ["InfeasibleError", "ModelQubo", "encode_model"]

_INTEGRAL = 1e-9
_COUNTED = 1 << 22  # widest range of a constraint's sums that is enumerated to see whether they can be met

#: Coefficients of the free variables, constant, largest slack.
_Square = tuple[NDArray[np.float64], float, int]


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
    penalties : float64 (squares,)
        Weight of each squared constraint.
    rule : str
    constants : dict
        Variables that are fixed, by hand or by their bounds, with their values.
    """

    qubo: Qubo
    names: tuple[str, ...]
    penalties: NDArray[np.float64]
    rule: str
    constants: dict[str, int | float] = field(default_factory=dict)

    def values(self, bits: NDArray[np.int8]) -> dict[str, int | float]:
        """Value of every model variable, the fixed ones included."""
        return dict(zip(self.names, bits[: len(self.names)].astype(int).tolist())) | self.constants


def encode_model(model: pyo.ConcreteModel, rule: str = "upper-lower") -> ModelQubo:
    """Turn an active Pyomo model over binary variables, with integer constraint data, into a QUBO.

    Bounds of variables are obeyed (a binary bounded to one value is fixed), fixed variables are constants, special
    ordered sets become products that must vanish. Whatever else the model holds is refused by name.

    Parameters
    ----------
    model : ConcreteModel
        One objective (at most quadratic), linear constraints, special ordered sets of type 1 and 2.
    rule : a name in `quantum.encode.penalty.PENALTY_RULES`

    Raises
    ------
    UnsupportedError
        For a continuous or general integer variable, a nonlinear constraint, fractional constraint data, or a
        component that has no form here (logical constraints, disjunctions, complementarity, piecewise functions).
    InfeasibleError
        For a constraint or a bound that no values can meet.
    """
    _refuse_unknown(model)
    fixed, variables = _variables(model)
    n = len(variables)
    place = {id(v): i for i, v in enumerate(variables)}
    reader = _Reader(place, fixed)
    objective = _objective(model, reader, n)

    squares: list[_Square] = []
    for constraint in model.component_data_objects(pyo.Constraint, active=True, descend_into=True):
        row, constant = reader.linear(constraint, n)
        lower, upper = (_bound(constraint, side) for side in ("lower", "upper"))
        squares += _squares(constraint.name, row, constant, lower, upper)
    products = [pair for sos in _sets(model) for pair in _products(sos, reader)]
    return _assemble(objective, squares, products, rule, variables, reader)


class InfeasibleError(UnsupportedError):
    """A model that no values can meet; the message names the constraint."""


#: Components that say nothing about the values of variables, and those that are read here.
_HARMLESS = (pyo.Set, pyo.RangeSet, pyo.Param, pyo.Expression, pyo.Suffix, pyo.BuildAction, pyo.BuildCheck, pyo.Block)
_READ = (pyo.Var, pyo.Objective, pyo.Constraint, pyo.SOSConstraint)


def _refuse_unknown(model: pyo.ConcreteModel) -> None:
    for block in model.block_data_objects(active=True, descend_into=True):
        for component in block.component_objects(active=True, descend_into=False):
            kind = component.ctype
            if kind in _HARMLESS or kind in _READ or (kind is pyo.BooleanVar and _unused(component)):
                continue
            raise UnsupportedError(
                f"{component.name} is a {kind.__name__}, which has no quadratic form here; write it with linear "
                "constraints first (Pyomo's transformations core.logical_to_linear, gdp.bigm)"
            )


def _unused(component: pyo.BooleanVar) -> bool:
    """Whether Boolean variables stand for binaries only (they then say nothing by themselves)."""
    return all(data.get_associated_binary() is not None for data in component.values())


def _variables(model: pyo.ConcreteModel) -> tuple[dict[int, tuple[pyo.Var, int | float]], list[pyo.Component]]:
    """Variables with one possible value, by id, and the free ones in their order.

    Variables that occur in an active expression count wherever they are declared.
    """
    seen: dict[int, pyo.Var] = {}
    for v in model.component_data_objects(pyo.Var, active=True, descend_into=True):
        seen.setdefault(id(v), v)
    expressions = [o.expr for o in model.component_data_objects(pyo.Objective, active=True, descend_into=True)]
    expressions += [c.body for c in model.component_data_objects(pyo.Constraint, active=True, descend_into=True)]
    for expression in expressions:
        for v in identify_variables(expression, include_fixed=True):
            seen.setdefault(id(v), v)
    for sos in _sets(model):
        for v in sos.variables:
            seen.setdefault(id(v), v)
    fixed: dict[int, tuple[pyo.Var, int | float]] = {}
    free = []
    for v in seen.values():
        lower, upper = v.lb, v.ub
        if v.fixed:
            value = pyo.value(v)
            below, above = (
                lower is not None and value < lower - _INTEGRAL,
                upper is not None and value > upper + _INTEGRAL,
            )
            if below or above or (not v.is_continuous() and abs(value - round(value)) > _INTEGRAL):
                raise InfeasibleError(
                    f"variable {v.name} is fixed to {value:g}, which its domain or bounds do not allow"
                )
            fixed[id(v)] = (v, value)
            continue
        if v.is_continuous() or lower is None or upper is None or lower < -_INTEGRAL or upper > 1 + _INTEGRAL:
            raise UnsupportedError(f"variable {v.name} is not binary")
        least, most = math.ceil(lower - _INTEGRAL), math.floor(upper + _INTEGRAL)
        if least > most:
            raise InfeasibleError(f"variable {v.name} has no value: its bounds are {lower:g} and {upper:g}")
        if least == most:
            fixed[id(v)] = (v, least)
        else:
            free.append(v)
    return fixed, free


def _sets(model: pyo.ConcreteModel) -> list[pyo.Component]:
    return list(model.component_data_objects(pyo.SOSConstraint, active=True, descend_into=True))


class _Reader:
    """Expressions as coefficients of the free variables; variables with one value are constants."""

    def __init__(self, place: dict[int, int], fixed: dict[int, tuple[pyo.Var, int | float]]) -> None:
        self.place, self.fixed = place, fixed

    def terms(self, repn: StandardRepn) -> tuple[list[tuple[int, int, float]], float]:
        """(i, j, coefficient) with i = j for linear terms, and the constant."""
        made, constant = [], float(repn.constant)
        pairs = [((v,), c) for v, c in zip(repn.linear_vars, repn.linear_coefs)]
        pairs += [(tuple(both), c) for both, c in zip(repn.quadratic_vars, repn.quadratic_coefs)]
        for variables, coefficient in pairs:
            value, left = float(coefficient), []
            for v in variables:
                if id(v) in self.fixed:
                    value *= float(self.fixed[id(v)][1])
                else:
                    left.append(self.place[id(v)])
            if left:
                made.append((left[0], left[-1], value))
            else:
                constant += value
        return made, constant

    def linear(self, constraint: Any, n: int) -> tuple[NDArray[np.float64], float]:
        """Row (n,) and constant of a constraint's body."""
        body = generate_standard_repn(constraint.body, quadratic=True)
        if body.nonlinear_expr is not None:
            raise UnsupportedError(f"constraint {constraint.name} is not linear")
        terms, constant = self.terms(body)
        row = np.zeros(n)
        for i, j, coefficient in terms:
            if i != j:
                raise UnsupportedError(f"constraint {constraint.name} is not linear")
            row[i] += coefficient
        return row, constant


def _objective(model: pyo.ConcreteModel, reader: _Reader, n: int) -> Qubo:
    objectives = list(model.component_data_objects(pyo.Objective, active=True, descend_into=True))
    if len(objectives) != 1:
        raise UnsupportedError(f"the model has {len(objectives)} active objectives, expected one")
    sign = 1.0 if objectives[0].sense == pyo.minimize else -1.0
    repn = generate_standard_repn(objectives[0].expr, quadratic=True)
    if repn.nonlinear_expr is not None:
        raise UnsupportedError("the objective is not quadratic")
    terms, constant = reader.terms(repn)
    rows, cols = [t[0] for t in terms], [t[1] for t in terms]
    return Qubo.from_terms(n, rows, cols, [sign * t[2] for t in terms], sign * constant)


def _bound(constraint: pyo.Constraint, side: str) -> float | None:
    value = pyo.value(getattr(constraint, side))
    return None if value is None or math.isinf(value) else float(value)


def _products(sos: pyo.SOSConstraint, reader: _Reader) -> list[tuple[str, int, int, float]]:
    """Products that a special ordered set forbids: of any two variables (type 1), of two that are no neighbours
    (type 2); with the value 1 of a fixed variable a product is linear."""
    level = sos.level
    if level not in (1, 2):
        raise UnsupportedError(f"{sos.name} is a special ordered set of type {level}; types 1 and 2 are known")
    ordered = [v for v, _ in sorted(sos.get_items(), key=lambda item: item[1])]
    made = []
    for a, first in enumerate(ordered):
        for second in ordered[a + level :]:
            terms, constant = reader.terms(_Product(first, second))
            if constant:
                raise InfeasibleError(f"{sos.name} cannot be met: {first.name} and {second.name} are both fixed to 1")
            made += [(sos.name, i, j, value) for i, j, value in terms if value]
    return made


class _Product:
    """The product of two variables in the form that `_Reader.terms` reads."""

    linear_vars: tuple[pyo.Var, ...] = ()
    linear_coefs: tuple[float, ...] = ()
    constant = 0.0

    def __init__(self, first: object, second: object) -> None:
        self.quadratic_vars, self.quadratic_coefs = ((first, second),), (1.0,)


def _assemble(
    objective: Qubo,
    squares: list[_Square],
    products: list[tuple[str, int, int, float]],
    rule: str,
    variables: list[pyo.Component],
    reader: _Reader,
) -> ModelQubo:
    n = objective.size
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
    for _, first_of, second_of, value in products:
        row = np.zeros(n)
        row[[first_of, second_of]] = 1.0
        penalty = penalty_weight(rule, objective, row)
        total = total + Qubo.from_terms(size, [first_of], [second_of], [penalty * value])
    constants = {v.name: round(value) if abs(value - round(value)) <= _INTEGRAL else value
                 for v, value in reader.fixed.values()}  # fmt: skip
    return ModelQubo(total, tuple(v.name for v in variables), np.array(penalties), rule, constants)


def _squares(
    name: str, row: NDArray[np.float64], constant: float, lower: float | None, upper: float | None
) -> list[_Square]:
    """``lower <= row x + constant <= upper`` as squares ``(row x + constant' + slack)**2``, slack in 0..reach."""
    data = [*row.tolist(), constant, *(b for b in (lower, upper) if b is not None)]
    if any(abs(v - round(v)) > _INTEGRAL for v in data if np.isfinite(v)):
        raise UnsupportedError(f"constraint {name} has fractional data; scale it to integers first")
    least = constant + float(row[row < 0].sum())
    most = constant + float(row[row > 0].sum())
    low = least if lower is None else max(least, lower)
    high = most if upper is None else min(most, upper)
    if not _reachable(row, constant, low, high):
        said = " and ".join(f"{word} {b:g}" for word, b in (("at least", lower), ("at most", upper)) if b is not None)
        raise InfeasibleError(
            f"constraint {name} cannot be met: its variables sum to {least:g} to {most:g} in steps of their "
            f"coefficients, and it asks for {said}"
        )
    if lower is not None and upper is not None and lower == upper:
        return [(row, constant - lower, 0)] if row.any() else []
    made: list[_Square] = []
    # row x + constant + s = upper with 0 <= s <= upper - least (and no further than lower asks)
    if upper is not None and most > upper:
        made.append((row, constant - upper, round(upper - low)))
        if lower is not None:
            return made
    if lower is not None and least < lower:
        made.append((-row, lower - constant, round(most - lower)))
    return made


def _reachable(row: NDArray[np.float64], constant: float, low: float, high: float) -> bool:
    """Whether some bits give ``low <= row x + constant <= high``: subset sums as the bits of one integer."""
    if low > high:
        return False
    coefficients = [round(c) for c in row[row != 0].tolist()]
    shift = sum(-c for c in coefficients if c < 0)
    width = sum(abs(c) for c in coefficients)
    if width > _COUNTED:  # too wide to list: multiples of the common divisor are a necessary condition
        step = math.gcd(*coefficients)
        return math.floor((high - constant) / step) >= math.ceil((low - constant) / step)
    sums = 1 << shift
    for c in coefficients:
        sums |= sums << c if c > 0 else sums >> -c
    first, last = round(low - constant) + shift, round(high - constant) + shift
    return bool((sums >> first) & ((1 << (last - first + 1)) - 1))


def _bits(reach: int) -> list[int]:
    """Weights whose subset sums are exactly 0..reach: powers of two and a remainder."""
    weights, left, power = [], reach, 1
    while left > 0:
        weights.append(min(power, left))
        left -= weights[-1]
        power *= 2
    return weights
