"""A service to try: a folder that is thrown away, an example ward, and a page that opens signed in."""

from __future__ import annotations

import atexit
import shutil
import signal
import tempfile
import uuid
import webbrowser
from contextlib import suppress
from pathlib import Path

from optimise.core.atomic import make_folder
from optimise.serve.examples import example
from optimise.serve.folder import JobFolder
from optimise.serve.settings import Settings
from optimise.serve.store import Store

__all__ = ["invite", "throwaway"]

_ASKS = {"method": "auto", "seconds": 30.0, "gap": 0.0, "seed": 0}


def throwaway() -> Path:
    """A folder that goes with this process, also where it is asked to stop by a signal.

    Returns
    -------
    Path
    """
    folder = Path(tempfile.mkdtemp(prefix="wardwise-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    signal.signal(signal.SIGTERM, _leave)  # the server stops cleanly first, then hands the signal on
    return folder


def _leave(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def invite(settings: Settings, address: str, token: str) -> None:
    """Put an example ward into the queue, print the board's address with its token, and open a browser there.

    Parameters
    ----------
    settings : Settings
        Of the service; its data are thrown away.
    address : str
        Where the service listens.
    token : str
        Of the tenant ``local``. It counts for as long as the data live.
    """
    job = JobFolder(make_folder(settings.data / "jobs"), uuid.uuid4().hex)
    job.keep(example("ward"), ".json")
    store = Store(settings.address)
    store.submit("local", job.job, _ASKS, settings.queue)
    store.close()
    page = f"{address}/board#token={token}"
    print(f"the board, signed in: {page}", flush=True)
    with suppress(webbrowser.Error):
        browser = webbrowser.get()
        if type(browser) is not webbrowser.GenericBrowser:  # those take the terminal
            browser.open(page)
