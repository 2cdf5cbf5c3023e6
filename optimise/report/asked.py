"""What a reader asks of a report beside the run itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimise.replan.base import Change
from optimise.report.escalation import LEVELS, Unplanned

__all__ = ["Asked"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands beside a run in its report.

    Attributes
    ----------
    changes : sequence of Change or None
        Against the plan that a re-plan began from; None where there was none.
    known : sequence of str
        Sentences that are known from elsewhere.
    day : int
        Day of the plan on the bed board.
    unplanned : Unplanned or None
        Beds that people take who are not in the plan; None where nothing is known of them.
    levels : tuple of float
        Shares of open beds (per cent) above which the levels of escalation begin.
    """

    changes: Sequence[Change] | None = None
    known: Sequence[str] = ()
    day: int = 0
    unplanned: Unplanned | None = None
    levels: tuple[float, ...] = LEVELS
