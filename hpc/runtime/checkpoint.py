"""Where a column generation or neighbourhood search stands, on disk, so that a killed job can go on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from optimise.core.checkpoint import Kept, State, StateFile
from optimise.core.errors import InputError
from optimise.core.quantities import finite_or_none
from optimise.core.stored import Amount, Number, StoredModel
from optimise.formats.json_document import parse
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["STEM", "Checkpoint", "Pool", "SearchFacts"]

#: Name of the files in the checkpoint folder.
STEM = "search"


_Index = Annotated[int, Field(ge=0, le=10**9)]
_Fading = Annotated[list[Amount], Field(max_length=64)]


class SearchFields(StoredModel):
    """Fields of :class:`~hpc.column_generation.parallel_search.SearchState`; one that is left out begins anew."""

    round: _Index = 0
    size: Annotated[float, Field(ge=0, le=1e9)] = 0
    wide: Annotated[float, Field(ge=0, le=1e9)] = 0
    length: Annotated[float, Field(ge=0, le=1e9)] = 0
    warmth: Amount = 0
    suited: bool = False
    hasty: bool = False
    closing: bool = False
    since_gain: _Index = 0
    tries: _Fading = Field(default_factory=list)
    gains: _Fading = Field(default_factory=list)
    spent: _Fading = Field(default_factory=list)


class SearchFacts(StoredModel):
    """What ``search.state`` says beside its arrays."""

    seed: Annotated[int, Field(ge=0)]
    phase: Literal["root", "search"]
    bound: Number | None
    search: SearchFields
    tables: Annotated[str, Field(pattern=r'^\{("[0-9]{1,9}": ?\[([0-9]{1,9}(, ?[0-9]{1,9})*)?\](, ?|\}$))*\}?$')]
    dives: _Index
    cuts: _Index
    vain: _Index = 0

    @property
    def promoted(self) -> dict[int, tuple[int, ...]]:
        """Counters by person."""
        return {int(e): tuple(active) for e, active in json.loads(self.tables).items()}

    @field_validator("tables")
    @classmethod
    def _object(cls, text: str) -> str:
        json.loads(text)
        return text


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
        Bound so far; whoever goes on from it says that it is from a checkpoint.
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
    vain : int
        Starts in a row that were stopped in the root without a better plan or bound, or another dive.
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
    vain: int = 0

    def write(self, folder: str | Path) -> None:
        """Write into ``folder``, keeping the state before (see :class:`~optimise.core.checkpoint.StateFile`)."""
        facts = {
            "seed": self.seed,
            "phase": self.phase,
            "bound": finite_or_none(self.bound),
            "search": dict(self.search),
            "tables": json.dumps({str(e): list(map(int, active)) for e, active in self.tables.items()}),
            "dives": self.dives,
            "cuts": self.cuts,
            "vain": self.vain,
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
        state = file.read(digest, seed)
        if state is None:
            return None
        facts = parse(SearchFacts, dict(state.facts), state.file)
        pool = None
        if "pool_people" in state.arrays:
            people = state.array("pool_people", "i", None)
            words = state.array("pool_words", "i", len(people), None)
            pool = Pool(people.astype(np.int32), words.astype(np.int16), state.array("pool_costs", "f", len(people)))
        return cls(
            digest,
            facts.seed,
            facts.phase,
            state.array("words", "i", None, None).astype(np.int16),
            state.array("personal", "f", None).astype(np.float64),
            -math.inf if facts.bound is None else facts.bound,
            state.array("duals", "f", None).astype(np.float64),
            state.facts["search"],
            facts.promoted,
            pool,
            facts.dives,
            facts.cuts,
            facts.vain,
        )

    def fit(self, problem: RosterProblem, folder: str | Path, lines: int) -> None:
        """Refuse what cannot be of this problem, and a bound above the cost of the plan, which is evaluated again.

        Parameters
        ----------
        lines : int
            Lines of cover, each with a dual.

        Raises
        ------
        InputError
            Naming the field.
        """
        file = StateFile(folder, STEM).newest
        people, days, duties = problem.shape
        words = [] if self.pool is None else [("pool_words", self.pool.words)]
        for name, made in [*([("words", self.words)] if self.words.size else []), *words]:
            if made.shape[1] != days or (made.size and not 0 <= made.min() <= made.max() < duties):
                raise InputError(f"holds no rosters of {days} days and {duties} duties", file=file, item=name)
        if self.words.size and len(self.words) != people:
            raise InputError(
                f"holds {len(self.words)} rosters, one for each of {people} people", file=file, item="words"
            )
        if self.personal.size not in (0, len(self.words)):
            raise InputError(f"holds {self.personal.size} costs for {people} people", file=file, item="personal")
        if (
            self.pool is not None
            and len(self.pool.people)
            and not 0 <= self.pool.people.min() <= self.pool.people.max() < people
        ):
            raise InputError(f"names people beyond the {people} of the problem", file=file, item="pool_people")
        if self.duals.size not in (0, lines):
            raise InputError(f"holds {self.duals.size} duals for {lines} lines of cover", file=file, item="duals")
        counters = len(problem.compiled.counters)
        for e, active in self.tables.items():
            if e >= people or len(set(active)) < len(active) or any(k >= counters for k in active):
                raise InputError(
                    f"no table of this problem: person {e}, counters {list(active)[:12]}", file=file, item="tables"
                )
        if self.words.size:
            Kept(bound=self.bound).contradict(problem.evaluate(Roster(self.words)), file)
