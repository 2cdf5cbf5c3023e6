"""Tables of the service: tenants' tokens, jobs, and an audit log. No row holds a document, a plan or a name."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

__all__ = ["State", "audit", "jobs", "keys", "metadata", "sessions", "tokens"]


class State(StrEnum):
    """Where a job stands.

    ``LOST`` says that its worker died as often as it may, or that its folder is gone.
    """

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self not in (State.QUEUED, State.RUNNING)


metadata = MetaData()

#: Bearer tokens: what is kept is their SHA-256, never themselves.
tokens = Table(
    "tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False, index=True),
    Column("label", String(64), nullable=False, default=""),
    Column("created", Float, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
)

#: Sessions of the board, by the SHA-256 of their secret; one lasts no longer than the token that opened it counts.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("token", String(64), nullable=False, index=True),
    Column("expires", Float, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    #: What was asked of a running job: "", "finish" (keep the best plan) or "cancel" (keep nothing).
    Column("asked", String(8), nullable=False, default=""),
    Column("asks", JSON, nullable=False),
    Column("submitted", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
    Column("attempts", Integer, nullable=False, default=0),
    Column("host", String(255), nullable=False, default=""),
    Column("pid", Integer),
    Column("message", Text, nullable=False, default=""),
    #: Cost, bound, gap, stop and method of a result.
    Column("summary", JSON),
    Index("ix_jobs_tenant_submitted", "tenant", "submitted"),
    Index("ix_jobs_state", "state"),
)

#: Keys that submissions were sent with, by their SHA-256: a submission that is sent again finds its job.
keys = Table(
    "keys",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),
    #: SHA-256 of what was sent.
    Column("sent", String(64), nullable=False),
    Column("job", String(32), nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("tenant", String(64), nullable=False, index=True),
    Column("action", String(64), nullable=False),
    Column("job", String(32), nullable=False, default=""),
    Column("status", Integer, nullable=False),
)
