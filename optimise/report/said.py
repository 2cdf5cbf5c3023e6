"""The sentences on top of a report, of any kind of problem: the same in HTML and in the workbook."""

from __future__ import annotations

from typing import Any

from optimise.capacity.problem import CapacityProblem
from optimise.capacity.region import RegionProblem
from optimise.core.problem import Problem
from optimise.core.result import Result
from optimise.hospital.problem import HospitalProblem
from optimise.report.capacity import capacity_sentences, region_sentences
from optimise.report.words import Sentence, gap_in_words, hospital_sentences, roster_sentences
from optimise.roster.problem import RosterProblem

__all__ = ["sentences"]


def sentences(result: Result, problem: Problem) -> list[Sentence]:
    """What the plan amounts to, how good it is known to be, and why there is none."""
    said: list[Sentence] = []
    plan: Any = result.plan
    found = result.evaluation
    if plan is not None and found is not None:
        if isinstance(problem, RosterProblem):
            said = roster_sentences(problem, plan, found)
        elif isinstance(problem, HospitalProblem):
            said = hospital_sentences(problem, plan, found)
        elif isinstance(problem, CapacityProblem):
            said = capacity_sentences(problem, plan, found)
        elif isinstance(problem, RegionProblem):
            said = region_sentences(problem, plan, found)
    return [*said, gap_in_words(result), *(Sentence(text, "bad") for text in result.explanation)]
