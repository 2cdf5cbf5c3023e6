"""Small hospitals with a right answer: dates, genders beside the two, care by night, in-patients' surgery, breaches."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optimise
from optimise import Limits
from optimise.core.errors import InputError
from optimise.core.kinds import kind_of
from optimise.core.result import Stop
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_days import settled
from optimise.hospital.formats.hospital_schema import HospitalFile, PlanFile
from optimise.hospital.formats.hospital_write import document, plan_document, plan_of
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.base import Engine
from optimise.hospital.rules.engines import unknown_rules
from optimise.report.hospital_page import hospital_page

pytestmark = pytest.mark.quick

CASES = Path(__file__).parents[1] / "cases"
NAMES = ["start", "extra", "gender3", "icu-flow", "inpatient-surgery", "mixed"]


def text(name: str, **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((CASES / f"hospital-{name}.json").read_text())
    return data | changes


def made(data: dict[str, Any]) -> HospitalProblem:
    return problem_of(HospitalFile.model_validate(data))


def planned(problem: HospitalProblem) -> HospitalPlan:
    result = optimise.solve(problem, "highs", limits=Limits(seconds=30))
    assert result.stop is Stop.OPTIMAL
    assert result.plan is not None
    return result.plan


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_written_and_read_without_loss(name: str) -> None:
    problem = made(text(name))
    again = made(document(problem))
    assert again.digest() == problem.digest()
    assert (again.start, again.about) == (problem.start, problem.about)
    plan = planned(problem)
    assert plan_of(problem, PlanFile.model_validate(plan_document(problem, plan))).same_as(plan)


def test_the_first_day_has_its_date() -> None:
    problem = made(text("start"))
    assert kind_of(problem).period(problem).start == date(2026, 11, 28)
    assert problem.digest() == made({k: v for k, v in text("start").items() if k != "start"}).digest()
    assert [problem.day_name(0), made(text("gender3")).day_name(0)] == ["Sat 28 Nov", "0"]


def test_discharge_dates_are_planned_with_and_further_facts_kept() -> None:
    problem = made(text("extra"))
    assert problem.about["A"] == {"expected_discharge": date(2026, 12, 1), "telemetry": True}
    assert problem.start == date(2026, 11, 29)  # two nights to come
    data = text("extra", start="2026-11-29")
    del data["patients"][0]["stay"]
    assert made(data).patients.stay.tolist() == [2]


def test_reports_show_dates_and_what_is_recorded_of_people() -> None:
    problem = made(text("extra"))
    page = hospital_page(problem, planned(problem))
    assert page.days[0] == "Sun 29 Nov"
    told = " ".join(str(cell) for block in page.blocks for row in block.rows for cell in row)
    assert "expected discharge: 2026-12-01; telemetry: True" in told


def test_a_fact_that_nothing_plans_with_is_told(caplog: pytest.LogCaptureFixture) -> None:
    made(text("extra"))
    assert "telemetry: told of patients and not planned with" in caplog.text


def test_a_fact_that_is_a_feature_of_a_room_is_a_need() -> None:
    data = text("extra", rooms=[{"id": "B1", "beds": 2}, {"id": "B2", "beds": 2, "features": ["telemetry"]}])
    assert planned(made(data | {"rules": {"Transfer": 1}})).room[0].tolist() == [1, 1, -1, -1, -1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expected_discharge": "2026-11-28"}, "expected discharge 2026-11-28 is past"),
        ({"expected_discharge": None}, "nobody knows how long"),
        ({"stay": 3, "expected_discharge": "2026-12-01"}, "stays 3 nights, but 2 by the expected discharge"),
    ],
)
def test_a_stay_that_nobody_knows_is_an_error_that_names_the_patient(changes: dict[str, Any], message: str) -> None:
    data = text("extra", start="2026-11-29")
    data["patients"][0] = {**data["patients"][0], "stay": None, **changes}
    with pytest.raises(InputError, match=message) as caught:
        made(data)
    assert caught.value.item == "patient A"
    if data["patients"][0]["stay"] is None:
        assert made(data | {"unknown_stay": 4}).patients.stay.tolist() == [4]


def test_dates_without_a_start_and_slips_of_keys_are_told() -> None:
    data = text("gender3")
    data["patients"][0]["earliest"] = "2026-11-29"
    with pytest.raises(InputError, match="2026-11-29 is a date, but the file has no start"):
        made(data)
    with pytest.raises(ValueError, match="unknown key 'isolaton'; did you mean 'isolation'"):
        HospitalFile.model_validate(text("start", patients=[{"id": "A", "gender": "F", "stay": 1, "isolaton": "flu"}]))


def test_dates_are_days_of_the_plan_cut_to_it() -> None:
    data = text("start", rooms=[{"id": "B1", "beds": 2, "closed": [{"first_day": "2026-11-01", "last_day": 1}]}])
    data["patients"] = [{"id": "A", "gender": "F", "stay": 1, "earliest": "2026-11-30", "latest": "2027-01-01"}]
    found = settled(HospitalFile.model_validate(data)).file
    assert (found.patients[0].earliest, found.patients[0].latest) == (2, 4)
    assert made(data).rooms.beds.tolist() == [[0, 0, 2, 2, 2]]


def test_whoever_is_neither_woman_nor_man_lies_alone_unless_said_otherwise() -> None:
    data = text("gender3")
    data["patients"].append({"id": "B", "gender": "F", "stay": 2, "mandatory": False, "latest": 0})
    data["patients"][0]["latest"] = 0
    problem = made(data)
    assert problem.gender_of(0) == "X"
    assert planned(problem).admission.tolist() == [0, -1]
    data["patients"][0]["accommodated_as"] = "F"
    assert planned(made(data)).admission.tolist() == [0, 0]
    kept = text("gender3", rooms=[{"id": "B1", "beds": 2, "gender": "F"}])
    assert optimise.solve(made(kept), "highs", limits=Limits(seconds=30)).stop is Stop.INFEASIBLE


def test_intensive_care_then_a_ward_frees_the_bed() -> None:
    problem = made(text("icu-flow"))
    plan = planned(problem)
    icu = [problem.rooms.ids[r] if r >= 0 else "" for r in plan.room[2]]
    assert icu[2:4] == ["ICU1", "ICU1"]
    assert problem.evaluate(plan).by_rule()["Transfer"] == 1  # the others may not share the one bay


def test_an_in_patient_is_operated_within_the_stay() -> None:
    problem = made(text("inpatient-surgery"))
    plan = planned(problem)
    told = plan_document(problem, plan)["patients"]
    assert told == [{"id": "HIP", "admission": 0, "rooms": ["B1"], "theatre": "T1", "surgery_day": 0}]
    late = text("inpatient-surgery")
    late["theatres"][0]["minutes"] = [0, 0, 0, 0, 480]  # only after she has gone home
    assert optimise.solve(made(late), "highs", limits=Limits(seconds=30)).stop is Stop.INFEASIBLE
    early = text("inpatient-surgery")
    early["patients"][0] |= {"surgery_earliest": 1, "surgery_latest": 2}
    assert planned(made(early)).admission.tolist() == [0, 1]


def test_everybody_in_a_mixed_room_counts() -> None:
    problem = made(text("mixed"))
    evaluation = problem.evaluate(planned(problem))
    assert evaluation.by_rule()["RoomGenderMix"] == 5
    assert evaluation.cost == 500


@pytest.mark.parametrize(("nights", "amount"), [(1, 1), (2, 0)])
def test_critical_care_is_justified_until_fit_for_the_ward(nights: int, amount: int) -> None:
    people = [{"id": f"{g}{i}", "gender": g, "stay": 1, "latest": 0, "care": [{"nights": 1, "justified": True}]}
              for i, g in enumerate("FFM")]  # fmt: skip
    people.append({"id": "S", "gender": "M", "room": "ICU", "stay": 2, "justified_until": nights})
    people += [{"id": "N", "gender": "F", "stay": 1, "earliest": 1, "latest": 1,
                "care": [{"nights": 1, "justified": True}]}]  # fmt: skip
    data = {"kind": "hospital", "days": 2, "rooms": [{"id": "ICU", "beds": 4}], "patients": people}
    problem = made(data | {"rules": {"RoomGenderMix": 10}})
    plan = planned(problem)
    assert problem.evaluate(plan).by_rule()["RoomGenderMix"] == amount
    assert all("RoomGenderMix" in unknown_rules(problem, engine) for engine in Engine)
    hard = problem.with_rule("RoomGenderMix", None)
    assert optimise.solve(hard, "highs", limits=Limits(seconds=30)).feasible == (amount == 0)


@pytest.mark.parametrize("rules", [{}, {"Transfer": "hard"}])
def test_moves_have_a_price_where_care_changes(rules: dict[str, Any]) -> None:
    data = text("icu-flow")
    problem = made(data | {"rules": rules})
    feasible = optimise.solve(problem, "highs", limits=Limits(seconds=30)).feasible
    assert (problem.hard("Transfer"), feasible) == (bool(rules), not rules)


def test_an_operation_needs_no_bed() -> None:
    problem = made(text("inpatient-surgery"))
    assert problem.patients.operation.tolist() == [False, True]
    assert np.count_nonzero(planned(problem).room >= 0) == 4
