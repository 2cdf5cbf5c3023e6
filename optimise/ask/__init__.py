"""Questions about a roster: who can take a shift, why somebody has it, what could be met, what is weighed how."""

from optimise.ask.cover import Answer, Changed, CoverAnswer, Stopped, cover_asked, who_can_cover
from optimise.ask.frontier import Frontier, FrontierPlan, frontier
from optimise.ask.requests import (
    MostRequests,
    most_requests,
    most_told,
    read_most_requests,
    write_most_requests,
)
from optimise.ask.why import Question, WhyAnswer, why
from optimise.roster.names import day_named, person_named, shift_named

__all__ = [
    "Answer",
    "Changed",
    "CoverAnswer",
    "Frontier",
    "FrontierPlan",
    "MostRequests",
    "Question",
    "Stopped",
    "WhyAnswer",
    "cover_asked",
    "day_named",
    "frontier",
    "most_requests",
    "most_told",
    "person_named",
    "read_most_requests",
    "shift_named",
    "who_can_cover",
    "why",
    "write_most_requests",
]
