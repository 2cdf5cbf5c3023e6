"""Small inline charts as SVG text: cost and bound over time, columns against a line, bars of stays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from optimise.core.quantities import number
from optimise.core.result import Trace

__all__ = ["bar", "columns_chart", "trace_chart"]

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 860, 260, 70, 150, 14, 34


def bar(value: float, most: float, *, tone: str = "") -> str:
    """A horizontal bar for a table cell; its length is ``value / most``."""
    share = 0.0 if most <= 0 else max(0.0, min(1.0, value / most))
    return (
        f'<svg class="bar {escape(tone)}" width="90" height="9" aria-hidden="true">'
        f'<rect width="90" height="9" rx="2" class="rail"/>'
        f'<rect width="{90 * share:.1f}" height="9" rx="2" class="fill"/></svg>'
    )


def trace_chart(trace: Trace) -> str | None:
    """Cost of the best plan and proven bound over time; None when there is nothing to draw."""
    cost = [(p.seconds, p.primal) for p in trace.points if math.isfinite(p.primal)]
    bound = [(p.seconds, p.dual) for p in trace.points if math.isfinite(p.dual)]
    if len(cost) + len(bound) < 2:
        return None
    end = max(p.seconds for p in trace.points) or 1.0
    values = [v for _, v in cost + bound]
    low, high = min(values), max(values)
    logarithmic = low > 0 and high / low > 30
    forward: Callable[[float], float] = math.log10 if logarithmic else float
    bottom, top = forward(low), forward(high)
    margin = 0.06 * ((top - bottom) or max(1.0, abs(top)))
    bottom, top = bottom - margin, top + margin

    def x(seconds: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * seconds / end

    def y(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (top - forward(value)) / (top - bottom)

    parts = [f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="cost and bound over time">']
    for tick in _ticks(bottom, top):
        value = 10**tick if logarithmic else tick
        parts.append(
            f'<line class="rule" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        )
        parts.append(f'<text x="{_LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{_brief(value)}</text>')
    for tick in _ticks(0, end):
        parts.append(f'<text x="{x(tick):.1f}" y="{_HEIGHT - 12}" text-anchor="middle">{number(tick)} s</text>')
    apart = _labels_apart(y(cost[-1][1]) if cost else None, y(bound[-1][1]) if bound else None)
    for points, name, label, place in (
        (cost, "cost", "best plan", apart[0]),
        (bound, "bound", "proven bound", apart[1]),
    ):
        if points:
            parts.append(f'<path class="{name}" d="{_steps(points, end, x, y)}"/>')
            text = f"{label} {number(points[-1][1])}"
            parts.append(f'<text class="{name}" x="{_WIDTH - _RIGHT + 8}" y="{place + 4:.1f}">{text}</text>')
    parts.append("</svg>")
    return "".join(parts)


def _steps(
    points: Sequence[tuple[float, float]], end: float, x: Callable[[float], float], y: Callable[[float], float]
) -> str:
    path = [f"M{x(points[0][0]):.1f} {y(points[0][1]):.1f}"]
    for seconds, value in points[1:]:
        path.append(f"H{x(seconds):.1f}V{y(value):.1f}")
    return "".join(path) + f"H{x(end):.1f}"


def _labels_apart(first: float | None, second: float | None) -> tuple[float, float]:
    """Heights of two labels, moved apart where they would overlap."""
    a, b = first or 0.0, second or 0.0
    if first is None or second is None or abs(a - b) >= 16:
        return a, b
    middle = max(_TOP + 8.0, min(_HEIGHT - _BOTTOM - 8.0, (a + b) / 2))
    return (middle - 8, middle + 8) if a <= b else (middle + 8, middle - 8)


def _ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values between two ends."""
    if not 0.0 < high - low < math.inf:
        return [low]
    raw = (high - low) / about
    size = 10 ** math.floor(math.log10(raw))
    step = next(m * size for m in (1, 2, 2.5, 5, 10) if m * size >= raw)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _brief(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def columns_chart(taken: Sequence[float], limit: Sequence[float], labels: Sequence[str], *, name: str) -> str:
    """A column a day against a step line of what there is."""
    width = max(12.0, min(30.0, 820 / max(1, len(taken))))
    high = max([1.0, *taken, *limit])
    height, base = 120.0, 140.0
    wide = f"{40 + width * len(taken):.0f}"
    head = f'<svg class="chart" viewBox="0 0 {wide} 165" style="max-width:{wide}px" role="img"'
    parts = [f'{head} aria-label="{escape(name)}">']
    for i, (value, most) in enumerate(zip(taken, limit, strict=True)):
        left, tall, line = 36 + i * width, height * value / high, base - height * most / high
        over = " over" if value > most else ""
        parts.append(
            f'<rect class="column{over}" x="{left + 1:.1f}" y="{base - tall:.1f}" '
            f'width="{width - 2:.1f}" height="{tall:.1f}">'
            f"<title>{escape(labels[i])}: {number(value)} of {number(most)}</title></rect>"
            f'<line class="limit" x1="{left:.1f}" x2="{left + width:.1f}" y1="{line:.1f}" y2="{line:.1f}"/>'
        )
        if width >= 16 or i % 2 == 0:
            parts.append(f'<text x="{left + width / 2:.1f}" y="156" text-anchor="middle">{escape(labels[i])}</text>')
    for tick in _ticks(0, high, 3):
        parts.append(f'<text x="30" y="{base - height * tick / high + 4:.1f}" text-anchor="end">{number(tick)}</text>')
    parts.append("</svg>")
    return "".join(parts)
