"""The sentences say what the table says."""

import math

import pytest

from optimise.compare.verdict import duel, sentences


def row(instance, side, tts, median=1.0, **more):
    return {
        "instance": instance, "side": side, "label": f"{side} method", "method": side, "tts_99": tts, "median": median,
        "tts_99_qpu": None, "success_probability": 0.5, "repetitions": None, "hits": int(math.isfinite(tts)), "done": 1,
        "runs": 1, "message": "", **more,
    }  # fmt: skip


def table(times):
    return [row(f"i{n}", side, t) for n, pair in enumerate(times) for side, t in zip(("quantum", "classical"), pair)]


def test_the_faster_side_on_enough_instances_wins():
    assert sentences(table([(1.0, 5.0)] * 7))[0].startswith("The quantum side won")
    assert sentences(table([(5.0, 1.0)] * 7))[0].startswith("The classical side won")


def test_few_or_even_instances_have_no_clear_winner():
    assert sentences(table([(5.0, 1.0)] * 3))[0].startswith("There is no clear winner")
    assert "neither side was ahead" in sentences(table([(5.0, 1.0), (1.0, 5.0)]))[0]


def test_an_unsolved_instance_is_lost_to_who_solved_it_and_named():
    found = duel(table([(math.inf, 1.0)]), lambda r: r["tts_99"], lambda r: r["tts_99"])
    assert (found.quantum, found.classical, found.ties) == (0, 1, 0)
    assert any(
        "No quantum contender reached the reference on 1 instance: i0" in s for s in sentences(table([(math.inf, 1.0)]))
    )


def test_one_side_alone_cannot_win():
    assert "only classical contenders" in sentences([row("i", "classical", 1.0)])[0]


def test_a_repair_earns_the_circuit_nothing():
    circuit = row("i", "quantum", 1.0, success_probability=0.001, repaired_success=0.06, feasible_before=0.01,
                  repetitions=100.0)  # fmt: skip
    guess = row("i", "classical", 1.0, success_probability=0.005)
    guess["method"] = "random-feasible"
    bits = row("i", "classical", 1.0, success_probability=0.0, repaired_success=0.15, feasible_before=0.01)
    bits["method"] = "random-bits"
    said = " ".join(sentences([circuit, guess, bits]))
    assert "before any repair was 0.2 times as likely" in said
    assert "a repaired shot was 0.4 times as likely to be optimal as uniform random bits" in said


def test_a_circuit_that_never_succeeds_counts_among_the_pairs():
    rows = [row("i", "quantum", math.inf, success_probability=0.0, repetitions=9.0)]
    rows.append({**row("i", "classical", 1.0), "method": "random-feasible"})
    assert any("0 times as likely" in s and "in 1 of them" in s for s in sentences(rows))


def test_the_raw_cost_decides():
    rows = [row("i", "quantum", 1.0, median=1.0, raw_median=5.0), row("i", "classical", 1.0, median=3.0)]
    assert any("the classical side was better on 1 instance" in s for s in sentences(rows))


@pytest.mark.parametrize("turned", [False, True])
def test_a_factor_is_the_same_whichever_side_one_divides_by(turned):
    pairs = [(0.019978, 0.000254), (0.085398, 0.025494)]
    rows = table([pair[::-1] for pair in pairs] if turned else pairs)
    said = next(s for s in sentences(rows) if s.startswith("Time to solution"))
    side = "quantum" if turned else "classical"
    assert f"the {side} side was faster by a typical factor of 16.2" in said  # not 6.43, nor 41


def test_too_few_problems_are_said_to_settle_nothing():
    assert "there could be none: at most 5 independent problems" in sentences(table([(5.0, 1.0)] * 5))[0]
    assert "a sign test needs 6" in sentences(table([(5.0, 1.0)] * 5))[0]
    assert sentences(table([(5.0, 1.0)] * 6))[0].startswith("The classical side won")


def test_overlapping_cuts_of_one_problem_are_one_vote():
    rows = [{**r, "origin": "ward"} for r in table([(5.0, 1.0)] * 7)]
    found = duel(rows, lambda r: r["tts_99"], lambda r: r["tts_99"])
    assert (found.classical, found.problems, found.winner) == (7, (0, 1), "")
    said = sentences(rows)
    assert "there could be none: at most 1 independent problem decided" in said[0]
    assert any("The 7 instances come from 1 problem." in s and '"i0", "i1"' in s for s in said)


def test_a_fit_is_told_in_the_verdict():
    said = sentences([*table([(5.0, 1.0)]), row("i", "classical", 1.0, energy_error=142.708)])
    assert any("On 1 instance the energy is a fit" in s and "i (143)" in s for s in said)
    assert not any("is a fit" in s for s in sentences([row("i", "classical", 1.0, energy_error=0.0)]))
