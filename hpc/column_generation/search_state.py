"""Where a parallel search stands, equal on all ranks and kept in checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["KINDS", "SearchState", "state_of"]

#: Kinds of neighbourhood; the first are the styles of :func:`~hpc.column_generation.neighbourhood.choose_people`.
KINDS = ("uniform", "dear", "cover", "alike", "window", "anneal", "everybody")


@dataclass(slots=True)
class SearchState:
    """Where a search stands; equal on all ranks."""

    round: int = 0
    size: float = 8.0
    #: people of a week's window
    wide: float = 10.0
    #: moves of a chain, in full chains
    length: float = 0.1
    #: first temperature of chains
    warmth: float = 0.0
    suited: bool = True
    #: whether the first bursts still bring much
    hasty: bool = True
    #: whether the whole model has had its chance
    closing: bool = False
    since_gain: int = 0
    #: by kind of neighbourhood: tries, gains and work, fading
    tries: list[float] = field(default_factory=lambda: [0.0] * len(KINDS))
    gains: list[float] = field(default_factory=lambda: [0.0] * len(KINDS))
    spent: list[float] = field(default_factory=lambda: [0.0] * len(KINDS))


def state_of(stored: Mapping[str, float]) -> SearchState:
    """A state from its stored fields."""
    state = SearchState()
    for name, value in stored.items():
        if hasattr(state, name):
            setattr(state, name, type(getattr(state, name))(value))
    for fading in (state.tries, state.gains, state.spent):  # of a version that knew fewer kinds
        fading += [0.0] * (len(KINDS) - len(fading))
    return state
