"""``wardwise solve``: read, solve, write, tell."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from optimise.cli.arguments import FormatOption, History, Instance, Json, Mixing, Weeks, load, load_plan, pairs
from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.core.method import Communicator
    from optimise.core.problem import Problem
    from optimise.core.result import Plan
    from optimise.core.serialise import Source
    from optimise.replan import Replanning

__all__ = ["solve"]

T = TypeVar("T")


def solve(
    instance: Instance,
    method: Annotated[str, typer.Option("--method", "-m", metavar="NAME", help="See 'wardwise methods'.")] = "auto",
    time_limit: Annotated[float, typer.Option("--time-limit", "-t", metavar="S", help="Seconds.")] = 60.0,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of random choices.")] = 0,
    threads: Annotated[int, typer.Option("--threads", metavar="T", help="Threads per rank.")] = 1,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for result, plan and trace.")
    ] = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
    gap: Annotated[
        float,
        typer.Option(
            "--gap",
            metavar="G",
            help="Stop once plan and lower bound are within this part of the plan's cost (0.01 is 1 %); "
            "by default 0: only at the optimum.",
        ),
    ] = 0.0,
    iterations: Annotated[
        int | None,
        typer.Option("--iterations", metavar="N", help="Work limit; makes a run repeatable on any machine."),
    ] = None,
    start: Annotated[Path | None, typer.Option("--start", metavar="PLAN", help="Plan to start from.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            metavar="KEY=VALUE",
            help="Option of the method (see 'wardwise methods NAME'); repeatable.",
        ),
    ] = None,
    option_file: Annotated[
        Path | None,
        typer.Option(
            "--options", metavar="FILE", help="TOML file with options and a table [tuning]; --option goes before it."
        ),
    ] = None,
    report: Annotated[bool, typer.Option("--report", help="Also write DIR/report.html.")] = False,
    stage_by_stage: Annotated[
        bool,
        typer.Option(
            "--stage-by-stage",
            help="INRC-II: plan week after week, OR-PAS: day after day, without knowing what is to come, by --method.",
        ),
    ] = False,
    from_plan: Annotated[
        Path | None,
        typer.Option("--from-plan", metavar="PLAN", help="Plan again from this earlier plan (or its run's folder)."),
    ] = None,
    freeze_until: Annotated[
        str | None,
        typer.Option("--freeze-until", metavar="DAY", help="Days before this one (number or date) stay as they were."),
    ] = None,
    change_cost: Annotated[
        float | None,
        typer.Option(
            "--change-cost",
            metavar="C",
            help="Cost of each change to the earlier plan: by default 10 for wards, 1000 for hospitals.",
        ),
    ] = None,
    nurse_cost: Annotated[
        float | None,
        typer.Option(
            "--nurse-cost", metavar="C", help="Cost of another nurse of a room in a shift: by default the change cost."
        ),
    ] = None,
    days_since: Annotated[
        int | None,
        typer.Option(
            "--days-since", metavar="N", help="Day of the earlier plan that is day 0 now; only for plans without dates."
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="DIR", help="Keep the state here, so that a stopped run can go on."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from what --checkpoint holds, if anything.")] = False,
    progress_file: Annotated[
        Path | None,
        typer.Option(
            "--progress-file",
            metavar="FILE",
            help="Append seconds, cost, bound and gap to this file, one JSON object a line, as they become better.",
        ),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate",
            metavar="FILE",
            help="Rosters: write what shows the bound of column generation, for other programs to check.",
        ),
    ] = None,
    format: FormatOption = None,
    history: History = None,
    weeks: Weeks = None,
    mixing: Mixing = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the library's log.")] = False,
    log_dir: Annotated[
        Path | None,
        typer.Option(
            "--log-dir",
            metavar="DIR",
            help="Write the library's log, JSON lines and Prometheus metrics, a file of each per rank.",
        ),
    ] = None,
) -> None:
    """Find a plan for INSTANCE and say how good it is proven to be.

    Under MPI start it as: mpiexec -n 4 wardwise solve INSTANCE.
    """
    from optimise.cli.allocation import check_allocation, check_memory, check_ranks
    from optimise.cli.guard import guard_rank, leaving
    from optimise.cli.kernel_cache import kernel_cache
    from optimise.cli.replanning import FromPlan, tell_changes
    from optimise.cli.run import STOPPED, Run, exit_code, finish
    from optimise.cli.signals import StopSignal, stop_signals
    from optimise.cli.watchdog import grace
    from optimise.core import breadcrumb as phase
    from optimise.core.communicator import announced_size, find_world
    from optimise.core.folder_lock import folder_lock
    from optimise.core.method import Limits
    from optimise.core.options import read_options
    from optimise.core.wire import Wire

    if report and output is None:
        raise WardwiseError("--report needs --output DIR to write into")
    if resume and checkpoint is None:
        raise WardwiseError("--resume needs --checkpoint DIR to go on from")
    guard_rank()
    limits = Limits(time_limit, gap, iterations, threads)
    options = (read_options(option_file) if option_file is not None else {}) | pairs(option or [])
    if certificate is not None:
        options["certificate"] = str(certificate)
    if stage_by_stage and method != "stage-by-stage":
        method, options = "stage-by-stage", {"inner": method, **options}

    earlier = FromPlan(from_plan, freeze_until, change_cost, nurse_cost, days_since)

    def prepare() -> tuple[Problem, Source, Plan | None, Replanning | None]:
        from optimise.optional import require_report
        from optimise.runs.resultfile import claim_folder

        written = ["html"] if report else []
        require_report(written)
        if output is not None:
            claim_folder(output)
        earlier.check(output)
        problem, source = load(instance, format=format, history=history, weeks=weeks, mixing=mixing)
        require_report(written, problem)
        task = None
        if from_plan is not None:
            task, source = earlier.task(problem, source)
            problem = task.problem
        given = load_plan(start, problem) if start is not None else task.start if task is not None else None
        check_ranks(problem, method, comm.size, options, warn=_silent if quiet or as_json else _say)
        if output is not None:
            stack.enter_context(folder_lock(output))
        return problem, source, given, task

    with ExitStack() as stack:
        batch = announced_size() > 1 or "SLURM_JOB_ID" in os.environ
        stop = stack.enter_context(stop_signals(StopSignal(lambda: os._exit(STOPPED)), deaf_after=batch))
        phase.enter("starting MPI")
        comm = find_world()
        phase.enter("reading the instance")
        check_allocation(comm, threads, warn=_silent if quiet or as_json else _say)
        _show_log(comm.rank, verbose=verbose, folder=log_dir)
        stack.enter_context(kernel_cache(_say if comm.rank == 0 and not quiet else _silent))
        problem, source, given, task = _on_first_rank(comm, prepare)
        if comm.rank == 0:
            check_memory(problem, method, warn=_silent if quiet or as_json else _say)
        wire = stack.enter_context(Wire(comm, lambda number: stop.ask(number, again=False), grace(0.0)))
        told = progress_file if comm.rank == 0 else None
        run = Run(
            problem,
            source,
            output,
            given,
            comm,
            stop,
            wire,
            checkpoint,
            resume,
            task,
            quiet or as_json,
            progress=told,
            logs=log_dir,
        )
        result = run.solve(method, limits, seed, options)
        phase.enter("writing the result")

        def write() -> None:
            finish(result, run, as_json=as_json, quiet=quiet, report=report)
            if certificate is not None:
                _tell_certificate(certificate, problem, warn=_silent if quiet or as_json else _say)
            if task is not None:
                tell_changes(task, result, output, quiet=quiet or as_json)

        _on_first_rank(comm, write)  # a folder that takes no more ends all ranks with one code, and kills none
        wire.exit_code = exit_code(result, signalled=run.signalled)
    leaving(wire.exit_code)
    raise typer.Exit(wire.exit_code)


def _on_first_rank(comm: Communicator, work: Callable[[], T]) -> T:
    """Do ``work`` on rank 0 only and give every rank its value, or its error if the user can mend it.

    One rank reads the files, so that a slow shared file system is asked once and a mistake is told once.
    """
    from optimise.core.communicator import abort_on_error

    told: tuple[T | None, WardwiseError | None] = (None, None)
    with abort_on_error(comm):
        if comm.rank == 0:
            try:
                told = (work(), None)
            except WardwiseError as error:
                told = (None, error)
        value, mistake = comm.bcast(told)
    if mistake is not None:
        raise mistake
    made: T = value
    return made


def _tell_certificate(file: Path, problem: Problem, warn: Callable[[str], None]) -> None:
    """What the certificate shows, or that there is none of this problem."""
    from optimise.roster.certificate import certified_bound
    from optimise.roster.problem import RosterProblem

    bound = certified_bound(file, problem) if isinstance(problem, RosterProblem) else None
    if bound is None:
        warn(f"no certificate in {file}: column generation came to no bound (try --method column-generation)")
    else:
        warn(f"{file} shows that no plan costs less than {bound:.12g}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _silent(text: str) -> None: ...


def _show_log(rank: int, *, verbose: bool, folder: Path | None) -> None:
    """The library's log on standard error (rank 0, with --verbose) and in one file per rank (with --log-dir)."""
    import logging

    from optimise.core.atomic import create, make_folder

    handlers: list[logging.Handler] = []
    if verbose and rank == 0:
        handlers.append(logging.StreamHandler())
    if folder is not None:
        try:
            file = create(make_folder(folder) / f"rank-{rank:04d}.log", keep=True)
            handlers.append(logging.FileHandler(file, encoding="utf-8"))
        except OSError as error:
            raise WardwiseError(f"{folder}: logs cannot be written there ({error.strerror})") from None
    if handlers:
        form = "%(asctime)s  %(name)s: %(message)s"
        logging.basicConfig(level=logging.INFO, format=form, handlers=handlers)
