"""The sentences say what the table says."""

import math

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


def test_factors_are_the_same_from_either_side():
    said = " ".join(sentences(table([(80.0, 1.0), (5.0, 1.0)])))
    assert "the classical side was faster by a factor of 20 (median of the logarithms)" in said
    said = " ".join(sentences(table([(1.0, 80.0), (1.0, 5.0)])))
    assert "the quantum side was faster by a factor of 20 (median of the logarithms)" in said


def test_too_few_instances_are_said_to_be_too_few():
    assert "With 2 instances decided no sign test can be below 0.5" in sentences(table([(5.0, 1.0)] * 2))[0]
    assert "decided" not in sentences(table([(5.0, 1.0), (1.0, 5.0)] * 3))[0]


def test_seeds_that_are_one_run_are_told():
    def said(**more):
        return " ".join(sentences([row("i", "quantum", 2.0, **more), row("i", "classical", 1.0)]))

    assert "In 1 of 1 pairs of instance and quantum contender every seed" in said(done=3, runs=3)
    assert "every seed" not in said(done=3, runs=3, success_low=0.4)
    assert "every seed" not in said()
