"""What is needed to repeat a run: versions, machine, options, digest of the instance."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from optimise.core.method import Limits
from optimise.core.problem import Problem
from optimise.core.result import Provenance
from optimise.core.version import __version__

__all__ = ["cpu_name", "machine", "package_versions", "provenance"]

#: Packages whose version can change an answer.
_PACKAGES = ("numpy", "scipy", "pyomo", "highspy", "numba", "mpi4py", "qiskit", "qiskit-aer")


def package_versions() -> dict[str, str]:
    """Versions of Wardwise, Python and the packages that can change an answer; absent ones are left out."""
    found = {"wardwise": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def cpu_name() -> str:
    """Model of the processor as the system names it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machine() -> str:
    """System, architecture, processor and the number of cores that this process may use (no host name)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{platform.system()} {platform.machine()}, {cpu_name()}, {cores} cores"


def provenance(
    problem: Problem, method: str, *, limits: Limits, seed: int, ranks: int, options: Mapping[str, object] | None
) -> Provenance:
    """Collect the provenance of a run that starts now. The limits are kept among the options.

    Parameters
    ----------
    problem : Problem
        What is solved.
    method : str
        Name of the method.
    limits : Limits
        When it stops.
    seed : int
        Seed of the run.
    ranks : int
        Number of MPI ranks.
    options : mapping or None
        The method's options as given.

    Returns
    -------
    Provenance
        With versions, machine and the time now (UTC).
    """
    kept: dict[str, Any] = {"time_limit": limits.seconds, "gap": limits.gap}
    if limits.iterations is not None:
        kept["iterations"] = limits.iterations
    if limits.target > float("-inf"):
        kept["target"] = limits.target
    kept.update(options or {})
    return Provenance(
        method=method,
        seed=seed,
        ranks=ranks,
        threads=limits.threads,
        options=kept,
        instance=problem.name,
        digest=problem.digest(),
        versions=package_versions(),
        machine=machine(),
        started=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )
