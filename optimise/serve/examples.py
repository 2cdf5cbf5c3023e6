"""Made-up documents to try the service with."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from optimise.generate.files import hospital_file, ward_file

__all__ = ["example"]

#: Who makes them, of how many people or patients, over how many weeks.
_MADE: dict[str, tuple[Callable[[Path, int | None, int | None, int], list[Path]], int, int]] = {
    "ward": (ward_file, 12, 4),
    "hospital": (hospital_file, 60, 1),
}


def example(name: Literal["ward", "hospital"]) -> bytes:
    """A made-up document, the same each time.

    Parameters
    ----------
    name : str
        ``ward`` or ``hospital``.

    Returns
    -------
    bytes
        JSON.
    """
    make, size, weeks = _MADE[name]
    with tempfile.TemporaryDirectory(prefix="wardwise-") as place:
        (file,) = make(Path(place) / "example.json", size, weeks, 1)
        return file.read_bytes()
