"""Between the array models and Pyomo.

``to_pyomo`` turns a :class:`~optimise.solvers.linear.LinearModel` into a ``ConcreteModel`` whose variables and
constraints carry the model's family names (spaces become underscores) and planner's keys, such as
``m.x["Ann", 3, "Night"]`` and ``m.one_duty["Ann", 3]``. The caller adds constraints and objective terms (``m.cost``);
``from_pyomo`` reads the changed model back into arrays for HiGHS, also any linear model that was not ours.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from optimise.core.kinds import kind_of
from optimise.core.problem import Problem
from optimise.solvers.linear import Arrays, LinearModel, linear

__all__ = ["Translated", "from_pyomo", "pyomo_model", "to_pyomo"]


P = ParamSpec("P")
R = TypeVar("R")


def pyomo_model(problem: Problem, **options: object) -> Any:
    """The whole model of a problem as a Pyomo ``ConcreteModel``; see :func:`to_pyomo`."""
    return to_pyomo(linear(kind_of(problem).model(problem, **options)))[0]


def _component(name: str, taken: set[str], prefix: str) -> str:
    """A Python name for a family, unlike those taken."""
    made = re.sub(r"\W+", "_", name).strip("_") or prefix
    if made[0].isdigit():
        made = f"{prefix}_{made}"
    base, number = made, 2
    while made in taken:
        made, number = (f"{base}_{prefix}" if number == 2 else f"{base}_{prefix}{number}"), number + 1
    taken.add(made)
    return made


def _unique(members: list[tuple[int, object]]) -> list[Any]:
    """Keys of a family, numbered where two members share one."""
    seen: dict[Any, int] = {}
    out: list[Any] = []
    for _, key in members:
        count = seen.get(key, 0)
        seen[key] = count + 1
        if count:
            key = (*key, count) if isinstance(key, tuple) else (key, count)
        out.append(key)
    return out


def _collector_paused(function: Callable[P, R]) -> Callable[P, R]:
    """Run without Python's garbage collector, which would walk millions of live Pyomo objects over and over."""

    @functools.wraps(function)
    def paused(*args: P.args, **kwargs: P.kwargs) -> R:
        from pyomo.common.gc_manager import PauseGC

        with PauseGC():
            return function(*args, **kwargs)

    return paused


@_collector_paused
def to_pyomo(model: LinearModel) -> tuple[Any, list[Any]]:
    """Return a Pyomo ``ConcreteModel`` and its variables in column order.

    The objective is ``m.cost`` (minimise). Constraint families keep the names of the rules; a variable family whose
    name a constraint family has too gets the suffix ``_v``.
    """
    import pyomo.environ as pyo
    from pyomo.core.expr.numeric_expr import LinearExpression

    arrays = model.freeze()
    made = pyo.ConcreteModel(name=model.name)
    taken: set[str] = {"cost", *dir(made)}  # Pyomo reserves the names of its own attributes, such as load
    row_names = {f: _component(f, taken, "c") for f in model.row_families}
    variables: list[Any] = [None] * arrays.columns
    for name, family in model.column_families.items():
        members = family.members()
        keys = _unique(members)
        var = pyo.Var(keys, domain=pyo.Reals, dense=True)
        made.add_component(_component(name, taken, "v"), var)
        for (column, _), data in zip(members, var.values(), strict=True):
            low, up = float(arrays.lower[column]), float(arrays.upper[column])
            if arrays.integer[column]:
                data.domain = pyo.Binary if (low, up) == (0.0, 1.0) else pyo.Integers
            data.setlb(None if low == -np.inf else low)
            data.setub(None if up == np.inf else up)
            variables[column] = data
    for name, family in model.row_families.items():
        members = family.members()
        keys = _unique(members)
        constraint = pyo.Constraint(pyo.Set(initialize=keys, dimen=None))
        made.add_component(row_names[name], constraint)
        for (row, _), key in zip(members, keys, strict=True):
            low, up = float(arrays.row_lower[row]), float(arrays.row_upper[row])
            if low == -np.inf and up == np.inf:
                continue
            begin, end = int(arrays.start[row]), int(arrays.start[row + 1])
            body = LinearExpression(
                constant=0.0,
                linear_coefs=arrays.value[begin:end].tolist(),
                linear_vars=[variables[c] for c in arrays.index[begin:end].tolist()],
            )
            if begin == end:
                constraint.add(key, pyo.Constraint.Feasible if low <= 0 <= up else pyo.Constraint.Infeasible)
            elif low == up:
                constraint.add(key, body == low)
            else:
                constraint.add(key, (None if low == -np.inf else low, body, None if up == np.inf else up))
    priced = np.flatnonzero(arrays.cost)
    made.cost = pyo.Objective(
        expr=LinearExpression(
            constant=arrays.offset,
            linear_coefs=arrays.cost[priced].tolist(),
            linear_vars=[variables[c] for c in priced.tolist()],
        )
    )
    return made, variables


@dataclass(frozen=True, slots=True)
class Translated:
    """A Pyomo model as arrays.

    Attributes
    ----------
    arrays : Arrays
    variables : list
        The Pyomo variable of each column.
    constraints : list
        The Pyomo constraint of each row.
    """

    arrays: Arrays
    variables: list[Any]
    constraints: list[Any]

    @property
    def rows(self) -> list[str]:
        """Name of the Pyomo constraint of each row."""
        return [c.name for c in self.constraints]

    def store(self, values: NDArray[np.float64]) -> None:
        """Write a solution into the Pyomo variables, so that expressions of the model can be evaluated."""
        for variable, value in zip(self.variables, values.tolist(), strict=True):
            variable.set_value(value, skip_validation=True)


@_collector_paused
def from_pyomo(model: Any) -> Translated:
    """Translate a linear Pyomo model (minimisation or maximisation; maximisation is negated).

    Raises
    ------
    UnsupportedError
        If the model is not linear or has not exactly one active objective.
    """
    import pyomo.environ as pyo
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    objectives = list(model.component_data_objects(pyo.Objective, active=True))
    if len(objectives) != 1:
        raise UnsupportedError(f"the Pyomo model has {len(objectives)} active objectives; exactly one is needed")
    try:
        form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=pyo.minimize)
    except ValueError as error:
        raise UnsupportedError(f"the Pyomo model is not linear: {error}") from None
    matrix = form.A.tocsr()
    count = matrix.shape[0]
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    for i, (_, kind) in enumerate(form.rows):  # mixed form: 1 = upper bound, -1 = lower bound, 0 = equality
        if kind >= 0:
            upper[i] = form.rhs[i]
        if kind <= 0:
            lower[i] = form.rhs[i]
    bounds = [v.bounds for v in form.columns]
    arrays = Arrays(
        cost=np.asarray(form.c.todense(), dtype=np.float64).ravel(),
        lower=np.array([-np.inf if b[0] is None else b[0] for b in bounds], dtype=np.float64),
        upper=np.array([np.inf if b[1] is None else b[1] for b in bounds], dtype=np.float64),
        integer=np.array([v.is_integer() for v in form.columns], dtype=np.bool_),
        row_lower=lower,
        row_upper=upper,
        start=matrix.indptr.astype(np.int32),
        index=matrix.indices.astype(np.int32),
        value=matrix.data.astype(np.float64),
        offset=float(np.asarray(form.c_offset).ravel()[0]),
    )
    return Translated(arrays, list(form.columns), [c for c, _ in form.rows])


#: A caller's changes to the Pyomo model before it is solved.
Customise = Callable[[Any], None]
