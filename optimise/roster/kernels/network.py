"""The arcs of one person's pricing network, and where they lead from each value of the outer counters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.automaton import Automaton
from optimise.roster.dyadic import on_grid
from optimise.roster.kernels.person_counters import PersonCounter

__all__ = ["arcs_of", "duty_classes", "inverse_maps", "least_inner", "outer_maps"]

Arcs = dict[str, NDArray[Any]]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def duty_classes(columns: Iterable[Ints]) -> tuple[NDArray[np.int32], int]:
    """Class of each duty by equal columns of values, numbered by first duty."""
    stacked = np.concatenate(list(columns), axis=0)
    index: dict[bytes, int] = {}
    out = np.array([index.setdefault(column.tobytes(), len(index)) for column in stacked.T], dtype=np.int32)
    return out, len(index)


def arcs_of(
    automaton: Automaton,
    counts: list[PersonCounter],
    representative: NDArray[np.intp],
    inner: int,
    outer: list[int],
    cache: dict[object, Any],
) -> Arcs:
    """Arcs of all days, from a cache shared by people whose automaton and counted values agree.

    Parameters
    ----------
    automaton : Automaton
        Of the person.
    counts : list of PersonCounter
    representative : int array (kinds,)
        One duty of each kind.
    inner, outer : int, list of int
        Counters that are dimensions of the table (``inner`` is -1 where there is none).
    cache : dict
        Filled here.

    Returns
    -------
    dict
        The fields of :class:`~optimise.roster.kernels.table.Network` of these names, and ``steps``, int64 (steps,
        outer counters): what the arcs add to the outer counters.
    """
    key = (
        id(automaton),
        representative.tobytes(),
        tuple(
            (counts[k].calendar, b"" if counts[k].values is None else counts[k].values[:, representative].tobytes())  # type: ignore[index]
            for k in (inner, *outer)
            if k >= 0
        ),
    )
    if key in cache:
        found: Arcs = cache[key]
        return found
    parts: dict[str, list[NDArray[Any]]] = {n: [] for n in ("source", "target", "kind", "weight", "increment")}
    vectors: list[Ints] = []
    layer, arc = [0], [0]
    letter = automaton.letter[representative]
    for d, transitions in enumerate(automaton.layers):
        nxt = transitions.next[:, letter]
        s, k = np.nonzero(nxt >= 0)
        order = np.lexsort((s, nxt[s, k]))
        s, k = s[order], k[order]
        first = layer[-1]
        layer.append(first + len(nxt))
        parts["source"].append(s + first)
        parts["target"].append(nxt[s, k] + layer[-1])
        parts["kind"].append(k)
        parts["weight"].append(transitions.cost[s, letter[k]])

        def added(c: int, d: int = d, s: NDArray[np.intp] = s, k: NDArray[np.intp] = k) -> Ints:
            values = counts[c].values
            if values is not None:
                counted: Ints = values[d, representative[k]]
                return counted
            hits: Ints = automaton.layers[d].hits[s, letter[k], counts[c].calendar].astype(np.int64)
            return hits

        parts["increment"].append(added(inner) if inner >= 0 else np.zeros(len(s), dtype=np.int64))
        vectors.append(np.stack([added(c) for c in outer], axis=1) if outer else np.zeros((len(s), 0), dtype=np.int64))
        arc.append(arc[-1] + len(s))
    layer.append(layer[-1] + 1)
    steps, step = _distinct_rows(np.concatenate(vectors))
    target = np.concatenate(parts["target"]).astype(np.int32)
    made: Arcs = {
        "layer": np.array(layer, dtype=np.int32),
        "arc": np.array(arc, dtype=np.int32),
        "source": np.concatenate(parts["source"]).astype(np.int32),
        "target": target,
        "kind": np.concatenate(parts["kind"]).astype(np.int32),
        "weight": on_grid(np.concatenate(parts["weight"]).astype(np.float64)),
        "increment": np.concatenate(parts["increment"]).astype(np.int32),
        "steps": steps,
        "step": step.reshape(-1).astype(np.int32),
        "into": np.searchsorted(target, np.arange(layer[-1] + 1)).astype(np.int32),
    }
    cache[key] = made
    return made


def least_inner(arcs: Arcs, count: PersonCounter | None) -> NDArray[np.int32]:
    """Least inner value of each state from which a hard lower limit can still be met."""
    layer, arc = arcs["layer"], arcs["arc"]
    need = np.zeros(int(layer[-1]), dtype=np.int32)
    if count is None or count.lower is None or not math.isinf(count.price_lower):
        return need
    most = np.zeros(int(layer[-1]), dtype=np.int64)
    for d in range(len(arc) - 2, -1, -1):
        window = slice(int(arc[d]), int(arc[d + 1]))
        gained = most[arcs["target"][window]] + arcs["increment"][window]
        np.maximum.at(most, arcs["source"][window], gained)
    result: NDArray[np.int32] = np.maximum(count.lower - most, 0).astype(np.int32)
    return result


def _distinct_rows(vectors: Ints) -> tuple[Ints, NDArray[np.intp]]:
    """Distinct rows of small non-negative numbers, sorted, and where each row stands among them."""
    if not vectors.shape[1] or not len(vectors):
        return np.unique(vectors, axis=0, return_inverse=True)
    sizes = vectors.max(axis=0) + 1
    if math.prod(sizes.tolist()) > 2**62:
        return np.unique(vectors, axis=0, return_inverse=True)
    code = np.ravel_multi_index(tuple(vectors.T), tuple(sizes.tolist()))
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return vectors[first], inverse


def outer_maps(steps: Ints, caps: list[int], prices: list[float]) -> tuple[NDArray[np.int32], Floats]:
    """Where each step leads from each outer index, and what it costs past soft caps."""
    sizes = [c + 1 for c in caps]
    total = math.prod(sizes)
    grid = np.stack(np.unravel_index(np.arange(total), sizes), axis=1) if caps else np.zeros((1, 0), dtype=np.int64)
    omap = np.zeros((len(steps), total), dtype=np.int32)
    price = np.zeros((len(steps), total))
    for v, step in enumerate(steps):
        moved = grid + step[None, :]
        bad = np.zeros(total, dtype=np.bool_)
        for k, (cap, each) in enumerate(zip(caps, prices, strict=True)):
            past = np.maximum(moved[:, k] - cap, 0)
            if math.isinf(each):
                bad |= past > 0
            else:
                price[v] += past * each
            moved[:, k] = np.minimum(moved[:, k], cap)
        index = np.ravel_multi_index(tuple(moved.T), sizes) if caps else np.zeros(1, dtype=np.int64)
        omap[v] = np.where(bad, -1, index)
    return omap, price


def inverse_maps(omap: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    steps, total = omap.shape
    pointers = np.zeros((steps, total + 1), dtype=np.int32)
    back = np.zeros((steps, total), dtype=np.int32)
    for v in range(steps):
        live = np.flatnonzero(omap[v] >= 0)
        order = live[np.argsort(omap[v][live], kind="stable")]
        back[v, : len(order)] = order
        pointers[v] = np.searchsorted(omap[v][order], np.arange(total + 1))
    return pointers, back
