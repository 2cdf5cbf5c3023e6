"""Pictures of a study as SVG text (extra ``compare``)."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from optimise.compare.figures import bootstrap, performance_profile
from optimise.compare.table import Row, independent_runs, pooled_tts, sample_of, tts_interval
from optimise.drawing import figure as canvas

__all__ = ["pictures"]

_MOST_LANDSCAPES = 4


def pictures(
    facts: Sequence[Mapping[str, Any]], rows: Sequence[Row], summary: Sequence[Row]
) -> list[tuple[str, str, str]]:
    """(title, explanation, SVG) of every picture that the data allow."""
    colours = _colours(summary)
    drawn: list[tuple[str, str, Callable[[], str | None]]] = [
        (
            "Performance profile",
            (
                "Share of the instances on which a contender's TTS99 is within a factor of the best contender's. "
                "Higher and further left is better. Instances that nobody solved are left out; what a contender did "
                "not solve or was not run on counts as a failure."
            ),
            lambda: _profile(summary, colours),
        ),
        (
            "Time to solution against size",
            (
                "TTS99 in processor seconds by number of variables: median over instances of a size; the band is a 95 "
                "% bootstrap interval over instances and seeds (for one instance that of the table; none where nothing "
                "tells its width). Points on the upper edge did not reach the reference."
            ),
            lambda: _scaling(rows, colours),
        ),
        (
            "Approximation ratio against depth",
            (
                "1 is always optimal, 0 is no better than random feasible states. Median over runs with a 95 % "
                "bootstrap interval."
            ),
            lambda: _ratios(rows),
        ),
        (
            "Angle landscapes",
            "Expected cost of a circuit of depth 1 by its two angles, one panel an instance; the cross is the lowest.",
            lambda: _landscapes(facts),
        ),
        (
            "Resources",
            (
                "Two-qubit gates against qubits of the circuit that ran: compiled to its device, or to CX, RZ, SX, X "
                "with all pairs of qubits connected."
            ),
            lambda: _resources(summary, colours),
        ),
        (
            "Where the time goes",
            "Median seconds a run: processor, GPU, and the simulated clock of a quantum processor.",
            lambda: _split(summary),
        ),
    ]
    made = []
    for title, text, draw in drawn:
        svg = draw()
        if svg is not None:
            made.append((title, text, svg))
    return made


def _colours(summary: Sequence[Row]) -> dict[str, tuple[Any, str]]:
    """Colour and line style by contender: quantum ones warm and solid, classical ones cold and dashed."""
    canvas.require("compare")

    made: dict[str, tuple[Any, str]] = {}
    for side, name, line in (("quantum", "autumn", "-"), ("classical", "winter", "--")):
        labels = list(dict.fromkeys(r["label"] for r in summary if r["side"] == side))
        for place, label in enumerate(labels):
            made[label] = (canvas.shade(name, place / max(1, len(labels))), line)
    return made


def _figure(width: float = 8.2, height: float = 4.2) -> tuple[Any, Any]:
    figure = canvas.figure(width, height, "compare")
    return figure, figure.add_subplot()


def _legend(axes: Any) -> None:
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def _profile(summary: Sequence[Row], colours: Mapping[str, tuple[object, str]]) -> str | None:
    instances = list(dict.fromkeys(r["instance"] for r in summary))
    labels = list(colours)
    times = np.full((len(instances), len(labels)), np.nan)
    for r in summary:
        times[instances.index(r["instance"]), labels.index(r["label"])] = r["tts_99"]
    if not np.isfinite(times).any():
        return None
    ratios, shares = performance_profile(times)
    figure, axes = _figure()
    end = float(ratios[-1]) * 1.5
    for place, label in enumerate(labels):
        colour, line = colours[label]
        x, y = np.append(ratios, end), np.append(shares[:, place], shares[-1, place])
        axes.step(x, y, where="post", color=colour, linestyle=line, label=label)
    axes.set(xscale="log", xlabel="factor over the best TTS99", ylabel="share of instances", ylim=(-0.02, 1.02))
    _legend(axes)
    return canvas.svg(figure)


def _scaling(rows: Sequence[Row], colours: Mapping[str, tuple[object, str]]) -> str | None:
    done = [r for r in rows if r["status"] == "done" and r["size"] is not None]
    finite = [r["tts_99"] for r in done if math.isfinite(r["tts_99"])]
    if not finite or len({r["size"] for r in done}) < 2:
        return None
    top = max(finite) * 10
    figure, axes = _figure()
    for label, (colour, line) in colours.items():
        mine = [r for r in done if r["label"] == label]
        points = [
            (size, *_of_size([r for r in mine if r["size"] == size])) for size in sorted({r["size"] for r in mine})
        ]
        if not points:
            continue
        x = [p[0] for p in points]
        middle, low, high = (np.minimum([p[i] for p in points], top) for i in (1, 2, 3))
        axes.plot(x, middle, color=colour, linestyle=line, marker="o", markersize=3, label=label)
        axes.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0)
    axes.set(yscale="log", xlabel="variables (people x days, or patients, for whole planning problems)")
    axes.set(ylabel="TTS99 in seconds", ylim=(None, top * 1.5))
    _legend(axes)
    return canvas.svg(figure)


def _of_size(rows: Sequence[Row]) -> tuple[float, float, float]:
    """Median over instances of the pooled TTS99, and its bootstrap interval over instances and seeds."""
    groups = [[r for r in rows if r["instance"] == name] for name in dict.fromkeys(r["instance"] for r in rows)]
    samples = [sample_of(group) or [(0.0, 0.0, 0.0)] for group in groups]
    middle = statistics.median(pooled_tts(g) for g in samples)
    if len(groups) == 1:
        return middle, *(tts_interval(groups[0], draws=400) or (math.nan, math.nan))
    rng, values = np.random.default_rng(0), []
    for _ in range(400):
        picked = [samples[i] for i in rng.integers(0, len(samples), len(samples))]
        values.append(statistics.median(pooled_tts([g[i] for i in rng.integers(0, len(g), len(g))]) for g in picked))
    values.sort()
    return middle, values[10], values[389]


def _ratios(rows: Sequence[Row]) -> str | None:
    deep = [r for r in rows if r["layers"] is not None and r["ratio"] is not None]
    if not deep:
        return None
    families: dict[str, list[Row]] = {}
    for r in _independent(deep):
        families.setdefault(re.sub(r"\s*\bdepth=\S+", "", r["label"]) or r["method"], []).append(r)
    figure, axes = _figure()
    for name, mine in families.items():
        depths = sorted({r["layers"] for r in mine})
        values = [[r["ratio"] for r in mine if r["layers"] == d] for d in depths]
        middle = [statistics.median(v) for v in values]
        ends = [_spread(v) for v in values]
        below = [m - low for m, (low, _) in zip(middle, ends)]
        above = [high - m for m, (_, high) in zip(middle, ends)]
        axes.errorbar(depths, middle, yerr=[below, above], marker="o", markersize=4, capsize=3, label=name)
    axes.set(xlabel="layers p", ylabel="approximation ratio")
    axes.axhline(0.0, color="0.6", linewidth=0.8)
    _legend(axes)
    return canvas.svg(figure)


def _independent(rows: Sequence[Row]) -> list[Row]:
    """Runs without copies, contender by contender and instance by instance."""
    pairs = dict.fromkeys((r["instance"], r["label"]) for r in rows)
    return [r for p in pairs for r in independent_runs([x for x in rows if (x["instance"], x["label"]) == p])]


def _spread(values: Sequence[float]) -> tuple[float, float]:
    """Bootstrap interval of a median; not a number where nothing tells its width."""
    low, high = bootstrap([[x] for x in values], lambda s: float(np.median(s)), draws=400)
    return (low, high) if low < high else (math.nan, math.nan)


def _landscapes(facts: Sequence[Mapping[str, Any]]) -> str | None:
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for f in facts:
        if "landscape value" in f.get("series", {}):
            mixer = str(f["options"].get("mixer") or "")
            found.setdefault((f["instance"], mixer), f["series"])
    if not found:
        return None
    shown = list(found.items())[:_MOST_LANDSCAPES]
    figure = canvas.figure(3.1 * len(shown) + 0.6, 3.2, "compare")
    for place, ((name, mixer), series) in enumerate(shown):
        axes = figure.add_subplot(1, len(shown), place + 1)
        gamma, beta = series["landscape gamma"], series["landscape beta"]
        value = np.reshape(series["landscape value"], (len(beta), len(gamma)))
        image = axes.pcolormesh(gamma, beta, value, cmap="viridis", rasterized=True, shading="nearest")
        row, column = np.unravel_index(int(np.argmin(value)), value.shape)
        axes.plot(gamma[column], beta[row], "x", color="white")
        axes.set(xlabel="gamma", ylabel="beta" if place == 0 else "")
        axes.set_title(f"{name}\n{mixer}" if mixer else name, fontsize=8)
        figure.colorbar(image, ax=axes)
    return canvas.svg(figure)


def _resources(summary: Sequence[Row], colours: Mapping[str, tuple[object, str]]) -> str | None:
    built = [r for r in summary if r["two_qubit_gates"]]
    if not built:
        return None
    figure, axes = _figure()
    for label in dict.fromkeys(r["label"] for r in built):
        mine = sorted((r for r in built if r["label"] == label), key=lambda r: r["qubits"])
        x, y = [r["qubits"] for r in mine], [r["two_qubit_gates"] for r in mine]
        axes.plot(x, y, "o", markersize=4, color=colours[label][0], label=label)
    axes.set(yscale="log", xlabel="qubits", ylabel="two-qubit gates")
    _legend(axes)
    return canvas.svg(figure)


def _split(summary: Sequence[Row]) -> str | None:
    labels = list(dict.fromkeys(r["label"] for r in summary if r["done"]))
    if not labels:
        return None
    figure, axes = _figure(height=0.8 + 0.32 * len(labels))
    place = np.arange(len(labels))
    for shift, (column, name, colour) in enumerate(
        (("cpu_seconds", "processor", "#6d8fb8"), ("gpu_seconds", "GPU", "#4fa574"),
         ("qpu_seconds", "quantum processor (simulated clock)", "#d0745c"))
    ):  # fmt: skip
        values = []
        for label in labels:
            known = [r[column] for r in summary if r["label"] == label and r[column] is not None]
            values.append(statistics.median(known) if known else 0.0)
        if any(values):
            axes.barh(place + 0.27 * (shift - 1), values, height=0.25, color=colour, label=name)
    axes.set_yticks(place, labels, fontsize=7)
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="seconds")
    axes.legend(fontsize=7)
    return canvas.svg(figure)
