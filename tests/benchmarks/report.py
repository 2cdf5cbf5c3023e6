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


def write_csv(rows: Sequence[Mapping[str, object]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
