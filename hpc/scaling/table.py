"""Tables and a picture of scaling; every figure says whether it was measured or predicted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hpc.scaling.measure import Measured
from hpc.scaling.model import Network, Prediction, advised
from hpc.scaling.target import Search, to_target
from hpc.scaling.trace import Trace
from optimise.core.atomic import make_folder, write_text
from optimise.core.csvfile import table_text
from optimise.core.errors import MissingExtraError
from optimise.drawing import figure as canvas

__all__ = ["advice", "measured_rows", "picture", "predicted_rows", "target_rows", "write"]

Row = Mapping[str, Any]


def predicted_rows(trace: Trace, predictions: Sequence[Prediction]) -> list[Row]:
    return [
        {
            "instance": trace.name,
            "size": f"{trace.people} {trace.unit}",
            "kind": "predicted",
            "ranks": p.ranks,
            "root seconds": round(p.root, 4),
            "root efficiency": round(p.root_efficiency, 3),
            "root waits for master": round(p.waiting, 3),
            "speed-up of work": _known(p.work_speedup, 3),
            "neighbourhoods per second": _known(p.neighbourhoods, 2),
        }
        for p in predictions
    ]


def advice(name: str, predictions: Sequence[Prediction]) -> str:
    """How many ranks to use for an instance, in a sentence."""
    best = advised(predictions)
    if best is None:
        return f"{name}: fewer ranks than were asked about"
    found = [f"efficiency {best.root_efficiency:.2f} in the root"]
    if math.isfinite(best.busy):
        found.append(f"{best.work_speedup:.1f} times the neighbourhoods of one rank")
    more = [p for p in sorted(predictions, key=lambda p: p.ranks) if p.ranks > best.ranks]
    beyond = f"; of {more[0].ranks} only {more[0].worth:.2f} would be at work" if more else ""
    ranks = f"{best.ranks} rank{'s' if best.ranks > 1 else ''}"
    return f"{name}: use {ranks} (predicted: {' and '.join(found)}{beyond})"


def _known(value: float, digits: int) -> float | str:
    """Nothing where there is nothing to tell."""
    return round(value, digits) if math.isfinite(value) else ""


def measured_rows(name: str, size: str, found: Sequence[Measured]) -> list[Row]:
    """Strong scaling; efficiencies are along the critical path of processor seconds, against the smallest run."""
    first = found[0]
    return [
        {
            "instance": name,
            "size": size,
            "kind": "measured",
            "ranks": m.ranks,
            "root seconds": round(m.root_path, 4),
            "root efficiency": round(first.root_path * first.ranks / (m.ranks * m.root_path), 3),
            "speed-up of work": _known(first.ranks * _ratio(first.search_path, m.search_path), 3),
            "root wall seconds": round(m.root_wall, 3),
            "search wall seconds": round(m.search_wall, 3),
        }
        for m in found
    ]


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else math.nan


def target_rows(name: str, size: str, runs: Sequence[Search]) -> list[Row]:
    """Time to target of real ranks; the first run is what the others are compared with."""
    return [{"instance": name, "size": size, "kind": "searched", **row} for row in to_target(runs)]


def write(folder: Path, rows: Sequence[Row], network: Network, machine: str, advices: Sequence[str] = ()) -> list[Path]:
    """Write ``scaling.csv``, ``scaling.md`` and, where matplotlib is, ``scaling.svg``."""
    make_folder(folder)
    heads = list(dict.fromkeys(key for row in rows for key in row))
    table = folder / "scaling.csv"
    write_text(table, table_text(rows, heads))
    text = folder / "scaling.md"
    where = (
        f"Machine of the trace: {machine}. Network: latency {network.latency * 1e6:.2f} us, "
        f"{network.bandwidth / 1e9:.2f} GB/s, packing {network.packing * 1e6:.1f} us a message ({network.source})."
    )
    what = (
        "*Predicted* rows replay the trace of one rank; *measured* rows are real ranks on this machine (seconds of "
        "processor time along the critical path; wall-clock seconds beside them). *Speed-up of work* is how many times "
        "the neighbourhoods of one rank are done in a second, in rounds, whatever they are good for. *Searched* rows "
        "are whole searches without rounds: processor seconds of a rank to the cost that all of them reach."
    )
    lines = [
        "# Scaling",
        "",
        where,
        "",
        what,
        "",
        *(line for said in advices for line in (f"**{said}**", "")),
        "| " + " | ".join(heads) + " |",
        "|" + " --- |" * len(heads),
        *("| " + " | ".join(str(row.get(head, "")) for head in heads) + " |" for row in rows),
    ]
    write_text(text, "\n".join(lines) + "\n")
    drawn = picture(folder / "scaling.svg", rows)
    return [table, text, *([drawn] if drawn else [])]


def picture(file: Path, rows: Sequence[Row]) -> Path | None:
    """Draw efficiencies, predicted ones as lines and measured ones as dots; None where matplotlib is absent."""
    try:
        drawing = canvas.figure(10, 4.2)
    except MissingExtraError:
        return None
    heads = {"root": "root efficiency", "search": "speed-up of work"}
    for place, (part, head) in enumerate(heads.items()):
        axes = drawing.add_subplot(1, 2, place + 1)
        for name in dict.fromkeys(row["instance"] for row in rows):
            mine = [row for row in rows if row["instance"] == name]
            known = [row for row in mine if row.get(head, "") != ""]
            line = [row for row in known if row["kind"] == "predicted"]
            marks = [row for row in known if row["kind"] == "measured"]
            if not known:
                continue
            drawn = axes.plot([r["ranks"] for r in line], [r[head] for r in line], label=f"{name}, predicted")
            if marks:
                x, y = [r["ranks"] for r in marks], [r[head] for r in marks]
                axes.plot(x, y, "o", color=drawn[0].get_color() if drawn else None, label=f"{name}, measured")
        axes.set(xlabel="ranks", ylabel=head, title=part)
        axes.set_xscale("log", base=2)
        if part == "root":
            axes.set_ylim(0, 1.1)
        else:
            axes.set_yscale("log", base=2)
        axes.grid(alpha=0.3)
        if axes.has_data():
            axes.legend(fontsize=7)
    write_text(file, canvas.svg(drawing))
    return file
