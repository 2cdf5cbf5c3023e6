"""A capacity problem from a bed state and a forecast: who lies in, how stays vary, beds by ward and day."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pytest

from optimise.capacity.scenarios import Scenarios
from optimise.core.errors import InputError
from optimise.demand.bed_state import InBed, in_bed, position, specialty_of
from optimise.demand.dependence import independent
from optimise.demand.fans import fan, whole_days
from optimise.demand.forecast import Forecast
from optimise.demand.from_data import capacity_problem, from_forecast, from_scenarios
from optimise.demand.pmf import negative_binomial
from optimise.demand.stayfile import read_delays
from optimise.hospital.formats.hospital_document import HospitalData

DAY = datetime.date(2026, 11, 30)
START = datetime.datetime.combine(DAY, datetime.time())
STAY = np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.3, 0.2, 0.0]])
GROUPS = ("Medicine", "Surgery")


def forecast_of(period="day", start=START, horizon=6, rate=3.0):
    pmf = negative_binomial(np.full((horizon, 2), rate), np.zeros((horizon, 2)), 60)
    return Forecast(pmf, GROUPS, period, start, "x", independent(horizon, 2), STAY)


def hospital(**changes):
    patients = [
        {"patient": "A", "ward": "W1", "room": "B1", "specialty": "Medicine", "expected_discharge": "2026-12-02"},
        {"patient": "B", "ward": "W1", "room": "B1", "specialty": "medicine", "expected_discharge": "2026-11-30"},
        {"patient": "C", "ward": "W2", "room": "B2", "expected_discharge": "2026-11-20"},
        {"patient": "D", "ward": "ICU", "room": "I", "specialty": "Medicine", "expected_discharge": "2026-12-01"},
    ]
    made = {
        "start": DAY,
        "unknown_stay": 2,
        "wards": [
            {"id": "W1", "specialties": ["Medicine"]},
            {"id": "W2", "specialties": ["Surgery"]},
            {"id": "ICU", "specialties": ["Critical care"]},
        ],
        "rooms": [
            {"ward": "W1", "room": "B1", "beds": 6},
            {"ward": "W2", "room": "B2", "beds": 4},
            {"ward": "ICU", "room": "I", "beds": 2},
        ],
        "beds": [{"ward": "W1", "room": "B1", "bed": "6", "status": "closed", "until": "2026-12-02"}],
        "bed_state": patients,
        "electives": [
            {"patient": "E", "specialty": "Surgery", "earliest": "2026-12-01"},
            {"patient": "F", "specialty": "Surgery", "earliest": "2026-11-20"},
            {"patient": "G", "specialty": "Surgery", "earliest": "2026-12-20", "latest": "2026-12-22"},
        ],
        "days": 30,
    }
    return HospitalData.model_validate(made | changes)


def test_beds_in_use_vary_as_arrivals_and_stays_do():
    """Poisson arrivals with independent stays fill a Poisson number of beds; expected stays alone vary less."""
    drawn = fan(forecast_of(rate=8.0), 4000)
    beds = drawn.occupancy()
    longer = 1 - np.concatenate([[0.0], np.cumsum(STAY[0])])[:4]
    for day in (2, 5):
        mean = 8.0 * longer[: day + 1].sum()
        assert beds[:, day, 0].mean() == pytest.approx(mean, rel=0.02)
        assert beds[:, day, 0].var() == pytest.approx(mean, rel=0.08)
    told = dataclasses.replace(drawn, present=None).occupancy()
    assert told[:, 5, 0].var() == pytest.approx(8.0 * (longer**2).sum(), rel=0.08)


def test_drawn_stays_survive_file_and_choice(tmp_path):
    drawn = fan(forecast_of(), 20)
    again = Scenarios.load(drawn.save(tmp_path / "s.npz"))
    assert np.array_equal(again.present, drawn.present)
    assert np.array_equal(again.subset([3], [1.0]).present, drawn.present[3:4])
    many = fan(forecast_of(), 300)
    assert np.array_equal(many.present[:20], drawn.present)


@pytest.mark.parametrize("change", [1, -1])
def test_more_or_fewer_in_bed_than_can_be_is_refused(change):
    drawn = fan(forecast_of(), 3)
    wrong = drawn.present.copy()
    wrong[0, 0, 0] += change
    with pytest.raises(InputError, match="present"):
        dataclasses.replace(drawn, present=wrong)


def test_a_forecast_from_the_afternoon_is_planned_from_midnight():
    afternoon = forecast_of("hour", START.replace(hour=15), 60)
    cut = whole_days(afternoon)
    assert (cut.start, cut.stop) == (9, 57)
    drawn, every = (fan(afternoon, 1500, from_midnight=flag) for flag in (True, False))
    assert drawn.start == START + datetime.timedelta(days=1)
    assert np.array_equal(drawn.arrivals, every.arrivals[:, 9:57])
    assert drawn.remaining[:, 0].mean() > 3  # who came before midnight
    assert drawn.occupancy().mean(0) == pytest.approx(every.occupancy()[:, 9:57].mean(0), abs=0.25)


@pytest.mark.parametrize(
    ("forecast", "text"),
    [
        (forecast_of("hour", START.replace(hour=15), 30), "before a whole day"),
        (forecast_of("day", START.replace(hour=7)), "none begins at midnight"),
        (forecast_of("hour", START.replace(minute=30)), "none begins at midnight"),
    ],
)
def test_a_forecast_without_a_whole_day_is_refused(forecast, text):
    with pytest.raises(InputError, match=text):
        whole_days(forecast)


def test_the_bed_state_is_told_in_periods():
    found = in_bed(hospital(), GROUPS, START, "day")
    assert found.ward == ("W1", "W1", "W2")  # nobody of a ward without a specialty of the forecast
    assert found.group.tolist() == [0, 0, 1]
    assert found.end.tolist() == [2, 0, -1]
    rows = hospital().model_dump()["bed_state"]
    rows[0] |= {"leaves_at": "10:30"}
    later = in_bed(hospital(bed_state=rows), GROUPS, START.replace(hour=7), "hour")
    assert later.end.tolist() == [2 * 24 + 4, 5, -1]  # 10:30 ends in the fourth hour from seven; noon where nobody says


def test_discharges_are_as_late_as_in_the_past_but_never_before_now():
    inside = InBed(np.array([0, 0, 1]), ("W", "W", "W"), np.array([3, 0, -1]), START, "day")
    drawn = inside.draw(STAY, 6, np.array([-1, 0, 0, 2]), 4000, np.random.default_rng(1))
    first = [1.0, 1.0, 0.75, 0.25, 0.25, 0.0]  # ends on 2, 3, 3, 5
    second = [1 / 3, 1 / 3, 0, 0, 0, 0]  # a day early is past: 0, 0, 2
    assert drawn[:, :, 0].mean(0) == pytest.approx(np.add(first, second), abs=0.03)
    longer = 1 - np.concatenate([[0.0], np.cumsum(STAY[1])])[:4]
    rest = [longer[k + 1 :].sum() / longer.sum() for k in range(4)] + [0, 0]
    assert drawn[:, :, 1].mean(0) == pytest.approx(rest, abs=0.03)


def test_wards_beds_electives_and_prices_come_from_the_document():
    made = from_forecast(hospital(), forecast_of(), count=4, sample=40, staffed=9)
    problem = made.problem
    assert problem.wards.ids == ("W1", "W2")
    assert problem.wards.maximum.tolist() == [[5, 5, 6, 6, 6, 6], [4] * 6]
    assert problem.staffing.beds.tolist() == [9] * 6
    assert problem.electives.requests.tolist() == [[0] * 6, [1, 1, 0, 0, 0, 0]]
    assert problem.occupied.tolist() == [[1, 0], [0, 1]]
    assert problem.outlying.tolist() == [[0, 4], [4, 0]]
    assert problem.scenarios.remaining[:, :, 0].tolist() == [[1, 1, 0, 0, 0, 0]] * 4
    said = "; ".join(made.notes)
    for word in ("ICU (Critical care) is left out", "1 elective patients", "1 of them have no expected", "3 patients"):
        assert word in said


def test_electives_whose_days_are_over_or_who_must_come_are_told():
    rows = [
        {"patient": "E", "specialty": "Surgery", "earliest": "2026-11-30", "latest": "2026-11-30"},
        {"patient": "F", "specialty": "Surgery", "earliest": "2026-11-30", "must_come": True},
    ]
    afternoon = forecast_of("hour", START.replace(hour=15), 60)
    made = from_forecast(hospital(electives=rows), afternoon, count=2, sample=4)
    assert made.problem.electives.requests.tolist() == [[0, 0], [1, 0]]
    said = "; ".join(made.notes)
    assert "1 elective patients are left out: their last day is before the first" in said
    assert "1 elective patients must come" in said


def test_children_and_closed_wards_keep_to_themselves():
    wards = [
        {"id": "W1", "specialties": ["Medicine"], "closed_to_admissions": True},
        {"id": "W2", "specialties": ["Surgery"], "maximum_age": 16},
        {"id": "ICU"},
    ]
    made = from_forecast(hospital(wards=wards), forecast_of(), count=4, sample=40).problem
    assert made.wards.maximum.tolist() == [[1, 1, 0, 0, 0, 0], [4] * 6, [2] * 6]
    assert made.outlying.tolist() == [[0, np.inf, 0], [4, 0, 0]]


def test_scenarios_of_ones_own_begin_with_the_bed_state():
    drawn = fan(forecast_of(), 8)
    made = from_scenarios(hospital(), drawn).problem
    assert np.array_equal(made.scenarios.arrivals, drawn.arrivals)
    assert made.scenarios.remaining[:, 0, 0].tolist() == [1] * 8
    late = fan(forecast_of("hour", START.replace(hour=7), 48), 3)
    with pytest.raises(InputError, match="07:00, not at midnight; give the forecast itself"):
        from_scenarios(hospital(), late)


def test_what_does_not_match_is_told():
    with pytest.raises(InputError, match=r"bed state is of 2026-11-30, the forecast begins on 2026-12-01"):
        in_bed(hospital(), GROUPS, START + datetime.timedelta(days=1), "day")
    with pytest.raises(InputError, match=r"patient A: the forecast has no specialty 'Medicine'.*--group"):
        in_bed(hospital(wards=[]), ("all",), START, "day")
    with pytest.raises(InputError, match="no specialty, and the ward does not tell it"):
        specialty_of(None, (), GROUPS, "patient X")
    assert specialty_of(None, ("surgery",), GROUPS, "patient X") == position("SURGERY", GROUPS) == 1
    scenarios = fan(dataclasses.replace(forecast_of(), groups=("Medicine", "Renal")), 2)
    nobody = InBed(np.zeros(0, np.int64), (), np.zeros(0, np.int64), START, "day")
    with pytest.raises(InputError, match="no ward of the hospital treats 'Renal'"):
        capacity_problem(hospital(), scenarios, nobody)


def test_past_discharges_are_read_with_their_lines(tmp_path):
    file = tmp_path / "d.csv"
    file.write_text("patient,expected_discharge,discharged\n1,2026-01-03,2026-01-05\n2,2026-01-03,2026-01-02T11:00\n")
    assert read_delays(file).tolist() == [2, -1]
    file.write_text("expected_discharge,discharged\n2026-01-03,soon\n")
    with pytest.raises(InputError, match=r"d\.csv:2: discharged: expected a date, found 'soon'"):
        read_delays(file)
    file.write_text("expected_discharge,left\n")
    with pytest.raises(InputError, match="no column discharged"):
        read_delays(file)
    file.write_text("expected_discharge,discharged\n")
    with pytest.raises(InputError, match="there is no discharge"):
        read_delays(file)
