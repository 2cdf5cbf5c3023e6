"""``wardwise slurm``: render, submit, status, fetch, cancel."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from hpc.slurm.job import Job
    from hpc.slurm.request import Prepared

__all__ = ["app"]

app = typer.Typer(
    help="Jobs on a Slurm cluster: fill in a batch script, check and queue it, follow it, fetch the result.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Kind = Annotated[
    str,
    typer.Argument(metavar="KIND", help="solve, decompose, scenarios, simulate-gpu, or study (wardwise compare)."),
]
Target = Annotated[Path, typer.Argument(metavar="TARGET", help="Instance, or study file.")]
Options = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- OPTIONS]", help="Options of 'wardwise solve' or 'wardwise compare', after --."),
]
SiteOption = Annotated[str, typer.Option("--site", metavar="NAME|FILE", help="Site profile: a name or a .toml file.")]
Folder = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder of the job; default wardwise-TARGET.")
]
Nodes = Annotated[int, typer.Option("--nodes", "-N", metavar="N", help="Nodes.")]
Ranks = Annotated[int | None, typer.Option("--ranks", "-n", metavar="N", help="All ranks together; default 1 a node.")]
Threads = Annotated[int, typer.Option("--threads", metavar="T", help="Threads per rank.")]
Time = Annotated[
    str | None,
    typer.Option("--time", metavar="T", help="Limit of one job: minutes, h:mm:ss; default from the solve's."),
]
Memory = Annotated[
    float | None, typer.Option("--memory", metavar="GIB", help="GiB per rank; default estimated from the instance.")
]
Account = Annotated[str | None, typer.Option("--account", "-A", metavar="NAME", help="Account to charge.")]
Partition = Annotated[str | None, typer.Option("--partition", "-p", metavar="NAME", help="Partition.")]
Qos = Annotated[str | None, typer.Option("--qos", metavar="NAME", help="Quality of service.")]
Parts = Annotated[int, typer.Option("--parts", metavar="N", help="study: tasks of the array.")]
Array = Annotated[
    bool, typer.Option("--array", help="TARGET is a list of instances, one a line: solve each, as tasks of one job.")
]
AtOnce = Annotated[int | None, typer.Option("--at-once", metavar="N", help="Most tasks of an array at one time.")]
Warning_ = Annotated[int, typer.Option("--warning", metavar="S", help="Seconds before the limit at which ranks stop.")]
Restarts = Annotated[int, typer.Option("--restarts", metavar="N", help="How often the job may be queued again.")]
RanksPerNode = Annotated[
    int | None, typer.Option("--ranks-per-node", metavar="N", help="Ranks of every node; default the same on each.")
]
CpuBind = Annotated[
    str | None, typer.Option("--cpu-bind", metavar="HOW", help="What ranks are bound to: cores, sockets, none, ...")
]
Distribution = Annotated[
    str | None, typer.Option("--distribution", metavar="HOW", help="How ranks follow over nodes: block, cyclic, ...")
]
Dependency = Annotated[
    str | None, typer.Option("--dependency", "-d", metavar="WHEN", help="When it may begin: afterok:17, singleton.")
]
Header = Annotated[
    list[str] | None, typer.Option("--header", metavar="KEY=VALUE", help="Further #SBATCH line; repeatable.")
]


class _Passing(TyperCommand):
    """A command that passes options on behind ``--``, and says so where they stand before it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except Exception as error:  # click's, whose class typer keeps to itself
            if type(error).__name__ == "NoSuchOption":
                error.possibilities = None  # type: ignore[attr-defined]
                error.message += " (options of 'wardwise solve' go after --)"  # type: ignore[attr-defined]
            raise


@app.command("render", cls=_Passing)
def render(
    kind: Kind,
    target: Target,
    options: Options = None,
    site: SiteOption = "generic",
    output: Folder = None,
    nodes: Nodes = 1,
    ranks: Ranks = None,
    threads: Threads = 1,
    time: Time = None,
    memory: Memory = None,
    account: Account = None,
    partition: Partition = None,
    qos: Qos = None,
    parts: Parts = 8,
    array: Array = False,
    at_once: AtOnce = None,
    warning: Warning_ = 120,
    restarts: Restarts = 20,
    ranks_per_node: RanksPerNode = None,
    cpu_bind: CpuBind = None,
    distribution: Distribution = None,
    dependency: Dependency = None,
    header: Header = None,
) -> None:
    """Check a request and print its batch script; nothing is queued.

    Example: wardwise slurm render decompose ward.yaml --nodes 2 --ranks 8 -- --time-limit 3600
    """
    prepared = _prepared(**locals())
    from optimise.core.atomic import make_folder

    place = prepared.request.folder
    if not place.is_dir():  # Slurm opens the log before the script runs, and tells nobody that it could not
        _say(f"note: {make_folder(place)} was made for the log; on another machine make it before sbatch")
    print(prepared.script, end="")


@app.command("submit", cls=_Passing)
def submit(
    kind: Kind,
    target: Target,
    options: Options = None,
    site: SiteOption = "generic",
    output: Folder = None,
    nodes: Nodes = 1,
    ranks: Ranks = None,
    threads: Threads = 1,
    time: Time = None,
    memory: Memory = None,
    account: Account = None,
    partition: Partition = None,
    qos: Qos = None,
    parts: Parts = 8,
    array: Array = False,
    at_once: AtOnce = None,
    warning: Warning_ = 120,
    restarts: Restarts = 20,
    ranks_per_node: RanksPerNode = None,
    cpu_bind: CpuBind = None,
    distribution: Distribution = None,
    dependency: Dependency = None,
    header: Header = None,
) -> None:
    """Check a request, queue it, and print the job's id.

    The instance is read and the options are checked first, and Slurm is asked whether it would take the job: a bad
    request is refused and nothing is queued.
    """
    prepared = _prepared(**locals())
    from hpc.slurm.submission import submit_request

    job = submit_request(prepared, lambda text: _say(f"note: {text}"))
    print(job.job_id)
    _say(f"queued as job {job.job_id}; follow it with: wardwise slurm status {job.folder}")


@app.command("status")
def status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the job.")],
) -> None:
    """Ask Slurm once for the state of a job; shows the best plan so far too."""
    from hpc.slurm.job import Job

    job = Job.find(folder)
    found = job.states(now=True)
    text = f"job {job.job_id}: {found.state}"
    if found.reason:
        text += f" ({found.reason})"
    if found.restarts:
        text += f", restarted {found.restarts} time{'s' if found.restarts > 1 else ''}"
    print(text)
    if len(found.tasks) > 1:
        counts = {state: list(found.tasks.values()).count(state) for state in sorted(set(found.tasks.values()))}
        print(", ".join(f"{number} {state}" for state, number in counts.items()))
    _show_last(job)


@app.command("fetch")
def fetch(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the job.")],
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the job; asks Slurm once a minute.")] = True,
    timeout: Annotated[float | None, typer.Option("--timeout", metavar="S", help="Seconds to wait at most.")] = None,
) -> None:
    """Wait for a job and show its result.

    Leaves with the exit code that 'wardwise solve' would have given; 4 if the job was lost, 5 if it has not ended yet.
    Of an array it shows a line for each instance, and leaves with 0 if every one has a plan, else with 1.
    """
    from hpc.slurm.job import Job, JobError, NotEndedError

    job = Job.find(folder)
    try:
        job.wait(timeout if wait else 0.0)
    except TimeoutError:
        raise NotEndedError(f"job {job.job_id} is {job.state}; nothing to fetch yet") from None
    if job.study:
        failed = {task: state for task, state in job.states().tasks.items() if state != "COMPLETED"}
        for task, state in sorted(failed.items()):
            _say(f"task {task}: {state}")
        report = folder / "report.html"
        print(report if report.exists() else f"no report yet in {folder}: some parts are missing")
        raise typer.Exit(0 if report.exists() and not failed else 1)
    if job.tasks:
        raise typer.Exit(_show_tasks(job))
    from hpc.slurm.energy import note_energy
    from optimise.cli.show import show_result
    from optimise.runs.resultfile import read_run

    try:
        result = job.result()
    except JobError as error:
        if error.partial is not None:
            show_result(error.partial, read_run(folder).problem)
        raise
    if remark := job.remark():
        _say(f"note: {remark}")
    if (used := note_energy(job)) is not None:
        _say(f"note: the job used {used / 3.6e6:.3g} kWh over all its starts, as sacct says")
    from optimise.cli.run import exit_code

    show_result(result, read_run(folder).problem)
    raise typer.Exit(exit_code(result, signalled=True))


@app.command("cancel")
def cancel(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the job.")]) -> None:
    """Stop a job; a running solve still writes its best plan and its checkpoint."""
    from hpc.slurm.job import Job

    Job.find(folder).cancel()


@app.command("sites")
def sites() -> None:
    """List the site profiles."""
    from hpc.slurm.site import find_site, site_names

    for name in site_names():
        site = find_site(name)
        print(f"{name:14s} {site.scheduler:6s} {site.verified or 'not verified on the machine itself'}")


def _prepared(
    kind: str,
    target: Path,
    options: list[str] | None,
    site: str,
    output: Path | None,
    nodes: int,
    ranks: int | None,
    header: list[str] | None,
    **rest: Any,
) -> Prepared:
    from hpc.slurm.request import Request, prepare
    from hpc.slurm.script import TEMPLATES
    from hpc.slurm.site import find_site
    from optimise.core.errors import WardwiseError

    if kind not in TEMPLATES:
        raise WardwiseError(f"no such kind of job: {kind!r}; known: {', '.join(TEMPLATES)}")
    lines: dict[str, str | int | bool | None] = {}
    for text in header or []:
        key, sign, value = text.partition("=")
        lines[key.lstrip("-")] = value if sign else True
    folder = output or Path(f"wardwise-{target.stem}")
    made = prepare(
        Request(
            kind,
            target,
            folder,
            find_site(site),
            tuple(options or ()),
            nodes=nodes,
            ranks=nodes if ranks is None else ranks,
            header=lines,
            **rest,
        )
    )
    for note in made.notes:
        _say(f"note: {note}")
    return made


def _show_tasks(job: Job) -> int:
    """A line for each task of an array that has ended; 0 where each has a plan that can be worked with."""
    from hpc.slurm.energy import note_energy
    from hpc.slurm.job import JobError
    from optimise.cli.show import verdict

    code = 0
    for task in job.tasks:
        try:
            found = task.result()
        except JobError as error:
            print(f"{task.folder.name}: {str(error).splitlines()[0]}")
            code = 1
            continue
        used = note_energy(task)
        print(f"{task.folder.name}: {verdict(found)}" + (f" {used / 3.6e6:.3g} kWh." if used is not None else ""))
        code = code if found.feasible else 1
    return code


def _show_last(job: Job) -> None:
    from hpc.slurm import queue
    from optimise.cli.show import verdict
    from optimise.runs.resultfile import read_result

    if job.tasks:
        print(f"{sum(task.has_result() for task in job.tasks)} of {len(job.tasks)} have a result so far")
    elif not job.study and job.has_result():
        found = read_result(job.folder)
        running = job.states().state not in queue.FINAL
        stopped = "" if running else f" Stopped: {found.stop}"
        print(f"{'result so far' if running else 'result'} in result.json: {verdict(found)}{stopped}")
    if lines := job.stdout().splitlines():
        print(f"log: {lines[-1]}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
