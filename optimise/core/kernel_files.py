"""Files of Numba's cache: what one folder has and another has not."""

from __future__ import annotations

import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core import caching

__all__ = ["merge"]


def merge(source: Path, target: Path) -> int:
    """Add to ``target`` the kernels of ``source``; return how many.

    Who compiled a kernel that ``target`` has could not use that one: machine code that is torn, or an index whose
    signatures name a type that has since moved. Kept, it would be compiled anew by every process, so it gives way.
    """
    added = 0
    for index in sorted(source.glob("*.nbi")):
        ours = caching.IndexDataCacheFile(str(source), index.stem, None)
        with suppress(Exception):
            mark, entries = _index(index)
            ours._source_stamp = mark
            theirs = caching.IndexDataCacheFile(str(target), index.stem, mark)
            try:
                theirs._load_index()
            except Exception:
                (target / index.name).unlink()
            for key in entries:
                theirs.save(key, ours.load(key))
                added += 1
    return added


def _index(file: Path) -> tuple[Any, dict[Any, str]]:
    with file.open("rb") as stream:
        pickle.load(stream)
        mark, entries = pickle.loads(stream.read())
    return mark, entries
