"""The bed board: its numbers are those of the plan, and it needs no script."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optimise
from optimise.capacity.scenarios import Scenarios
from optimise.cli.report import board_options
from optimise.core.result import Result
from optimise.generate import hospital as made_hospital
from optimise.generate import ward as made_ward
from optimise.hospital.day import free_beds, movements
from optimise.hospital.formats.hospital_tables import Hospital
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.repair import repair
from optimise.hospital.shut_beds import shut_told
from optimise.hospital.view import occupancy
from optimise.replan.base import Change
from optimise.report.asked import Asked
from optimise.report.board import Board, board
from optimise.report.board_rooms import board_rooms
from optimise.report.hospital_words import hospital_sentences
from optimise.report.html import html
from tests.optimise.report.conftest import result_of

pytestmark = pytest.mark.quick

PERSON = {"ward": "A", "room": "Bay", "sex": "F"}
STATE = [
    {**PERSON, "patient": "goes", "nights": None, "expected_discharge": "2026-11-30", "leaves_at": "10:30"},
    {**PERSON, "patient": "stays", "expected_discharge": "2026-12-02", "infection": "flu A", "needs": ["oxygen"]},
    {**PERSON, "patient": "moves", "room": "Side", "expected_discharge": "2026-12-01", "specialty": "surgery"},
]
ROOMS = [
    {"ward": "A", "room": "Bay", "beds": 3, "features": ["oxygen"]},
    {"ward": "A", "room": "Side", "beds": 1},
    {"ward": "B", "room": "Bay", "beds": 2},
]
DOCUMENT: dict[str, Any] = {
    "start": "2026-11-30",
    "days": 3,
    "rooms": ROOMS,
    "beds": [{"ward": "B", "room": "Bay", "bed": "2", "status": "closed", "until": "2026-12-01"}],
    "bed_state": STATE,
    "electives": [{"patient": "comes", "sex": "M", "earliest": "2026-11-30", "nights": 1, "arrives_at": "07:15"}],
    "emergencies": [{"date": "2026-12-01", "sex": "M", "nights": 2}],
    "rules": [{"rule": "Transfer", "price": 1}],
}
Planned = tuple[HospitalProblem, HospitalPlan]


@pytest.fixture(scope="module")
def small() -> Planned:
    """One leaves, one stays with an infection, one moves to the other ward, one comes; an emergency tomorrow."""
    problem = Hospital.model_validate(DOCUMENT).problem()
    plan = problem.empty_plan()
    admission, room = plan.admission.copy(), plan.room.copy()
    place = {name: r for r, name in enumerate(problem.rooms.ids)}
    people = {name: p for p, name in enumerate(problem.patients.ids)}
    room[people["moves"], 0] = place["B/Bay"]
    admission[people["comes"]] = 0
    room[people["comes"], 0] = place["A/Side"]
    emergency = people["emergency 2026-12-01 no. 1"]
    admission[emergency] = 1
    room[emergency, 1:] = place["A/Side"]
    return problem, HospitalPlan(admission, room, plan.theatre, plan.nurse)


@pytest.fixture(scope="module")
def large() -> Planned:
    """A made hospital of four wards."""
    problem = made_hospital(patients=120, days=7, seed=3)
    return problem, repair(problem, problem.empty_plan()).plan


def boarded(planned: Planned, **asked: Any) -> Board:
    problem, plan = planned
    return board(problem, plan, problem.evaluate(plan), Asked(**asked))


def page_of(planned: Planned, **asked: Any) -> str:
    problem, plan = planned
    result: Result = result_of(problem, plan)
    return html(result, problem, Asked(**asked))


@pytest.mark.parametrize("day", range(7))
def test_the_numbers_of_the_wards_add_up_to_the_plan(large: Planned, day: int) -> None:
    problem, plan = large
    made = boarded(large, day=day)
    total = made.total.counts
    taken, beds = occupancy(problem, plan)[:, day], problem.rooms.beds[:, day]
    flows = movements(problem, plan, day)
    assert total["tonight"] == taken.sum()
    assert total["open"] == beds.sum()
    assert total["free"] == np.maximum(0, beds - taken).sum() == sum(made.total.free)
    assert total["over"] == np.maximum(0, taken - beds).sum()
    assert [total[k] for k in ("in", "out")] == [sum(f.what == k for f in flows) for k in ("in", "out")]
    assert total["moves_in"] == total["moves_out"]
    assert total["moves_in"] + total["within"] == sum(f.what == "move" for f in flows)
    for ward in made.wards:
        c = ward.counts
        assert c["now"] + c["in"] + c["moves_in"] - c["out"] - c["moves_out"] == c["tonight"]
        places = [p for room in ward.rooms for p in room.places]
        assert sum(p.css == "free" for p in places) == c["free"]
        shown = [chip for p in places for chip in p.chips]
        assert sum(" out" not in chip.css for chip in shown) == c["tonight"]
        assert sum(" new" not in chip.css for chip in shown) == c["now"]


def test_free_beds_of_later_nights_are_those_of_the_plan(large: Planned) -> None:
    problem, plan = large
    free = np.maximum(0, problem.rooms.beds - occupancy(problem, plan)).sum(axis=0)
    assert [n for _, _, n in boarded(large).total.later] == free[1:7].tolist()


def test_free_beds_are_kept_apart_by_whom_they_take(small: Planned) -> None:
    problem, plan = small
    free = free_beds(problem, plan).sum(axis=1)
    # tonight: two beds beside an infection, one of ward B closed and one taken; tomorrow an empty bay of two
    assert free[:, 0].tolist() == [0, 0, 0, 0, 2]
    assert free[:, 1].tolist() == [0, 0, 2, 0, 2]
    single = replace(problem, rules=tuple(r for r in problem.rules if r.rule != "RoomIsolation"))
    assert free_beds(single, plan).sum(axis=1)[:, 0].tolist() == [2, 0, 0, 0, 0]


def test_who_comes_leaves_and_moves(small: Planned) -> None:
    problem, plan = small
    names = problem.patients.ids
    assert {(names[f.patient], f.what) for f in movements(problem, plan, 0)} == {
        ("goes", "out"),
        ("moves", "move"),
        ("comes", "in"),
    }
    ward = boarded(small).wards[0]
    assert [(f.hour, f.what, f.who) for f in ward.flows] == [
        ("07:15", "in", "M comes"),
        ("10:30", "out", "F goes"),
        ("", "move", "F moves"),
    ]


def test_hours_stand_by_ward_where_they_are_known(small: Planned, large: Planned) -> None:
    made = boarded(small)
    assert made.hours == ["07:00-07:59", "10:00-10:59", "hour not known"]
    assert made.by_hour == [("A", ["1 in", "1 out", "1 move"]), ("B", ["", "", "1 move"])]
    assert boarded(large).hours == []
    assert "No hour of arrival" in page_of(large)


def test_marks_name_infection_needs_and_specialty(small: Planned) -> None:
    ward = boarded(small).wards[0]
    marks = {chip.who: chip.marks for room in ward.rooms for p in room.places for chip in p.chips}
    assert marks["F stays"] == [("inf", "flu A"), ("need", "oxygen")]
    assert marks["F moves"] == [("spec", "surgery")]


def test_a_room_is_found_by_its_filters(small: Planned) -> None:
    problem, plan = small
    rooms = board_rooms(problem, plan, np.arange(3), 0, free_beds(problem, plan), {"stays"}, {"comes"})
    assert [r.css.split() for r in rooms] == [["has4", "inf", "mv", "br"], ["mv", "ch"], ["mv"]]
    assert [[p.css for p in r.places] for r in rooms] == [["free", "", "free"], [""], ["", "shut"]]


def test_changes_stand_with_their_ward(small: Planned) -> None:
    changes = [Change("comes", "room", 0, "B/Bay", "A/Side"), Change("moves", "room", 1, "A/Bay", "A/Side")]
    made = boarded(small, changes=changes)
    assert [[who for who, *_ in ward.changes] for ward in made.wards] == [["comes"], ["comes"]]
    assert ("changes today", "1", "") in made.tiles
    assert any(value == "no earlier plan" for _, value, _ in boarded(small).tiles)


def test_the_page_has_the_date_and_one_sheet_a_ward(small: Planned) -> None:
    page = page_of(small)
    assert "The day: Monday 30 November 2026" in page
    assert len(re.findall(r'<section class="bw bw\d+ page"', page)) == 2
    assert "The day: Tuesday 1 December 2026" in page_of(small, day=1)
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:|#)""", page)


def test_every_link_and_filter_of_the_page_leads_somewhere(large: Planned) -> None:
    page = page_of(large)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert set(re.findall(r"has\(#([a-z0-9-]+):checked", page)) <= {*ids, "show-ch"}


def test_filters_look_into_themselves_and_not_into_the_page(small: Planned) -> None:
    """A style that looks for what is chosen in the whole page does so for each room: 176 rooms did not print."""
    page = page_of(small)
    assert ".filter:has(#pick-bw0:checked)~section .bw:not(.bw0)" in page
    assert not re.search(r"(?<!filter)(?<!:not\():has\(", page)
    before = page[: page.index('<form class="filter">')]
    assert before.count("<section") == before.count("</section>")  # a neighbour of what it filters


def test_levels_are_unknown_without_scenarios(small: Planned) -> None:
    made = boarded(small)
    assert not made.known
    assert {c for night in made.nights for c in night.chances} == {"unknown"}
    assert "nobody knows without scenarios" in page_of(small)


def test_a_day_outside_the_plan_is_refused(small: Planned) -> None:
    with pytest.raises(optimise.InputError, match="days 0 to 2"):
        boarded(small, day=3)


def test_the_command_chooses_day_levels_and_scenarios(small: Planned, tmp_path: Path) -> None:
    problem, _ = small
    with pytest.raises(optimise.InputError, match="lies outside the plan"):
        board_options(problem, "9", None, "92,95,98")
    with pytest.raises(optimise.InputError, match="is no day"):
        board_options(problem, "tomorrow", None, "92,95,98")
    with pytest.raises(optimise.InputError, match="percentages"):
        board_options(problem, "0", None, "92,x")
    with pytest.raises(optimise.InputError, match="is for plans of hospitals"):
        board_options(made_ward(staff=4, weeks=1, seed=1), "1", None, "92,95,98")
    arrivals = np.zeros((1, 3, 1), np.int64)
    stay, start = np.array([[0.0, 1.0]]), datetime.datetime(2026, 11, 30)
    file = Scenarios(arrivals + 5, np.ones(1), ("all",), "day", start, stay).save(tmp_path / "s.npz")
    asked = board_options(problem, "2026-12-01", file, "50,90")
    assert (asked["day"], asked["levels"]) == (1, (50.0, 90.0))
    made = boarded(small, **asked)
    # ten more in six open beds; the emergency that the plan expects is left to the scenarios
    assert [night.chances for night in made.nights] == [["0 %", "0 %", "100 %"]] * 2
    assert made.nights[0].taken == 2
    assert made.levels == ["level 1: to 50 %", "level 2: to 90 %", "level 3: above"]


def _left_alone(**changes: Any) -> Planned:
    """A hospital of one bay and a side room, planned as everybody lies."""
    state = [
        {**PERSON, "patient": "goes", "bed": "1", "infection": "noro", "expected_discharge": "2026-11-30"},
        {**PERSON, "patient": "stays", "bed": "4", "infection": "noro", "expected_discharge": "2026-12-02"},
    ]
    document = {
        "start": "2026-11-30",
        "days": 3,
        "rooms": [{"ward": "A", "room": "Bay", "beds": 4}, {"ward": "A", "room": "Side", "beds": 1}],
        "beds": [{"ward": "A", "room": "Bay", "bed": "3", "status": "reserved"}],
        "bed_state": state,
        "infections": [{"infection": "noro", "cleaning_nights": 1}],
    }
    problem = Hospital.model_validate(document | changes).problem()
    return problem, problem.empty_plan()


def _places(made: Board) -> list[tuple[str, str, list[str]]]:
    return [(p.name, p.text, [c.who for c in p.chips]) for room in made.wards[0].rooms for p in room.places]


def test_a_bed_that_is_being_cleaned_is_neither_free_nor_open() -> None:
    made = boarded(_left_alone())
    counts = made.total.counts
    assert (counts["free"], counts["open"], counts["cleaned"], counts["tonight"]) == (2, 3, 1, 1)
    assert ("beds being cleaned tonight", "1", "note") in made.tiles
    assert [night.open for night in made.nights] == [3, 4, 3]
    assert [n for _, _, n in made.total.later] == [3, 3]


def test_each_bed_stands_under_its_number_with_why_it_is_not_open() -> None:
    assert _places(boarded(_left_alone())) == [
        ("1", "being cleaned", ["F goes"]),
        ("2", "free, restricted", []),
        ("3", "reserved", []),
        ("4", "", ["F stays"]),
        ("", "free side room", []),
    ]
    assert boarded(_left_alone()).wards[0].flows[0].was == "A/Bay bed 1"


def test_whoever_lies_in_a_closed_bed_is_drawn_on_the_way_to_another() -> None:
    closed = [{"ward": "A", "room": "Bay", "bed": "4", "status": "closed"}]
    places = _places(boarded(_left_alone(beds=closed, infections=[])))
    assert places[3] == ("4", "closed", ["F stays"])
    assert [chips for _, _, chips in places[:3]] == [["F goes"], ["F stays"], []]


def test_beds_that_hard_rules_keep_empty_are_not_free() -> None:
    alone = [{**PERSON, "patient": "stays", "alone": True, "expected_discharge": "2026-12-02"}]
    assert [night.open - night.taken for night in boarded(_left_alone(bed_state=alone)).nights] == [3, 3, 4]
    assert boarded(_left_alone(bed_state=alone)).total.counts["free"] == 1
    off = [{"rule": "RoomIsolation", "price": 5}]
    assert boarded(_left_alone(bed_state=alone, rules=off)).total.counts["free"] == 3
    shut = [{"id": "A", "closed_to_admissions": True}]
    elective = [{"patient": "E", "sex": "F", "earliest": "2026-11-30"}]
    assert boarded(_left_alone(wards=shut, electives=elective)).total.counts["free"] == 0


def test_people_without_a_bed_enter_the_level_and_the_headline() -> None:
    emergencies = [{"date": "2026-11-30", "count": 4, "sex": "F", "nights": 2}]
    electives = [{"patient": "E", "sex": "F", "earliest": "2026-11-30", "latest": "2026-12-01"}]
    planned = _left_alone(emergencies=emergencies, electives=electives)
    made = boarded(planned)
    assert [(n.taken, n.waiting, n.share, n.level) for n in made.nights] == [
        (1, 4, "167 %", 4),
        (1, 5, "150 %", 4),
        (0, 0, "0 %", 1),
    ]
    assert ("must come and have no bed (all days)", "4", "bad") in made.tiles
    assert ("cancelled (all days)", "1", "note") in made.tiles
    page = page_of(planned)
    assert "4 patients who must come have no bed; 1 patient on the waiting list is cancelled." in page


def test_a_plan_with_people_without_a_bed_has_no_tick_over_its_rules() -> None:
    emergencies = [{"date": "2026-11-30", "count": 4, "sex": "F", "nights": 2}]
    rules = [{"rule": "MandatoryUnscheduledPatients", "price": 100}]
    problem, plan = _left_alone(emergencies=emergencies, rules=rules)
    first, second, *_ = hospital_sentences(problem, plan, problem.evaluate(plan))
    assert (first.tone, second.tone) == ("bad", "fact")
    assert second.text == "Every rule that must be kept is kept."


def test_a_rule_that_two_wards_share_is_one_case(small: Planned) -> None:
    made = boarded(small)
    assert sum(ward.counts["breaches"] for ward in made.wards) > made.total.counts["breaches"]
    assert ("cases of 1 broken rule of beds today", "1", "note") in made.tiles


def test_beds_that_are_not_open_are_named_where_somebody_has_none() -> None:
    emergencies = [{"date": "2026-11-30", "count": 4, "sex": "F", "nights": 2}]
    problem, plan = _left_alone(emergencies=emergencies)
    (told,) = shut_told(problem, plan)
    assert told == "beds that are not open on Mon 30 Nov and could be asked for: bed 3 of A/Bay (reserved)"
    assert shut_told(*_left_alone()) == ()
