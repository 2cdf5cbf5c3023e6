"""The sentences on top of a report, of any kind of problem: the same in HTML and in the workbook."""

from __future__ import annotations

from collections.abc import Sequence

from optimise.core.kinds import kind_of
from optimise.core.problem import Problem
from optimise.core.result import Result
from optimise.report.base import subject_of
from optimise.report.words import Sentence, gap_in_words

__all__ = ["sentences"]


def sentences(result: Result, problem: Problem, known: Sequence[str] = ()) -> list[Sentence]:
    """What the plan amounts to, what else is known of it, how good it is known to be, and why there is none.

    What is explained beside a feasible plan (leave that reaches outside it, what was not used) is a fact, no breach.
    What of the file was not read stands first, as a warning.
    """
    unread = kind_of(problem).unread(problem)
    said: list[Sentence] = []
    if result.plan is not None and result.evaluation is not None:
        said = subject_of(problem).sentences(problem, result.plan, result.evaluation)
    return [
        *(Sentence(text, "bad" if text.startswith("NOT READ") else "note") for text in unread),
        *said,
        *(Sentence(text) for text in known),
        gap_in_words(result),
        *(Sentence(text, "fact" if result.feasible else "bad") for text in result.explanation if text not in unread),
    ]
