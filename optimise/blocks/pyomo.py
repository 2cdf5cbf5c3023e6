"""Block problems from Pyomo models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from optimise.blocks.problem import BlockPlan, BlockProblem
from optimise.core.errors import InputError, WardwiseError
from optimise.solvers.pyomo_bridge import Translated, from_pyomo

__all__ = ["block_problem", "split", "store"]

Marks = Mapping[Any, Any] | Callable[[Any], Any]


def split(model: Any, blocks: Marks) -> BlockProblem:
    """Make a block problem of a linear Pyomo model.

    Parameters
    ----------
    model : pyomo ConcreteModel
    blocks : mapping or callable
        Which constraints make which block: name -> constraint, Pyomo ``Block``, or several of them; or a function
        of a constraint that returns the name of its block, or None for a linking row. The variables of a block's
        constraints belong to it; every constraint that is in no block links.

    Returns
    -------
    BlockProblem
        Columns in the order of :func:`optimise.solvers.pyomo_bridge.from_pyomo`; :func:`store` writes a plan back into
        the Pyomo variables.

    Raises
    ------
    UnsupportedError
        If the model is not linear.
    InputError
        Naming the variable that two blocks share, the block without constraints, or the thing that is no constraint.

    Examples
    --------
    >>> import pyomo.environ as pyo
    >>> m = pyo.ConcreteModel()
    >>> m.roll = pyo.Set(initialize=[1, 2])
    >>> m.cut = pyo.Var(m.roll, within=pyo.NonNegativeIntegers, bounds=(0, 9))
    >>> m.fits = pyo.Constraint(m.roll, rule=lambda m, k: 3 * m.cut[k] <= 10)
    >>> m.wanted = pyo.Constraint(expr=m.cut[1] + m.cut[2] >= 4)
    >>> m.cost = pyo.Objective(expr=m.cut[1] + m.cut[2])
    >>> split(m, {k: m.fits[k] for k in m.roll}).blocks
    ('1', '2')
    """
    translated = from_pyomo(model)
    name_of = blocks if callable(blocks) else _names(blocks)
    names: dict[str, int] = {}
    row_block = np.full(len(translated.constraints), -1, dtype=np.int64)
    for r, constraint in enumerate(translated.constraints):
        found = name_of(constraint)
        if found is not None:
            row_block[r] = names.setdefault(str(found), len(names))
    if not callable(blocks):
        missing = [str(n) for n in blocks if str(n) not in names]
        if missing:
            raise InputError("has no active constraint", item=f"block {missing[0]}")
    return block_problem(str(model.name), translated, row_block, tuple(names))


def block_problem(name: str, translated: Translated, row_block: Any, blocks: tuple[str, ...]) -> BlockProblem:
    """A block problem of translated arrays and the block of each row (-1: linking)."""
    a = translated.arrays
    columns = tuple(v.name for v in translated.variables)
    owner = np.full(a.columns, -1, dtype=np.int64)
    for r in np.flatnonzero(np.asarray(row_block) >= 0).tolist():
        inside = a.index[a.start[r] : a.start[r + 1]]
        shared = inside[(owner[inside] >= 0) & (owner[inside] != row_block[r])]
        if shared.size:
            two = f"{blocks[owner[shared[0]]]} and {blocks[row_block[r]]}"
            raise InputError(f"is in blocks {two}; leave one of their constraints to link", item=columns[shared[0]])
        owner[inside] = row_block[r]
    return BlockProblem(name, a, owner, blocks, columns, tuple(translated.rows), source=_Variables(translated))


class _Variables:
    """The Pyomo variables, for :func:`store`; they stay on the rank that made them."""

    def __init__(self, translated: Translated) -> None:
        self.translated: Translated | None = translated

    def __reduce__(self) -> tuple[Any, ...]:
        return (_nothing, ())


def _nothing() -> None:
    return None


def store(problem: BlockProblem, plan: BlockPlan | None) -> None:
    """Write a plan into the variables of the Pyomo model that the problem was made of."""
    if problem.source is None or problem.source.translated is None:
        raise InputError("was not made from a Pyomo model in this process", item=problem.name)
    if plan is None:
        raise WardwiseError("the run found no plan, so there is nothing to store")
    problem.source.translated.store(np.asarray(plan.values))


def _names(blocks: Mapping[Any, Any]) -> Callable[[Any], Any]:
    """Name of a constraint's block, from the components that were given for each."""
    import pyomo.environ as pyo

    known: dict[int, Any] = {}
    for name, given in blocks.items():
        for item in given if isinstance(given, (list, tuple, set)) else [given]:
            kind = getattr(item, "ctype", None)
            if kind is pyo.Block:
                found: Iterable[Any] = (
                    c
                    for data in (item.values() if hasattr(item, "is_indexed") and item.is_indexed() else [item])
                    for c in data.component_data_objects(pyo.Constraint, active=True)
                )
            elif kind is pyo.Constraint:
                found = item.values() if item.is_indexed() else [item]
            else:
                raise InputError(f"{item} is neither a constraint nor a Pyomo Block", item=f"block {name}")
            for constraint in found:
                other = known.setdefault(id(constraint), name)
                if other != name:
                    raise InputError(f"is in blocks {other} and {name}", item=str(constraint.name))
    return lambda constraint: known.get(id(constraint))
