"""Pictures of forecasts, backtests and replays, as PNG bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optimise.demand.backtest import Backtest
from optimise.drawing import figure as canvas

__all__ = ["bars", "fans", "gaps", "reliability"]

_INKS = ("#2d6ca8", "#c2562f", "#4fa574", "#8a5a00", "#7d5ba6", "#5b6675")


def fans(times: Sequence[Any], names: Sequence[str], quantiles: dict[float, Any], what: str) -> bytes:
    """Small multiples, one a group: bands between matching quantiles and the median.

    ``quantiles`` maps level to an array (H, G).
    """
    count = len(names)
    rows = -(-count // 2)
    figure = canvas.figure(12.0 if count > 1 else 9.0, 0.6 + 2.0 * rows)
    levels = sorted(quantiles)
    for g, name in enumerate(names):
        axes = figure.add_subplot(rows, min(2, count), g + 1)
        for k in range(len(levels) // 2):
            low, high = quantiles[levels[k]][:, g], quantiles[levels[-1 - k]][:, g]
            axes.fill_between(times, low, high, step="mid", color=_INKS[0], alpha=0.18, linewidth=0)
        axes.step(times, quantiles[0.5][:, g], where="mid", color=_INKS[0], linewidth=1.2)
        axes.set_title(f"{name}: {what}", loc="left", fontsize=9)
        axes.tick_params(labelsize=7)
        axes.set_ylim(bottom=0)
        axes.spines[["top", "right"]].set_visible(False)
    figure.autofmt_xdate(rotation=0, ha="center")
    return canvas.png(figure)


def gaps(curves: Sequence[tuple[str, Any, Any, Any]]) -> bytes:
    """Small multiples of two running curves: (title, x, expected, observed)."""
    count = len(curves)
    rows = -(-count // 3)
    figure = canvas.figure(12.0, 0.5 + 2.8 * rows)
    for k, (title, x, expected, observed) in enumerate(curves):
        axes = figure.add_subplot(rows, min(3, count), k + 1)
        axes.plot(x, expected, color=_INKS[0], label="expected", linewidth=1.2)
        axes.plot(x, observed, color=_INKS[1], label="observed", linewidth=1.2)
        axes.set_title(title, loc="left", fontsize=9)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
        if not k:
            axes.legend(fontsize=7, frameon=False)
    return canvas.png(figure)


def reliability(results: Sequence[Backtest]) -> bytes:
    """Share of observations below each level of the forecast (PIT), and CRPS by lead."""
    figure = canvas.figure(11.0, 4.2)
    left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    left.plot([0, 1], [0, 1], color="#9aa4b1", linewidth=1)
    for result, ink in zip(results, _INKS, strict=False):
        pit = result.scores().pit
        grid = np.linspace(0, 1, len(pit) + 1)
        left.plot(grid, np.concatenate([[0], np.cumsum(pit) / len(pit)]), color=ink, label=result.model, linewidth=1.4)
        horizon = result.observed.shape[1]
        edges = np.unique(np.linspace(0, horizon, min(horizon, 7) + 1).astype(int))
        parts = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        right.plot(edges[1:], result.by_lead(parts), color=ink, marker="o", markersize=3, linewidth=1.4)
    left.set_xlabel("level of the forecast", fontsize=8)
    left.set_ylabel("share of observations below", fontsize=8)
    left.set_title("Reliability (the diagonal is right)", loc="left", fontsize=9)
    left.legend(fontsize=7, frameon=False)
    right.set_title("CRPS by periods ahead (less is better)", loc="left", fontsize=9)
    right.set_ylim(bottom=0)
    for axes in (left, right):
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    return canvas.png(figure)


def bars(names: Sequence[str], measures: Sequence[str], centre: Any, low: Any, high: Any, *, title: str = "") -> bytes:
    """One panel a measure, one bar a plan with its confidence interval.

    Parameters
    ----------
    names : sequence of str
        Plans.
    measures : sequence of str
    centre, low, high : array_like (plans, measures)
        Estimates and ends of the intervals.
    title : str

    Returns
    -------
    bytes
        PNG.
    """
    figure = canvas.figure(2.6 * len(measures) + 0.5, 3.2)
    for m, measure in enumerate(measures):
        axes = figure.add_subplot(1, len(measures), m + 1)
        for p, _ in enumerate(names):
            value = float(centre[p][m])
            error = [[max(0.0, value - float(low[p][m]))], [max(0.0, float(high[p][m]) - value)]]
            axes.bar(p, value, color=_INKS[p % len(_INKS)], width=0.7, yerr=error, capsize=4, ecolor="#1c2430")
        axes.set_xticks(range(len(names)), names, fontsize=7, rotation=20, ha="right")
        axes.set_title(measure, loc="left", fontsize=9)
        axes.tick_params(axis="y", labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    if title:
        figure.suptitle(title, fontsize=10)
    return canvas.png(figure)
