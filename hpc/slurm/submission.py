"""Putting a job into the queue: ``submit`` checks what is asked, writes the script and gives a ``Job``."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpc.slurm import queue
from hpc.slurm.card import CARD, read_card, write_card
from hpc.slurm.command import refuse_checkpoint
from hpc.slurm.job import Job
from hpc.slurm.request import Prepared, Request, prepare
from hpc.slurm.script import Value
from hpc.slurm.site import Site, find_site
from optimise.core.atomic import make_folder, write_text
from optimise.core.errors import InputError, WardwiseError

if TYPE_CHECKING:
    from optimise.core.problem import Problem

__all__ = ["submit", "submit_request"]

_RESULT = ("result.json", "trace.csv", "report.html", "report.xlsx")


def submit(
    target: str | Path | Problem,
    *,
    folder: str | Path,
    kind: str = "solve",
    method: str | None = None,
    time_limit: float | None = None,
    seed: int = 0,
    iterations: int | None = None,
    options: Mapping[str, object] | None = None,
    site: str | Path | Site = "generic",
    nodes: int = 1,
    ranks: int | None = None,
    threads: int = 1,
    time: str | None = None,
    memory: float | None = None,
    header: Mapping[str, Value] | None = None,
    arguments: Sequence[str] = (),
    **more: Any,
) -> Job:
    """Check and queue a solve.

    Parameters
    ----------
    target : path or Problem
        An instance file that the nodes can read; a problem is written into ``folder`` first.
    folder : path
        On a file system that the nodes share; receives everything.
    kind : str
        Template: ``solve``, ``decompose``, ``scenarios``, ``simulate-gpu`` or ``study``.
    method : str, optional
        That of the template when left out.
    time_limit : float, optional
        Seconds of the solve, over all restarts; estimated from the instance when left out.
    seed : int
    iterations : int, optional
        Work limit of the solve.
    options : mapping, optional
        The method's own options.
    site : str, path or Site
        Name or file of a site's profile, or the profile itself.
    nodes : int
    ranks : int, optional
        Of all nodes together; one a node when left out.
    threads : int
        Of each rank.
    time : str, optional
        Limit of one job.
    memory : float, optional
        GiB per rank.
    header : mapping, optional
        Further header lines.
    arguments : sequence of str
        Further arguments of ``wardwise solve``.
    **more
        Further fields of :class:`~hpc.slurm.request.Request`.

    Returns
    -------
    Job
        Queued; it knows its number and its folder.

    Raises
    ------
    WardwiseError
        If the instance, an option or what is asked of the cluster cannot be; nothing is queued then.
    """
    folder = Path(folder)
    path = Path(target) if isinstance(target, str | Path) else _written(target, folder)
    extra = list(arguments)
    if kind != "study":
        extra += ["--seed", str(seed)]
        for name, value in (("--method", method), ("--time-limit", time_limit), ("--iterations", iterations)):
            if value is not None:
                extra += [name, str(value)]
        extra += [word for k, v in (options or {}).items() for word in ("--option", f"{k}={json.dumps(v)}")]
    request = Request(
        kind,
        path,
        folder,
        site if isinstance(site, Site) else find_site(site),
        tuple(extra),
        nodes=nodes,
        ranks=nodes if ranks is None else ranks,
        threads=threads,
        time=time,
        memory=memory,
        header=dict(header or {}),
        **more,
    )
    return submit_request(prepare(request))


def submit_request(prepared: Prepared, say: Callable[[str], None] = lambda text: None) -> Job:
    """Write the script of a checked request into its folder and queue it; ``say`` is told of what was moved."""
    request = prepared.request
    if request.site.scheduler != "slurm":
        raise WardwiseError(f"{request.site.name} is no Slurm site: render the script and submit it by hand")
    folder = request.folder
    _claim(folder)
    places = [folder / name for name in prepared.tasks] or [folder]
    for place, (digest, seed) in zip(places, prepared.owners, strict=bool(prepared.owners)):
        refuse_checkpoint(place / "checkpoint", digest, seed)
    with tempfile.TemporaryDirectory() as trial:
        script = Path(trial) / "job.sbatch"
        script.write_text(prepared.script, encoding="utf-8")
        queue.test(script)
    earlier = read_card(folder).job_id if (folder / CARD).exists() else ""
    for place in dict.fromkeys((folder, *places)):
        if (moved := _set_aside(place, earlier)) is not None:
            say(f"the earlier result was moved to {moved}")
    script = write_text(folder / "job.sbatch", prepared.script)
    job = Job(queue.enqueue(script), folder, request.kind, prepared.tasks)
    write_card(
        folder,
        job_id=job.job_id,
        kind=request.kind,
        tasks=list(prepared.tasks),
        target=str(request.target.resolve()),
        site=request.site.name,
        submitted=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        request={k: v for k, v in asdict(request).items() if isinstance(v, str | int | float)},
    )
    return job


def _claim(folder: Path) -> None:
    """Refuse a folder that holds something else, or whose job still waits or runs."""
    from optimise.runs.resultfile import claim_folder

    claim_folder(folder)
    if (folder / CARD).exists():
        job = Job.find(folder)
        if job.states(now=True).state not in queue.FINAL:
            raise InputError(f"job {job.job_id} in this folder is {job.state}; cancel it or use another", file=folder)


def _set_aside(folder: Path, earlier: str) -> Path | None:
    """Move the result of an earlier job into a folder of its own, so that it cannot pass for the new job's."""
    files = [f for name in (*_RESULT, "plan*", "native-plan*") for f in sorted(folder.glob(name)) if f.is_file()]
    if not files:
        return None
    name = f"before-{earlier}" if earlier else "before"
    place, number = folder / name, 1
    while place.exists():
        number += 1
        place = folder / f"{name}-{number}"
    make_folder(place)
    for file in files:
        file.replace(place / file.name)
    return place


def _written(problem: Problem, folder: Path) -> Path:
    """Write a problem into the folder, in its own format or in ours."""
    from optimise.formats.base import get_format
    from optimise.roster.formats.native import write_ward
    from optimise.roster.formats.table import ward_of

    make_folder(folder)
    write = getattr(get_format(problem.family), "write", None)
    if write is not None:
        return Path(write(problem, folder / "instance.json")[0])
    return write_ward(ward_of(problem), folder / "instance.json")
