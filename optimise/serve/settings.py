"""What a service may do: where it keeps things, how much it takes from whom."""

from __future__ import annotations

import shlex
from pathlib import Path

from limits import parse
from pydantic import BaseModel, ConfigDict, Field, field_validator

__all__ = ["Settings"]


class Settings(BaseModel):
    """Settings of one service; frozen and checked.

    Attributes
    ----------
    data : Path
        Folder of jobs (inputs, checkpoints, results) and of the embedded database.
    database : str
        SQLAlchemy address, for example ``postgresql+psycopg://user@host/wardwise``; empty is SQLite in ``data``.
    workers : int
        Jobs that run at once, each a process of its own.
    processes : int
        Processes that answer calls. One runs the jobs too; several leave them to their parent.
    threads : int
        Threads of each worker.
    most_seconds : float
        Longest time limit that a job may ask for.
    memory : float
        Address space of a worker in GiB; a worker that needs more fails with a message.
    body : float
        Largest body of a request in MiB.
    rate : str
        Requests of one token, in the words of the library ``limits``; each process counts those that it answers.
    queue : int
        Jobs of one tenant that may wait or run at once.
    tries : int
        Starts of a job whose worker dies, before it is said to be lost.
    srun : str, optional
        Jobs go to a Slurm cluster: further arguments of ``srun``, such as ``--partition=short``; may be empty. The
        cluster's nodes see ``data`` and this environment. None runs them on this machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path
    database: str = ""
    workers: int = Field(1, ge=1, le=256)
    processes: int = Field(1, ge=1, le=64)
    threads: int = Field(1, ge=1, le=1024)
    most_seconds: float = Field(3600.0, gt=0)
    memory: float = Field(8.0, ge=1.0)
    body: float = Field(20.0, gt=0)
    rate: str = "1200/minute"
    queue: int = Field(100, ge=1)
    tries: int = Field(3, ge=1)
    srun: str | None = None

    @field_validator("data")
    @classmethod
    def _absolute(cls, data: Path) -> Path:
        return data.absolute()  # workers run in folders of their own

    @field_validator("rate")
    @classmethod
    def _a_rate(cls, rate: str) -> str:
        parse(rate)
        return rate

    @field_validator("srun")
    @classmethod
    def _words(cls, srun: str | None) -> str | None:
        if srun is not None:
            shlex.split(srun)  # an open quote is told here
        return srun

    @property
    def address(self) -> str:
        """Of the database."""
        return self.database or f"sqlite:///{self.data / 'wardwise.db'}"

    @property
    def most_bytes(self) -> int:
        """Largest body of a request."""
        return int(self.body * 2**20)
