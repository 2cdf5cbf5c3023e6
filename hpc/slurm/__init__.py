"""Jobs on clusters: fill in the batch scripts, check and submit them, follow them, fetch what they found.

>>> job = hpc.slurm.submit("ward30.yaml", nodes=2, ranks=8, time_limit=3600)  # doctest: +SKIP
>>> job.result().cost  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpc.slurm.job import Job, JobError, NotEndedError
    from hpc.slurm.request import Request, prepare
    from hpc.slurm.site import Site, find_site
    from hpc.slurm.submission import submit

__all__ = ["Job", "JobError", "NotEndedError", "Request", "Site", "find_site", "prepare", "submit"]

_HOME = {
    "Job": "job",
    "JobError": "job",
    "NotEndedError": "job",
    "submit": "submission",
    "Request": "request",
    "prepare": "request",
    "Site": "site",
    "find_site": "site",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"hpc.slurm.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
