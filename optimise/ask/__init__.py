"""Questions about a finished roster: who can take a shift, why somebody has it, how many requests could be met."""

from optimise.ask.cover import Answer, Changed, CoverAnswer, Stopped, who_can_cover
from optimise.ask.names import day_named, person_named, shift_named

__all__ = [
    "Answer",
    "Changed",
    "CoverAnswer",
    "Stopped",
    "day_named",
    "person_named",
    "shift_named",
    "who_can_cover",
]
