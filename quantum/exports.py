"""Energies in the formats of others: LP text, QOBLIB's ``.qs``, qiskit-addon-opt-mapper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.core.errors import MissingExtraError
from quantum.onehot import OneHot
from quantum.qubo import Qubo

if TYPE_CHECKING:
    from qiskit_addon_opt_mapper import OptimizationProblem

__all__ = ["lp_text", "opt_mapper_of", "qs_text"]


def _qubo(energy: Qubo | OneHot) -> Qubo:
    if isinstance(energy, OneHot):
        energy.tables()  # refuses what pairs do not give
        return energy.qubo
    return energy


def lp_text(energy: Qubo | OneHot, name: str, linear: bool = False) -> str:
    """CPLEX LP text: variables ``x0..``, quadratic objective ``[ 2 q x y ] / 2``, a row ``x + .. = 1`` per block.

    With `linear`, products are variables ``y3_7`` in [0, 1] (Fortet 1960): ``y >= x + x' - 1`` where they cost,
    ``y <= x`` and ``y <= x'`` where they save. Every mixed-integer solver reads that; few take the quadratic form.

    The offset stands in a comment and as the coefficient of a variable ``one`` that is fixed to 1: not every reader
    takes a constant.
    """
    q = _qubo(energy)
    lines = [f"\\ {' '.join(name.split())}", f"\\ offset {q.offset!r}, in the variable one", "Minimize", " obj: 0 one"]
    if q.offset:
        lines[-1] = f" obj: {_term(q.offset)} one"
    lines += [f"  {_term(v)} x{i}" for i, v in enumerate(q.linear.tolist()) if v]
    triples = list(zip(q.rows.tolist(), q.cols.tolist(), q.values.tolist()))
    if linear:
        lines += [f"  {_term(v)} y{i}_{j}" for i, j, v in triples]
    elif triples:
        lines.append("  + [")
        lines += [f"  {_term(2 * v)} x{i} * x{j}" for i, j, v in triples]
        lines.append("  ] / 2")
    lines.append("Subject To")
    lines.append(" fixed: 1 one = 1")
    if isinstance(energy, OneHot):
        for b, (start, k) in enumerate(zip(energy.starts.tolist(), energy.sizes)):
            lines.append(f" block{b}: " + " + ".join(f"1 x{start + a}" for a in range(k)) + " = 1")
    if linear and triples:
        for i, j, v in triples:
            if v > 0:
                lines.append(f" both{i}_{j}: 1 y{i}_{j} - 1 x{i} - 1 x{j} >= -1")
            else:
                lines += [f" one{i}_{j}_{end}: 1 y{i}_{j} - 1 x{end} <= 0" for end in (i, j)]
        lines += ["Bounds", *(f" 0 <= y{i}_{j} <= 1" for i, j, _ in triples)]
    lines.append("Binary")
    lines.append(" one")
    lines += [f" x{i}" for i in range(q.size)]
    lines.append("End")
    return "\n".join(lines) + "\n"


def _term(value: float) -> str:
    return f"+ {value!r}" if value >= 0 else f"- {-value!r}"


def qs_text(qubo: Qubo, name: str) -> str:
    """QOBLIB's format: the upper triangle of a symmetric matrix, 1-based; an off-diagonal entry counts twice."""
    entries = [(i + 1, i + 1, v) for i, v in enumerate(qubo.linear.tolist()) if v]
    entries += [(int(i) + 1, int(j) + 1, v / 2) for i, j, v in zip(qubo.rows, qubo.cols, qubo.values.tolist())]
    lines = [f"# {' '.join(name.split())}", f"# ObjectiveOffset {qubo.offset!r}", f"{qubo.size} {len(entries)}"]
    lines += [f"{i} {j} {v!r}" for i, j, v in sorted(entries)]
    return "\n".join(lines) + "\n"


def opt_mapper_of(energy: Qubo | OneHot, name: str) -> OptimizationProblem:
    """``OptimizationProblem`` with binary variables ``x0..``, and ``block0..`` as linear constraints.

    Raises
    ------
    MissingExtraError
    """
    try:
        from qiskit_addon_opt_mapper import OptimizationProblem
    except ImportError:
        raise MissingExtraError("qiskit-addon-opt-mapper", "exchange") from None
    q = _qubo(energy)
    made = OptimizationProblem(name)
    for i in range(q.size):
        made.binary_var(f"x{i}")
    pairs = {(f"x{i}", f"x{j}"): float(v) for i, j, v in zip(q.rows, q.cols, q.values)}
    made.minimize(q.offset, {f"x{i}": float(v) for i, v in enumerate(q.linear)}, pairs)
    if isinstance(energy, OneHot):
        for b in range(energy.blocks):
            row = {f"x{i}": 1.0 for i in np.flatnonzero(energy.block_of == b).tolist()}
            made.linear_constraint(row, "==", 1.0, f"block{b}")
    return made
