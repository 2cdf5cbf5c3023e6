"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def wait_for(what: Callable[[], Any], seconds: float, said: str, failure: type[Exception] = AssertionError) -> Any:
    """The first true answer within some seconds; ``failure`` where none comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.05)
    raise failure(f"waited {seconds:.0f} s for {said}")
