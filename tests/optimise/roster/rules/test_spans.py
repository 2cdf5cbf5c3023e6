"""Hours in any so many hours against their definition, minute by minute of each span that begins with a shift."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from optimise.roster.context import RosterContext
from optimise.roster.rules import HoursWithin
from optimise.testing import check_rule


@pytest.mark.parametrize(("hours", "span"), [(16, 2), (20, 3)])
def test_hours_in_a_span(hours: int, span: int) -> None:
    rule = HoursWithin(name="hours", maximum=60 * hours, span=1440 * span, weight=0.25)

    def defined(problem: RosterContext, duties: NDArray[np.int16]) -> float:
        starts = sorted({s.start for s in problem.shifts if s.start is not None})
        days, cost = problem.horizon.days, 0.0
        for person, row in enumerate(duties.tolist()):
            known = [mask.bit_length() - 1 for mask in problem.employees[person].history][::-1]
            for first in range(-len(known), max(days - span, 0) + 1):
                for hour in starts:
                    total = 0
                    for day, duty in enumerate([*known, *row], start=-len(known)):
                        if duty:
                            shift = problem.shifts[problem.duties[duty].shift]
                            assert shift.start is not None
                            assert shift.end is not None
                            begin, end = 1440 * day + shift.start, 1440 * day + shift.end
                            if begin >= 1440 * first + hour:
                                part = max(0, min(end, 1440 * (first + span) + hour) - begin)
                                total += shift.minutes * part // (end - begin)
                    cost += 0.25 * max(0, total - 60 * hours)
        return cost

    check_rule(rule, defined, models=1)
