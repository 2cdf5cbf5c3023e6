"""Stays and what follows from them for beds."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.demand.courses import draw_remaining, simulate
from optimise.demand.stayfile import read_stays
from optimise.demand.stays import Stays, leaving, stay_pmf


def of(spans, length, group=None):
    first = np.array([a for a, _ in spans])
    end = np.array([b for _, b in spans])
    return Stays(np.zeros(len(spans), int) if group is None else np.array(group), first, end, length)


def test_without_running_stays_it_is_the_empirical_distribution():
    made = stay_pmf(of([(0, 1), (0, 2), (3, 5), (4, 7)], 20), 1, 24)
    assert np.allclose(made[0], [0.25, 0.5, 0.25])


def test_running_stays_count_as_long_as_they_are_seen():
    # five stays: ended after 1, 3; still there after 1, 2 and 4 periods (textbook product-limit estimate)
    made = stay_pmf(of([(0, 1), (0, 3), (9, -1), (8, -1), (6, -1)], 10), 1, 24)
    # after 1 period 1 of 4 left (the one seen for one period is not known to have outlived it); after 3, 1 of 2
    assert np.allclose(made[0, :3], [0.25, 0.0, 0.75 * 0.5])


def test_censoring_does_not_shorten_stays():
    rng = np.random.default_rng(3)
    first = rng.integers(0, 60, 6000)
    end = first + rng.geometric(0.1, 6000)
    full = of(list(zip(first, end, strict=True)), 10**6)
    made = stay_pmf(full.until(60), 1, 24)
    assert made[0, :20].sum() == pytest.approx(1 - 0.9**20, abs=0.02)


def test_what_was_known_then():
    made = of([(0, 3), (1, 9), (7, 8)], 20).until(3)
    assert made.first.tolist() == [0, 1]
    assert made.end.tolist() == [-1, -1]  # the first leaves in period 3, which is not known yet
    assert [sorted(x) for x in made.present(1)] == [[2, 3]]


def test_remaining_patients_leave_as_their_stays_say():
    stay = np.array([[0.2, 0.3, 0.5]])
    drawn = draw_remaining([np.array([1] * 40)], stay, 3, 3000, np.random.default_rng(1))
    assert (np.diff(drawn[:, :, 0], axis=1) <= 0).all()
    assert np.allclose(drawn.mean(0)[:, 0] / 40, [0.8, 0.5, 0.0], atol=0.01)


def test_simulated_beds_agree_with_expected_beds():
    rng = np.random.default_rng(2)
    arrivals = rng.poisson(3.0, (1, 12, 2)).repeat(4000, axis=0)
    stay = np.array([[0.5, 0.1, 0.4], [0.0, 0.0, 1.0]])
    remaining = np.repeat(np.array([[[5, 0]] * 4 + [[2, 0]] * 8]), 4000, axis=0)
    occupancy, departures = simulate(arrivals, remaining, stay, rng)
    wanted = remaining[0].astype(float)
    for lag in range(3):
        wanted[lag:] += arrivals[0, : 12 - lag] * stay[:, lag:].sum(1)
    assert np.allclose(occupancy.mean(0), wanted, atol=0.1)
    change = np.diff(occupancy, axis=1)
    assert np.array_equal(change, arrivals[:, 1:] - departures[:, 1:])


def test_stays_from_a_file(tmp_path):
    file = tmp_path / "stays.csv"
    file.write_text("specialty,days\na,1\na,2\nb,3\n", encoding="utf-8")
    made = read_stays(file, ("a", "b"), "day")
    assert made.tolist() == [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
    hourly = read_stays(file, ("a", "b"), "hour")
    assert hourly[1] @ np.arange(1, hourly.shape[1] + 1) == pytest.approx(72, abs=0.6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "no column of stays"),
        ("days\n-1\n", "stays.csv:2"),
        ("days\nx\n", "stays.csv:2"),
        ("group,days\nz,1\n", "unknown group"),
        ("group,days\na,1\n", "no stay"),
    ],
)
def test_slips_in_a_file_of_stays(tmp_path, text, words):
    file = tmp_path / "stays.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_stays(file, ("a", "b"), "day")


def test_weekends_on_which_few_leave_are_found_and_kept():
    rng = np.random.default_rng(4)
    first, end = rng.integers(0, 350, 4000), []
    for day in first:
        day += 1
        while rng.random() > (0.1 if day % 7 >= 5 else 0.4):
            day += 1
        end.append(int(day))
    stays = of(list(zip(first, end, strict=True)), 350).until(350)
    stay = stay_pmf(stays, 1, 24)
    risk, factors = leaving(stays, 1, np.arange(350) % 7, 7, 24)
    assert factors[5:].max() < 0.5 * factors[:5].min()
    assert np.allclose(risk[0, 2] * factors, [0.4] * 5 + [0.1] * 2, rtol=0.2)
    spent = [np.ones(50, int)]
    rng = np.random.default_rng
    drawn = [draw_remaining(spent, stay, 4, 500, rng(1), *r).mean(0)[3, 0] for r in ((), (risk, factors[3:]))]
    assert drawn[1] > 1.1 * drawn[0]  # from Thursday over the weekend
