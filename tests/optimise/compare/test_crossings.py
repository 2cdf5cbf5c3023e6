"""Where two clocks would meet: lines with a band, on families stated before the run."""

import math

import pytest

from optimise.compare.crossings import crossing_rows
from optimise.compare.scaling import StudyFamily

FAMILY = StudyFamily("f", ("i*",), against="other")


def rows(*points):
    """Two contenders on instances of (states, seconds of circuits, seconds of the other)."""
    made = []
    for number, (states, circuits, other) in enumerate(points):
        common = {"instance": f"i{number}", "states": states, "side": "quantum"}
        made.append({**common, "label": "circuit", "tts_99": 1.0, "tts_99_ft": circuits})
        made.append({**common, "label": "other", "tts_99": other, "tts_99_ft": None})
    return made


def test_a_line_that_falls_crosses_where_it_says():
    (found,) = crossing_rows([FAMILY], rows((2.0**4, 64.0, 1.0), (2.0**6, 32.0, 1.0), (2.0**8, 16.0, 1.0)))
    assert found["exponent"] == pytest.approx(-0.5)
    assert found["crossing_log2_states"] == pytest.approx(16.0)
    assert found["ratio_at_largest"] == pytest.approx(16.0)


def test_a_line_that_rises_never_crosses():
    points = ((2.0**4, 8.0, 1.0), (2.0**6, 17.0, 1.0), (2.0**8, 31.0, 1.0), (2.0**10, 65.0, 1.0))
    (found,) = crossing_rows([FAMILY], rows(*points))
    assert found["crossing_log2_states"] is None
    assert math.isinf(found["no_crossing_below_log2_states"])


def test_no_size_is_told_where_circuits_are_ahead_already():
    points = ((2.0**4, 0.5, 1.0), (2.0**6, 0.3, 1.0), (2.0**8, 0.1, 1.0), (2.0**10, 0.05, 1.0))
    (found,) = crossing_rows([FAMILY], rows(*points))
    assert found["no_crossing_below_log2_states"] is None
    assert found["crossing_log2_states"] is None


def test_a_family_without_an_opponent_and_an_unsolved_instance_give_nothing():
    assert crossing_rows([StudyFamily("f", ("i*",))], rows((4.0, 1.0, 1.0))) == []
    (found,) = crossing_rows([FAMILY], rows((4.0, 1.0, 1.0), (16.0, math.inf, 1.0)))
    assert (found["instances"], found["exponent"]) == (1, None)
