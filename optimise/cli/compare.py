"""``wardwise compare``: run a study, resumably, and say which side won."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from optimise.compare import Written
    from optimise.compare.cells import StudyCell

__all__ = ["compare"]

UNFINISHED, STOPPED = 1, 75


def compare(
    study: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="Instances, methods, seeds.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for runs and report; default STUDY/.")
    ] = None,
    part: Annotated[
        str | None,
        typer.Option("--part", metavar="i/n", help="Run the i-th of n parts; a Slurm array sets it by itself."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
) -> None:
    """Compare methods on instances: runs what is missing of the study, then writes tables and a report.

    Stop it at any time and start it again: finished runs are kept. Under MPI the ranks share the runs; in a Slurm array
    each task takes its part and the last one to finish writes the report.
    """
    from optimise.cli.guard import guard_rank
    from optimise.cli.kernel_cache import kernel_cache
    from optimise.cli.signals import StopSignal, stop_signals
    from optimise.compare import part_of, read_study, run_study, write_outcome
    from optimise.compare.outcome import require
    from optimise.core.communicator import abort_on_error, find_world

    mine = part_of(part)
    guard_rank()
    require()
    comm = find_world()
    folder = output or study.with_suffix("")
    loud = comm.rank == 0 and not quiet

    def told(done: int, todo: int, cell: StudyCell, row: Mapping[str, Any], fresh: bool) -> None:
        if loud and fresh:
            _say(f"[{done}/{todo}] {cell.problem.name}: {cell.contender.label}, seed {cell.seed}: {_short(row)}")

    code = 0
    stop = StopSignal(lambda: os._exit(STOPPED))  # the run that does not listen is lost, those before it are kept
    if loud:
        stop.on_signal = lambda: _say("stopping: the run under way is given up, finished ones are kept")
    with stop_signals(stop), kernel_cache(_say if loud else _silent), abort_on_error(comm):
        if comm.rank > 0:
            comm.barrier()
        with _sources_told(loud):
            found = read_study(study)  # rank 0 first: what an instance makes is there for the others
        if comm.rank == 0:
            comm.barrier()
        facts = run_study(found, folder, comm=comm, part=mine, told=told, stop=lambda: stop.asked)
        if facts is None:
            stopped = any(comm.allgather(stop.asked))
            code = STOPPED if stopped else 0 if mine[1] > 1 else UNFINISHED
            if loud and stopped:
                _say(f"stopped by a signal; the same command goes on with what is missing in {folder}/cells")
            elif loud:
                _say(f"this part is done, others are not: the report follows when all runs are in {folder}/cells")
        else:
            failed = sum(f["status"] == "failed" for f in facts)
            code = UNFINISHED if failed else 0
            if comm.rank == 0:
                written = write_outcome(found, facts, folder)
                _tell(written, folder, failed, quiet=quiet)
    raise typer.Exit(code)


def _tell(written: Written, folder: Path, failed: int, *, quiet: bool) -> None:
    if quiet:
        return
    for sentence in written.verdict:
        print(sentence)
    _say(f"written to {folder}: {', '.join(f.name for f in written.files)}")
    if failed:
        _say(f"{failed} runs failed by a fault inside wardwise; the same command tries them again")


@contextmanager
def _sources_told(loud: bool) -> Iterator[None]:
    """Tell on standard error what the sources of instances make before the first run."""
    log, handler = logging.getLogger("wardwise.sources"), logging.StreamHandler()
    before = log.level
    if loud:
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


def _short(row: Mapping[str, Any]) -> str:
    if row["status"] != "done":
        return f"{row['status']}: {row['message'].splitlines()[-1]}"
    cost = "no plan" if row["objective"] is None else f"cost {row['objective']:g}"
    return f"{cost}, {row['seconds']:.1f} s"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _silent(text: str) -> None: ...
