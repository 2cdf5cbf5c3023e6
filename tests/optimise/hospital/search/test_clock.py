"""The clock: what would not end in time is not begun, and a first plan ends early but not empty."""

from __future__ import annotations

import numpy as np

from optimise.generate import hospital_with_plan
from optimise.hospital.rules.arrays import arrays_of
from optimise.hospital.search.insertion import insert_all
from optimise.hospital.search.neighbourhoods import KINDS
from optimise.hospital.search.operators import Neighbourhood
from optimise.hospital.search.tuning import JointSearchTuning


def test_a_sub_model_that_would_not_end_in_time_is_not_built() -> None:
    problem, plan = hospital_with_plan(30, days=6, seed=1)
    kind, size = KINDS["hospital"]["some_rooms"]
    rng = np.random.default_rng(0)
    for tuning, seconds in ((JointSearchTuning(columns=1), 10.0), (JointSearchTuning(pace=1e-3), 10.0)):
        operator = Neighbourhood(problem, "some_rooms", kind, float(size), False, tuning)
        assert operator.step(plan, rng, seconds=seconds, work=False, seed=1) is None
        assert operator.size < size


def test_an_insertion_that_is_cut_short_has_had_everybody_once() -> None:
    problem, _ = hospital_with_plan(30, days=6, seed=1)
    h = arrays_of(problem)
    found = [np.full(len(h.stay), -1) for _ in range(3)]
    insert_all(h, np.arange(len(h.stay)), 1, 10_000, 0.0, *found, over=lambda: True)
    mandatory = np.flatnonzero(h.mandatory == 1)
    assert (found[0][mandatory] >= 0).sum() > 0.8 * len(mandatory)
