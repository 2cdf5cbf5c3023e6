"""State of a run on disk, so that a killed job can go on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimise.errors import InputError

__all__ = ["Checkpoint"]

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a search needs to go on.

    Attributes
    ----------
    digest : str
        Of the problem, so that a checkpoint is never used for another instance.
    words : int16 array (employees, days)
        Best plan so far; shape (0, 0) when there is none.
    bound : float
        Certified bound so far.
    duals : ndarray (lines,)
        Duals of that bound.
    round : int
        Rounds of the search already done.
    size : int
        Size of neighbourhood that the search had come to.
    seed : int
    """

    digest: str
    words: NDArray[np.int16]
    bound: float
    duals: NDArray[np.float64]
    round: int
    size: int
    seed: int

    def write(self, path: Path) -> None:
        """Write through a temporary file and a rename: a reader sees the old or the new one, never half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with temporary.open("wb") as file:
            np.savez_compressed(
                file,
                version=_VERSION,
                digest=self.digest,
                words=self.words,
                bound=self.bound,
                duals=self.duals,
                round=self.round,
                size=self.size,
                seed=self.seed,
            )
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path, digest: str) -> Checkpoint:
        """Read a checkpoint of the problem with this digest.

        Raises
        ------
        InputError
            If the file is missing, damaged, of another version or of another problem.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                if int(data["version"]) != _VERSION:
                    raise InputError("checkpoint of another version", file=path)
                made = cls(
                    str(data["digest"]),
                    data["words"].astype(np.int16),
                    float(data["bound"]),
                    data["duals"].astype(np.float64),
                    int(data["round"]),
                    int(data["size"]),
                    int(data["seed"]),
                )
        except InputError:
            raise
        except FileNotFoundError:
            raise InputError("no such checkpoint", file=path) from None
        except Exception as error:
            raise InputError(f"not a readable checkpoint ({error})", file=path) from error
        if made.digest != digest:
            raise InputError("the checkpoint belongs to another instance", file=path)
        return made
