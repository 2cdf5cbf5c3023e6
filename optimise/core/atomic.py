"""Files that appear whole or not at all, and that only their owner may read.

Plans, reports, checkpoints and logs name people. On a file system that many share, the usual 0644 would show them to
everybody, so folders are made with mode 0700 and files with 0600. A stricter umask holds, a folder that is there
already keeps its mode, and one whose files go to a group (its setgid bit is set) gives that group its files. Who wants
the usual modes sets ``WARDWISE_SHARE=1``; then the umask alone decides.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from optimise.core.errors import InputError

__all__ = ["SHARE", "create", "make_folder", "replacing", "shared", "umask_in", "write_text"]

#: Environment variable: any value but nothing and 0 leaves the modes of files and folders to the umask.
SHARE = "WARDWISE_SHARE"


def shared() -> bool:
    """Whether the modes of what is written are left to the umask."""
    return os.environ.get(SHARE, "0") not in ("", "0")


def _closed(mode: int, folder: Path) -> int:
    """``mode`` (0o666 or 0o777) without what others, or the group, may do in ``folder``."""
    if shared():
        return mode
    try:
        grouped = bool(folder.stat().st_mode & stat.S_ISGID)
    except OSError:
        grouped = False
    return mode & (0o770 if grouped else 0o700)


def umask_in(folder: Path) -> int:
    """The umask with which another program keeps closed what it writes into a folder; -1 for its own."""
    return -1 if shared() else 0o777 & ~_closed(0o777, folder)


def make_folder(folder: Path) -> Path:
    """Make a folder and those above it that are missing, closed to others; one that is there stays as it is."""
    if not folder.is_dir():
        above = folder.parent
        if above != folder:
            make_folder(above)
        folder.mkdir(mode=_closed(0o777, above), exist_ok=True)
    return folder


def create(path: Path, *, keep: bool = False) -> Path:
    """An empty file, closed to others, for somebody else to write into; one that is there is closed and, unless
    ``keep`` says otherwise, emptied.
    """
    mode = _closed(0o666, path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | (0 if keep else os.O_TRUNC), mode)
    try:
        now = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if not shared() and now & 0o777 & ~mode:
            with suppress(PermissionError):  # somebody else's, who has let us write to it
                os.fchmod(descriptor, now & mode)
    finally:
        os.close(descriptor)
    return path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to, with the same suffix; it takes that place once the block ends well.

    A reader finds the old file or the new one, never half of one, whenever the writer is killed. Folders are made.
    The file that is there at first is empty and closed to others; who writes it must not make another.

    Raises
    ------
    InputError
        If the folder or the file cannot be written to.
    """
    temporary = path.with_name(f".{path.stem}.{os.getpid()}-{threading.get_ident()}{path.suffix}")
    try:
        make_folder(path.parent)
        try:
            temporary.unlink(missing_ok=True)  # of a run that was killed
            yield create(temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", file=path) from None


def write_text(path: Path, text: str) -> Path:
    """Write a text file (UTF-8) through :func:`replacing`."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return path
