"""Who can take a shift, against trying everything with the evaluator."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import optimise
from optimise.ask import cover_asked, who_can_cover
from optimise.core.errors import InputError, WardwiseError
from optimise.core.kinds import kind_of
from optimise.roster.problem import OFF, Roster, RosterProblem

pytestmark = pytest.mark.quick

Skilled = Callable[[str], tuple[RosterProblem, Roster]]

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def ward() -> RosterProblem:
    return optimise.read_ward(ROOT / "examples" / "minimal.yaml")


@pytest.fixture(scope="module")
def plan(ward: RosterProblem) -> Roster:
    found = kind_of(ward).first_plan(ward, 0, lambda: False)
    assert isinstance(found, Roster)
    assert ward.evaluate(found).feasible
    return found


def cost(ward: RosterProblem, plan: Roster, cells: list[tuple[int, int, int]]) -> float:
    """Cost of the plan with some cells changed; infinite where a hard rule is broken."""
    duties = plan.duties.copy()
    for e, d, a in cells:
        duties[e, d] = a
    found = ward.evaluate(Roster(duties))
    return found.cost if found.feasible else math.inf


def best_swap(ward: RosterProblem, plan: Roster, e: int, day: int, duty: int) -> float:
    """The cheapest swap of one person by trying all."""
    best = math.inf
    for d, f in itertools.product(range(ward.horizon.days), range(len(ward.employees))):
        given = int(plan.duties[e, d])
        if f == e or given == OFF or plan.duties[f, d] != OFF or (plan.duties[e, day] != OFF and d != day):
            continue
        cells = [(e, day, duty), *([(e, d, OFF)] if d != day else []), (f, d, given)]
        best = min(best, cost(ward, plan, cells))
    return best


@pytest.mark.parametrize("day", [1, 6, 11])
def test_answers_are_those_of_trying_everything(ward: RosterProblem, plan: Roster, day: int) -> None:
    shift = ward.shift_index("E")
    duty = ward.duty_index("E")
    found = who_can_cover(ward, plan, day, shift, most=100)
    alone = {a.who: a.evaluation.cost for a in found.alone}
    swaps = {a.who: a.evaluation.cost for a in found.swaps}
    stopped = {s.who for s in found.stopped}
    for e, person in enumerate(ward.employees):
        if plan.duties[e, day] == duty:
            assert person.id in stopped
            continue
        direct, swap = cost(ward, plan, [(e, day, duty)]), best_swap(ward, plan, e, day, duty)
        assert alone.get(person.id, math.inf) == pytest.approx(direct)
        if swap < direct - 1e-9:
            assert swaps[person.id] == pytest.approx(swap)
        else:
            assert person.id not in swaps
        assert (person.id in stopped) == math.isinf(min(direct, swap))
    for answers in (found.alone, found.swaps):
        assert [a.added for a in answers] == sorted(a.added for a in answers)
    assert all(not a.disturbs for a in found.alone)
    assert all(len(a.disturbs) == 1 for a in found.swaps)


def test_what_is_said_of_a_plan_is_its_evaluation(ward: RosterProblem, plan: Roster) -> None:
    found = who_can_cover(ward, plan, 3, ward.shift_index("E"))
    for answer in (*found.alone, *found.swaps):
        assert ward.evaluate(answer.plan).cost == answer.evaluation.cost
        assert answer.added == pytest.approx(answer.evaluation.cost - found.before.cost)
        assert sum(c for _, c in answer.by_rule) == pytest.approx(answer.added)
        for change in answer.changes:
            e = ward.employee_index(change.who)
            cells = [("-" if p.duties[e, change.day] == OFF else ward.duties[p.duties[e, change.day]].id)
                     for p in (plan, answer.plan)]  # fmt: skip
            assert cells == [change.before, change.after]
        moved = np.argwhere(plan.duties != answer.plan.duties)
        assert len(moved) == len(answer.changes)


def test_somebody_replaced_is_off_and_asked_for_nothing(ward: RosterProblem, plan: Roster) -> None:
    day, shift = 5, ward.shift_index("N")
    who = next(e for e in range(5) if plan.duties[e, day] == ward.duty_index("N"))
    found = who_can_cover(ward, plan, day, shift, instead_of=who)
    name = ward.employees[who].id
    assert found.instead_of == name
    assert found.vacant.cost > found.before.cost
    for answer in (*found.alone, *found.swaps):
        assert answer.plan.duties[who, day] == OFF
        assert name != answer.who
        assert name not in answer.disturbs
        assert (answer.plan.duties[who] != plan.duties[who]).sum() == 1


def test_an_exchange_gives_a_duty_in_return(ward: RosterProblem, plan: Roster) -> None:
    seen = 0
    for day in range(ward.horizon.days):
        for who in np.flatnonzero(plan.duties[:, day] != OFF).tolist():
            shift = ward.duties[plan.duties[who, day]].shift
            found = who_can_cover(ward, plan, day, shift, instead_of=who, exchange=True)
            assert not found.alone
            for answer in found.swaps:
                seen += 1
                duties = (plan.duties != OFF).sum(axis=1), (answer.plan.duties != OFF).sum(axis=1)
                assert np.array_equal(*duties)
                assert sorted(plan.duties.ravel()) == sorted(answer.plan.duties.ravel())
                assert not answer.disturbs
    assert seen


def test_every_other_person_is_told_why(ward: RosterProblem, plan: Roster) -> None:
    for day in range(0, 14, 3):
        found = who_can_cover(ward, plan, day, ward.shift_index("N"), most=100)
        named = [a.who for a in found.alone] + [s.who for s in found.stopped]
        assert set(named) | {a.who for a in found.swaps} == {e.id for e in ward.employees}
        assert all(s.reasons for s in found.stopped)


def test_somebody_who_does_not_work_the_shift_cannot_be_replaced(ward: RosterProblem, plan: Roster) -> None:
    day = 5
    who = next(e for e in range(5) if plan.duties[e, day] == OFF)
    with pytest.raises(InputError, match="is off on Sat 10 Jan, not N"):
        who_can_cover(ward, plan, day, ward.shift_index("N"), instead_of=who)
    with pytest.raises(InputError, match="needs the person"):
        who_can_cover(ward, plan, day, ward.shift_index("N"), exchange=True)


def test_it_is_asked_in_the_words_of_people(ward: RosterProblem, plan: Roster) -> None:
    who, shift = next((e, s) for e in range(5) if (s := ward.duties[plan.duties[e, 5]].shift) >= 0)
    found = cover_asked(ward, plan, "5", None, ward.employees[who].id)
    assert found == who_can_cover(ward, plan, 5, shift, instead_of=who)
    assert cover_asked(ward, plan, "5", ward.shifts[shift].id, None) == who_can_cover(ward, plan, 5, shift)
    off = ward.employees[next(e for e in range(5) if plan.duties[e, 5] == OFF)].id
    with pytest.raises(InputError, match=f"^--instead-of {off}: is off on Sat 10 Jan$"):
        cover_asked(ward, plan, "5", None, off, words=("--shift", "--instead-of", "--swap"))
    for swap, told in ((False, "shift or instead_of must say which shift"), (True, "swap needs instead_of")):
        with pytest.raises(WardwiseError, match=told):
            cover_asked(ward, plan, "5", None, None, swap=swap)


def test_days_people_and_shifts_may_be_named(ward: RosterProblem, plan: Roster) -> None:
    who, shift = next((e, s) for e in range(5) if (s := ward.duties[plan.duties[e, 5]].shift) >= 0)
    found = who_can_cover(ward, plan, 5, shift, instead_of=who)
    when = ward.horizon.date(5)
    assert when is not None
    for day in (when, when.isoformat(), "5"):
        assert who_can_cover(ward, plan, day, ward.shifts[shift].id, instead_of=ward.employees[who].id) == found
    with pytest.raises(InputError, match="2031"):
        who_can_cover(ward, plan, date(2031, 1, 1), shift)


def test_who_leaves_the_place_short_of_what_must_be_comes_last_and_is_told(skilled: Skilled) -> None:
    ward, plan = skilled("D-D----")
    found = who_can_cover(ward, plan, "Thu 7 Jan", "N", instead_of="Reg")
    assert found.alone[0].who == "Rhea"
    assert found.possible
    for answer in (*found.alone, *found.swaps):
        broken = [v for v in ward.evaluate(answer.plan).violations if v.hard]
        assert list(answer.stays) == broken
        assert bool(broken) == (answer.who != "Rhea")
    assert found.alone[1].added < found.alone[0].added


def test_nobody_can_where_everybody_leaves_it_short(skilled: Skilled) -> None:
    ward, plan = skilled("---DD--")
    found = who_can_cover(ward, plan, 3, "N", instead_of="Reg")
    assert {a.who for a in found.alone} == {"Amy"}
    assert not found.possible


@pytest.mark.parametrize("exchange", [False, True])
def test_nothing_before_the_asked_day_is_given_up(ward: RosterProblem, plan: Roster, exchange: bool) -> None:
    seen = 0
    for day, who in ((d, e) for d in range(14) for e in np.flatnonzero(plan.duties[:, d]).tolist()):
        shift = ward.duties[int(plan.duties[who, day])].shift
        free, held = (
            who_can_cover(ward, plan, day, shift, instead_of=who, exchange=exchange, most=100, from_day=first)
            for first in (0, 9)
        )
        seen += any(c.day < min(day, 9) for a in free.swaps for c in a.changes)
        assert all(c.day == day or c.day >= 9 for a in held.swaps for c in a.changes)
        assert held.first == 9
    assert seen


def test_today_is_the_first_day_that_changes_in_a_plan_that_holds_it(
    ward: RosterProblem, plan: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for today, first in ((date(2026, 1, 10), 5), (date(2025, 12, 1), 0), (date(2026, 3, 1), 0)):
        monkeypatch.setattr("optimise.ask.cover.date", Today(today))
        assert who_can_cover(ward, plan, 6, "E").first == first


class Today:
    """A clock that stands still."""

    def __init__(self, day: date) -> None:
        self.day = day

    def today(self) -> date:
        return self.day
