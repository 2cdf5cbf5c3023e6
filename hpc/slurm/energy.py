"""What a job used, as the scheduler's accounts say, put beside the legs of its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpc.slurm import queue
from optimise.formats.json_document import load_json, write_json

if TYPE_CHECKING:
    from hpc.slurm.job import Job

__all__ = ["note_energy"]


def note_energy(job: Job) -> float | None:
    """Write the energy of each start of an ended job into ``result.json``; the sum.

    Parameters
    ----------
    job : Job
        One solve; of an array, one of its tasks.

    Returns
    -------
    float or None
        Joules over all starts; None where the accounts say nothing, and then nothing is written.
    """
    starts = queue.energy(job.job_id)
    if not any(starts):
        return None
    file = job.folder / "result.json"
    made = load_json(file)
    for leg in made["legs"]:
        if leg["job"] == job.job_id and leg["restart"] < len(starts):
            leg["energy"] = starts[leg["restart"]]
    write_json(file, made)
    return sum(starts)
