"""Compiled kernels on disk, safe for many ranks and nodes on a shared file system.

Numba's own cache writes each file atomically but not the pair of index and code: two processes that compile
different signatures of one function can leave an index that points to the other's machine code. Nodes with
different processors make that worse. So nobody writes into a folder that others read:

* a *published* folder for this version, Python, Numba and processor is never changed, only replaced whole, by
  moving a symbolic link;
* each process works on a private copy in the machine's own temporary folder;
* at the end a process that compiled something new publishes, under a lock, the published files plus its own.

Losing a race costs a compilation next time, never a wrong kernel. ``NUMBA_CACHE_DIR`` set by the user wins over
all of this.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["cache_folder", "kernel_cache"]

_STALE_LOCK_SECONDS = 120.0
_OLD_SECONDS = 86_400.0


def cache_folder() -> Path:
    """Folder of the published kernels for this user, version, Python, Numba and processor."""
    from optimise.core.provenance import cpu_name
    from optimise.core.version import __version__

    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    try:
        numba = version("numba")
    except PackageNotFoundError:
        numba = "none"
    here = Path(__file__).resolve().parents[1]
    kind = hashlib.sha256(f"{cpu_name()} {_cpu_flags()} {here} {_sources(here)}".encode()).hexdigest()[:10]
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return base / "wardwise" / "kernels" / f"{__version__}-{python}-numba{numba}-{platform.machine()}-{kind}"


def _sources(package: Path) -> str:
    """Sizes and times of the files that hold kernels.

    Numba looks at the file of a function only, not at those of the functions and constants that it uses.
    """
    rooms = (package / "kernels", package / "search", package.parent / "quantum")
    files = sorted(path for room in rooms for path in room.rglob("*.py"))
    return " ".join(f"{path.stat().st_size}-{path.stat().st_mtime_ns}" for path in files)


def _cpu_flags() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("flags", "Features")):
                return line
    except OSError:
        pass
    return ""


@contextmanager
def kernel_cache(say: Callable[[str], None] = lambda text: None) -> Iterator[None]:
    """Give Numba a private copy of the published kernels while the block runs, and publish what is new.

    Must be entered before Numba is imported. Every failure of the file system only costs compilations. ``say`` is
    told before a first run and after something was compiled: this is what makes a first run slower than the next.
    """
    if "NUMBA_CACHE_DIR" in os.environ or "numba" in sys.modules:
        yield
        return
    published = cache_folder()
    private = Path(tempfile.mkdtemp(prefix="wardwise-kernels-"))
    before: dict[str, str] = {}
    try:
        taken = _current(published)
        if taken is not None:
            _copy(taken, private)
            before = _digests(private)
        if not before:
            say(
                "first run on this machine: kernels are compiled when they are first needed, once "
                "('wardwise doctor --compile' does it beforehand)"
            )
        os.environ["NUMBA_CACHE_DIR"] = str(private)
        yield
    finally:
        os.environ.pop("NUMBA_CACHE_DIR", None)
        with suppress(OSError):  # no cache is better than no result
            after = _digests(private)
            if changed := {name for name in after if before.get(name) != after[name]}:
                compiled = len({_function(name) for name in changed})
                say(f"compiled {compiled} kernels, which took part of the time; later runs find them in {published}")
                _publish(published, private, changed, before)
        shutil.rmtree(private, ignore_errors=True)


def _current(published: Path) -> Path | None:
    """The folder that holds the kernels now; it never changes once it is there."""
    try:
        folder = (published / "current").resolve(strict=True)
    except OSError:
        return None
    return folder if folder.is_dir() else None


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copytree(source, target, dirs_exist_ok=True)
    except (OSError, shutil.Error):  # removed while we read: begin with what arrived whole
        for index in target.rglob("*.nbi"):
            index.unlink(missing_ok=True)


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.nb[ic]"))
    }


def _function(name: str) -> str:
    """What index and code files of one function have in common."""
    stem = name.removesuffix(".nbi")
    return stem if stem != name else name.removesuffix(".nbc").rpartition(".")[0]


def _publish(published: Path, private: Path, changed: set[str], before: dict[str, str]) -> None:
    """Make a new folder of the published files plus ours and point ``current`` to it.

    Functions that somebody else has published since we looked keep theirs.
    """
    published.mkdir(parents=True, exist_ok=True)
    lock = published / "lock"
    if not _lock(lock):
        return
    try:
        now = _current(published)
        new = Path(tempfile.mkdtemp(prefix="kernels-", dir=published))
        if now is not None:
            shutil.copytree(now, new, dirs_exist_ok=True)
        there = _digests(new)
        theirs = {_function(name) for name in there if before.get(name) != there[name]}
        ours = {_function(name) for name in changed} - theirs
        for function in ours:
            for path in private.glob(f"{_escape(function)}.*"):
                target = new / path.relative_to(private)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        if not ours:
            shutil.rmtree(new)
            return
        link = published / f"link-{new.name}"
        link.symlink_to(new.name)
        os.replace(link, published / "current")
        _remove_old(published, keep=new)
    finally:
        lock.unlink(missing_ok=True)


def _escape(text: str) -> str:
    """Keep glob characters of a function's name from being read as such."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


def _lock(lock: Path) -> bool:
    """Create the lock file (atomic on network file systems too); give up soon, break one left by a dead process."""
    for _ in range(50):
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
