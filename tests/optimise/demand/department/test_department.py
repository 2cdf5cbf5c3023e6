"""A made-up department whose truth is known: chances, arrivals, wards and sums against it."""

from __future__ import annotations

import datetime
import itertools

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.demand.department import synthetic
from optimise.demand.department.admission import Chances, learn_admissions
from optimise.demand.department.arrivals import Incoming, learn_incoming
from optimise.demand.department.assess import assess, epudd, madcap
from optimise.demand.department.encoding import Encoder
from optimise.demand.department.outlook import make_outlook
from optimise.demand.department.output import bed_rows
from optimise.demand.department.reading import (
    read_beds,
    read_planned,
    read_snapshots,
    read_stay_table,
    read_visits,
)
from optimise.demand.department.tables import Beds, Planned, Snapshots, StayTable, Visits, moment_of
from optimise.demand.department.wards import Inpatients, find_inpatients

HOURS = 12
WHEN = datetime.datetime(2026, 1, 5, 15, 30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("department")
    synthetic.department_folder(made, 100, 8, 3)
    return made


@pytest.fixture(scope="module")
def house():
    return synthetic.make_house(100, 8, 3)


@pytest.fixture(scope="module")
def past(folder):
    return read_snapshots(folder / "snapshots.csv", past=True)


@pytest.fixture(scope="module")
def model(past):
    return learn_admissions(past, 1)


@pytest.fixture(scope="module")
def later(house):
    """Snapshots after now, which nothing was learned from, with the truth."""
    moments = house.now + 24 * np.arange(1, 13)
    rows = [(i, moment) for moment in moments for i in house.present(moment)]
    at, moment = np.array([i for i, _ in rows]), np.array([m for _, m in rows])
    facts = {
        "age": tuple(str(a) for a in house.age[at]),
        "triage": tuple(str(a) for a in house.triage[at]),
        "arrival_mode": tuple("ambulance" if a else "walk-in" for a in house.ambulance[at]),
    }
    n, elapsed = len(at), moment - house.arrival[at]
    sexes = tuple("F" if f else "M" for f in house.female[at])
    unknown = np.full(n, np.nan)
    shots = Snapshots(("",) * n, moment, elapsed, sexes, facts, np.full(n, -1), unknown, ("",) * n)
    chance = synthetic.chance_of_admission(house.age[at], house.triage[at], house.ambulance[at])
    return shots, *synthetic.truth(chance, elapsed, HOURS), synthetic.shares(house.age[at], house.triage[at])


def test_chances_are_near_the_truth(model, later):
    shots, admitted, within, shares = later
    found = model.predict(shots, HOURS)
    assert found.services == ("elderly", "medical", "paediatric", "surgical")
    assert np.abs(found.admitted - admitted).mean() < 0.07
    assert abs(found.admitted.mean() - admitted.mean()) < 0.03
    weight = admitted[:, None]
    assert np.abs((found.within - within) * weight).sum(0).max() / weight.sum() < 0.08
    order = [list(synthetic.SERVICES).index(name) for name in found.services]
    assert np.abs((found.service - shares[:, order]) * weight).sum(0).max() / weight.sum() < 0.1
    joint = found.joint()
    assert np.allclose(joint.sum(1), found.admitted[:, None] * found.within)
    assert (np.diff(joint, axis=2) >= -1e-12).all()


def test_what_is_not_known_now_is_not_learned_from(past):
    leak = tuple("yes" if a == 1 else "no" for a in past.admitted)
    both = Snapshots(
        past.visit,
        past.moment,
        past.elapsed,
        past.sex,
        {**past.facts, "leak": leak},
        past.admitted,
        past.wait,
        past.service,
    )
    assert "leak" in Encoder.learn(both).words
    encoder = learn_admissions(both.take(np.arange(300)), 1, ("age", "triage")).encoder
    assert set(encoder.numbers) == {"elapsed", "age", "triage"}
    assert set(encoder.words) == {"sex"}


def test_too_little_to_learn_from_is_told(past):
    with pytest.raises(InputError, match="at least 50"):
        learn_admissions(past.take(np.arange(20)))
    with pytest.raises(InputError, match="too few to hold"):
        assess(past.take(np.arange(60)), 4)


def test_nobody_in_the_department(model, past):
    empty = model.predict(past.take(np.zeros(0, np.int64)), 4)
    assert empty.joint().shape == (0, 4, 4)


def test_those_yet_to_arrive_are_thinned_by_admission_in_the_window():
    house = synthetic.make_house(200, 7, 5)
    when, admitted = moment_of(house.now), house.admitted == 1
    names = tuple(list(synthetic.SERVICES)[s] for s in house.service[admitted])
    sexes = tuple("F" if f else "M" for f in house.female[admitted])
    visits = Visits(house.arrival[admitted], house.leaving[admitted], names, sexes, house.arrival[0], house.arrival[-1])
    found = learn_incoming(visits, when, HOURS, origins=3).at(when, HOURS)
    # From arrival: the first hour none, then an exponential with mean 4.5 hours, arrivals spread over their hour.
    u = np.linspace(0, 1, 1001)
    for last in (1, 5, 11):
        waited = np.maximum(last + 1 - u - 1.0, 0.0)
        assert found.within[0, last].mean() == pytest.approx((1 - np.exp(-waited / 4.5)).mean(), abs=0.06)
    hours = np.floor(house.arrival).astype(int)
    days = (hours.max() - hours.min() + 1) / 24
    usual = [(admitted & (hours % 24 == h % 24)).sum() / days for h in range(15, 15 + HOURS)]
    assert found.courses.sum(2).mean(0).sum() == pytest.approx(sum(usual), rel=0.15)
    (only,) = found.into(frozenset({"medical"}), "F")
    (every,) = found.into(frozenset({"medical"}), "")
    assert only[0].shape == (256, HOURS)
    assert (only[1] <= every[1]).all()
    assert found.into(frozenset({"none"}), "") == []


def test_who_leaves_the_wards_is_calibrated():
    stays = synthetic.make_house(150, 10, 7).stays
    start, end = np.array([s[0] for s in stays]), np.array([s[1] for s in stays])
    names = list(synthetic.SERVICES)
    expected, came, moved = np.zeros(2), np.zeros(2), np.zeros(2)
    for day in range(50, 80, 6):
        now = np.floor(start[0] / 24) * 24 + 24 * day + 9.5
        known = np.flatnonzero(start <= now)
        onward = tuple(names[stays[i][4]] if stays[i][4] >= 0 else "" for i in known)
        running = np.where(end[known] > now, np.nan, end[known])
        table = StayTable(start[known], running, tuple(names[stays[i][2]] for i in known), ("",) * len(known), onward)
        found = find_inpatients(table, moment_of(now), HOURS)
        here = known[np.isnan(running)]
        assert len(here) == len(found.service)
        expected += found.gone.sum(0)[[3, 11]]
        came += [(end[here] <= now + h).sum() for h in (4, 12)]
        out = [sum(found.moves.get(name, {}).values()) for name in found.service]
        moved += [found.gone[:, -1] @ out, sum(stays[i][4] >= 0 and end[i] <= now + 12 for i in here)]
    assert np.allclose(expected, came, atol=2.5 * np.sqrt(came))
    assert moved[0] == pytest.approx(moved[1], abs=2.5 * np.sqrt(moved[1]))
    table.end[:] = now
    with pytest.raises(InputError, match="no stay began"):
        find_inpatients(table, moment_of(start[0] - 5), HOURS)


def small():
    """Two in the department, three on the wards, one planned; two services of one division."""
    nobody = np.full(2, np.nan)
    patients = Snapshots(("a", "b"), np.zeros(2), np.ones(2), ("F", "M"), {}, np.full(2, -1), nobody, ("", ""))
    chances = Chances(
        np.array([0.5, 0.8]), np.array([[0.25, 0.75], [1.0, 0.0]]), np.array([[0.2, 0.6], [0.5, 1.0]]), ("m", "s")
    )
    gone = np.array([[0.1, 0.3], [0.2, 0.4], [0.5, 0.9]])
    wards = Inpatients(("m", "s"), ("m", "m", "s"), ("F", "M", "M"), gone, {"m": {"s": 0.5}})
    planned = Planned(np.array([490_767.5]), ("s",), ("F",), np.array([0.9]))
    coming = Incoming(
        ("m", "s"),
        np.array([[[1, 0], [0, 0]], [[0, 1], [1, 0]]]),
        np.full((2, 2, 2), 0.5) * np.triu(np.ones((2, 2)))[:, :, None],
        ("F", "M"),
        np.array([[0.5, 0.5], [1.0, 0.0]]),
    )
    beds = Beds({("m", ""): 4, ("s", ""): 3}, {"division": {"m": "d", "s": "d"}})
    return patients, chances, wards, planned, coming, beds


def enumerate_free(have, occupied, events):
    """Free beds over all outcomes of independent events (chance, change of beds in use)."""
    made = {}
    for outcome in itertools.product((0, 1), repeat=len(events)):
        p = np.prod([c if came else 1 - c for (c, _), came in zip(events, outcome, strict=True)])
        value = have - occupied - sum(change for (_, change), came in zip(events, outcome, strict=True) if came)
        made[value] = made.get(value, 0) + p
    return made


def test_free_beds_are_those_of_all_outcomes():
    patients, chances, wards, planned, _, beds = small()
    now = datetime.datetime(2025, 12, 26, 15, 0)
    assert moment_of(planned.time[0]) > now
    planned = Planned(
        np.array([(now - datetime.datetime(1970, 1, 1)) / datetime.timedelta(hours=1) + 0.5]),
        ("s",),
        ("F",),
        np.array([0.9]),
    )
    made = make_outlook(now, patients, chances, 2, inpatients=wards, planned=planned, beds=beds)
    department = {"m": [0.5 * 0.25 * 0.6, 0.8], "s": [0.5 * 0.75 * 0.6, 0.0]}
    events = {
        "m": [*((p, 1) for p in department["m"]), (0.3, -1), (0.4, -1)],
        "s": [*((p, 1) for p in department["s"]), (0.9, 1), (0.15, 1), (0.2, 1), (0.9, -1)],
        # In the division a move changes nothing: the first two leave it only if they go home.
        "d": [(0.5 * 0.6, 1), (0.8, 1), (0.9, 1), (0.15, -1), (0.2, -1), (0.9, -1)],
    }
    for name, have, occupied in (("m", 4, 2), ("s", 3, 1), ("d", 7, 3), ("all", 7, 3)):
        free = made.free[made.unit(name)][1]
        wanted = enumerate_free(have, occupied, events["d" if name == "all" else name])
        for value, p in wanted.items():
            at = value - free.first
            assert (free.pmf[at] if 0 <= at < len(free.pmf) else 0.0) == pytest.approx(p, abs=1e-10)
    assert made.occupied[made.unit("m", "F")] == 1
    assert made.unit("m", "F") not in made.free  # the beds are for both
    assert made.needed[made.unit("all", "F")][1].mean == pytest.approx(0.5 * 0.6 + 0.9)
    with pytest.raises(InputError, match="unknown unit"):
        made.unit("x")
    assert len(bed_rows(made, [2])) == 4


def test_arrivals_of_each_sex_add_up():
    patients, chances, _, _, coming, _ = small()
    made = make_outlook(WHEN, patients, chances, 2, incoming=coming)
    for name in ("m", "s", "all"):
        both = made.needed[made.unit(name)][1].mean
        assert both == pytest.approx(sum(made.needed[made.unit(name, sex)][1].mean for sex in ("F", "M")))
    assert made.free == {}


def test_beds_kept_for_a_sex_are_told_for_it():
    patients, chances, wards, _, _, _ = small()
    beds = Beds({("m", "F"): 2, ("m", "M"): 2, ("s", ""): 3}, {})
    made = make_outlook(WHEN, patients, chances, 2, inpatients=wards, beds=beds)
    assert made.beds[made.unit("m", "F")] == 2
    assert made.unit("s", "F") not in made.free
    with pytest.raises(InputError, match="no beds are given for s"):
        make_outlook(WHEN, patients, chances, 2, inpatients=wards, beds=Beds({("m", ""): 4}, {}))


def test_what_was_held_back_scores_as_a_right_forecast_does(folder, past):
    found = assess(past, 8, visits=read_visits(folder / "visits.csv"), origins=2)
    assert found.hours == (1, 2, 4, 8)
    for scored in found.by_lead.values():
        assert scored.coverage80 == pytest.approx(0.8, abs=0.07)
    assert found.by_lead[1].crps < found.by_lead[8].crps
    assert found.auc > 0.7
    assert not [text for text in found.doubts() if text.startswith("chances")]
    assert max(gap.largest for gap in found.discrete.values()) < 0.15


def test_madcap_and_epudd_by_hand():
    gap = madcap(np.array([0.2, 0.8, 0.2, 0.6]), np.array([0, 1, 1, 0]))
    assert gap.expected.tolist() == pytest.approx([0.2, 0.4, 1.0, 1.8])
    assert gap.observed.tolist() == pytest.approx([0.5, 1.0, 1.0, 2.0])
    assert gap.largest == pytest.approx(0.3)
    pmf = np.tile([0.5, 0.25, 0.25], (4, 1))
    right = epudd(pmf, np.array([0, 0, 1, 2]))
    assert right.largest == pytest.approx(0.0, abs=1e-12)
    assert epudd(pmf, np.array([2, 2, 2, 2])).largest == pytest.approx(0.75)


def write(tmp_path, text):
    file = tmp_path / "t.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("reader", "text", "said"),
    [
        ("past", "snapshot,arrival\n2026-01-05 15:30,2026-01-05 12:00\n", "no column of outcomes"),
        ("past", "snapshot,arrival,admitted\n2026-01-05 15:30,2026-01-05 16:00,1\n", "arrived after the snapshot"),
        ("past", "snapshot,arrival,admitted\n2026-01-05 15:30,2026-01-05 14:00,perhaps\n", "expected yes or no"),
        ("past", "snapshot,age,admitted\n2026-01-05 15:30,3,1\n", "no column of the arrival"),
        ("past", "snapshot,arrival,admitted,admission_datetime\n2026-01-05 15:30,2026-01-05 14:00,1,2026-01-05 15:00\n",
         "admitted before the snapshot"),
        ("past", "arrival,admitted\n2026-01-05 15:30,1\n", "no column of the moment"),
        ("past", "snapshot_date,prediction_time,elapsed_los,is_admitted\n2026-01-05,late,3600,1\n", "such as 15:30"),
        ("visits", "arrival,admission_datetime,specialty\n2026-01-05 15:30,2026-01-05 12:00,m\n", "before arriving"),
        ("visits", "arrival,admission_datetime,specialty\n2026-01-05 15:30,2026-01-05 18:00,\n", "is missing"),
        ("stays", "service,start,end\nm,2026-01-05 15:30,2026-01-05 12:00\n", "before it began"),
        ("beds", "service,beds\nm,4\nm,5\n", "occurs twice"),
        ("beds", "service,sex,beds,site\nm,F,4,x\nm,M,5,y\n", "earlier row"),
        ("beds", "service,beds\nm,many\n", "expected a number"),
        ("planned", "time,service,chance\n2026-01-05 15:30,m,2\n", "from 0 to 1"),
        ("beds", "service,beds\n", "no rows"),
    ],
)  # fmt: skip
def test_slips_are_told(tmp_path, reader, text, said):
    file = write(tmp_path, text)
    read = {"visits": read_visits, "stays": read_stay_table, "beds": read_beds, "planned": read_planned}
    with pytest.raises(InputError, match=said) as caught:
        read_snapshots(file, past=True) if reader == "past" else read[reader](file)
    assert caught.value.file == file


def test_the_columns_of_patientflow_are_understood(tmp_path):
    text = (
        "snapshot_date,prediction_time,visit_number,elapsed_los,sex,age_group,is_admitted,specialty,final_sequence\n"
        '2031-03-01,"(15, 30)",v1,7200,F,75-102,True,medical,acute\n2031-03-01,"(15, 30)",v2,1800,M,18-24,False,,\n'
    )
    made = read_snapshots(write(tmp_path, text), past=True)
    assert made.moment[0] % 24 == 15.5
    assert made.elapsed.tolist() == [2.0, 0.5]
    assert set(made.facts) == {"age_group"}
    assert (made.admitted.tolist(), made.service) == ([1, 0], ("medical", ""))
