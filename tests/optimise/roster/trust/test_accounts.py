"""Hours of people as accounts."""

from __future__ import annotations

from dataclasses import replace

from optimise.roster.trust.accounts import hours_accounts


def test_contract_duties_leave_and_balance_add_up(made, data):
    accounts = hours_accounts(*made())
    ann, ben, chi, dee = accounts
    assert (ann.contracted, ann.rostered, ann.credited, ann.net, ann.before, ann.carried) == (
        2070,
        2070,
        0,
        0,
        120,
        120,
    )
    assert (ben.leave, ben.net) == ({"study": 414}, 4 * 690 + 414 - 2070)
    assert chi.leave == {"annual": 828}
    assert (dee.contracted, dee.rostered, dee.net, dee.carried) == (None, 2 * 690, None, None)


def test_bank_holidays_are_credited_where_the_ward_does(made, data):
    data["bank_holidays"] = {"dates": ["2026-01-08"], "credit": True}
    assert [a.holidays for a in hours_accounts(*made())] == [414, 414, 414, 0]


def test_leave_without_credit_is_none(made, data):
    data["leave"] = [{"staff": "Chi", "first": "2026-01-05", "last": "2026-01-06", "kind": "unavailable"}]
    assert hours_accounts(*made())[2].leave == {}


def test_other_problems_have_no_accounts(made):
    problem, plan = made()
    assert hours_accounts(replace(problem, meta={}), plan) == ()
