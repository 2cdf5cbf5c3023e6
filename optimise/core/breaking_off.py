"""Work that may be broken off: where a solve has been asked to stop and nothing is lost by leaving in the middle.

Building a large model takes seconds. Who builds one opens :func:`breaking_off`; whatever it calls looks by
:func:`heed` now and then. Elsewhere a look does nothing, so that no caller is surprised.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from optimise.core.method import stop_asked

__all__ = ["BrokenOff", "breaking_off", "heed"]

_allowed: ContextVar[bool] = ContextVar("may be broken off", default=False)


class BrokenOff(Exception):
    """The work was not done, since the solve has been asked to stop; never leaves a method."""


@contextmanager
def breaking_off() -> Iterator[None]:
    """Let :func:`heed` raise :class:`BrokenOff` while the block runs, in this thread."""
    token = _allowed.set(True)
    try:
        yield
    finally:
        _allowed.reset(token)


def heed() -> None:
    """Leave by :class:`BrokenOff` where that is allowed and a stop has been asked for."""
    if _allowed.get() and stop_asked():
        raise BrokenOff
