"""INRC-II in its own words (scenario, history, weeks), whatever the file form, and its rules.

Source: S. Ceschia, N. Dang, P. De Causmaecker, S. Haspeslagh, A. Schaerf, "The Second International Nurse Rostering
Competition", Ann. Oper. Res. 274 (2019) 171-186 (arXiv 1501.04177).

The ``add_`` methods check what they are given and raise :class:`InputError` without a place; readers add file and
line.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from optimise.core.errors import InputError
from optimise.core.horizon import Horizon
from optimise.formats.text import LONGEST, clip, look_up
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules.cover import Cover, Demand
from optimise.roster.rules.primitives import HARD, RosterRule, Segment
from optimise.roster.rules.requests import Eligibility, Request, Requests
from optimise.roster.rules.runs import Runs
from optimise.roster.rules.succession import Succession
from optimise.roster.rules.totals import Total
from optimise.roster.rules.weekends import CompleteWeekends, WorkedWeekends

__all__ = [
    "ANY",
    "DAYS",
    "NONE",
    "Border",
    "Inrc2Contract",
    "Inrc2History",
    "Inrc2Week",
    "Nurse",
    "Scenario",
    "compose",
    "stem_of",
]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ANY, NONE = "Any", "None"

#: Most weeks that a horizon may have.
MOST_WEEKS = LONGEST // 7

# Weights of the competition.
OPTIMAL_COVER, RUN, SHIFT_RUN, OFF_RUN = 30, 30, 15, 30
REQUEST, WEEKEND, ASSIGNMENT, WORKED_WEEKEND = 10, 30, 20, 30

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Inrc2Contract:
    """Limits (minimum, maximum) on assignments and runs; most worked weekends; whether weekends go together."""

    total: Pair
    work: Pair
    off: Pair
    weekends: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Nurse:
    contract: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Border:
    """What one nurse brings from before day 0: counters, and how the last days were spent."""

    total: int
    weekends: int
    shift: str | None
    same: int
    work: int
    off: int

    def after(self, shifts: Sequence[str | None]) -> Border:
        """The border after more days: the shift type, or None for a day off, of each day from a Monday on."""
        total, weekends, last, same, work, off = self.total, self.weekends, self.shift, self.same, self.work, self.off
        for day, shift in enumerate(shifts):
            same = 0 if shift is None else same + 1 if shift == last else 1
            work, off = (0, off + 1) if shift is None else (work + 1, 0)
            total += shift is not None
            weekends += day % 7 == 6 and (shift is not None or shifts[day - 1] is not None)
            last = shift
        return Border(total, weekends, last, same, work, off)


def _ordered(limits: Pair, what: str) -> None:
    if not 0 <= limits[0] <= limits[1]:
        raise InputError(f"the {what} has minimum {limits[0]} and maximum {limits[1]}")


@dataclass(slots=True)
class Scenario:
    """Skills, shift types, contracts and nurses.

    ``stem`` is what its files are called by (``Sc-STEM.txt``, ``H0-STEM-1.txt``), where that differs from ``id``.
    """

    id: str
    weeks: int
    skills: dict[str, int] = field(default_factory=dict)
    shifts: dict[str, Pair] = field(default_factory=dict)
    forbidden: dict[str, tuple[str, ...]] = field(default_factory=dict)
    contracts: dict[str, Inrc2Contract] = field(default_factory=dict)
    nurses: dict[str, Nurse] = field(default_factory=dict)
    stem: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What other files may call it: by its files' names first, then by what it says of itself."""
        return tuple(dict.fromkeys(name for name in (self.stem, self.id) if name))

    def add_skill(self, name: str) -> None:
        _fresh(self.skills, name, "skill")
        self.skills[name] = len(self.skills)

    def add_shift(self, name: str, run: Pair) -> None:
        _fresh(self.shifts, name, "shift type")
        if name in (ANY, NONE):
            raise InputError(f"a shift type cannot be called {name}")
        _ordered(run, "run of the shift type")
        self.shifts[name] = run

    def add_succession(self, shift: str, after: Sequence[str]) -> None:
        look_up(self.shifts, shift, "shift type")
        _fresh(self.forbidden, shift, "line of forbidden successions for")
        for each in after:
            look_up(self.shifts, each, "shift type")
        self.forbidden[shift] = tuple(after)

    def add_contract(self, name: str, contract: Inrc2Contract) -> None:
        _fresh(self.contracts, name, "contract")
        for limits, what in (
            (contract.total, "number of assignments"),
            (contract.work, "run of working days"),
            (contract.off, "run of days off"),
        ):
            _ordered(limits, what)
        self.contracts[name] = contract

    def add_nurse(self, name: str, nurse: Nurse) -> None:
        _fresh(self.nurses, name, "nurse")
        look_up(self.contracts, nurse.contract, "contract")
        for skill in nurse.skills:
            look_up(self.skills, skill, "skill")
        self.nurses[name] = nurse


@dataclass(slots=True)
class Inrc2History:
    """The border of every nurse."""

    week: int
    borders: dict[str, Border] = field(default_factory=dict)

    def add(self, scenario: Scenario, nurse: str, border: Border) -> None:
        look_up(scenario.nurses, nurse, "nurse")
        _fresh(self.borders, nurse, "history of")
        if border.shift is None:
            if border.same or border.work:
                raise InputError("the last day was off, so the numbers of consecutive assignments must be 0")
        else:
            look_up(scenario.shifts, border.shift, "shift type")
            if not 1 <= border.same <= border.work or border.off:
                raise InputError(
                    f"the last day was worked ({border.shift}), so 1 <= consecutive days of that shift "
                    "<= consecutive working days, and no days off, were expected"
                )
        self.borders[nurse] = border

    def complete(self, scenario: Scenario) -> None:
        missing = [n for n in scenario.nurses if n not in self.borders]
        if missing:
            raise InputError(f"no history for nurse {clip(', '.join(missing), 200)}")


@dataclass(slots=True)
class Inrc2Week:
    """Requirements (minimum, optimal) by (shift, skill) and weekday, and shift-off requests."""

    requirements: dict[tuple[str, str], tuple[Pair, ...]] = field(default_factory=dict)
    requests: list[tuple[str, str, int]] = field(default_factory=list)

    def add_requirement(self, scenario: Scenario, shift: str, skill: str, wanted: tuple[Pair, ...]) -> None:
        look_up(scenario.shifts, shift, "shift type")
        look_up(scenario.skills, skill, "skill")
        _fresh(self.requirements, (shift, skill), "requirement for")
        for limits in wanted:
            _ordered(limits, f"requirement for {shift} {skill}")
        self.requirements[shift, skill] = wanted

    def add_request(self, scenario: Scenario, nurse: str, shift: str, day: str) -> None:
        """``day`` is a weekday, abbreviated or in full."""
        look_up(scenario.nurses, nurse, "nurse")
        if shift != ANY:
            look_up(scenario.shifts, shift, "shift type")
        self.requests.append((nurse, shift, weekday(day)))

    def complete(self, scenario: Scenario) -> None:
        pairs = ((s, k) for s in scenario.shifts for k in scenario.skills)
        missing = [" ".join(p) for p in pairs if p not in self.requirements]
        if missing:
            raise InputError(f"no requirement for {clip(', '.join(missing), 200)}")


def weekday(text: str) -> int:
    """0 = Monday, from ``Mon`` or ``Monday``."""
    short = text[:3]
    if short not in DAYS or text not in (short, _FULL[short]):
        raise InputError(f"unknown day {text[:40]!r}; known: {', '.join(DAYS)}")
    return DAYS.index(short)


_FULL = dict(zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


def _fresh(table: Container[object], name: str | tuple[str, str], what: str) -> None:
    label = name if isinstance(name, str) else " ".join(name)
    if not label:
        raise InputError(f"a {what} without a name")
    if name in table:
        raise InputError(f"two times {what} {label[:60]!r}")


# ---- from words to rules -----------------------------------------------------------------------------------------
def compose(
    name: str, scenario: Scenario, history: Inrc2History, weeks: Sequence[Inrc2Week], meta: dict[str, object]
) -> RosterProblem:
    """The rostering problem of a scenario, a history and an ordered list of weeks.

    Weeks that stop short of the scenario's last one make a stage of the dynamic version: totals and worked weekends
    (S6, S7) are charged in the last stage only, so that the costs of the stages add up to the static cost.
    """
    shifts, skills, nurses = list(scenario.shifts), list(scenario.skills), list(scenario.nurses)
    duties = [Duty("-")]
    duties += [Duty(f"{s}:{k}", i, j) for i, s in enumerate(shifts) for j, k in enumerate(skills)]
    employees = tuple(
        Employee(
            n,
            contract=scenario.nurses[n].contract,
            skills=scenario.nurses[n].skills,
            history=_history(scenario, n, history.borders[n], duties, shifts),
        )
        for n in nurses
    )
    horizon = Horizon(7 * len(weeks))
    masks = {s: sum(1 << a for a, d in enumerate(duties) if d.shift == i) for i, s in enumerate(shifts)}
    work = (1 << len(duties)) - 2
    rules = [
        _cover(weeks, shifts, skills, duties),
        Succession(
            name="succession",
            pairs=tuple(
                (masks[s], sum(masks[t] for t in set(after))) for s, after in scenario.forbidden.items() if after
            ),
        ),
        Eligibility(name="skills", forbidden=tuple(_not_owned(duties, skills, e.skills) for e in employees)),
        *_runs(scenario, employees, masks, work),
        _requests(weeks, {n: i for i, n in enumerate(nurses)}, masks, work),
        *(_totals(scenario, history, nurses, horizon, work) if history.week + len(weeks) == scenario.weeks else ()),
        _complete_weekends(scenario, nurses, horizon),
    ]
    return RosterProblem(
        name,
        "inrc2",
        horizon,
        tuple(Shift(s) for s in shifts),
        tuple(duties),
        employees,
        tuple(rules),
        tuple(skills),
        meta,
    )


def _history(scenario: Scenario, nurse: str, border: Border, duties: list[Duty], shifts: list[str]) -> tuple[int, ...]:
    """Masks of what was done on day -1, -2, ...: the run that reaches day 0 and the day before it."""
    work = (1 << len(duties)) - 2
    if border.shift is None:
        # a longer run of days off than any limit says no more
        contract = scenario.contracts[scenario.nurses[nurse].contract]
        off = min(border.off, max(contract.off) + 1)
        return (1,) * off + ((work,) if 0 < off == border.off else ())
    last = sum(1 << a for a, d in enumerate(duties) if d.shift == shifts.index(border.shift))
    days = [last] * border.same
    if border.work > border.same:
        days += [work & ~last] + [work] * (border.work - border.same - 1)
    return (*days, 1)


def _not_owned(duties: list[Duty], skills: list[str], owned: tuple[str, ...]) -> int:
    return sum(1 << a for a, d in enumerate(duties) if d.skill >= 0 and skills[d.skill] not in owned)


def _cover(weeks: Sequence[Inrc2Week], shifts: list[str], skills: list[str], duties: list[Duty]) -> RosterRule:
    """H2 and S1 as one convex line per day, shift and skill: priced to the minimum, forbidden below it."""
    demands = []
    for w, week in enumerate(weeks):
        for day in range(7):
            for a, duty in enumerate(duties[1:], 1):
                shift, skill = shifts[duty.shift], skills[duty.skill]
                least, best = week.requirements[shift, skill][day]
                if best:
                    priced = Segment(best - least if least else math.inf, OPTIMAL_COVER)
                    steps = (*([priced] if best > least else []), *([Segment(math.inf, HARD)] if least else []))
                    demands.append(Demand(7 * w + day, 1 << a, best, under=steps, label=f"{shift} {skill}"))
    return Cover(name="cover", demands=tuple(demands))


def _runs(scenario: Scenario, employees: tuple[Employee, ...], masks: dict[str, int], work: int) -> list[RosterRule]:
    rules: list[RosterRule] = []
    for contract, limits in scenario.contracts.items():
        who = tuple(i for i, e in enumerate(employees) if e.contract == contract)
        for name, of, (low, high), weight, noun in (
            ("working days in a row", work, limits.work, RUN, "working days"),
            ("days off in a row", 1, limits.off, OFF_RUN, "days off"),
        ):
            if who:
                rules.append(
                    Runs(
                        name=f"{name}: {contract}",
                        employees=who,
                        of=of,
                        minimum=low,
                        maximum=high,
                        weight_minimum=weight,
                        weight_maximum=weight,
                        noun=noun,
                        start="closed",  # a known history overrules this
                        end="open",
                    )
                )
    for shift, (low, high) in scenario.shifts.items():
        rules.append(
            Runs(
                name=f"shifts in a row: {shift}",
                of=masks[shift],
                minimum=low,
                maximum=high,
                weight_minimum=SHIFT_RUN,
                weight_maximum=SHIFT_RUN,
                noun=f"{shift} shifts",
                start="closed",  # a known history overrules this
                end="open",
            )
        )
    return rules


def _requests(weeks: Sequence[Inrc2Week], people: dict[str, int], masks: dict[str, int], work: int) -> RosterRule:
    found = tuple(
        Request(people[nurse], 7 * w + day, work if shift == ANY else masks[shift], REQUEST)
        for w, week in enumerate(weeks)
        for nurse, shift, day in week.requests
    )
    return Requests(name="requests", requests=found, label="works a shift asked off")


def _totals(scenario: Scenario, past: Inrc2History, nurses: list[str], horizon: Horizon, work: int) -> list[RosterRule]:
    contracts = [scenario.contracts[scenario.nurses[n].contract] for n in nurses]
    borders = [past.borders[n] for n in nurses]
    weekends = horizon.weekends()
    return [
        Total(
            name="assignments",
            of=work,
            minimum=tuple(c.total[0] for c in contracts),
            maximum=tuple(c.total[1] for c in contracts),
            before=tuple(b.total for b in borders),
            weight_minimum=ASSIGNMENT,
            weight_maximum=ASSIGNMENT,
            noun="assignments",
        ),
        WorkedWeekends(
            name="worked weekends",
            weekends=weekends,
            maximum=tuple(c.weekends for c in contracts),
            worked_before=tuple(b.weekends for b in borders),
            weight=WORKED_WEEKEND,
        ),
    ]


def _complete_weekends(scenario: Scenario, nurses: list[str], horizon: Horizon) -> RosterRule:
    together = tuple(i for i, n in enumerate(nurses) if scenario.contracts[scenario.nurses[n].contract].complete)
    return CompleteWeekends(name="complete weekends", employees=together, weekends=horizon.weekends(), weight=WEEKEND)


def stem_of(path: Path) -> str:
    """``n030w4`` of ``Sc-n030w4.txt``; empty for a scenario file that is called otherwise."""
    return path.stem[3:] if path.stem.startswith("Sc-") else ""
