"""The hard rules of a ward, cut into the smallest facts that deserve a sentence.

* leave: one piece per person and stretch that was granted; a missing skill: one per person and set of shifts
* what else is fixed or forbidden on a single day (pins, hard requests): one piece per person and day
* a sequence rule: one piece per person and meaning (``Pattern.label``)
* a total: one piece per person and side
* a cover line: one piece per side, shifted by what may be bought (bank, agency) before the hard part begins

Soft parts are left out: they cannot make a roster impossible.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimise.core.wording import names_listed
from optimise.roster.context import RosterContext
from optimise.roster.problem import RosterProblem
from optimise.roster.rules.primitives import HARD, Counter, Line, Pattern, RosterRule, Segment
from optimise.roster.rules.requests import DaysOff, Eligibility

__all__ = ["Given", "Piece", "only", "pieces", "sentences"]

#: Beyond half of what stands for "no limit" in counters.
_UNLIMITED = 2**39
_NO_LIMIT = 2**40
_MOST_NAMES = 8

Form = Pattern | Counter | Line


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One hard fact: ``who verb when (rule)``.

    Attributes
    ----------
    rule : str
    employees : tuple of int
        People it is about; empty for a cover line.
    days : tuple of int
        Days it is about; empty for the whole horizon.
    forms : tuple of Pattern, Counter or Line
        The compiled rule restricted to this piece.
    who, verb, when : str
        Parts of its sentence.
    """

    rule: str
    employees: tuple[int, ...]
    days: tuple[int, ...]
    forms: tuple[Form, ...]
    who: str
    verb: str
    when: str = ""

    @property
    def group(self) -> tuple[str, int, int]:
        """(rule, person or -1, day or -1): what is tested as one before details are."""
        if self.employees:
            return self.rule, self.employees[0], -1
        return self.rule, -1, self.days[0] if self.days else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(RosterRule):
    """A rule made of compiled forms."""

    forms: tuple[Form, ...] = ()

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        return (f for f in self.forms if isinstance(f, Pattern))

    def counters(self, problem: RosterContext) -> Iterable[Counter]:
        return (f for f in self.forms if isinstance(f, Counter))

    def lines(self, problem: RosterContext) -> Iterable[Line]:
        return (f for f in self.forms if isinstance(f, Line))


def only(problem: RosterProblem, some: Iterable[Piece]) -> RosterProblem:
    """The problem with these hard facts and no other rule."""
    forms: dict[str, list[Form]] = defaultdict(list)
    for piece in some:
        forms[piece.rule].extend(piece.forms)
    return replace(problem, rules=tuple(Given(name=name, forms=tuple(f)) for name, f in forms.items()))


def pieces(problem: RosterProblem) -> list[Piece]:
    """All hard facts of a problem, in the order of its rules."""
    compiled = problem.compiled
    found: list[Piece] = []
    single: dict[tuple[str, int], dict[int, set[int]]] = {}
    longer: dict[tuple[str, str, int], list[Pattern]] = {}
    for pattern in compiled.patterns:
        if not pattern.hard or pattern.amount <= 0:
            continue
        for person, starts in _by_person(pattern):
            if len(pattern.masks) == 1 and pattern.groups is None:
                single.setdefault((pattern.rule, person), {}).setdefault(pattern.masks[0], set()).update(starts)
            else:
                at = np.asarray(starts, dtype=np.int32)
                mine = replace(pattern, employees=np.full(len(at), person, dtype=np.int32), starts=at)
                longer.setdefault((pattern.rule, pattern.label, person), []).append(mine)
    rules = {rule.name: rule for rule in problem.rules}
    for (rule, person), by_mask in single.items():
        for mask, days in by_mask.items():
            spans = _spans(rules.get(rule), person, sorted(days))
            found.extend(_stretch(problem, rule, person, mask, span) for span in spans)
    for (rule, label, person), forms in longer.items():
        name = problem.employees[person].id
        found.append(Piece(rule, (person,), (), tuple(forms), name, f" must not have: {label}"))
    for counter in compiled.counters:
        found.extend(_sides(problem, counter))
    for line in compiled.lines:
        found.extend(_line_sides(problem, line))
    order = {rule.name: i for i, rule in enumerate(problem.rules)}
    return sorted(found, key=lambda p: order.get(p.rule, len(order)))


def sentences(some: Sequence[Piece]) -> tuple[str, ...]:
    """One sentence per fact; equal facts of several people, or of one on several days, share a sentence."""
    times: dict[tuple[str, str, str], list[str]] = {}
    for p in some:
        times.setdefault((p.who, p.verb, p.rule), []).append(p.when)
    people: dict[tuple[str, str, str], list[str]] = {}
    for (who, verb, rule), when in times.items():
        people.setdefault((verb, _times([w for w in when if w]), rule), []).append(who)
    return tuple(f"{names_listed(who, _MOST_NAMES)}{verb}{when} ({rule})" for (verb, when, rule), who in people.items())


def _times(when: Sequence[str]) -> str:
    """`` on A`` and `` on B`` as `` on A and B``."""
    if len(when) > 1 and all(w.startswith(" on ") for w in when):
        return f" on {names_listed([w.removeprefix(' on ') for w in when])}"
    return " and".join(when)


# ---- patterns ----------------------------------------------------------------------------------------------------
def _by_person(pattern: Pattern) -> Iterator[tuple[int, list[int]]]:
    order = np.lexsort((pattern.starts, pattern.employees))
    who, starts = pattern.employees[order], pattern.starts[order]
    breaks = np.flatnonzero(np.diff(who)) + 1
    for some, days in zip(np.split(who, breaks), np.split(starts, breaks), strict=True):
        if len(some):
            yield int(some[0]), [int(d) for d in np.unique(days)]


def _spans(rule: RosterRule | None, person: int, days: list[int]) -> list[list[int]]:
    """Days that are one fact: all of a skill, a stretch of leave; else each by itself, so that none is named idly."""
    if isinstance(rule, Eligibility):
        return [days]
    if not isinstance(rule, DaysOff):
        return [[day] for day in days]
    spans: list[list[int]] = []
    for day in days:
        if spans and spans[-1][-1] == day - 1 and (person, day) not in rule.begins:
            spans[-1].append(day)
        else:
            spans.append([day])
    return spans


def _stretch(problem: RosterProblem, rule: str, person: int, mask: int, days: list[int]) -> Piece:
    """What one person may not do on consecutive days."""
    at = np.asarray(days, dtype=np.int32)
    form = Pattern(rule, (mask,), np.full(len(at), person, dtype=np.int32), at, HARD)
    open_ = problem.everything & ~mask
    if not open_:
        verb = " may neither work nor be off"
    elif open_ == 1:
        verb = " must be off"
    elif open_ == problem.work:
        verb = " must work"
    elif not open_ & 1:
        verb = f" must work {duty_names(problem, open_)}"
    else:
        verb = f" cannot work {duty_names(problem, mask & problem.work)}"
    return Piece(rule, (person,), tuple(days), (form,), problem.employees[person].id, verb, _when(problem, days))


def _when(problem: RosterProblem, days: Sequence[int]) -> str:
    label = problem.horizon.label
    if len(days) == problem.horizon.days > 1:
        return " on any day"
    return f" on {label(days[0])}" if len(days) == 1 else f" from {label(days[0])} to {label(days[-1])}"


def duty_names(problem: RosterProblem, mask: int) -> str:
    """Shift ids where all duties of a shift are meant, else duty ids."""
    words: list[str] = []
    for a, duty in enumerate(problem.duties):
        if mask >> a & 1:
            whole = problem.shift_mask(problem.shifts[duty.shift].id) if duty.shift >= 0 else 1 << a
            word = problem.shifts[duty.shift].id if duty.shift >= 0 and whole & mask == whole else duty.id
            if word not in words:
                words.append(word)
    return names_listed(words, last="or") if words else "nothing"


# ---- totals ------------------------------------------------------------------------------------------------------
def _sides(problem: RosterProblem, counter: Counter) -> Iterator[Piece]:
    for i, person in enumerate(counter.employees.tolist()):
        low, up, before = (int(v[i]) for v in (counter.lower, counter.upper, counter.offset))
        at = np.array([i])
        mine = replace(
            counter,
            employees=counter.employees[at],
            offset=counter.offset[at],
            lower=np.array([-_NO_LIMIT]),
            upper=np.array([_NO_LIMIT]),
            weight_lower=HARD,
            weight_upper=HARD,
        )
        name, what = problem.employees[person].id, counter.label or counter.rule
        already = f", {quantity(before, counter.unit)} of it already counted" if before else ""
        if math.isinf(counter.weight_lower) and low > -_UNLIMITED:
            verb = f": {what} at least {quantity(low, counter.unit)}{already}"
            yield Piece(counter.rule, (person,), (), (replace(mine, lower=counter.lower[at]),), name, verb)
        if math.isinf(counter.weight_upper) and up < _UNLIMITED:
            verb = f": {what} at most {quantity(up, counter.unit)}{already}"
            yield Piece(counter.rule, (person,), (), (replace(mine, upper=counter.upper[at]),), name, verb)


def quantity(value: int, unit: str) -> str:
    """``9600`` minutes as ``160 h``; the noun before it says what else is counted."""
    return f"{value / 60:g} h" if unit == "minutes" else str(value)


# ---- cover -------------------------------------------------------------------------------------------------------
def _line_sides(problem: RosterProblem, line: Line) -> Iterator[Piece]:
    days = tuple(sorted({t.day for t in line.terms} | ({line.day} if line.day >= 0 else set())))
    when = f" on {problem.horizon.label(line.day)}" if line.day >= 0 else ""
    what = line.label or duty_names(problem, line.terms[0].mask if line.terms else 0)
    hard = (Segment(math.inf, HARD),)
    for segments, bound, sign in ((line.under, line.lower, -1), (line.over, line.upper, 1)):
        bought = _bought(segments)
        if bought is None or not math.isfinite(bound):
            continue
        limit = bound + sign * bought
        form = replace(
            line,
            lower=limit if sign < 0 else -math.inf,
            upper=limit if sign > 0 else math.inf,
            under=hard,
            over=hard,
        )
        word = "at least" if sign < 0 else "at most"
        verb = f"{what}: {word} {limit:g}{_counted(problem, line)}"
        if bought:
            verb += f" ({bound:g} wanted, {bought:g} can be paid for)"
        yield Piece(line.rule, (), days, (form,), "", verb, when)


def _counted(problem: RosterProblem, line: Line) -> str:
    """Whom a line counts, when those are few."""
    groups = {t.employees for t in line.terms if t.coefficient > 0}
    if None in groups or len(groups) != 1:
        return ""
    who = next(iter(groups)) or ()
    return f" of {names_listed([problem.employees[e].id for e in who])}" if len(who) <= _MOST_NAMES else ""


def _bought(segments: tuple[Segment, ...]) -> float | None:
    """Units that can be paid for before the forbidden part; None when nothing is forbidden."""
    total = 0.0
    for segment in segments:
        if math.isinf(segment.price):
            return total
        total += segment.width
    return None
