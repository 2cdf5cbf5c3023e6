"""The rule vocabulary: one module per family of rules, three primitive forms, one compiled object."""

from optimise.rules.compound import Compound, Headcounts
from optimise.rules.cover import Apart, Cover, Demand, Together
from optimise.rules.primitives import HARD, Counter, Line, Pattern, RosterRule, Segment, Term
from optimise.rules.requests import DaysOff, Eligibility, Pins, Request, Requests
from optimise.rules.runs import Runs, WeekendRuns
from optimise.rules.sequences import RestAfter, Unwanted
from optimise.rules.succession import Rest, Succession
from optimise.rules.totals import Total
from optimise.rules.weekends import CompleteWeekends, IdenticalWeekends, WorkedWeekends

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
    "Headcounts",
    "IdenticalWeekends",
    "Line",
    "Pattern",
    "Pins",
    "Request",
    "Requests",
    "Rest",
    "RestAfter",
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
