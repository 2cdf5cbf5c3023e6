"""A trust's wards from its data, equal-bed plans, and nurses from beds."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimise
from optimise.capacity.model.capacity_values import mean_plan
from optimise.capacity.problem import CapacityPlan
from optimise.core.errors import InputError
from optimise.demand.forecast import usual_models
from optimise.demand.handover import Ratios, cover, ward_document
from optimise.demand.reading import read_demand
from optimise.demand.study import study
from optimise.demand.synthetic import SPECIALTIES, rows, write
from optimise.demand.trust import Trust, same_beds, shares, usual_plan


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    file = write(tmp_path_factory.mktemp("trust") / "demand.csv", beds=60, weeks=10, seed=3)
    made = read_demand(file, period="hour", zone="Europe/London", until=datetime.datetime(2025, 11, 10))
    assert made.length >= 9 * 168
    return made


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 500), st.lists(st.floats(0.01, 100), min_size=1, max_size=9))
def test_shares_add_up_and_are_near(total, weights):
    made = shares(total, np.array(weights))
    assert made.sum() == total
    assert np.abs(made - total * np.array(weights) / sum(weights)).max() < 1


def test_generated_demand_repeats_and_has_the_published_sizes():
    start = datetime.date(2025, 9, 1)
    made = rows(200, 120, 1, start)
    assert made == rows(200, 120, 1, start)
    clock = "%Y-%m-%d %H:%M"
    stays = {name: [] for name in SPECIALTIES}
    for arrival, left, name in made:
        if left:
            begin, end = datetime.datetime.strptime(arrival, clock), datetime.datetime.strptime(left, clock)
            assert end > begin
            stays[name].append((end - begin).total_seconds() / 86400)
    beds = {name: sum(found) / 120 for name, found in stays.items()}
    total = sum(b for b, _ in SPECIALTIES.values())
    for name in ("general medicine", "general surgery"):
        assert beds[name] == pytest.approx(200 * SPECIALTIES[name][0] / total, rel=0.2)


def test_a_trust_is_sized_by_what_it_had(data):
    trust = Trust.from_demand("t", data, electives={"general surgery": 1}, occupancy=0.9)
    used = data.stays.occupancy(8)[data.length // 4 :].mean(0).sum()
    assert trust.usual.sum() == trust.beds
    assert 1.0 < trust.beds * 0.9 / used < 1.25
    with pytest.raises(InputError, match="home ward"):
        Trust.from_demand("t", data, {"W": ("cardiology",)})
    with pytest.raises(InputError, match="electives surgery"):
        Trust.from_demand("t", data, electives={"surgery": 1})


def test_weeks_are_planned_from_what_was_known_and_compared_at_equal_beds(data):
    seen = []

    def planner(problem):
        seen.append(problem)
        return mean_plan(problem, seconds=5, nodes=0)

    found = study(
        data,
        lambda past: Trust.from_demand("t", past, electives={"general surgery": 1}),
        {"deterministic": planner},
        weeks=2,
        models=usual_models("GB-ENG", ("climatology",)),
        scenarios=5,
        sample=30,
    )
    assert [w.forecast.start for w in found.weeks] == [p.scenarios.start for p in seen]
    assert found.versus.names == ("deterministic", "today")
    assert found.versus.courses == 2
    for week in found.weeks:
        opened = {name: plan.opened.sum() for name, plan in week.plans.items()}
        assert len(set(opened.values())) == 1
        children = week.problem.specialties.index("paediatrics")
        assert np.isinf(week.problem.outlying[children]).sum() == 7
        present = [len(x) for x in week.forecast.spent]
        assert week.problem.occupied.sum() == sum(present)


def test_spare_beds_are_opened_where_they_may(data):
    trust = Trust.from_demand("t", data)
    from optimise.demand.fans import fan
    from optimise.demand.forecast import forecast

    made, _ = forecast(data, 168, models=usual_models(None, ("climatology",)), origins=3)
    problem = trust.problem(fan(made, 3), made.spent)
    least = CapacityPlan(problem.wards.minimum, np.zeros(7, int), problem.electives.requests)
    full = same_beds(problem, least)
    assert (full.opened.sum(0) == trust.beds).all()
    assert (full.opened <= problem.wards.maximum).all()
    assert (full.opened >= least.opened).all()
    assert np.array_equal(same_beds(problem, full).opened, full.opened)
    assert usual_plan(problem, trust).opened[:, 0].tolist() == trust.usual.tolist()

    ward = problem.wards.ids[0]
    entries = cover(problem, full, ward)
    beds = int(full.opened[0, 0])
    assert entries[0]["minimum"] == Ratios().nurses(beds, "E") == max(2, -(-beds // 8))
    document = ward_document(problem, full, ward)
    assert document["days"] == 7
    with pytest.raises(InputError, match="unknown ward"):
        cover(problem, full, "nowhere")


def test_the_roster_model_takes_the_ward_over(tmp_path):
    assert Ratios().nurses(0, "E") == 0
    assert [Ratios().nurses(24, s) for s in "ELN"] == [3, 3, 3]
    from optimise.generate.capacity import capacity

    problem = capacity(2, 7, 2, 2, beds=40)
    plan = CapacityPlan(np.array([[20, 24, 24, 20, 20, 8, 8]] * 2), np.zeros(7, int), problem.electives.requests * 0)
    file = tmp_path / "ward.json"
    file.write_text(json.dumps(ward_document(problem, plan, problem.wards.ids[0])), encoding="utf-8")
    ward = optimise.read(file)
    assert ward.horizon.days == 7
    assert sum(e["minimum"] for e in cover(problem, plan, problem.wards.ids[0])) == 3 * 8 + 2 * 9 + 2 * 6
    assert len(ward.employees) >= 5


def test_the_shipped_demand_is_what_the_generator_makes(tmp_path):
    shipped = Path(__file__).parents[3] / "examples" / "demand.csv"
    made = write(tmp_path / "demand.csv", beds=100, weeks=26, seed=1)
    assert made.read_bytes() == shipped.read_bytes()
