"""Peak memory of one rank beside the estimate that jobs are asked with.

    python -m tests.benchmarks.memory [--seconds 60] [--output tests/benchmarks/results]

Every solve is a process of its own with its clock set to processor seconds, so that load shortens no run; the peak is
the operating system's (``VmHWM``; ``ru_maxrss`` would count the parent, from which the process is forked).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.report import machine, markdown

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("WARDWISE_DATA", ROOT.parent / "shared" / "benchmarks"))
CHILD = """
import sys, time
time.perf_counter = time.process_time
from optimise.cli import main
sys.argv = ["wardwise", *sys.argv[1:]]
try:
    main()
finally:
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print("peak", int(line.split()[1]) / 1024, file=sys.stderr)
"""


def peak(instance: Path, seconds: float) -> float:
    """MiB of one solve of so many processor seconds."""
    command = [sys.executable, "-c", CHILD, "solve", str(instance), "--time-limit", str(seconds), "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stderr.splitlines() if line.startswith("peak ")]
    if done.returncode not in (0, 1) or not lines:
        raise SystemExit(f"{instance}: {done.stderr.strip()[-300:]}")
    return float(lines[-1].split()[1])


def instances(scratch: Path) -> Iterator[Path]:
    from optimise.generate import ward
    from optimise.roster.formats.native import write_ward

    for people in (10, 30):
        yield write_ward(ward(people, 4, 1), scratch / f"ward{people}.json")
    for part in ("ihtc2024/public/i20.json", "curtois/instances/Instance15.txt", "curtois/instances/Instance24.txt"):
        yield DATA / part


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--output", type=Path, default=Path("tests/benchmarks/results"))
    options = parser.parse_args()
    from optimise.formats.base import read
    from optimise.tools.estimate import estimate

    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for file in instances(Path(scratch)):
            guess, found = estimate(read(file)).memory / 2**20, peak(file, options.seconds)
            rows.append({"instance": file.stem, "estimate MiB": guess, "peak MiB": found, "ratio": guess / found})
            print(rows[-1], flush=True)
    text = ["# Memory of one rank", "", f"{machine()}; {options.seconds:.0f} processor seconds each.", ""]
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "memory.md").write_text("\n".join([*text, markdown(rows)]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
