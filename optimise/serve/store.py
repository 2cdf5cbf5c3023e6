"""The database of the service. Every question about jobs names the tenant; every change of state says from which."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, create_engine, delete, event, func, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from optimise.core.errors import InputError, WardwiseError
from optimise.serve.tables import State, audit, jobs, keys, metadata, sessions, tokens

__all__ = ["PREFIX", "Store", "digest_of"]

#: How tokens begin, so that scanners of secrets can tell them.
PREFIX = "wardwise_"
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def digest_of(token: str) -> str:
    """What is kept of a token: tokens are 256 random bits, so a plain hash cannot be guessed from."""
    return hashlib.sha256(token.encode()).hexdigest()


class Store:
    """Tokens, jobs and the audit log of one service.

    Parameters
    ----------
    address : str
        SQLAlchemy address of the database; tables are made where they are missing.
    """

    def __init__(self, address: str) -> None:
        lite = address.startswith("sqlite")
        waiting: dict[str, Any] = {"timeout": 30} if lite else {}
        self.engine: Engine = create_engine(address, connect_args=waiting, pool_pre_ping=not lite)
        if lite:
            event.listen(self.engine, "connect", _careful)
        metadata.create_all(self.engine)

    def close(self) -> None:
        """Give connections back."""
        self.engine.dispose()

    def ping(self) -> None:
        """Ask the database something."""
        with self.engine.connect() as open_:
            open_.execute(select(1))

    # ---- tokens --------------------------------------------------------------------------------------------------
    def new_token(self, tenant: str, label: str = "") -> str:
        """Make a token for a tenant and return it; it cannot be read again.

        Parameters
        ----------
        tenant : str
            Lower-case letters, digits and hyphens.
        label : str
            What it is for.

        Returns
        -------
        str
            The token.

        Raises
        ------
        InputError
            If the tenant's name is no such name.
        """
        if not _TENANT.fullmatch(tenant):
            raise InputError(f"{tenant[:64]!r}: lower-case letters, digits and hyphens, 63 at most", item="tenant")
        token = PREFIX + secrets.token_urlsafe(32)
        row = {"digest": digest_of(token), "tenant": tenant, "label": label[:64], "created": time.time()}
        with self.engine.begin() as open_:
            open_.execute(insert(tokens).values(**row, revoked=False))
        return token

    def tenant_of(self, token: str) -> str | None:
        """Whose token it is; None where it is nobody's."""
        with self.engine.connect() as open_:
            asked = select(tokens.c.tenant).where(tokens.c.digest == digest_of(token), tokens.c.revoked.is_(False))
            return open_.execute(asked).scalar_one_or_none()

    def tenants(self) -> list[str]:
        """Those who have a token that counts."""
        with self.engine.connect() as open_:
            asked = select(tokens.c.tenant).where(tokens.c.revoked.is_(False)).distinct().order_by(tokens.c.tenant)
            return list(open_.execute(asked).scalars())

    def revoke(self, tenant: str) -> int:
        """Make all tokens of a tenant worthless; how many there were."""
        with self.engine.begin() as open_:
            changed = update(tokens).where(tokens.c.tenant == tenant, tokens.c.revoked.is_(False))
            return open_.execute(changed.values(revoked=True)).rowcount

    # ---- sessions of the board ---------------------------------------------------------------------------------------
    def open_session(self, token: str, seconds: float) -> str | None:
        """A session in exchange for a token; None where the token is nobody's.

        Parameters
        ----------
        token : str
        seconds : float
            How long the session lasts.

        Returns
        -------
        str or None
            The secret of the session; it cannot be read again.
        """
        if self.tenant_of(token) is None:
            return None
        secret, now = secrets.token_urlsafe(32), time.time()
        row = {"digest": digest_of(secret), "token": digest_of(token), "expires": now + seconds}
        with self.engine.begin() as open_:
            open_.execute(delete(sessions).where(sessions.c.expires < now))
            open_.execute(insert(sessions).values(**row))
        return secret

    def session(self, secret: str) -> tuple[str, str] | None:
        """Tenant of a session and digest of the token that opened it; None where it has ended or the token is revoked.

        Parameters
        ----------
        secret : str

        Returns
        -------
        tuple of str, or None
        """
        lasts = (sessions.c.digest == digest_of(secret)) & (sessions.c.expires >= time.time())
        asked = select(tokens.c.tenant, tokens.c.digest).join(sessions, sessions.c.token == tokens.c.digest)
        with self.engine.connect() as open_:
            row = open_.execute(asked.where(lasts, tokens.c.revoked.is_(False))).first()
        return None if row is None else (str(row[0]), str(row[1]))

    def close_session(self, secret: str) -> None:
        """End a session.

        Parameters
        ----------
        secret : str
        """
        with self.engine.begin() as open_:
            open_.execute(delete(sessions).where(sessions.c.digest == digest_of(secret)))

    # ---- jobs of a tenant ------------------------------------------------------------------------------------------
    def submitted(self, tenant: str, key: str, sent: str) -> str | None:
        """The job that a tenant has submitted with a key; None where it has not used the key.

        Parameters
        ----------
        tenant : str
        key : str
            Any text that the sender made up for one submission.
        sent : str
            SHA-256 of what is sent now.

        Returns
        -------
        str or None

        Raises
        ------
        InputError
            If something else was sent with the key.
        """
        asked = select(keys.c.job, keys.c.sent).where(keys.c.tenant == tenant, keys.c.key == digest_of(key))
        with self.engine.connect() as open_:
            row = open_.execute(asked).first()
        if row is not None and row[1] != sent:
            raise InputError("was used for a submission of something else", item="idempotency-key")
        return None if row is None else str(row[0])

    def submit(
        self, tenant: str, job: str, asks: Mapping[str, object], most: int, key: tuple[str, str] | None = None
    ) -> str:
        """A new job that waits to be run; its document is in its folder already.

        Parameters
        ----------
        tenant : str
        job : str
            Its id, 32 hexadecimal digits.
        asks : mapping
            What is asked of it: limits, method, seed.
        most : int
            Jobs of the tenant that may wait or run.
        key : tuple of str, optional
            A key of the sender, and the SHA-256 of what was sent: what is sent again with it is the same job.

        Returns
        -------
        str
            ``job``, or the earlier job of that key.

        Raises
        ------
        InputError
            If something else was sent with the key.
        WardwiseError
            If the tenant has as many jobs that wait or run as it may have.
        """
        try:
            self._submit(tenant, job, asks, most, key)
        except IntegrityError:  # somebody was quicker with the same key
            earlier = None if key is None else self.submitted(tenant, *key)
            if earlier is None:
                raise
            return earlier
        return job

    def _submit(
        self, tenant: str, job: str, asks: Mapping[str, object], most: int, key: tuple[str, str] | None
    ) -> None:
        with self.engine.begin() as open_:
            if key is not None:
                open_.execute(insert(keys).values(tenant=tenant, key=digest_of(key[0]), sent=key[1], job=job))
            going = select(func.count()).where(jobs.c.tenant == tenant, jobs.c.state.in_(["queued", "running"]))
            if (open_.execute(going).scalar_one()) >= most:
                raise WardwiseError(f"{most} jobs wait or run already; more are taken once some have ended")
            now = round(time.time(), 6)  # as answers write it, so that what they say can be asked for
            row = {"id": job, "tenant": tenant, "state": State.QUEUED, "asks": dict(asks), "submitted": now}
            open_.execute(insert(jobs).values(**row, asked="", attempts=0, host="", message=""))

    def job(self, tenant: str, job: str) -> RowMapping | None:
        """One job of a tenant; None where it has no such job."""
        with self.engine.connect() as open_:
            return open_.execute(select(jobs).where(jobs.c.id == job, jobs.c.tenant == tenant)).mappings().first()

    def jobs(self, tenant: str, most: int = 100, before: float | None = None) -> Sequence[RowMapping]:
        """Jobs of a tenant, the newest first."""
        asked = select(jobs).where(jobs.c.tenant == tenant)
        if before is not None:
            asked = asked.where(jobs.c.submitted < before)
        with self.engine.connect() as open_:
            return open_.execute(asked.order_by(jobs.c.submitted.desc(), jobs.c.id).limit(most)).mappings().all()

    def ask(self, tenant: str, job: str, what: str) -> bool:
        """Ask a job to ``finish`` or ``cancel``; whether it waits or runs. One that waits is cancelled at once."""
        mine = (jobs.c.id == job) & (jobs.c.tenant == tenant)
        with self.engine.begin() as open_:
            waits = update(jobs).where(mine, jobs.c.state == State.QUEUED, jobs.c.attempts == 0)
            if open_.execute(waits.values(state=State.CANCELLED, ended=time.time())).rowcount:
                return True
            goes = update(jobs).where(mine, jobs.c.state.in_([State.RUNNING, State.QUEUED]), jobs.c.asked != "cancel")
            return bool(open_.execute(goes.values(asked=what)).rowcount)

    def forget(self, tenant: str, job: str) -> bool:
        """Delete a job that has ended; whether there was one."""
        ended = [state for state in State if state.ended]
        with self.engine.begin() as open_:
            gone = delete(jobs).where(jobs.c.id == job, jobs.c.tenant == tenant, jobs.c.state.in_(ended))
            if not open_.execute(gone).rowcount:
                return False
            open_.execute(delete(keys).where(keys.c.job == job))
            return True

    # ---- jobs of everybody, for who runs them ------------------------------------------------------------------
    def waiting(self, most: int) -> Sequence[RowMapping]:
        """The next jobs: of the tenant with the fewest running first, then by age."""
        if most <= 0:
            return []
        with self.engine.connect() as open_:
            rows = list(open_.execute(select(jobs).where(jobs.c.state == State.QUEUED)).mappings())
            busy = select(jobs.c.tenant, func.count()).where(jobs.c.state == State.RUNNING).group_by(jobs.c.tenant)
            load = {str(row[0]): int(row[1]) for row in open_.execute(busy)}
        chosen: list[RowMapping] = []
        rows.sort(key=lambda row: (row["submitted"], row["id"]))
        while rows and len(chosen) < most:
            row = min(rows, key=lambda row: load.get(row["tenant"], 0))
            rows.remove(row)
            load[row["tenant"]] = load.get(row["tenant"], 0) + 1
            chosen.append(row)
        return chosen

    def running(self, host: str) -> Sequence[RowMapping]:
        """Jobs that run on this machine, as far as the database knows."""
        with self.engine.connect() as open_:
            asked = select(jobs).where(jobs.c.state == State.RUNNING, jobs.c.host == host)
            return open_.execute(asked).mappings().all()

    def claim(self, job: str, host: str) -> bool:
        """Take a job that waits; only one who asks gets it."""
        values = {"state": State.RUNNING, "host": host, "started": time.time(), "pid": None}
        with self.engine.begin() as open_:
            mine = update(jobs).where(jobs.c.id == job, jobs.c.state == State.QUEUED)
            return bool(open_.execute(mine.values(**values, attempts=jobs.c.attempts + 1)).rowcount)

    def begun(self, job: str, pid: int) -> None:
        """Which process runs it."""
        with self.engine.begin() as open_:
            open_.execute(update(jobs).where(jobs.c.id == job).values(pid=pid))

    def end(self, job: str, state: State, message: str = "", summary: Mapping[str, Any] | None = None) -> bool:
        """A job that ran has ended; False where it had ended before: there is one end a job."""
        values = {"state": state, "ended": time.time(), "message": message[:4000], "pid": None}
        with self.engine.begin() as open_:
            ran = update(jobs).where(jobs.c.id == job, jobs.c.state == State.RUNNING)
            return bool(
                open_.execute(ran.values(**values, summary=None if summary is None else dict(summary))).rowcount
            )

    def again(self, job: str, *, counts: bool) -> bool:
        """A job that ran waits again; ``counts`` says whether that start counts against its tries."""
        with self.engine.begin() as open_:
            ran = update(jobs).where(jobs.c.id == job, jobs.c.state == State.RUNNING)
            attempts = jobs.c.attempts if counts else jobs.c.attempts - 1
            return bool(open_.execute(ran.values(state=State.QUEUED, pid=None, attempts=attempts)).rowcount)

    def counts(self) -> dict[str, int]:
        """How many jobs are in each state."""
        with self.engine.connect() as open_:
            found = open_.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
            return {str(state): 0 for state in State} | {str(row[0]): int(row[1]) for row in found}

    # ---- audit -----------------------------------------------------------------------------------------------------
    def note(self, tenant: str, action: str, job: str, status: int) -> None:
        """Who did what when, without a row of anybody's data."""
        row = {"at": time.time(), "tenant": tenant, "action": action[:64], "job": job[:32], "status": status}
        with self.engine.begin() as open_:
            open_.execute(insert(audit).values(**row))

    def noted(self, tenant: str, most: int = 100) -> Sequence[RowMapping]:
        """The newest lines of the audit log of a tenant."""
        with self.engine.connect() as open_:
            asked = select(audit).where(audit.c.tenant == tenant).order_by(audit.c.number.desc()).limit(most)
            return open_.execute(asked).mappings().all()


def _careful(connection: Any, _: object) -> None:
    """SQLite with a log ahead of its pages: readers do not wait for writers, and a kill loses nothing."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
