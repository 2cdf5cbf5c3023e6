"""Thousands of damaged files through the real command: ``python -m tests.benchmarks.fuzz --inputs 8000 --seed 1``.

Input ``n`` of a seed is always the same: a kind of file, a damage and a command, drawn from ``(seed, n)``. A worker
process runs the command's own entry point and measures processor seconds and the peak of its memory; one that dies or
hangs is ended and told, and the next one goes on. Every hundredth input goes through a process of its own. What fails
is written to ``failures.csv`` with the input beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from tests.benchmarks.fuzz_cases import Case, make_cases
from tests.benchmarks.fuzz_mutations import damaged

CODES = (0, 1, 2, 3)
SECONDS, MEGABYTES = 10.0, 500.0
_HANG = 200.0  # a kernel may still have to be compiled
_ADDRESSES = 6 << 30


@dataclass
class Outcome:
    """What became of one input."""

    number: int
    case: str
    target: str
    command: str
    code: int
    seconds: float
    megabytes: float
    grown: float
    said: str

    @property
    def fault(self) -> str:
        """Why this is a failure, ``""`` where it is none."""
        if self.code not in CODES:
            return f"exit code {self.code}"
        if "Traceback (most recent call last)" in self.said:
            return "traceback"
        if self.code in (2, 3) and not self.said.strip():
            return "refused without a word"
        if self.seconds > SECONDS:
            return f"{self.seconds:.1f} s"
        return f"{self.megabytes:.0f} MB" if self.megabytes > MEGABYTES else ""


def prepare(cases: Sequence[Case], seed: int, number: int, folder: Path) -> tuple[Case, str, list[str]]:
    """Lay input ``number`` into ``folder``: its case, the damaged file, and the command's arguments."""
    rng = Random(f"{seed}/{number}")
    case = rng.choices(cases, [each.weight for each in cases])[0]
    for name, data in case.files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    target = rng.choice(case.targets)
    (folder / target).write_bytes(damaged(target, case.files[target], rng))
    command = rng.choice(case.commands)
    return case, target, [word.replace("@", f"{folder}/") for word in command]


def attempt(cases: Sequence[Case], seed: int, number: int, *, apart: bool = False) -> Outcome:
    """Run one input, in this process or in one of its own."""
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz{number}-"))
    here = Path.cwd()
    try:
        case, target, arguments = prepare(cases, seed, number, folder)
        os.chdir(folder)
        before, began = _reset_peak(), _used(apart)
        code, said, peak = _subprocess(arguments) if apart else (*_inside(arguments), _peak())
        seconds = _used(apart) - began
        shown = " ".join(arguments).replace(str(folder), "")
        return Outcome(number, case.name, target, shown, code, seconds, peak, max(0.0, peak - before), said[-2000:])
    finally:
        os.chdir(here)
        shutil.rmtree(folder, ignore_errors=True)


def _inside(arguments: list[str]) -> tuple[int, str]:
    from optimise.cli import main

    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        try:
            main(arguments)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else int(left.code is not None)
        except BaseException as error:  # what passes even the command's own net
            return 70, f"Traceback (most recent call last) {type(error).__name__}: {error}"
    return code, said.getvalue()


def _subprocess(arguments: list[str]) -> tuple[int, str, float]:
    """Exit code, standard error and the peak megabytes of the command in a process of its own."""
    command = [sys.executable, "-m", "optimise", *arguments]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        timer = threading.Timer(300, child.kill)
        timer.start()
        _, status, used = os.wait4(child.pid, 0)
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return child.returncode, said.read().decode(errors="replace"), used.ru_maxrss / 1024


def _used(children: bool) -> float:
    """Seconds of processor time so far: what an input costs on a machine that others use too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _reset_peak() -> float:
    """Forget the peak of this process's memory (Linux); the resident megabytes now."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> float:
    return _status("VmHWM")


def _status(key: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    return 0.0


# ---------------------------------------------------------------------------------------------- workers


def work(seed: int, cache: Path, read_only: bool = False) -> None:
    """Take numbers from standard input, answer each with a line of JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    answers = os.fdopen(os.dup(1), "w")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    cases = make_cases(cache, read_only=read_only)
    import optimise.cli.app
    import optimise.methods.auto  # noqa: F401

    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        number = int(line)
        print(json.dumps(asdict(attempt(cases, seed, number))), file=answers, flush=True)


class Worker:
    """A process that runs inputs one by one, begun anew whenever it dies."""

    def __init__(self, seed: int, cache: Path, read_only: bool = False) -> None:
        self.seed, self.cache, self.read_only = seed, cache, read_only
        self.process: subprocess.Popen[str] | None = None

    def run(self, number: int) -> Outcome:
        if self.process is None:
            command = [sys.executable, "-m", "tests.benchmarks.fuzz", "--worker", "--seed", str(self.seed)]
            self.process = subprocess.Popen(
                [*command, "--cache", str(self.cache), *(["--read-only"] if self.read_only else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
            assert self.process.stdout is not None
            self.process.stdout.readline()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        began = time.perf_counter()
        print(number, file=self.process.stdin, flush=True)
        old = signal.signal(signal.SIGALRM, lambda *_: self.kill())
        signal.setitimer(signal.ITIMER_REAL, _HANG)
        line = self.process.stdout.readline()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
        if line:
            return Outcome(**json.loads(line))
        self.process.wait()
        code, self.process = self.process.returncode, None
        seconds = time.perf_counter() - began
        name, target, command = self.known(number)
        return Outcome(number, name, target, command, code or 70, seconds, 0.0, 0.0, "the worker died or hung")

    def known(self, number: int) -> tuple[str, str, str]:
        with tempfile.TemporaryDirectory() as folder:
            case, target, arguments = prepare(
                make_cases(self.cache, read_only=self.read_only), self.seed, number, Path(folder)
            )
            return case.name, target, " ".join(arguments).replace(folder, "")

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)


def study(inputs: int, seed: int, first: int, output: Path, read_only: bool = False) -> list[Outcome]:
    """Run inputs ``first`` to ``first + inputs - 1``; returns those that failed, all are told in figures."""
    output.mkdir(parents=True, exist_ok=True)
    cache = output / "cases"
    cases = make_cases(cache, read_only=read_only)
    worker = Worker(seed, cache, read_only)
    failed: list[Outcome] = []
    codes: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    slowest = largest = grown = 0.0
    with (output / "failures.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["fault", *Outcome.__dataclass_fields__])
        for number in range(first, first + inputs):
            outcome = attempt(cases, seed, number, apart=True) if number % 100 == 99 else worker.run(number)
            if outcome.megabytes > MEGABYTES:  # with what the worker holds from before: told by a process of its own
                outcome = attempt(cases, seed, number, apart=True)
            codes[outcome.code] += 1
            kinds[outcome.case] += 1
            slowest, largest = max(slowest, outcome.seconds), max(largest, outcome.megabytes)
            grown = max(grown, outcome.grown)
            if number % 200 == 0:
                print(f"at {number}", flush=True)
            if outcome.fault:
                failed.append(outcome)
                writer.writerow([outcome.fault, *asdict(outcome).values()])
                stream.flush()
                kept = output / f"input-{number}"
                kept.mkdir(exist_ok=True)
                prepare(cases, seed, number, kept)
                print(f"{number} {outcome.case} {outcome.target}: {outcome.fault}: {_last(outcome.said)}", flush=True)
    if worker.process is not None:
        worker.process.terminate()
    print(
        f"{inputs} inputs of seed {seed} from {first}: {len(failed)} failures; exit codes {dict(sorted(codes.items()))}"
    )
    print(f"longest {slowest:.1f} s, most memory {largest:.0f} MB, most grown by one input {grown:.0f} MB")
    print(", ".join(f"{name} {count}" for name, count in sorted(kinds.items())))
    return failed


def _last(said: str) -> str:
    """The last frame of a traceback of ours and its message."""
    lines = [line.strip() for line in said.strip().splitlines()]
    frames = [line for line in lines if line.startswith("File ") and "site-packages" not in line]
    end = [line for line in lines if not line.startswith(("error: a fault", "^", "~"))]
    return f"{frames[-1] if frames else ''} {end[-1][:200] if end else ''}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--output", type=Path, default=Path("fuzz-out"))
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--read-only", action="store_true", help="leave out all commands that solve")
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments.seed, arguments.cache, arguments.read_only)
        return
    raise SystemExit(
        1 if study(arguments.inputs, arguments.seed, arguments.first, arguments.output, arguments.read_only) else 0
    )


if __name__ == "__main__":
    main()
