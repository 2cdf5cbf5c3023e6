"""What is left of a run when something happens to it: a row for each method, fault and launcher.

    python -m tests.benchmarks.faults [--only hospital] [--without-slurm] [--csv tests/benchmarks/results/faults.csv]

Needs root (small disks are mounted), an ``mpiexec`` beside Python, and for the rows of Slurm its Debian packages
(``python tests/slurm/cluster.py install``). Each row starts two ranks, waits until a plan is on disk, does the harm,
and looks at the exit code, at the plan, and at how much processor time the busiest rank still used.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from optimise.tools import precompile
from tests.benchmarks.contest import DATA
from tests.benchmarks.fault_runs import FULL, Failed, Started, launched, small_disk, wait_for

__all__ = ["FAULTS", "ROWS", "Outcome", "Row", "perform"]

#: Processor seconds that a rank may use after the harm.
WORK = 5.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what is hurt, how, and under what."""

    method: str
    fault: str
    launcher: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a row; seconds are from the harm to the end, of the busiest rank for the processor's."""

    method: str
    fault: str
    launcher: str
    passed: str
    code: str = ""
    seconds: str = ""
    cpu: str = ""
    plan: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A harm, and what is right after it.

    Attributes
    ----------
    hurt : callable
        Given the run once a plan is there.
    codes : tuple of int
        Exit codes that are right; empty for any but 0 and 75.
    plan : bool
        Whether the plan must be there.
    work : float
        Processor seconds that a rank may use afterwards.
    limit : float
        Time limit of the run.
    program : str
        Module that is started; ``tests.benchmarks.faulty FAULT`` for what no signal brings.
    words : str
        Pattern of what must be said.
    clock : bool
        The harm is that time is over: nothing is waited for before it.
    """

    hurt: Callable[[Started], None]
    codes: tuple[int, ...] = ()
    plan: bool = True
    work: float = WORK
    limit: float = 300.0
    program: tuple[str, ...] = ("optimise",)
    env: tuple[tuple[str, str], ...] = ()
    words: str = ""
    checkpoint_disk: bool = False
    output_disk: bool = False
    clock: bool = False


def _nothing(run: Started) -> None:
    """The harm is in the program, or it is the clock."""


def _outlast(limit: float) -> Callable[[Started], None]:
    """Wait until the time limit is over."""

    def hurt(run: Started) -> None:
        wait_for((run.folder / "logs" / "rank-0000.jsonl").exists, 240, "the start of the solve")
        time.sleep(limit)

    return hurt


def _fill(name: str) -> Callable[[Started], None]:
    """Fill the disk below the run, give the writers time to see it, and stop all ranks."""

    def hurt(run: Started) -> None:
        place = run.folder / name if name else run.folder
        try:
            with (place / FULL).open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        except OSError:
            pass
        time.sleep(12.0)
        run.send(signal.SIGTERM, (0, 1))

    return hurt


_STOPPED = (("WARDWISE_GRACE", "3"),)
_LIMIT = 40.0
FAULTS: dict[str, Fault] = {
    "TERM to rank 1": Fault(lambda run: run.send(signal.SIGTERM, (1,)), (75,)),
    "USR1 to all ranks": Fault(lambda run: run.send(signal.SIGUSR1, (0, 1)), (75,)),
    "KILL to rank 0": Fault(lambda run: run.send(signal.SIGKILL, (0,)), words="rank 0 on .* died of SIGKILL"),
    "KILL to rank 1": Fault(lambda run: run.send(signal.SIGKILL, (1,)), words="rank 1 on .* died of SIGKILL"),
    "exception in rank 1": Fault(
        _nothing,
        (70,),
        program=("tests.benchmarks.faulty", "exception"),
        words="rank 1 on .* failed in phase",
        work=60.0,
    ),
    "STOP to rank 1 for ever": Fault(
        lambda run: run.send(signal.SIGSTOP, (1,)),
        (0, 137),  # srun gives the code of the rank that Slurm has to kill
        limit=20.0,
        env=_STOPPED,
        words="rank 1 did not answer",
        work=60.0,
    ),
    "rank 1 stands still as it leaves": Fault(
        _nothing, (0,), limit=15.0, env=_STOPPED, program=("tests.benchmarks.faulty", "stop-at-end"), work=60.0
    ),
    "time limit": Fault(_outlast(_LIMIT), (0,), limit=_LIMIT, clock=True),
    "full disk for checkpoints": Fault(_fill("checkpoint"), (75,), work=30.0, checkpoint_disk=True),
    "full disk for results": Fault(
        _fill(""), (74,), work=30.0, output_disk=True, words="the result lies in|standard output"
    ),
}
INSTANCES = ("column-generation", "long horizon", "hospital", "beds", "benders", "federated")
_METHOD = {"long horizon": "column-generation", "beds": "column-generation"}
_EVERY = ("TERM to rank 1", "time limit")
_SOME = ("KILL to rank 1", "STOP to rank 1 for ever")

ROWS: tuple[Row, ...] = (
    *(Row(method, fault, "mpiexec") for fault in _EVERY for method in INSTANCES),
    *(Row(method, "USR1 to all ranks", "srun") for method in INSTANCES),
    *(Row(method, fault, "mpiexec") for fault in _SOME for method in ("column-generation", "hospital", "benders")),
    *(Row("column-generation", fault, "srun") for fault in _SOME),
    *(
        Row("column-generation", fault, "mpiexec")
        for fault in FAULTS
        if fault not in (*_EVERY, *_SOME, "USR1 to all ranks")
    ),
    *(
        Row("column-generation", fault, launcher)
        for fault in ("two runs in one folder",)
        for launcher in ("mpiexec", "srun")
    ),
    *(Row("column-generation", f"{which} truncated", "mpiexec") for which in ("newest checkpoint", "both checkpoints")),
    *(Row("column-generation", f"read-only disk for {what}", "mpiexec") for what in ("checkpoints", "results")),
    Row("column-generation", "the cable is cut", "mpiexec"),
    Row("column-generation", "srun and MPI speak different protocols", "srun"),
    *(
        Row("column-generation", fault, "sbatch")
        for fault in (
            "preempted",
            "preempted with grace",
            "a node dies",
            "the controller is away",
            "the folder holds another job's result",
        )
    ),
    Row("study", "USR1 before the limit", "sbatch"),
)


def made_instances(folder: Path) -> dict[str, Path]:
    """One of each that nobody finishes within the minutes that a row looks at it; beds only where PAS is."""
    from optimise.capacity.formats.capacity import write_capacity
    from optimise.generate import ward
    from optimise.generate.capacity import capacity
    from optimise.generate.files import region_files
    from optimise.generate.hospitals import write_hospital
    from optimise.roster.formats.native import write_ward

    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "column-generation": write_ward(ward(20, 4, 3), folder / "ward.json"),
        "long horizon": write_ward(ward(6, 26, 3), folder / "year.json"),
        "hospital": write_hospital(folder / "hospital.json")[0],
        "benders": write_capacity(capacity(60, 7, 1), folder / "capacity.json")[0],
        "federated": region_files(folder / "region", None, None, 1)[0],
        "study": write_ward(ward(5, 1, 3), folder / "small.json"),
    }
    beds = sorted((DATA / "pas").glob("instances/*.txt"))
    return made | ({"beds": beds[-1]} if beds else {})


def perform(row: Row, instances: dict[str, Path], launcher: Sequence[str], folder: Path) -> Outcome:
    """Do the harm of a row and look at what is left."""
    from tests.benchmarks.fault_cases import CASES

    if row.method not in instances:
        return Outcome(*_named(row), "not run", remark="no instance here (WARDWISE_DATA)")
    try:
        if row.fault in CASES:
            return Outcome(*_named(row), "yes", **CASES[row.fault](row, instances[row.method], launcher, folder))
        return _hurt(row, FAULTS[row.fault], instances[row.method], launcher, folder)
    except (Failed, subprocess.SubprocessError, KeyError, OSError) as error:
        return Outcome(*_named(row), "no", remark=" ".join(f"{type(error).__name__}: {error}".split())[-300:])


def arguments_of(row: Row, instance: Path, folder: Path, limit: float) -> list[str]:
    """Of ``wardwise solve``."""
    method = _METHOD.get(row.method, row.method)
    kept = ["--checkpoint", str(folder / "checkpoint"), "--resume"]
    told = ["-q", "-o", str(folder), "--log-dir", str(folder / "logs")]
    return ["solve", str(instance), "-m", method, "-t", f"{limit:g}", *told, *kept]


def _hurt(row: Row, fault: Fault, instance: Path, launcher: Sequence[str], folder: Path) -> Outcome:
    command = ["-m", *fault.program, *arguments_of(row, instance, folder, fault.limit)]
    began = time.monotonic()
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if fault.output_disk:
            stack.enter_context(small_disk(folder))
        if fault.checkpoint_disk:
            stack.enter_context(small_disk(folder / "checkpoint"))
        env = {**dict(fault.env), "TMPDIR": str(temporary)}
        run = stack.enter_context(launched(launcher, command, folder, env))
        if fault.clock:
            fault.hurt(run)
            before, hurt = run.spent(), time.monotonic()
        elif fault.hurt is not _nothing:
            run.until_a_plan()
            before, hurt = run.spent(), time.monotonic()
            fault.hurt(run)
        else:
            wait_for(lambda: run.ranks() or run.process.poll() is not None, 60, "ranks")
            before, hurt = {}, began + fault.limit
        code = run.end(240.0)
        seconds, spent = time.monotonic() - hurt, run.spent()
        used = max((value - before.get(pid, 0.0) for pid, value in spent.items()), default=0.0)
        saved = run.has_plan() or bool(list(temporary.glob("wardwise-rescued-*/result.json")))
        wrong = _wrong(fault, code, saved, used, run.said())
    told = {
        "code": str(code),
        "seconds": f"{seconds:.1f}" if seconds > 0 else "",
        "cpu": f"{used:.1f}" if before else "",
        "plan": "yes" if saved else "no",
    }
    return Outcome(*_named(row), "no" if wrong else "yes", **told, remark="; ".join(wrong))


def _wrong(fault: Fault, code: int, saved: bool, used: float, said: str) -> list[str]:
    """What is not as it should be."""
    found = []
    if code not in fault.codes if fault.codes else code in (0, 75):
        found.append(f"exit code {code}: {' '.join(said.split())[-200:]}")
    if fault.plan and not saved:
        found.append("the plan is lost")
    if used > fault.work:
        found.append(f"{used:.1f} processor seconds afterwards")
    if fault.words and not re.search(fault.words, said):
        found.append(f"not said: {fault.words!r} in {' '.join(said.split())[-200:]!r}")
    return found


def _named(row: Row) -> tuple[str, str, str]:
    return row.method, row.fault, row.launcher


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="PATTERN", help="rows whose 'method, fault, launcher' match")
    parser.add_argument("--without-slurm", action="store_true", help="rows of mpiexec only")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="put the rows into this file, in place of older ones")
    asked = parser.parse_args()
    rows = [row for row in ROWS if re.search(asked.only, ", ".join(_named(row)))]
    if asked.without_slurm:
        rows = [row for row in rows if row.launcher == "mpiexec"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wardwise-faults-")))
        launchers = {"mpiexec": [str(Path(sys.executable).with_name("mpiexec")), "-n", "2"], "srun": [], "sbatch": []}
        if any(row.launcher != "mpiexec" for row in rows):
            from tests.benchmarks.fault_cases import slurm

            launchers |= stack.enter_context(slurm(folder / "slurm"))
        kernels = [name for name in precompile.CASES if name != "quantum"]
        precompile.warm_all(lambda text: print(text, file=sys.stderr), cases=kernels)  # no row waits for compiling
        instances = made_instances(folder / "instances")
        worst = 0
        for number, row in enumerate(rows):
            made = perform(row, instances, launchers[row.launcher], folder / f"run{number}")
            print(" | ".join(asdict(made).values()), flush=True)
            worst |= made.passed == "no"
            if asked.csv is not None:
                keep(asked.csv, made)
    return worst


def keep(file: Path, made: Outcome) -> None:
    """Put a row into the table, where an older one of the same name stood."""
    rows = {}
    if file.exists():
        with file.open(encoding="utf-8", newline="") as lines:
            rows = {(r["method"], r["fault"], r["launcher"]): r for r in csv.DictReader(lines)}
    rows[made.method, made.fault, made.launcher] = asdict(made)
    order = {_named(row): i for i, row in enumerate(ROWS)}
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(asdict(made)), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for _, row in sorted(rows.items(), key=lambda item: order.get(item[0], 999)))


if __name__ == "__main__":
    os.environ.setdefault("WARDWISE_SLURM_POLL", "0.5")
    raise SystemExit(main())
