"""What is asked of the cluster, checked before anything is queued."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from hpc.slurm.command import Checked, check_solve, check_study, listed
from hpc.slurm.script import ARRAYS, Value, allowed, fill, template
from hpc.slurm.site import Site
from optimise.core.errors import InputError
from optimise.tools.estimate import Estimate

__all__ = ["Prepared", "Request", "duration", "prepare"]

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


@dataclass(frozen=True, slots=True)
class Request:
    """A job.

    Attributes
    ----------
    kind : str
        Name of the template: ``solve``, ``decompose``, ``scenarios``, ``simulate-gpu`` or ``study``.
    target : path
        Instance, study file, or with ``array`` a list of instances, one a line.
    folder : path
        Receives script, log, checkpoint and result; with ``array`` a folder for each instance.
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
    array : bool
        Whether to solve each instance of a list, a task of one array each, with nodes and ranks of its own.
    at_once : int or None
        Most tasks of an array that run at the same time.
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
    array: bool = False
    at_once: int | None = None
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
        """Whether it is a study, an array of runs."""
        return self.kind in ARRAYS


@dataclass(frozen=True, slots=True)
class Prepared:
    """A script that can be queued, and what it was made from.

    Attributes
    ----------
    seconds, memory : float
        Of one job, and bytes of one rank.
    notes : tuple of str
        What should be said.
    tasks : tuple of str
        Folders of an array's instances.
    owners : tuple of (str, int)
        Digest of the instance and seed, of each task or of the one solve; none of a study.
    """

    request: Request
    script: str
    seconds: float
    memory: float
    notes: tuple[str, ...]
    tasks: tuple[str, ...] = ()
    owners: tuple[tuple[str, int], ...] = ()


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
    instances = listed(request.target) if request.array else {}
    made: list[Checked] = []
    if request.study:
        asked: dict[str, Any] = {"arguments": check_study(request.target, request.options)}
        guess = Estimate(_GIB, 4 * 3600.0, 0)
        limit: float | None = None
    else:
        for file in instances.values() or (request.target,):
            made.append(check_solve(request.kind, file, request.options, ranks=request.ranks, threads=request.threads))
        asked, guess, limit = _settings(request, instances, made)
        notes += dict.fromkeys(note for one in made for note in one.notes)
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
    script = _script(request, asked, seconds, memory)
    owners = tuple((one.digest, one.seed) for one in made)
    return Prepared(request, script, seconds, memory, tuple(notes), tuple(instances), owners)


def _settings(
    request: Request, instances: Mapping[str, Path], made: list[Checked]
) -> tuple[dict[str, Any], Estimate, float]:
    """Settings of the script, the most memory and seconds of all solves, and the limit of each."""
    first = made[0]
    guess = Estimate(*(max(getattr(one.estimate, f.name) for one in made) for f in fields(Estimate)))
    limit = guess.seconds if first.limit is None else first.limit
    options = first.options if first.limit is not None else [*first.options, "--time-limit", f"{limit:.0f}"]
    asked: dict[str, Any] = {"arguments": [str(request.target.resolve()), *options], "method": first.method}
    if instances:
        files = [str(file) for file in instances.values()]
        asked |= {"arguments": options, "instances": files, "folders": list(instances)}
    return asked, guess, limit


def _positive(request: Request) -> None:
    for name, value in (
        ("nodes", request.nodes),
        ("ranks", request.ranks),
        ("threads", request.threads),
        ("parts", request.parts),
        ("warning", request.warning),
        ("ranks-per-node", 1 if request.ranks_per_node is None else request.ranks_per_node),
        ("at-once", 1 if request.at_once is None else request.at_once),
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
    if request.array and (request.study or request.site.scheduler != "slurm"):
        reason = "a study is an array already" if request.study else f"{request.site.name} is no Slurm site"
        raise InputError(f"{reason}; leave it out", item="--array")
    if request.at_once is not None and not (request.array or request.study):
        raise InputError("is for arrays; add --array and a list of instances", item="--at-once")
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
    start = seconds - request.warning
    if limit is not None and limit > start:
        little = "; starting up takes most of it, so ask for a longer --time" if start < _STARTING else ""
        notes.append(
            f"each start has {start:.0f} s before the warning, so that {limit:.0f} s take at least "
            f"{math.ceil(limit / start)} starts{little}"
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
        "output": f"{folder}/job-%A-%a.log" if request.study or request.array else f"{folder}/job-%j.log",
        **site.header,
    }
    if request.study or request.array:
        last = (request.parts if request.study else len(asked["instances"])) - 1
        header["array"] = f"0-{last}" + (f"%{request.at_once}" if request.at_once else "")
    if not request.study:
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
