"""The parts of a running service: database, queue, questions."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy.engine import RowMapping

from optimise.core.atomic import make_folder
from optimise.serve.dispatcher import Dispatcher
from optimise.serve.folder import JobFolder
from optimise.serve.questions import Questions
from optimise.serve.settings import Settings
from optimise.serve.store import Store
from optimise.serve.tables import State

__all__ = ["Service"]

#: Seconds for which a finished job is known without another look into the database, and how many jobs are.
_FRESH, _MOST = 1.0, 10_000


class Service:
    """Store, dispatcher and questions of one service.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.root: Path = make_folder(make_folder(settings.data) / "jobs")
        self.store = Store(settings.address)
        self.dispatcher = Dispatcher(self.store, settings)
        self.questions = Questions()
        self._finished: dict[tuple[str, str], tuple[float, RowMapping]] = {}

    def fresh(self, tenant: str, job: str) -> RowMapping | None:
        """A finished job that was looked up within the last second: without the database.

        Parameters
        ----------
        tenant, job : str

        Returns
        -------
        RowMapping or None
            None where the database has to be asked (:meth:`job`).
        """
        until, row = self._finished.get((tenant, job), (0.0, None))
        return row if time.monotonic() < until else None

    def job(self, tenant: str, job: str) -> RowMapping | None:
        """A job about which questions are asked; one that has finished may be as it was a second ago.

        Parameters
        ----------
        tenant, job : str

        Returns
        -------
        RowMapping or None
            None where the tenant has no such job.
        """
        if (row := self.fresh(tenant, job)) is not None:
            return row
        row = self.store.job(tenant, job)
        if row is not None and row["state"] == State.FINISHED:
            if len(self._finished) >= _MOST:
                self._finished = {}
            self._finished[tenant, job] = time.monotonic() + _FRESH, row
        return row

    def forget(self, tenant: str, job: str) -> bool:
        """Delete a job that has ended, with all that is kept of it; whether there was one.

        Parameters
        ----------
        tenant, job : str

        Returns
        -------
        bool
        """
        if not self.store.forget(tenant, job):
            return False
        folder = JobFolder(self.root, job)
        self._finished.pop((tenant, job), None)
        self.questions.forget(folder)
        folder.remove()
        return True

    def start(self) -> None:
        """Begin to run jobs."""
        self.dispatcher.start()

    def stop(self) -> None:
        """Stop cleanly; jobs that run go on at the next start."""
        self.dispatcher.stop()
        self.store.close()
