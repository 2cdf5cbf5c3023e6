"""Where a column generation or neighbourhood search stands, on disk, so that a killed job can go on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.checkpoint import State, StateFile
from optimise.core.errors import InputError

__all__ = ["STEM", "Checkpoint", "Pool"]

#: Name of the files in the checkpoint folder.
STEM = "search"


@dataclass(frozen=True, slots=True)
class Pool:
    """Columns of a master: rosters with their people and costs.

    Attributes
    ----------
    people : int32 array (columns,)
    words : int16 array (columns, days)
    costs : float array (columns,)
    """

    people: NDArray[np.int32]
    words: NDArray[np.int16]
    costs: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a search needs to go on.

    Random numbers are drawn from streams keyed by (seed, round, neighbourhood), so the seed and the number of the round
    are the whole random state, whatever the number of ranks.

    Attributes
    ----------
    digest : str
        Of the problem, so that a checkpoint is never used for another instance.
    seed : int
    phase : str
        ``root`` (bound and dives) or ``search`` (neighbourhoods).
    words : int16 array (employees, days)
        Best plan so far; shape (0, 0) when there is none.
    personal : float array (employees,)
        Cost of each person's own rules in it.
    bound : float
        Certified bound so far.
    duals : ndarray (lines,)
        Duals of that bound; empty when there are none.
    search : mapping
        Fields of :class:`~hpc.column_generation.search_state.SearchState`.
    tables : mapping of int to tuple of int
        Counters in each person's pricing table, where that has changed (ties are broken alike only with like tables).
    pool : Pool or None
        Columns of the root's master, while in ``root``.
    dives : int
        Dives done, while in ``root``.
    cuts : int
        How often the root has been stopped.
    """

    digest: str
    seed: int
    phase: str
    words: NDArray[np.int16]
    personal: NDArray[np.float64]
    bound: float
    duals: NDArray[np.float64]
    search: Mapping[str, float] = field(default_factory=dict)
    tables: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    pool: Pool | None = None
    dives: int = 0
    cuts: int = 0

    def write(self, folder: str | Path) -> None:
        """Write into ``folder``, keeping the state before (see :class:`~optimise.core.checkpoint.StateFile`)."""
        facts = {
            "seed": self.seed,
            "phase": self.phase,
            "bound": self.bound if math.isfinite(self.bound) else None,
            "search": dict(self.search),
            "tables": json.dumps({str(e): list(map(int, active)) for e, active in self.tables.items()}),
            "dives": self.dives,
            "cuts": self.cuts,
        }
        arrays: dict[str, NDArray[Any]] = {"words": self.words, "personal": self.personal, "duals": self.duals}
        if self.pool is not None:
            arrays |= {
                "pool_people": self.pool.people,
                "pool_words": self.pool.words,
                "pool_costs": self.pool.costs,
            }
        StateFile(folder, STEM).write(self.digest, State(facts, arrays))

    @classmethod
    def read(cls, folder: str | Path, digest: str, seed: int | None = None) -> Checkpoint | None:
        """The newest readable checkpoint of the problem with this digest; None when there is none yet.

        Raises
        ------
        InputError
            If it is of another instance, version or seed, or every file is damaged.
        """
        file = StateFile(folder, STEM)
        state = file.read(digest)
        if state is None:
            return None
        facts, arrays = state.facts, state.arrays
        if seed is not None and int(facts["seed"]) != seed:
            raise InputError(f"the checkpoint was made with seed {facts['seed']}, not {seed}", file=file.newest)
        pool = None
        if "pool_people" in arrays:
            pool = Pool(arrays["pool_people"], arrays["pool_words"], arrays["pool_costs"])
        return cls(
            digest,
            int(facts["seed"]),
            str(facts["phase"]),
            arrays["words"].astype(np.int16),
            arrays["personal"].astype(np.float64),
            -math.inf if facts["bound"] is None else float(facts["bound"]),
            arrays["duals"].astype(np.float64),
            facts["search"],
            {int(e): tuple(active) for e, active in json.loads(facts["tables"]).items()},
            pool,
            int(facts["dives"]),
            int(facts["cuts"]),
        )
