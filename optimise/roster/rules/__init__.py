"""The rule vocabulary: one module per family of rules, three primitive forms, one compiled object."""

from optimise.roster.rules.compound import Compound, Headcounts
from optimise.roster.rules.cover import Apart, Cover, Demand, Together
from optimise.roster.rules.fairness import Fairness
from optimise.roster.rules.primitives import HARD, Counter, Line, Pattern, RosterRule, Segment, Term
from optimise.roster.rules.requests import DaysOff, Eligibility, Pins, Request, Requests
from optimise.roster.rules.rests import RestAfterRun, RestWithin
from optimise.roster.rules.runs import Runs, WeekendRuns
from optimise.roster.rules.sequences import RestAfter, Unwanted
from optimise.roster.rules.spans import HoursWithin
from optimise.roster.rules.succession import Rest, Succession
from optimise.roster.rules.totals import Total
from optimise.roster.rules.weekends import CompleteWeekends, IdenticalWeekends, WorkedWeekends

__all__ = [
    "HARD",
    "Apart",
    "CompleteWeekends",
    "Compound",
    "Counter",
    "Cover",
    "DaysOff",
    "Demand",
    "Eligibility",
    "Fairness",
    "Headcounts",
    "HoursWithin",
    "IdenticalWeekends",
    "Line",
    "Pattern",
    "Pins",
    "Request",
    "Requests",
    "Rest",
    "RestAfter",
    "RestAfterRun",
    "RestWithin",
    "RosterRule",
    "Runs",
    "Segment",
    "Succession",
    "Term",
    "Together",
    "Total",
    "Unwanted",
    "WeekendRuns",
    "WorkedWeekends",
]
