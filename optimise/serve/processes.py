"""The service as it runs: one process, or several that answer calls at one address while their parent runs the jobs.

Each of several has a socket of its own at the same port, and Linux deals connections to them. They share the database
and the folders of jobs; what a process keeps in memory are copies that are a second old at most.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

import uvicorn

from optimise.core.errors import WardwiseError
from optimise.serve.app import create_app
from optimise.serve.guards import FIGURES, JsonLines
from optimise.serve.service import Service
from optimise.serve.settings import Settings

__all__ = ["listening", "run_service"]

log = logging.getLogger(__name__)

#: Seconds for which an idle connection stays open: longer than proxies keep theirs, so that none is cut in a call.
_KEPT_OPEN = 90
#: Seconds for calls that are going on to end when the service stops; who watches a job then watches again.
_LAST_CALLS = 5
#: Seconds until a process that does not leave is ended.
_FAREWELL = 15.0
#: Connections that may wait to be taken, of each socket.
_WAITING = 1024
_SPAWN = multiprocessing.get_context("spawn")


def listening(host: str, port: int, count: int) -> list[socket.socket]:
    """Sockets that listen at one address.

    Parameters
    ----------
    host : str
    port : int
        0 takes any that is free.
    count : int
        How many.

    Returns
    -------
    list of socket
        Whoever connects is heard from now on.

    Raises
    ------
    WardwiseError
        If something else listens there, or the address is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made: list[socket.socket] = []
    try:
        first = socket.socket(family)
        made.append(first)
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first.bind((host, port))  # refused where anybody listens, another service of the same user too
        if count > 1:
            port = first.getsockname()[1]
            made.pop().close()
            for _ in range(count):
                one = socket.socket(family)
                made.append(one)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                one.bind((host, port))
        for one in made:
            one.listen(_WAITING)
    except OSError as error:
        for one in made:
            one.close()
        raise WardwiseError(f"--host {host} --port {port}: {error.strerror}") from None
    return made


def run_service(settings: Settings, sockets: list[socket.socket]) -> None:
    """Answer calls and run jobs until a signal says stop.

    Parameters
    ----------
    settings : Settings
    sockets : list of socket
        Of :func:`listening`; each gets a process, one alone is served by this one.
    """
    _logged()
    if len(sockets) == 1:
        _answer(settings, sockets[0], runs_jobs=True)
    else:
        _Family(settings, sockets).run()


def _logged() -> None:
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(JsonLines())
    logging.basicConfig(handlers=[lines], level=logging.INFO)


def _answer(settings: Settings, heard: socket.socket, *, runs_jobs: bool) -> None:
    made = uvicorn.Config(
        create_app(settings, runs_jobs=runs_jobs),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEPT_OPEN,
        timeout_graceful_shutdown=_LAST_CALLS,
    )
    uvicorn.Server(made).run(sockets=[heard])


def _child(settings: Settings, heard: socket.socket) -> None:
    """One process of several; it leaves when its parent has gone, however that was."""
    threading.Thread(target=_with_parent, name="parent", daemon=True).start()
    _logged()
    _answer(settings, heard, runs_jobs=False)


def _with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # nothing is to be saved here, and the port has to be free for the next start


class _Family:
    """The parent of several processes: runs jobs, and starts a process again that has died."""

    def __init__(self, settings: Settings, sockets: list[socket.socket]) -> None:
        self.settings, self.sockets = settings, sockets
        self._ending = threading.Event()
        self._children: list[SpawnProcess] = []

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._ending.set())
        figures = tempfile.mkdtemp(prefix="wardwise-figures-")
        os.environ[FIGURES] = figures
        service = Service(self.settings)
        try:
            service.start()
            self._children = [self._born(one) for one in self.sockets]
            while not self._ending.is_set():
                wait([child.sentinel for child in self._children], timeout=0.5)
                self._look()
        finally:
            self._end()
            service.stop()
            shutil.rmtree(figures, ignore_errors=True)

    def _born(self, heard: socket.socket) -> SpawnProcess:
        made = _SPAWN.Process(target=_child, args=(self.settings, heard), name="answers")
        made.start()
        return made

    def _look(self) -> None:
        for k, child in enumerate(self._children):
            if child.is_alive() or self._ending.is_set():
                continue
            log.warning("the process %s that answered calls has died (code %s); a new one", child.pid, child.exitcode)
            self._ending.wait(0.5)  # one that cannot even start is not started in a hurry
            self._children[k] = self._born(self.sockets[k])

    def _end(self) -> None:
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.join(_FAREWELL)
            if child.is_alive():
                child.kill()
                child.join()
        for one in self.sockets:
            one.close()
