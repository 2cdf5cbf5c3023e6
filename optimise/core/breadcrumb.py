"""What this process is doing, for the message that somebody else must write if it dies.

A process that is killed can say nothing itself. :func:`publish` names a file descriptor (an anonymous file shared with
a watching parent process) to which :func:`enter` then writes; without one, only the name is remembered. Who times
phases says by :func:`spent` what each took.
"""

from __future__ import annotations

import os

__all__ = ["WIDTH", "enter", "last", "publish", "seconds", "spent"]

WIDTH = 64  # bytes
_last = "starting"
_descriptor: int | None = None
_seconds: dict[str, float] = {}


def publish(descriptor: int | None) -> None:
    """Write phases to this file descriptor from now on."""
    global _descriptor
    _descriptor = descriptor
    enter(_last)


def enter(name: str) -> None:
    """Say which phase begins. Costs about a microsecond."""
    global _last
    _last = name
    if _descriptor is not None:
        os.pwrite(_descriptor, name.encode()[:WIDTH].ljust(WIDTH, b"\0"), 0)


def last() -> str:
    """The phase entered last."""
    return _last


def spent(name: str, amount: float) -> None:
    """Add seconds to a phase that has ended."""
    _seconds[name] = _seconds.get(name, 0.0) + amount


def seconds() -> dict[str, float]:
    """Seconds by phase since the process began; of the phases that have ended, inner ones in outer ones too."""
    return dict(_seconds)
