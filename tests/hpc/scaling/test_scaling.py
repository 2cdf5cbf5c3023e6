"""Predictions from a trace: exact where the arithmetic is known, and in step with a real recording."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hpc_cases import small

from hpc.runtime.balance import longest_first
from hpc.scaling.measure import measure, summarise
from hpc.scaling.model import Network, advised, predict
from hpc.scaling.stochastic import Scenarios, record_scenarios
from hpc.scaling.table import advice, measured_rows, predicted_rows, target_rows, write
from hpc.scaling.target import Search
from hpc.scaling.trace import Trace, record
from hpc.scaling.work import Call, Done, Workload, least
from optimise.core.errors import InputError
from optimise.generate import ward
from optimise.generate.capacity import capacity
from optimise.roster.formats.native import write_ward

FREE = Network(0.0, math.inf, 0.0, "ideal")
REAL = Network(1e-6, 1e10, 1e-5, "some")


def trace(people: int = 8, serial: float = 0.0, calls: int = 3) -> Trace:
    one = Call(serial, [1.0] * people, 0.0, 0.0, 100, 100)
    attempts = ((2.0, 2.0, 2.0, 2.0),)
    return Trace("made", people, 7, "paper", (1.0,) * people, (one,) * calls, attempts, (0.0,), 10)


def test_equal_tasks_without_a_network_scale_perfectly() -> None:
    for ranks in (1, 2, 4, 8):
        found = predict(trace(), ranks, FREE)
        assert found.root == pytest.approx(3 * 8 / ranks)
        assert found.root_efficiency == pytest.approx(1.0)
        assert found.busy == pytest.approx(1.0)


def test_more_ranks_than_people_idle() -> None:
    assert predict(trace(), 16, FREE).root_efficiency == pytest.approx(0.5)


def test_a_serial_master_gives_amdahls_law() -> None:
    found = predict(trace(serial=8.0), 8, FREE)
    assert found.root_efficiency == pytest.approx(16 / (8 * 9))
    assert found.waiting == pytest.approx(8 / 9)


def test_as_many_ranks_are_advised_as_are_half_worth_it() -> None:
    found = [predict(trace(serial=1.0), n, FREE) for n in (1, 2, 4, 8, 64)]
    assert [p.worth >= 0.5 for p in found] == [True, True, True, True, False]
    best = advised(found)
    assert best is found[3]
    said = advice("made", found)
    assert said.startswith(f"made: use 8 ranks (predicted: efficiency {best.root_efficiency:.2f} in the root and")
    assert f"{8 * best.busy:.1f} times the neighbourhoods of one rank" in said
    assert advised(found[-1:]) is None
    assert advised(found[:1]) is found[0]


def test_a_slow_network_costs_and_a_faster_one_costs_less() -> None:
    slow = predict(trace(), 8, Network(0.1, 1e3, 0.0, "slow"))
    assert slow.root > predict(trace(), 8, REAL).root > predict(trace(), 8, FREE).root


def test_a_round_ends_with_its_slowest_neighbourhood() -> None:
    made = trace()
    uneven = Trace(**{**{f: getattr(made, f) for f in made.__slots__}, "attempts": ((1.0, 1.0, 1.0, 3.0),)})
    assert predict(uneven, 4, FREE).busy == pytest.approx(6 / (4 * 3))
    assert predict(uneven, 2, FREE).busy == pytest.approx(6 / (2 * 4))


def test_a_real_recording_can_be_stored_and_predicts_less_than_perfect(tmp_path: Path) -> None:
    problem = small(11, people=8, days=14)
    made = record(problem, Workload(iterations=3, rounds=1, people=4))
    priced = len(set(problem.compiled.leader.tolist()))  # two of the eight are alike
    assert [len(c.tasks) for c in made.calls] == [priced] * len(made.calls)
    assert priced == 7
    assert all(c.down > 0 and c.up > 0 for c in made.calls)
    assert len(made.attempts[0]) == 4
    made.write(tmp_path / "x.trace.json")
    back = Trace.read(tmp_path / "x.trace.json")
    assert back == made
    one, many = predict(back, 1, REAL), predict(back, 64, REAL)
    assert one.root_efficiency == pytest.approx(1.0)
    assert many.root_efficiency < 8 / 64 + 1e-9
    assert predict(back, 64, REAL) == many


def test_a_file_that_is_no_trace_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.trace.json").write_text('{"schema": "wardwise-trace/2"}')
    with pytest.raises(InputError, match="name: field required"):
        Trace.read(tmp_path / "x.trace.json")
    (tmp_path / "x.trace.json").write_text("[]")
    with pytest.raises(InputError, match="no recorded trace"):
        Trace.read(tmp_path / "x.trace.json")
    (tmp_path / "x.trace.json").write_text('{"schema": "wardwise-trace/1"}')
    with pytest.raises(InputError, match="another version"):
        Trace.read(tmp_path / "x.trace.json")


def account(*seconds: tuple[float, ...], who: tuple[int, ...], serial: float = 0.5) -> Done:
    calls = [Call(serial, list(tasks), 0.1, 0.0, 0, 0, list(who)) for tasks in seconds]
    wall = {"root": 9.0, "pricing": 6.0, "search": 8.0}
    return Done(calls, [[seconds[0][0]]], [0.2], 0, [1.0], [0], wall, 5)


def test_the_critical_path_takes_the_slowest_rank_of_each_call() -> None:
    found = summarise([[account((1.0,), (2.0,), who=(0,)), account((2.0,), (1.0,), who=(1,))]])
    assert found.root_path == pytest.approx(2.1 + 2.1 + 1.0)
    assert found.pricing_path == pytest.approx(4.2)
    assert found.search_path == pytest.approx(2.2)
    assert found.waits == pytest.approx((1.0, 1.0))
    assert (found.root_blocks, found.search_blocks) == (4, 10)
    assert found.blocks_per_second["pricing"] == pytest.approx(4 / 4.2)
    assert found.blocks_per_second["search wall"] == pytest.approx(10 / 8)


def test_of_several_repeats_the_least_seconds_of_every_person_count() -> None:
    disturbed = [account((1.0, 5.0), who=(0, 1), serial=3.0), account((2.0,), who=(2,))]
    other = [account((1.5,), who=(1,)), account((3.0, 0.5), who=(2, 0))]  # people have changed ranks
    found = summarise([disturbed, other])
    assert found.pricing_path == pytest.approx(max(0.5 + 1.5, 2.0) + 0.1)
    assert found.root_path == pytest.approx(max(0.5 + 1.5, 2.0) + 0.1 + 0.5)
    one = least([account((1.0, 5.0), who=(0, 1)), account((2.0, 4.0), who=(0, 1))])
    assert one.calls[0].tasks == [1.0, 4.0]


def synthetic(joining: float = 0.0) -> Trace:
    """Six people of 1 ... 6 s, 0.5 s of every rank, 2 s of rank 0, ten calls; rounds of 3, 1, 1 and 2 s."""
    call = Call(2.0, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0.5, joining, 1000, 3000)
    sizes = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    return Trace("synthetic", 6, 28, "paper", sizes, (call,) * 10, ((3.0, 1.0, 1.0, 2.0),) * 2, (0.4, 0.4), 100)


def test_a_synthetic_trace_has_the_seconds_that_can_be_counted_by_hand() -> None:
    one, two, three = (predict(synthetic(0.25), ranks, FREE) for ranks in (1, 2, 3))
    assert one.root == pytest.approx(10 * (2.0 + 21.0 + 0.5))
    assert two.root == pytest.approx(10 * (2.0 + 0.25 + 11.0 + 0.5))  # 6 + 3 + 2 and 5 + 4 + 1
    assert three.root == pytest.approx(10 * (2.0 + 0.25 + 7.0 + 0.5))
    assert two.root_efficiency == pytest.approx(23.5 / (2 * 13.75))
    assert two.waiting == pytest.approx(2.25 / 13.75)
    # a round on 2 ranks: 3 + 1 against 1 + 2, and a quarter of its merging for each of four attempts
    assert two.neighbourhoods == pytest.approx(4 / (4.0 + 0.4))
    assert two.busy == pytest.approx(7.0 / (2 * 4.4))


def test_messages_of_a_synthetic_trace_can_be_counted_by_hand() -> None:
    network = Network(0.01, 1000.0, 0.002, "slow")
    found = predict(synthetic(), 2, network).root - predict(synthetic(), 2, FREE).root
    down = (2 * 0.01 + 1000 / 1000.0) + 2 * 0.002
    up = 0.01 + (0.01 + 0.002) + (3000 + 200 * 2) / 1000.0
    assert found == pytest.approx(10 * (down + up))


def test_owners_follow_measured_seconds_in_the_prediction_as_in_the_run() -> None:
    made = synthetic()
    changed = {"work": (6.0, 1.0, 6.0, 1.0, 6.0, 1.0), "calls": made.calls * 2}
    wrong = Trace(**{**{f: getattr(made, f) for f in made.__slots__}, **changed})
    at_first = longest_first(np.array(wrong.work), 3)
    slow = float(np.bincount(at_first, weights=made.calls[0].tasks, minlength=3).max())
    assert slow > 1.25 * 7.0
    found = predict(wrong, 3, FREE).root
    assert found == pytest.approx(8 * (2.5 + slow) + 12 * (2.5 + 7.0))  # eight calls by size, then level


def test_a_rank_makes_the_prices_of_its_own_kinds_only() -> None:
    made = synthetic()
    six = Trace(**{**{f: getattr(made, f) for f in made.__slots__}, "kinds": (0, 1, 2, 3, 4, 5)})
    assert predict(six, 1, FREE).root == pytest.approx(predict(made, 1, FREE).root)
    assert predict(six, 6, FREE).root == pytest.approx(10 * (2.0 + 6.0 + 0.5 / 6))


def test_scenarios_are_spread_in_clusters_of_neighbours() -> None:
    call = Call(1.0, [4.0, 1.0, 1.0, 1.0], 0.0, 0.0, 0, 0)
    made = Trace("fan", 200, 7, "paper", (1.0,) * 4, (call,) * 8, (), (), 0, "scenarios")
    assert predict(made, 1, FREE).root == pytest.approx(8 * 8.0)
    assert predict(made, 2, FREE).root == pytest.approx(8 * 6.0)  # owners do not follow the clock
    assert predict(made, 256, FREE).root == pytest.approx(8 * 5.0)
    assert math.isnan(predict(made, 2, FREE).busy)


def test_the_l_shaped_method_can_be_recorded(tmp_path: Path) -> None:
    made = record_scenarios(capacity(7, 3, 3, 4, 2, beds=60), Scenarios(calls=4, clusters=3))
    assert [len(c.tasks) for c in made.calls] == [3] * 4
    assert made.people == 7
    assert all(c.down > 0 and c.up > 0 and min(c.tasks) > 0.0 and c.serial > 0.0 for c in made.calls)
    made.write(tmp_path / "x.trace.json")
    assert Trace.read(tmp_path / "x.trace.json") == made
    rows = predicted_rows(made, [predict(made, n, REAL) for n in (1, 2, 256)])
    assert rows[0]["size"] == "7 scenarios"
    assert rows[0]["speed-up of work"] == ""
    assert rows[2]["root efficiency"] < 3 / 256 + 1e-9
    assert {f.name for f in write(tmp_path, rows, REAL, "here")} >= {"scaling.csv", "scaling.md"}


@pytest.mark.mpi
def test_two_real_ranks_take_what_one_rank_foretells(tmp_path: Path, mpiexec: str) -> None:
    """The first call of the rank that built no plan took ten times as long: its tables were not there yet."""
    problem = ward(12, 2, 1)
    file = write_ward(problem, tmp_path / "ward.json")
    workload = Workload(iterations=6, rounds=0, repeats=2)
    found = measure(file, 2, workload)
    told = predict(record(problem.problem(), workload), 2, FREE)
    assert found.root_path < 1.6 * told.root
    assert found.root_path > told.root / 1.6


def test_tables_say_what_was_measured_and_what_predicted(tmp_path: Path) -> None:
    made = trace()
    rows = predicted_rows(made, [predict(made, n, REAL) for n in (1, 2)])
    rows += measured_rows("made", "8 people", [summarise([[account((1.0,), who=(0,))]])])
    files = {f.name for f in write(tmp_path, rows, REAL, "here", ["made: use 2"])}
    assert {"scaling.csv", "scaling.md", "scaling.svg"} <= files
    text = (tmp_path / "scaling.md").read_text()
    assert text.count("| predicted |") == 2
    assert text.count("| measured |") == 1
    assert "**made: use 2**" in text
    picture = (tmp_path / "scaling.svg").read_text()
    assert "svg" in picture
    assert np.isfinite(rows[0]["root efficiency"])


def test_the_page_of_ranks_explains_every_column() -> None:
    made = trace()
    rows = predicted_rows(made, [predict(made, 1, REAL)])
    rows += measured_rows("made", "8 people", [summarise([[account((1.0,), who=(0,))]])])
    rows += target_rows("made", "8 people", [Search(1, ((1.0, 90.0),))])
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "how-many-ranks.md").read_text(encoding="utf-8")
    assert not {head for row in rows for head in row if f"`{head}`" not in page}
