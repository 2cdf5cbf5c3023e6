"""The card of a job, ``job.json`` in its folder: which job it is, so that it can be followed and cancelled later."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from optimise.core.errors import InputError
from optimise.formats.json_document import load_json, parse, write_json

__all__ = ["CARD", "JobCard", "checked_id", "read_card", "write_card"]

#: Name of the file.
CARD = "job.json"
#: A job, an array, one or some of its tasks, or a part of a heterogeneous job. Nothing else reaches Slurm's commands.
JOB_ID = r"^[0-9]{1,12}(_[0-9]{1,12}|_\[[0-9,:%-]{1,200}\])?(\+[0-9]{1,6})?$"

#: Folder of an array's task, in the folder of the array.
Task = Annotated[str, Field(pattern=r"^[0-9]{1,12}-[^/\x00]{0,255}$")]


class JobCard(BaseModel):
    """A job that was submitted.

    Attributes
    ----------
    job_id : str
        As Slurm gave it.
    kind : str
        Template.
    target : str
        Instance, or study file.
    site : str
    submitted : str
        Time, in UTC.
    tasks : list of str
        Folders of an array's instances, in the order of its tasks.
    request : dict
        What was asked for, for people who look.
    """

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)

    job_id: Annotated[str, Field(pattern=JOB_ID)]
    kind: Literal["solve", "decompose", "scenarios", "simulate-gpu", "study"]
    target: Annotated[str, Field(max_length=4096)] = ""
    site: Annotated[str, Field(max_length=4096)] = ""
    submitted: Annotated[str, Field(max_length=64)] = ""
    tasks: Annotated[list[Task], Field(max_length=10**6)] = Field(default_factory=list)
    request: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


def checked_id(text: str) -> str:
    """A job id, or an :class:`InputError`: what is none could be an option of the command that it is given to."""
    if not re.fullmatch(JOB_ID, text):
        raise InputError(f"{text[:40]!r} is no job id such as 17, 17_3 or 17+1", item="job_id")
    return text


def read_card(folder: str | Path) -> JobCard:
    """The card in a folder.

    Raises
    ------
    InputError
        If there is none, or it is malformed, naming the field.
    """
    file = Path(folder) / CARD
    try:
        there = file.is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise InputError("no job was submitted into this folder", file=file)
    return parse(JobCard, load_json(file), file)


def write_card(folder: Path, **facts: Any) -> Path:
    """Write the card of a job that was queued."""
    return write_json(folder / CARD, JobCard(**facts).model_dump())
