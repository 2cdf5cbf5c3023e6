"""Tables of studies: Markdown to read, CSV to compute with, and the machine they were taken on."""

from __future__ import annotations

import csv
import math
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path


def machine() -> str:
    """Processor, cores and interpreter in one line."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def shown(value: object) -> str:
    """A cell: numbers short, an unknown bound or a missing plan as a dash."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return "-"
        return f"{value:.0f}" if value == round(value) and abs(value) >= 10 else f"{value:.4g}"
    return str(value)


def markdown(rows: Sequence[Mapping[str, object]]) -> str:
    """A Markdown table; columns as in the first row."""
    if not rows:
        return "(no rows)"
    heads = list(rows[0])
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    lines += [" | ".join(shown(row.get(head, "")) for head in heads) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def primal_integral(points: Sequence[tuple[float, float]], best: float, limit: float) -> float:
    """Mean primal gap over the limit in per cent (Berthold 2013): 100 without a plan, 0 at the best known cost.

    Parameters
    ----------
    points : sequence of (seconds, cost)
        Each better plan.
    best : float
        Best known cost; where the run found a better one, that counts.
    limit : float
        Seconds.
    """
    if not points:
        return 100.0
    best = min([best, *(cost for _, cost in points)]) if math.isfinite(best) else min(cost for _, cost in points)
    since, gap, area = 0.0, 1.0, 0.0
    for seconds, cost in sorted(points):
        now = min(seconds, limit)
        area += gap * (now - since)
        scale = max(abs(cost), abs(best))
        since, gap = now, min(gap, 0.0 if scale == 0 else min(1.0, abs(cost - best) / scale))
    return 100.0 * (area + gap * (limit - since)) / limit


def cost_by_seconds(points: Sequence[tuple[float, float]], most: int = 8) -> str:
    """Costs as ``SECONDS:COST``, the first, the last and some between, where the cost fell most."""
    falls: list[tuple[float, float]] = []
    for seconds, cost in sorted(points):
        if not falls or cost < falls[-1][1]:
            falls.append((seconds, cost))
    if len(falls) > most:
        drops = sorted(range(1, len(falls) - 1), key=lambda i: falls[i][1] - falls[i - 1][1])
        falls = [falls[i] for i in sorted({0, *drops[: most - 2], len(falls) - 1})]
    return " ".join(f"{seconds:.0f}:{cost:.10g}" for seconds, cost in falls)


def write_csv(rows: Sequence[Mapping[str, object]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
