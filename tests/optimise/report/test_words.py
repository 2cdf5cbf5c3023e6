"""Plain words: counts, ranges, gaps."""

from __future__ import annotations

import math

import pytest

from optimise.core.result import Bounds, Evaluation, Result, Stop, Trace, TracePoint
from optimise.hospital.view import Stay
from optimise.report.hospital_page import lanes
from optimise.report.style import short_labels
from optimise.report.svg import trace_chart
from optimise.report.words import count, gap_in_words, number


@pytest.mark.parametrize(
    ("value", "text"), [(607.0, "607"), (4.25, "4.25"), (4.5, "4.5"), (12345.0, "12,345"), (math.inf, "unknown")]
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_counts() -> None:
    assert [count(n, "nurse") for n in (0, 1, 2)] == ["no nurses", "1 nurse", "2 nurses"]


def found(cost: float, dual: float, stop: Stop) -> Result:
    return Result(object(), stop, Bounds(cost, dual), Evaluation(cost, 0, ()))  # type: ignore[arg-type]


def test_a_proven_plan_is_called_so() -> None:
    assert "proven that no plan costs less" in gap_in_words(found(607, 607, Stop.OPTIMAL)).text


def test_a_gap_is_told_as_what_could_be_saved() -> None:
    said = gap_in_words(found(200, 150, Stop.TIME))
    assert "No plan costs less than 150, so at most 50 (25.0 %)" in said.text
    assert said.tone == "note"


def test_an_unknown_bound_is_not_called_zero() -> None:
    said = gap_in_words(found(200, -math.inf, Stop.TIME))
    assert "not known" in said.text
    assert "0 " not in said.text.replace("200", "")


def test_infeasibility_is_told() -> None:
    said = gap_in_words(Result(None, Stop.INFEASIBLE, Bounds()))
    assert (said.tone, "proven" in said.text) == ("bad", True)


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["E", "L", "N"], ["E", "L", "N"]),
        (["Early", "Late", "Night"], ["E", "L", "N"]),
        (["Early", "Evening"], ["Ea", "Ev"]),
        (["shift one", "shift two"], ["1", "2"]),
    ],
)
def test_short_labels_tell_names_apart(names: list[str], labels: list[str]) -> None:
    assert short_labels(names) == labels


def test_stays_of_one_lane_do_not_overlap() -> None:
    mine = [Stay(0, 0, 0, 3), Stay(1, 0, 1, 1), Stay(2, 0, 2, 5), Stay(3, 0, 4, 4)]
    assert lanes(mine) == [0, 1, 1, 0]


def test_a_trace_of_one_point_is_not_drawn() -> None:
    assert trace_chart(Trace((TracePoint(0.0, math.inf, -math.inf),))) is None


def test_a_trace_with_unknown_values_is_drawn_from_what_is_known() -> None:
    points = (TracePoint(0.0, math.inf, -math.inf), TracePoint(1.0, 1e6, 10.0), TracePoint(2.0, 20.0, 20.0))
    drawn = trace_chart(Trace(points))
    assert drawn is not None
    assert "nan" not in drawn
    assert "inf" not in drawn
