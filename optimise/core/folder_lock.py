"""One run a folder: a lock file that names who works there, and gives way once that run is gone."""

from __future__ import annotations

import json
import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from optimise.core.atomic import create, make_folder
from optimise.core.errors import InputError
from optimise.core.leg import job_here

__all__ = ["LOCK", "SILENT", "folder_lock", "sign_of_life"]

#: Name of the file.
LOCK = ".wardwise.lock"
#: Seconds without a sign of life after which a run on another machine counts as gone.
SILENT = 60.0
_held: dict[Path, int] = {}
_guard = threading.Lock()
_said = -SILENT  # when this process last gave a sign of life


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a folder while the block runs. The same process may hold it several times.

    Raises
    ------
    InputError
        If another run works there. One whose process is gone from this machine, that belongs to this very job, or that
        has shown no sign of life on another machine for :data:`SILENT` seconds gives way.
    """
    place = folder.absolute() / LOCK
    with _guard:
        if not _held.get(place):
            _take(place)
        _held[place] = _held.get(place, 0) + 1
    try:
        yield
    finally:
        with _guard:
            _held[place] -= 1
            if not _held[place]:
                del _held[place]
                with suppress(OSError):
                    place.unlink()


def sign_of_life() -> None:
    """Say that this process still holds its folders; asked often, it asks the file system seldom."""
    global _said
    now = time.monotonic()
    if now - _said < SILENT / 6:
        return
    _said = now
    for place in list(_held):
        with suppress(OSError):
            os.utime(place)


def _take(place: Path) -> None:
    try:
        make_folder(place.parent)
        for _ in range(2):
            with suppress(FileExistsError):
                descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(json.dumps(_me()))
                return
            if said := _working(place):
                raise InputError(
                    f"another run works here ({said}); wait for it or name another folder", file=place.parent
                )
            place.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", file=place.parent) from None
    raise InputError("another run has just begun here", file=place.parent)


def _me() -> dict[str, object]:
    return {"host": platform.node(), "pid": os.getpid(), "began": _began(os.getpid()), "job": job_here()}


def _working(place: Path) -> str:
    """Who works there, in words; empty where nobody does any more."""
    try:
        owner = json.loads(place.read_text(encoding="utf-8"))
        host, pid, began, job = owner["host"], int(owner["pid"]), owner["began"], owner["job"]
        age = _now(place.parent) - place.stat().st_mtime
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # half a lock: its writer was killed as it began
    if host == platform.node():
        return f"process {pid} on this machine" if _began(pid) == began is not None else ""
    if job and job == job_here():
        return ""  # this job, queued again
    return f"process {pid} on {host}, last seen {age:.0f} s ago" if age < SILENT else ""


def _now(folder: Path) -> float:
    """The time on the clock of the file system."""
    trial = create(folder / f"{LOCK}.{os.getpid()}")
    try:
        return trial.stat().st_mtime
    finally:
        trial.unlink(missing_ok=True)


def _began(pid: int) -> int | None:
    """When a process began, in ticks since the machine started; None where there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return int(text.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        pass
    if Path("/proc/self").exists():
        return None
    try:
        os.kill(pid, 0)  # a system without /proc
    except OSError:
        return None
    return 0
