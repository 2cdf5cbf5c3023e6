"""What is asked of the cluster, checked before anything is queued."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hpc.slurm.script import ARRAYS, Value, allowed, fill, template
from hpc.slurm.site import Site
from optimise.core.errors import InputError, UnsupportedError, WardwiseError
from optimise.tools.estimate import Estimate, estimate, idle_ranks

__all__ = ["METHOD", "Prepared", "Request", "duration", "prepare"]

#: The method of each template when none is named.
METHOD = {
    "solve": "auto",
    "decompose": "column-generation",
    "scenarios": "benders",
    "simulate-gpu": "qaoa",
}
_MIB, _GIB = 2**20, 2**30
_STARTING = 180.0  # seconds for starting ranks and compiling kernels, beyond the solve's own limit
_BIND = re.compile(
    r"(?:(?:quiet|verbose),)?(?:none|rank|rank_ldom|threads|cores|sockets|ldoms|(?:map|mask)_(?:cpu|ldom):[0-9a-fA-Fx,*-]+)"
)
_DISTRIBUTION = re.compile(
    r"(?:\*|block|cyclic|arbitrary|plane=[1-9]\d*)(?::(?:\*|block|cyclic|fcyclic)){0,2}(?:,(?:No)?Pack)?"
)
_DEPENDENCY = re.compile(
    r"singleton|(?:after|afterany|afternotok|afterok|aftercorr|afterburstbuffer)(?::\d+(?:_\d+)?(?:\+\d+)?)+"
    r"(?:[,?](?:after|afterany|afternotok|afterok|aftercorr)(?::\d+(?:_\d+)?(?:\+\d+)?)+)*"
)
_SUCH = {
    "--cpu-bind": "cores, sockets or none",
    "--distribution": "block, cyclic or block:cyclic",
    "--dependency": "afterok:17, afterany:17:18 or singleton",
}
_OURS = ("--output", "-o", "--checkpoint", "--resume", "--threads")  # options that the script sets itself


@dataclass(frozen=True, slots=True)
class Request:
    """A job.

    Attributes
    ----------
    kind : str
        Name of the template: ``solve``, ``decompose``, ``scenarios``, ``simulate-gpu`` or ``study``.
    target : path
        Instance, or study file.
    folder : path
        Receives script, log, checkpoint and result.
    options : tuple of str
        Further options of ``wardwise solve`` or ``wardwise compare``.
    ranks : int
        All ranks together.
    time : str or None
        Wall-clock limit of one job (``90`` minutes, ``1:30:00``, ``2-00:00:00``); from the solve's limit when None.
    memory : float or None
        GiB per rank; estimated from the instance when None.
    parts : int
        Tasks of a study's array.
    warning : int
        Seconds before the limit at which ranks are told to stop.
    restarts : int
        How often the job may go back into the queue.
    ranks_per_node : int or None
        At most, on every node; the same share of all on each node when None (Slurm alone would fill some first).
    cpu_bind, distribution : str or None
        Which cores a rank is bound to (``cores``, ``ldoms``, ...), and how ranks follow one another over nodes
        (``block``, ``cyclic:block``, ...), in the words of ``srun``.
    dependency : str or None
        When the job may begin, in the words of ``sbatch``: ``afterok:17``, ``singleton``.
    header : mapping
        Further header lines.
    """

    kind: str
    target: Path
    folder: Path
    site: Site
    options: tuple[str, ...] = ()
    nodes: int = 1
    ranks: int = 1
    threads: int = 1
    time: str | None = None
    memory: float | None = None
    account: str | None = None
    partition: str | None = None
    qos: str | None = None
    name: str = "wardwise"
    parts: int = 8
    warning: int = 120
    restarts: int = 20
    ranks_per_node: int | None = None
    cpu_bind: str | None = None
    distribution: str | None = None
    dependency: str | None = None
    header: Mapping[str, Value] = field(default_factory=dict)

    @property
    def per_node(self) -> int:
        """Ranks that the fullest node gets."""
        return self.ranks_per_node or math.ceil(self.ranks / self.nodes)

    @property
    def study(self) -> bool:
        """Whether it is an array of runs."""
        return self.kind in ARRAYS


@dataclass(frozen=True, slots=True)
class Prepared:
    """A script that can be queued, and what it was made from."""

    request: Request
    script: str
    seconds: float
    memory: float
    notes: tuple[str, ...]


def prepare(request: Request) -> Prepared:
    """Check a request and fill in its script. Reads the instance; writes and queues nothing.

    Raises
    ------
    WardwiseError
        If the instance, an option, or what is asked of the site cannot be.
    """
    _positive(request)
    site = request.site
    notes = []
    if site.verified == "":
        notes.append(f"the profile of {site.name} has not been run there by us: check the header")
    if request.study:
        asked = _study(request)
        guess = Estimate(_GIB, 4 * 3600.0, 0)
        limit: float | None = None
    else:
        asked, guess, limit, said = _solve(request)
        notes += said
    warning = request.warning
    if request.time is not None:
        seconds = duration(request.time)
    else:
        seconds = (limit if limit is not None else guess.seconds) + _STARTING + warning
        longest = site.longest_hours * 3600 or math.inf
        if seconds > longest:
            notes.append(f"longer than one job may be at {site.name}: the job goes back into the queue until done")
            seconds = longest
    memory = request.memory * _GIB if request.memory is not None else guess.memory * 1.25
    memory = 256 * _MIB * math.ceil(memory / (256 * _MIB))
    _fits(request, seconds, memory, limit, guess, notes)
    return Prepared(request, _script(request, asked, seconds, memory), seconds, memory, tuple(notes))


def _positive(request: Request) -> None:
    for name, value in (
        ("nodes", request.nodes),
        ("ranks", request.ranks),
        ("threads", request.threads),
        ("parts", request.parts),
        ("warning", request.warning),
        ("ranks-per-node", 1 if request.ranks_per_node is None else request.ranks_per_node),
    ):
        if value < 1:
            raise InputError(f"must be 1 or more, not {value}", item=f"--{name}")
    if request.restarts < 0:
        raise InputError(f"must be 0 or more, not {request.restarts}", item="--restarts")
    if request.memory is not None and not request.memory > 0:
        raise InputError(f"must be above 0 GiB, not {request.memory:g}", item="--memory")
    if request.ranks < request.nodes:
        raise InputError(f"{request.ranks} ranks cannot use {request.nodes} nodes", item="--ranks")
    _shaped(request)
    if request.kind in ("study", "simulate-gpu") and request.ranks > 1:
        raise InputError("runs in one process; use one rank", item="--ranks")


def _shaped(request: Request) -> None:
    """Refuse ranks that do not lie on the nodes as asked, and words that srun and sbatch would not understand."""
    most = request.ranks_per_node
    if most is not None and request.ranks > most * request.nodes:
        raise InputError(
            f"{request.ranks} ranks do not fit on {request.nodes} nodes of {most} each; use --nodes "
            f"{math.ceil(request.ranks / most)}",
            item="--ranks-per-node",
        )
    for name, value, words in (
        ("--cpu-bind", request.cpu_bind, _BIND),
        ("--distribution", request.distribution, _DISTRIBUTION),
        ("--dependency", request.dependency, _DEPENDENCY),
    ):
        if value is None:
            continue
        if request.site.scheduler != "slurm":
            raise InputError(f"{request.site.name} is no Slurm site", item=name)
        if name == "--cpu-bind" and request.study:
            raise InputError("is for ranks; a study runs in one process", item=name)
        if not words.fullmatch(value):
            raise InputError(f"{value!r} is nothing that Slurm knows, such as {_SUCH[name]}", item=name)


def _solve(request: Request) -> tuple[dict[str, Any], Estimate, float | None, list[str]]:
    """Check a solve as ``wardwise solve`` itself would, up to reading the instance."""
    from optimise.cli.arguments import load, load_plan, pairs
    from optimise.cli.solve import solve
    from optimise.core.method import Limits, get_method
    from optimise.driver import _validate

    _refuse_ours(request.options)
    given = _parsed(solve, "solve", [str(request.target), *request.options])
    named = any(o in ("-m", "--method") or o.startswith("--method=") for o in request.options)
    method = given["method"] if named else METHOD[request.kind]
    chosen = get_method(method)
    problem, _ = load(
        request.target,
        format=given["format"],
        history=given["history"],
        weeks=given["weeks"],
        mixing=given["mixing"],
    )
    if not chosen.supports(problem):
        raise UnsupportedError(f"method {method!r} does not work on {problem.kind} problems such as {problem.name}")
    if given["start"] is not None:
        load_plan(given["start"], problem)
    own = pairs(given["option"] or [])
    guess = estimate(problem, method)
    limited = any(o in ("-t", "--time-limit") or o.startswith("--time-limit=") for o in request.options)
    limit = float(given["time_limit"]) if limited else None
    _validate(Limits(limit or 60.0, given["gap"], given["iterations"], request.threads), given["seed"])
    arguments = [str(request.target.resolve()), *_without_method(request.options)]
    idle = idle_ranks(problem, method, request.ranks, own)
    notes = [idle] if idle else []
    if limit is None:
        arguments += ["--time-limit", f"{guess.seconds:.0f}"]
        notes.append(f"no --time-limit: {guess.seconds:.0f} s, from {guess.decisions} decisions of {problem.name}")
    return {"arguments": arguments, "method": method}, guess, limit if limit is not None else guess.seconds, notes


def _study(request: Request) -> dict[str, Any]:
    from optimise.cli.compare import compare
    from optimise.compare import read_study

    _refuse_ours(request.options)
    _parsed(compare, "compare", [str(request.target), *request.options])
    read_study(request.target)
    return {"arguments": [str(request.target.resolve()), *request.options]}


def _refuse_ours(options: tuple[str, ...]) -> None:
    for option in options:
        if option.partition("=")[0] in _OURS:
            raise InputError("is set by the batch script; leave it out", item=option)


def _parsed(function: Any, name: str, arguments: list[str]) -> dict[str, Any]:
    """What the command line of a command would make of these arguments, without running it."""
    import typer
    from typer.main import get_command

    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name)(function)
    try:
        context = get_command(app).make_context(f"wardwise {name}", list(arguments))
    except (typer.Exit, SystemExit):
        raise InputError("is no option of a job", item=shlex.join(arguments)) from None
    except Exception as error:  # click's usage errors, whose class typer keeps to itself
        text = error.format_message() if hasattr(error, "format_message") else str(error)
        raise WardwiseError(f"wardwise {name}: {text}") from None
    return dict(context.params)


def _without_method(options: tuple[str, ...]) -> list[str]:
    kept, skip = [], False
    for option in options:
        if skip:
            skip = False
        elif option in ("-m", "--method"):
            skip = True
        elif not option.startswith("--method="):
            kept.append(option)
    return kept


def _fits(
    request: Request, seconds: float, memory: float, limit: float | None, guess: Estimate, notes: list[str]
) -> None:
    site = request.site
    per_node = request.per_node
    if site.cores_per_node and per_node * request.threads > site.cores_per_node:
        raise InputError(
            f"{per_node} ranks x {request.threads} threads on a node, {site.name} has {site.cores_per_node} cores; "
            f"use --nodes {math.ceil(request.ranks * request.threads / site.cores_per_node)}",
            item="--ranks",
        )
    if site.memory_per_node and per_node * memory > site.memory_per_node * _GIB:
        raise InputError(
            f"{per_node} ranks x {memory / _GIB:.1f} GiB on a node, {site.name} has {site.memory_per_node:g} GiB; "
            f"use --nodes {math.ceil(request.ranks * memory / _GIB / site.memory_per_node)}",
            item="--memory",
        )
    if request.memory is not None and memory < guess.memory:
        notes.append(f"{memory / _GIB:.2g} GiB per rank asked for, about {guess.memory / _GIB:.2g} may be needed")
    if request.time is None:
        return
    if site.longest_hours and seconds > site.longest_hours * 3600:
        raise InputError(f"longer than the {site.longest_hours:g} h that {site.name} allows", item="--time")
    if seconds <= request.warning:
        raise InputError(
            f"{seconds:.0f} s are over before the warning {request.warning} s ahead of the limit; "
            "ask for more time or use a smaller --warning",
            item="--time",
        )
    if limit is not None and limit + _STARTING > (seconds - request.warning) * (request.restarts + 1) + _STARTING:
        raise InputError(
            f"--time-limit {limit:.0f} s does not fit into {request.restarts + 1} jobs of {request.time}", item="--time"
        )


def _script(request: Request, asked: dict[str, Any], seconds: float, memory: float) -> str:
    site, folder = request.site, request.folder.absolute()
    settings: dict[str, Any] = {**asked, "folder": str(folder)}
    if site.scheduler == "lsf":
        if request.kind not in ("solve", "decompose"):
            raise InputError(f"{site.name} uses LSF, for which there is only the template solve", item=request.kind)
        minutes = math.ceil(seconds / 60)
        lines: dict[str, Value] = {
            "J": request.name,
            "n": request.ranks,
            "R": f'"span[ptile={request.per_node}] rusage[mem={math.ceil(memory / _MIB)}MB]"',
            "W": f"{minutes // 60:02d}:{minutes % 60:02d}",
            "P": request.account,
            "o": f"{folder}/job-%J.log",
            **site.header,
        }
        settings["launch"] = _words(site)
        return fill(template("solve", "lsf"), lines, settings, site.prologue)
    whole = math.ceil(seconds / 60) * 60
    header: dict[str, Value] = {
        "job-name": request.name,
        "nodes": request.nodes,
        "ntasks": request.ranks,
        "ntasks-per-node": request.per_node,
        "cpus-per-task": request.threads,
        "mem-per-cpu": f"{math.ceil(memory / request.threads / _MIB)}M" if site.memory_lines else None,
        "time": f"{whole // 3600:02d}:{whole // 60 % 60:02d}:00",
        "signal": f"{'B:' if request.study else ''}USR1@{request.warning}",
        "output": f"{folder}/job-%A-%a.log" if request.study else f"{folder}/job-%j.log",
        **site.header,
    }
    if request.study:
        header["array"] = f"0-{request.parts - 1}"
    else:
        settings["launch"] = [*_words(site), *([f"--cpu-bind={request.cpu_bind}"] if request.cpu_bind else [])]
    given = ("account", "partition", "qos", "distribution", "dependency")
    header |= {key: value for key in given if (value := getattr(request, key)) is not None}
    header |= allowed(request.header)
    settings["restarts"] = request.restarts
    return fill(template(request.kind), header, settings, site.prologue)


def _words(site: Site) -> list[str]:
    """The words of the launcher."""
    try:
        return shlex.split(site.launch)
    except ValueError as error:
        raise InputError(f"cannot be split into words ({error})", item=f"launch of site {site.name}") from None


def duration(text: str) -> float:
    """Seconds of a Slurm time: ``minutes``, ``minutes:seconds``, ``hours:minutes:seconds``, ``days-hours[:...]``."""
    found = re.fullmatch(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", text.strip())
    if found is None:
        raise InputError(f"{text!r} is no time; write minutes, h:mm:ss or d-hh:mm:ss", item="--time")
    days, *parts = found.groups()
    first, second, third = (int(part) if part else 0 for part in parts)
    if days is not None:
        return float(int(days) * 86400 + first * 3600 + second * 60 + third)
    if parts[2] is not None:
        return float(first * 3600 + second * 60 + third)
    return float(first * 60 + second)
