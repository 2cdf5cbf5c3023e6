"""Compiled kernels on disk, safe for many ranks and nodes on a shared file system.

Numba's own cache writes each file atomically but not the pair of index and code: two processes that compile
different signatures of one function can leave an index that points to the other's machine code. Nodes with
different processors make that worse. So nobody writes into a folder that others read:

* a *published* folder for this version, Python, Numba and processor is never changed, only replaced whole, by
  moving a symbolic link; every process reads from it what it needs and nothing else;
* what a process compiles goes into a folder of its own in the machine's temporary folder, made when needed;
* at its end such a process publishes, under a lock, the published files plus its own.

Losing a race costs a compilation next time, never a wrong kernel. Without a home that can be written the published
folder is a private one in the temporary folder; without that, kernels are compiled in memory. ``NUMBA_CACHE_DIR``
set by the user wins over all of this. Serves the library, the command and the tests alike; needs no Numba itself.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import platform
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["cache_folder", "publish", "reading", "writing"]

_STALE_LOCK_SECONDS = 120.0
_OLD_SECONDS = 86_400.0
#: How the folder of what one process compiles begins.
_PRIVATE = "wardwise-kernels-"


@cache
def cache_folder() -> Path | None:
    """Folder of the published kernels for this user, version, Python, Numba and processor, or None."""
    from optimise.core.provenance import cpu_name
    from optimise.core.version import __version__

    base = _base()
    if base is None:
        return None
    loaded = sys.modules.get("numba")  # asking the installation reads a whole folder
    try:
        numba = loaded.__version__ if loaded is not None else version("numba")
    except PackageNotFoundError:
        numba = "none"
    here = Path(__file__).resolve().parent
    kind = hashlib.sha256(f"{cpu_name()} {_cpu_flags()} {here}".encode()).hexdigest()[:10]
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return base / f"{__version__}-{python}-numba{numba}-{platform.machine()}-{kind}"


def _base() -> Path | None:
    """The user's cache folder where it is there or can be made, else a private one in the temporary folder."""
    named = os.environ.get("XDG_CACHE_HOME")
    with suppress(RuntimeError, OSError):  # no such user, no home
        home = Path(named or Path.home() / ".cache") / "wardwise" / "kernels"
        home.mkdir(parents=True, exist_ok=True)
        if os.access(home, os.W_OK | os.X_OK):
            return home
    with suppress(OSError):
        ours = Path(tempfile.gettempdir()) / f"wardwise-{os.getuid()}"
        ours.mkdir(mode=0o700, exist_ok=True)
        found = ours.lstat()  # anybody may write there: only a real folder that is ours alone is believed
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
            return ours / "kernels"
    return None


def _cpu_flags() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("flags", "Features")):
                return line
    except OSError:
        pass
    return ""


class _Process:
    """The folders of this process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.published = cache_folder()
        self.taken = _current(self.published) if self.published is not None else None
        self.private: Path | None = None
        #: Descriptor of the lock on it.
        self.held: int | None = None


@cache
def _process_of(pid: int) -> _Process:
    return _Process()


def _process() -> _Process:
    return _process_of(os.getpid())  # a forked child has new kernels of its own


def filled() -> bool:
    """Whether kernels have been published for this machine."""
    return _process().taken is not None


def reading() -> tuple[Path, ...]:
    """Folders to look for a kernel in: our own new ones, then the published ones as they were when we began."""
    process = _process()
    return tuple(folder for folder in (process.private, process.taken) if folder is not None)


def writing() -> Path | None:
    """Folder for what this process compiles, or None where there is none; published at the end of the process."""
    process = _process()
    if process.private is None and process.published is not None:
        with suppress(OSError):
            _sweep()
            process.private = Path(tempfile.mkdtemp(prefix=_PRIVATE))
            process.held = _held(process.private)
            atexit.register(publish)
    return process.private


def _held(folder: Path) -> int | None:
    """A lock on a folder of our own that lives as long as this process; None where another process has it.

    The system gives it back when a process is killed, also one in another container on this file system.
    """
    import fcntl

    descriptor = os.open(folder / "held", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _sweep() -> None:
    """Remove what processes that were killed have left in the temporary folder."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PRIVATE}*"):
        with suppress(OSError):
            ours = folder.lstat().st_uid == os.getuid() and (folder / "held").is_file()
            if ours and (descriptor := _held(folder)) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(descriptor)


def publish() -> None:
    """Make what this process has compiled known to later ones. Every failure only costs compilations."""
    process = _process()
    private, process.private = process.private, None
    if private is None:
        return
    if process.held is not None:
        os.close(process.held)
        process.held = None
    with suppress(OSError):
        if process.published is not None and _publish(process.published, private):
            process.taken = _current(process.published)
    shutil.rmtree(private, ignore_errors=True)


def _current(published: Path) -> Path | None:
    """The folder that holds the kernels now; it never changes once it is there."""
    try:
        folder = (published / "current").resolve(strict=True)
    except OSError:
        return None
    return folder if folder.is_dir() else None


def _publish(published: Path, private: Path) -> bool:
    """Make a new folder of the published files plus ours and point ``current`` to it; False when that failed."""
    from optimise.core.kernel_files import merge

    published.mkdir(parents=True, exist_ok=True)
    lock = published / "lock"
    if not _lock(lock):
        return False
    try:
        now = _current(published)
        new = Path(tempfile.mkdtemp(prefix="kernels-", dir=published))
        if now is not None:
            shutil.copytree(now, new, dirs_exist_ok=True, copy_function=_link)
        if not merge(private, new):
            shutil.rmtree(new)
            return True
        link = published / f"link-{new.name}"
        link.symlink_to(new.name)
        os.replace(link, published / "current")
        _remove_old(published, keep=new)
        return True
    finally:
        lock.unlink(missing_ok=True)


def _link(source: str, target: str) -> None:
    """The same file under a second name (nobody changes one in place), or a copy where there is no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _lock(lock: Path) -> bool:
    """Create the lock file (atomic on network file systems too); give up soon, break one left by a dead process."""
    for _ in range(100):
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            return True
        except FileExistsError:
            try:
                if time.time() - lock.stat().st_mtime > _STALE_LOCK_SECONDS:
                    lock.unlink(missing_ok=True)
                    continue
            except FileNotFoundError:
                continue
            time.sleep(0.1)
    return False


def _remove_old(published: Path, *, keep: Path) -> None:
    """Remove folders that were replaced long ago; recent ones may still be read."""
    for folder in published.glob("kernels-*"):
        if folder != keep and time.time() - folder.stat().st_mtime > _OLD_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
