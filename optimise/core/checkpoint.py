"""State of a run on disk, so that a job that was stopped can go on.

A :class:`StateFile` keeps two generations and is written atomically. The best plan and bound of any method are kept in
one (:mod:`optimise.runs.keeper`); methods that can keep more (columns, duals, where their search stands) use a state
file of their own beside it.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import math
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeVar

from optimise.core.atomic import create, make_folder
from optimise.core.bounds import rounding
from optimise.core.errors import UNREADABLE, InputError
from optimise.core.leg import Leg
from optimise.core.result import Evaluation, Plan, TracePoint

__all__ = ["SECONDS_BETWEEN", "Kept", "State", "StateFile", "between", "told_of_disk"]

log = logging.getLogger(__name__)

#: Of the layout of these files. A file of another version is refused.
VERSION = 2
#: Most seconds between two writes while the run goes on; what a killed run can lose.
SECONDS_BETWEEN = 10.0
_LEAST_BETWEEN = 2.0  # shared file systems do not like to be asked more often


def between(writing: float) -> float:
    """Seconds until the next write, so that writing (which took so long the last time) costs at most one percent."""
    return min(SECONDS_BETWEEN, max(_LEAST_BETWEEN, 100.0 * writing))


def told_of_disk(write: Callable[[], None], *, failed: bool) -> bool:
    """Write, and where that fails say so once and go on: a checkpoint is there to save a run, not to end it.

    Parameters
    ----------
    write : callable
        Raises :class:`~optimise.core.errors.InputError` where the disk does not take it.
    failed : bool
        Whether it failed the last time; then it is not said again.

    Returns
    -------
    bool
        Whether it failed.
    """
    try:
        write()
    except (InputError, OSError) as error:
        if not failed:
            log.warning("%s; the run goes on without it and tries again", error)
        return True
    if failed:
        log.warning("checkpoints can be written again")
    return False


@dataclass(frozen=True, slots=True)
class State:
    """What one file holds: plain facts and arrays (never pickles)."""

    facts: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    file: Path = Path()

    def array(self, name: str, numbers: str, *shape: int | None) -> NDArray[Any]:
        """An array that was read, checked.

        Parameters
        ----------
        name : str
        numbers : str
            ``i`` for whole numbers, ``f`` for finite ones.
        shape : int or None
            Its lengths; None for any.

        Raises
        ------
        InputError
            Naming the array and what was expected.
        """
        made = self.arrays.get(name)
        if made is None:
            raise InputError("is missing", file=self.file, item=name)
        wanted = f"({', '.join('any' if n is None else str(n) for n in shape)})"
        if made.dtype.kind not in {"i": "iu", "f": "fiu"}[numbers]:
            raise InputError(f"holds {made.dtype}, numbers were expected", file=self.file, item=name)
        if made.ndim != len(shape) or any(n is not None and n != m for n, m in zip(shape, made.shape, strict=True)):
            raise InputError(f"has shape {made.shape}, {wanted} was expected", file=self.file, item=name)
        if numbers == "f" and not np.isfinite(made).all():
            raise InputError("holds numbers that are not finite", file=self.file, item=name)
        return made


class StateFile:
    """The last two states of a run, ``STEM.state`` and ``STEM.previous.state``.

    A file is one line with the version and the SHA-256 of what follows, an npz archive.

    Parameters
    ----------
    folder : path
        Created when something is written.
    stem : str
    """

    def __init__(self, folder: str | Path, stem: str) -> None:
        self.folder = Path(folder)
        self.newest, self.previous = self.folder / f"{stem}.state", self.folder / f"{stem}.previous.state"

    def write(self, digest: str, state: State) -> None:
        """Write a state of the problem with this digest.

        It goes to a temporary file first, which is then renamed: a reader finds the old state or the new one, never
        half of one, whenever the writer is killed.
        """
        temporary = self.newest.with_name(f".{self.newest.name}.{os.getpid()}.tmp")
        try:
            make_folder(self.folder)
            packed = io.BytesIO()
            head = json.dumps({"digest": digest, **state.facts})
            arrays: dict[str, Any] = {"_head": np.array(head), **state.arrays}
            np.savez_compressed(packed, **arrays)
            content = packed.getvalue()
            with create(temporary).open("wb") as file:
                file.write(_first_line(content) + content)
                file.flush()
                os.fsync(file.fileno())
            if self.newest.exists():
                self.newest.replace(self.previous)
            temporary.replace(self.newest)
        except OSError as error:
            with suppress(OSError):  # half a file would keep a full disk full
                temporary.unlink(missing_ok=True)
            raise InputError(f"the checkpoint cannot be written ({error.strerror})", file=self.newest) from error

    def tried(self) -> None:
        """Check that a state can be written here, before any work.

        Raises
        ------
        InputError
            If the folder cannot be made or not be written to.
        """
        trial = self.newest.with_name(f".{self.newest.name}.{os.getpid()}.trial")
        try:
            make_folder(self.folder)
            try:
                create(trial).write_bytes(b"\0" * 4096)
            finally:
                trial.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"no checkpoint can be written ({error.strerror})", file=self.folder) from None

    def read(self, digest: str, seed: int | None = None) -> State | None:
        """The newest readable state of the problem with this digest; None when nothing was written yet.

        Where a seed is given, a state that tells another one is refused.

        A damaged file is set aside (``*.damaged``) where the one before it can be used instead. Where none can, all
        stay as they are, so that a run that is started again is refused again.

        Raises
        ------
        InputError
            If the files are of another instance, version or seed, or all of them are damaged.
        """
        damaged: list[_DamagedError] = []
        for path in (self.newest, self.previous):
            if not path.exists():
                continue
            try:
                state = self._read(path, digest)
            except _DamagedError as error:
                damaged.append(error)
                continue
            for lost in damaged:
                log.warning("%s; using the one before it", lost)
                self.newest.replace(self.newest.with_suffix(".damaged"))
            if seed is not None and (made := state.facts.get("seed", seed)) != seed:
                raise InputError(f"the checkpoint was made with seed {made}, not {seed}", file=self.newest)
            return state
        if damaged:
            text = "and no earlier one is left; to begin anew, leave out --resume (or resume) or name another folder"
            raise InputError(f"{damaged[0].message}, {text}", file=damaged[0].file)
        return None

    @staticmethod
    def _read(path: Path, digest: str) -> State:
        line, _, content = path.read_bytes().partition(b"\n")
        version = re.match(rb"wardwise-state ([0-9]{1,9}) ", line)
        if version is None:
            raise _DamagedError("the checkpoint is damaged (no readable first line)", file=path)
        if int(version[1]) != VERSION:
            raise InputError(
                f"checkpoint of version {int(version[1])}, this program reads version {VERSION}", file=path
            )
        if line + b"\n" != _first_line(content):
            raise _DamagedError("the checkpoint is damaged (its checksum does not fit)", file=path)
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as data:
                head = json.loads(str(data["_head"]), parse_constant=_constant)
                arrays = {name: data[name] for name in data.files if name != "_head"}
            owner = str(head.pop("digest"))
        except UNREADABLE as error:
            what = f"{type(error).__name__}: {error}"[:200]
            raise _DamagedError(f"the checkpoint is damaged ({what})", file=path) from None
        if owner != digest:
            raise InputError(
                f"the checkpoint belongs to another instance (digest {owner[:12]}, not {digest[:12]})", file=path
            )
        return State(head, arrays, path)


def _constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number that JSON knows")


def _first_line(content: bytes) -> bytes:
    return f"wardwise-state {VERSION} {hashlib.sha256(content).hexdigest()}\n".encode()


#: Plans of an instance; any where nothing is said.
L_co = TypeVar("L_co", bound=Plan, covariant=True, default=Any)


class _DamagedError(InputError):
    """Not readable: torn, truncated or altered."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[L_co]):
    """What an earlier run of the same instance left.

    Attributes
    ----------
    plan : Plan or None
    bound : float
        Lower bound that the file states; ``-inf`` when unknown.
    bound_source : str
        Begins with :data:`~optimise.core.result.FROM_CHECKPOINT`: nobody has proven it here.
    seconds : float
        Already spent, over all runs so far.
    legs : tuple of Leg
        Those runs.
    points : tuple of TracePoint
        Their trace, its seconds counted from the first.
    """

    plan: L_co | None = None
    bound: float = -math.inf
    bound_source: str = ""
    seconds: float = 0.0
    legs: tuple[Leg, ...] = ()
    points: tuple[TracePoint, ...] = ()

    def contradict(self, found: Evaluation | None, file: Path) -> None:
        """Refuse the bound where a plan that was evaluated here costs less.

        Raises
        ------
        InputError
        """
        if found is not None and found.feasible and self.bound > found.cost + rounding(found.cost):
            text = f"the checkpoint says {self.bound:.12g}, a plan evaluated here costs {found.cost:.12g}"
            raise InputError(text, file=file, item="bound")
