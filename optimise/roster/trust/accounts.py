"""Everybody's hours as an account: contracted, rostered, credited for leave, and what is carried forward."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimise.roster.formats.ward_away import bank_holiday_credits
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_leave import absences
from optimise.roster.formats.ward_model import WardData
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.view import shares

__all__ = ["Account", "hours_accounts", "ward_data"]


@dataclass(frozen=True, slots=True)
class Account:
    """One person's hours over the plan, in minutes.

    Attributes
    ----------
    employee : int
    contracted : int or None
        Over the plan, by the working days of the contract; None without a contract of hours.
    rostered : int
        Paid time of the duties.
    leave : dict of str to int
        Credited, by kind of leave.
    holidays : int
        Credited for bank holidays.
    before : int
        Carried over from before the plan; above 0 where more was worked than contracted.
    """

    employee: int
    contracted: int | None
    rostered: int
    leave: dict[str, int] = field(default_factory=dict)
    holidays: int = 0
    before: int = 0

    @property
    def credited(self) -> int:
        """Minutes of leave and bank holidays."""
        return sum(self.leave.values()) + self.holidays

    @property
    def net(self) -> int | None:
        """Minutes above (+) or below (-) contract in this plan; None without a contract."""
        return None if self.contracted is None else self.rostered + self.credited - self.contracted

    @property
    def carried(self) -> int | None:
        """Minutes that go into the next plan; None without a contract."""
        return None if self.net is None else self.before + self.net


def ward_data(problem: RosterProblem) -> WardData | None:
    """The ward document that a problem was made from.

    Parameters
    ----------
    problem : RosterProblem

    Returns
    -------
    WardData or None
        None for problems of other families.
    """
    ward = problem.meta.get("ward")
    return ward if isinstance(ward, WardData) and len(ward.staff) == len(problem.employees) else None


def hours_accounts(problem: RosterProblem, plan: Roster) -> tuple[Account, ...]:
    """The account of each person, in the order of the ward.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster

    Returns
    -------
    tuple of Account
        Empty where nothing is known of contracts: the problem comes from no ward document.
    """
    ward = ward_data(problem)
    if ward is None:
        return ()
    index = WardIndex(ward)
    leave = absences(index)
    kinds: list[dict[str, int]] = [{} for _ in ward.staff]
    for (e, d), minutes in leave.minutes.items():
        if minutes:
            kind = leave.kinds[e, d]
            kinds[e][kind] = kinds[e].get(kind, 0) + minutes
    holidays = [0] * len(ward.staff)
    for e, _, minutes in bank_holiday_credits(index, leave.minutes):
        holidays[e] += minutes
    made = []
    for e, share in enumerate(shares(problem, plan)):
        weekly = index.weekly_hours(e)
        contracted = None if weekly is None else round(60 * weekly * index.contract_weeks(e, 0, index.horizon.days))
        before = round(60 * ward.staff[e].history.balance_hours)
        made.append(Account(e, contracted, share.minutes, kinds[e], holidays[e], before))
    return tuple(made)
