"""The parts of a running service: database, queue, questions."""

from __future__ import annotations

from pathlib import Path

from optimise.core.atomic import make_folder
from optimise.serve.dispatcher import Dispatcher
from optimise.serve.questions import Questions
from optimise.serve.settings import Settings
from optimise.serve.store import Store

__all__ = ["Service"]


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

    def start(self) -> None:
        """Begin to run jobs."""
        self.dispatcher.start()

    def stop(self) -> None:
        """Stop cleanly; jobs that run go on at the next start."""
        self.dispatcher.stop()
        self.store.close()
