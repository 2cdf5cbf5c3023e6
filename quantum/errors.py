"""Errors of the quantum side, and the memory guard that runs before any large allocation."""

import os

from optimise.core.errors import WardwiseError


class TooLargeError(WardwiseError):
    """The instance needs more memory or work than is allowed; the message says how much."""


def available_memory() -> int:
    """Bytes that this process may still take (the smaller of free memory and the cgroup's limit)."""
    free = _free_memory()
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as file:
            limit = file.read().strip()
        with open("/sys/fs/cgroup/memory.current", encoding="ascii") as file:
            used = int(file.read())
    except (OSError, ValueError):
        return free
    return free if limit == "max" else min(free, max(0, int(limit) - used))


def _free_memory() -> int:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 8 << 30  # nothing told us: assume a small laptop


def readable(size: float) -> str:
    """A byte count for people, such as ``3.5 GiB``."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1024:
            return f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.3g} EiB"


def check_memory(needed: int, what: str) -> None:
    """Refuse an allocation of `needed` bytes that would not fit.

    Raises
    ------
    TooLargeError
        Naming what it was for, the size needed and the size there is.
    """
    there_is = available_memory()
    if needed > there_is:
        raise TooLargeError(f"{what} need {readable(needed)} of memory; {readable(there_is)} are available")
