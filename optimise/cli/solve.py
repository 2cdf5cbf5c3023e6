"""``wardwise solve``: read, solve, write, tell."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from optimise.cli.arguments import FormatOption, History, Instance, Json, Mixing, Weeks, load, load_plan, pairs
from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.cli.progress import Reporter
    from optimise.cli.signals import StopSignal
    from optimise.core.method import Communicator, Limits, Progress
    from optimise.core.problem import Problem
    from optimise.core.result import Plan, Result
    from optimise.core.serialise import Source
    from optimise.replan import Change, Replanning

__all__ = ["exit_code", "solve"]

FEASIBLE, NONE_FOUND, INFEASIBLE, STOPPED = 0, 1, 3, 75

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
        int,
        typer.Option("--days-since", metavar="N", help="Day of the earlier plan that is day 0 now (dates tell)."),
    ] = 0,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="DIR", help="Keep the state here, so that a stopped run can go on."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from what --checkpoint holds, if anything.")] = False,
    format: FormatOption = None,
    history: History = None,
    weeks: Weeks = None,
    mixing: Mixing = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the library's log.")] = False,
    log_dir: Annotated[
        Path | None, typer.Option("--log-dir", metavar="DIR", help="Write the library's log, one file per rank.")
    ] = None,
) -> None:
    """Find a plan for INSTANCE and say how good it is proven to be.

    Under MPI start it as: mpiexec -n 4 wardwise solve INSTANCE.
    """
    from optimise.cli.allocation import check_allocation, check_memory
    from optimise.cli.guard import guard_rank
    from optimise.cli.kernel_cache import kernel_cache
    from optimise.cli.replanning import FromPlan, tell_changes
    from optimise.cli.signals import StopSignal, stop_signals
    from optimise.core import breadcrumb as phase
    from optimise.core.communicator import abort_on_error, announced_size, find_world
    from optimise.core.method import Limits
    from optimise.core.options import read_options

    if report and output is None:
        raise WardwiseError("--report needs --output DIR to write into")
    if resume and checkpoint is None:
        raise WardwiseError("--resume needs --checkpoint DIR to go on from")
    guard_rank()
    limits = Limits(time_limit, gap, iterations, threads)
    options = (read_options(option_file) if option_file is not None else {}) | pairs(option or [])
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
        run = Run(problem, source, output, given, comm, stop, checkpoint, resume, task, silent=quiet or as_json)
        result = run.solve(method, limits, seed, options)
        phase.enter("writing the result")
        if comm.rank == 0:
            with abort_on_error(comm):
                _finish(result, run, as_json=as_json, quiet=quiet, report=report)
                if task is not None:
                    tell_changes(task, result, output, quiet=quiet or as_json)
    raise typer.Exit(exit_code(result, signalled=run.signalled))


def exit_code(result: Result, *, signalled: bool = False) -> int:
    """The exit code that the contract gives a result."""
    from optimise.core.result import Stop

    if result.stop is Stop.INFEASIBLE:
        return INFEASIBLE
    if signalled and result.stop is Stop.INTERRUPTED:
        return STOPPED
    return FEASIBLE if result.feasible else NONE_FOUND


@dataclass
class Run:
    """One solve with its listener, signals and files."""

    problem: Problem
    source: Source
    output: Path | None
    start: Plan | None
    comm: Communicator
    stop: StopSignal
    checkpoint: Path | None
    resume: bool
    task: Replanning | None
    silent: bool
    signalled: bool = False

    def solve(self, method: str, limits: Limits, seed: int, options: dict[str, object]) -> Result:
        from optimise import driver
        from optimise.cli.progress import reporter
        from optimise.cli.replanning import method_for

        best: list[Progress] = []

        def leave() -> None:
            self._write_best(best, method, limits, seed, options)
            os._exit(STOPPED)

        with reporter(quiet=self.silent, rank=self.comm.rank) as out:
            self.stop.on_signal = lambda: out.say("stopping: the best plan so far is being written")
            self.stop.last_resort = leave
            result = driver.solve(
                self.problem,
                method_for(self.task, method),
                limits=limits,
                seed=seed,
                comm=self.comm,
                listen=_Listening(out, self.stop, best),
                start=self.start,
                options=options,
                checkpoint=self.checkpoint,
                resume=self.resume,
            )
            self.signalled = any(self.comm.allgather(self.stop.asked))
            self.stop.finish()
        return result

    def _write_best(
        self, best: list[Progress], method: str, limits: Limits, seed: int, options: dict[str, object]
    ) -> None:
        """The method did not stop in time: write the best plan that it has told us of."""
        if self.comm.rank > 0:
            return
        if self.checkpoint is not None and best:
            from optimise.runs.keeper import Keeper

            keeper = Keeper(self.checkpoint, self.problem, resume=True)
            keeper.see(best[-1])
            keeper.write()
        if self.output is None:
            return
        from optimise.core.provenance import provenance
        from optimise.core.result import Bounds, Result, Stats, Stop, Trace
        from optimise.runs.resultfile import write_result

        facts = provenance(self.problem, method, limits=limits, seed=seed, ranks=self.comm.size, options=options)
        plan = best[-1].plan if best else self.start
        found = self.problem.evaluate(plan) if plan is not None else None
        cost = found.cost if found is not None and found.feasible else float("inf")
        bounds = Bounds(cost, best[-1].dual if best else float("-inf"), method, method)
        trace = Trace(tuple(p.point() for p in best))
        seconds = best[-1].seconds if best else 0.0
        result = Result(plan, Stop.INTERRUPTED, bounds, found, trace, Stats(seconds), facts)
        write_result(result, self.problem, self.output, source=self.source)


class _Listening:
    """The command's listener: shows progress, remembers the best plan, asks to stop once a signal has come."""

    def __init__(self, out: Reporter, stop: StopSignal, best: list[Progress]) -> None:
        self.out, self.stop, self.best = out, stop, best

    @property
    def stopping(self) -> bool:
        return self.stop.asked

    def __call__(self, progress: Progress) -> bool:
        if progress.plan is not None and (not self.best or progress.primal < self.best[-1].primal):
            self.best[:] = [progress]
        self.out.show(progress)
        return self.stop.asked


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


def _finish(result: Result, run: Run, *, as_json: bool, quiet: bool, report: bool) -> None:
    from optimise.core.serialise import result_object

    if run.output is not None:
        from optimise.runs.resultfile import write_result

        files = write_result(result, run.problem, run.output, source=run.source)
        if as_json:
            sys.stdout.write(files[0].read_text(encoding="utf-8"))
        if report:
            from optimise.report import write_html

            files.append(write_html(result, run.problem, run.output / "report.html", changes=_changes(run, result)))
        if not (quiet or as_json):
            print(f"written to {run.output}: {', '.join(f.name for f in files)}", file=sys.stderr)
    elif as_json:
        print(json.dumps(result_object(result, run.problem, source=run.source), indent=1))
    if not (quiet or as_json):
        from optimise.cli.show import show_result

        show_result(result, run.problem)


def _changes(run: Run, result: Result) -> tuple[Change, ...] | None:
    """What a re-plan changes; None of any other run."""
    if run.task is None or result.plan is None:
        return None
    from optimise.replan import changes

    return changes(run.problem, run.task.previous, result.plan)


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
