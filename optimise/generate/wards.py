"""Wards of a British hospital, made up.

What is realistic: clock times with handovers, early/late/long day/night, bands 5 to 7 and support workers of bands 2
and 3, three contracts, about 14 % leave and some study days, requests, people who work no nights, newly registered
nurses under supervision, a nurse in charge at all times, bank and agency at rising prices, quieter weekends, and what
the weeks before left behind. The demand is about what the hours of the staff allow
(:mod:`~optimise.generate.demand_level`), so that a good roster fills nearly all of it and the bank the rest. Every
rule that could empty the set of rosters is soft or kept by a free roster, so that a feasible roster always exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from optimise.core.errors import InputError
from optimise.generate.demand_level import demand_level
from optimise.roster.formats.ward import (
    Contract,
    Demand,
    History,
    Leave,
    Pair,
    Request,
    Rules,
    ShiftType,
    SkillMix,
    Staff,
    Ward,
)
from optimise.roster.formats.ward_parts import DaysLimit, Hours, ShiftLimit, Tier, Toggle, WeekendLimit, Who

__all__ = ["ward"]

Any_ = TypeVar("Any_")

#: People on one ward; a larger staff is split into wards of about this size.
WARD_SIZE = 30
#: The Monday with which a made plan begins unless another is asked for.
START = date(2026, 1, 5)

# fmt: off
_NAMES = (
    "Abena", "Adam", "Aisha", "Alice", "Amir", "Ana", "Anil", "Beth", "Callum", "Chen", "Chloe", "Dan", "Dilys",
    "Elena", "Emeka", "Erin", "Esther", "Farah", "Finn", "Gita", "Grace", "Hana", "Harry", "Ines", "Isaac", "Ivy",
    "Jamal", "Jess", "Joao", "Joy", "Kate", "Kofi", "Leah", "Liam", "Lucia", "Maya", "Megan", "Mina", "Nadia",
    "Nia", "Noah", "Olu", "Owen", "Priya", "Rhys", "Rosa", "Ruth", "Sam", "Sara", "Sean", "Sofia", "Tariq",
    "Tess", "Tom", "Uma", "Vera", "Will", "Yusuf", "Zara", "Zoe"
)
# fmt: on
#: Lawful last weeks, oldest day first; those without nights also serve people who work none.
_PAST_DAYS = (
    "off off E E L off off",
    "D D off off E E L",
    "E L off off D D off",
    "off D D off L L off",
    "L L off off off D D",
    "E E E off off D off",
)
_PAST_NIGHTS = ("D off N N off off E", "off off D off N N N", "N N off off off L L", "E off off N N N off")


@dataclass(frozen=True)
class _Role:
    """A kind of staff on one ward, with the people who have it."""

    group: str
    label: str
    people: tuple[Staff, ...]


def ward(
    staff: int = 30,
    weeks: int = 4,
    seed: int = 1,
    *,
    days: int | None = None,
    start: date = START,
    name: str | None = None,
) -> Ward:
    """Make a ward, or several wards of about 30 people each in one document.

    Parameters
    ----------
    staff : int
        Number of people, 2 to 20000. Above 45 they are split into wards that share only the site coordinators, so
        that the instance grows as a hospital does.
    weeks, days : int
        Length of the plan; ``days`` overrides ``weeks``.
    seed : int
        The same seed gives the same ward on every machine.
    start : date
        First day.
    name : str, optional
        Made from size and seed when left out.

    Returns
    -------
    Ward
        A document; the same for the same arguments.

    Raises
    ------
    InputError
        If a size is out of range.
    """
    if not 2 <= staff <= 20_000:
        raise InputError(f"a ward of {staff} people cannot be made; 2 to 20000", item="staff")
    length = days if days is not None else 7 * weeks
    if not 1 <= length <= 366:
        raise InputError(f"a plan of {length} days cannot be made; 1 to 366", item="weeks")
    made = _Maker(staff, length, seed, start)
    return made.ward(name or f"Made ward of {staff} people, seed {seed}", weeks=None if days is not None else weeks)


class _Maker:
    """Keeps the random numbers and the plan's dates while a ward is made."""

    def __init__(self, staff: int, days: int, seed: int, start: date) -> None:
        self.random = Random(f"wardwise ward {staff} {days} {seed}")
        self.size, self.days, self.start, self.seed = staff, days, start, seed
        self.small = staff < 10
        self.leave: list[Leave] = []
        self.away: dict[str, set[date]] = {}

    # `random()` is the one stream that Python promises to keep, so all choices are made from it
    def pick(self, options: Sequence[Any_]) -> Any_:
        return options[int(self.random.random() * len(options))]

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def on(self, day: int) -> date:
        return self.start + timedelta(days=day)

    # ---- the document ----------------------------------------------------------------------------------------
    def ward(self, name: str, weeks: int | None) -> Ward:
        count = max(1, round(self.size / WARD_SIZE)) if self.size > 45 else 1
        sizes = [self.size // count + (i < self.size % count) for i in range(count)]
        people: list[Staff] = []
        demand: list[Demand] = []
        mix: list[SkillMix] = []
        pairs: list[Pair] = []
        for i, size in enumerate(sizes):
            group = f"ward-{i + 1:03d}" if count > 1 else ""
            roles = self.staff(size, group, f"{i + 1:03d}-" if count > 1 else "")
            for role in roles:
                people += role.people
                demand += self.demand(role, group)
            mix += self.mix(group)
            pairs += self.pairs(roles)
        if count > 1:
            coordinators = Who(bands=["7"])
            enough = max(1, count // 6)
            mix.append(
                SkillMix(
                    name="site coordinators", who=coordinators, minimum=enough, between=["07:00", "07:00"], weight=200
                )
            )
        groups = sorted({g for p in people for g in p.groups})
        return Ward(
            name=name,
            comment=f"made up by: wardwise generate ward --staff {self.size} --"
            + (f"weeks {weeks}" if weeks is not None else f"days {self.days}")
            + f" --seed {self.seed}",
            start=self.start,
            weeks=weeks,
            days=self.days if weeks is None else None,
            skills=["in-charge"],
            groups=groups,
            shifts=self.shifts(),
            contracts=[
                Contract(id="full-time", weekly_hours=37.5),
                Contract(id="part-time-30", weekly_hours=30),
                Contract(id="part-time-22", name="22.5 h", weekly_hours=22.5),
            ],
            rules=self.rules(),
            cover_tiers=[
                Tier(name="bank", up_to=1 if self.small else 2, weight=60),
                Tier(name="agency", up_to=1 if self.small else 2, weight=120),
                Tier(name="unfilled", weight=300),
            ],
            demand=demand,
            skill_mix=mix,
            staff=people,
            leave=self.leave,
            requests=[r for p in people for r in self.requests(p)],
            pairs=pairs,
        )

    def shifts(self) -> list[ShiftType]:
        long = ShiftType(id="D", name="Long day", start="07:00", end="19:30", break_minutes=60)
        night = ShiftType(id="N", name="Night", start="19:00", end="07:30", break_minutes=60)
        if self.small:
            return [long, night]
        early = ShiftType(id="E", name="Early", start="07:00", end="15:00", break_minutes=30)
        late = ShiftType(id="L", name="Late", start="13:30", end="21:30", break_minutes=30)
        return [early, late, long, night]

    def rules(self) -> Rules:
        nights = max(2, round(self.days / 28 * 8))
        return Rules(
            max_consecutive_nights=DaysLimit(limit=4),
            days_off_after_nights=DaysLimit(limit=2),
            min_consecutive_nights=DaysLimit(limit=2, weight=10),
            min_consecutive_days=DaysLimit(limit=2, weight=5),
            min_consecutive_days_off=DaysLimit(limit=2, weight=5),
            min_weekends_off=WeekendLimit(limit=2, weeks=4, weight=40) if self.days >= 14 else None,
            complete_weekends=Toggle(weight=10),
            no_night_before_leave=Toggle(),
            hours=[Hours(tolerance=6, weight=4)],
            shift_limits=[ShiftLimit(shifts=["N"], maximum=nights, weight=15)],
        )

    # ---- people ----------------------------------------------------------------------------------------------
    def staff(self, size: int, group: str, prefix: str) -> list[_Role]:
        registered = size if self.small else round(0.6 * size)
        seniors = max(1, round(registered / 16))
        charge = max(1, round((0.75 if self.small else 0.4) * registered))
        bands = ["7"] * seniors + ["6"] * max(0, charge - seniors)
        bands += ["5"] * (registered - len(bands))
        nurses = tuple(self.person(f"{prefix}RN{i + 1:02d}", b, "registered", group) for i, b in enumerate(bands))
        roles = [_Role("registered", "registered", nurses)]
        if size > registered:
            others = tuple(
                self.person(f"{prefix}HCSW{i + 1:02d}", "3" if self.chance(0.4) else "2", "support", group)
                for i in range(size - registered)
            )
            roles.append(_Role("support", "support workers", others))
        return roles

    def person(self, name: str, band: str, role: str, group: str) -> Staff:
        draw = self.random.random()
        contract, weekly = ("full-time", 37.5)
        if draw > 0.6 and band != "7":
            contract, weekly = ("part-time-30", 30.0) if draw < 0.82 or self.small else ("part-time-22", 22.5)
        no_nights = not self.small and self.chance(0.06)
        made = Staff(
            id=name,
            name=f"{self.pick(_NAMES)} {chr(65 + int(self.random.random() * 26))}.",
            band=band,
            skills=["in-charge"] if band in ("6", "7") else [],
            groups=[role, group] if group else [role],
            contract=contract,
            shifts=["E", "L", "D"] if no_nights else [],
            history=self.history(weekly, no_nights),
        )
        self.absences(name)
        return made

    def history(self, weekly: float, no_nights: bool) -> History:
        past = self.pick(_PAST_DAYS if no_nights or self.chance(0.65) else _PAST_NIGHTS)
        if self.small:
            past = self.pick(("off off D D off", "D D off off off", "off off off D off", "D off N N off"))
        last = self._worked_weekend(past)
        earlier = [False, self.chance(0.5)] if self.chance(0.5) else [self.chance(0.5), False]
        return History(
            duties=past.split(),
            weekly_hours=[min(45.0, round(2 * weekly * (0.85 + 0.25 * self.random.random())) / 2) for _ in range(13)],
            weekends=[False, False, True] if last else [*earlier, False],
            balance_hours=round(2 * 8 * (self.random.random() - 0.5)) / 2,
        )

    def _worked_weekend(self, past: str) -> bool:
        duties = past.split()
        last = [d for k, d in enumerate(reversed(duties), 1) if (self.start - timedelta(days=k)).weekday() >= 5]
        return any(d != "off" for d in last[:2])

    def absences(self, name: str) -> None:
        """About 14 % of all days: whole weeks of annual leave, and now and then a day of study."""
        away: set[date] = set()
        if self.days < 14:
            if self.chance(min(0.9, 0.07 * self.days)):
                first = int(self.random.random() * max(1, self.days - 1))
                self._away(name, away, first, min(first + 1, self.days - 1), "annual")
        else:
            monday = -self.start.weekday() % 7
            for week in range(monday, self.days, 7):
                if self.chance(0.125):
                    self._away(name, away, week, min(week + 6, self.days - 1), "annual")
                elif self.chance(0.05):
                    day = min(week + int(self.random.random() * 5), self.days - 1)
                    self._away(name, away, day, day, "study")
        self.away[name] = away

    def _away(self, name: str, away: set[date], first: int, last: int, why: str) -> None:
        span = {self.on(d) for d in range(first, last + 1)}
        if span & away:
            return
        away |= span
        until = None if last == first else self.on(last)
        hours = 7.5 if why == "study" else None
        self.leave.append(
            Leave.model_validate(
                {"staff": name, "first": self.on(first), "last": until, "kind": why, "hours_per_day": hours}
            )
        )

    def requests(self, person: Staff) -> list[Request]:
        made: list[Request] = []
        free = [self.on(d) for d in range(self.days) if self.on(d) not in self.away[person.id]]
        for _ in range(max(1, round(self.days / 9))):
            if len(free) < 2 or self.chance(0.2):
                continue
            i = int(self.random.random() * (len(free) - 1))
            when, draw = free.pop(i), self.random.random()
            day = [when.isoformat()]
            if draw < 0.55:
                made.append(Request(staff=person.id, days=day, want="off", weight=12))
            elif draw < 0.8:
                shift = self.pick([s for s in ("E", "L", "D") if not self.small or s == "D"])
                made.append(Request(staff=person.id, days=day, want=[shift], weight=6))
            elif not person.shifts:
                made.append(Request(staff=person.id, days=day, avoid=["N"], weight=8))
        return made

    # ---- demand ----------------------------------------------------------------------------------------------
    def demand(self, role: _Role, group: str) -> list[Demand]:
        who = Who(groups=[role.group])
        if group:  # groups in one list are alternatives; the bands tell the roles apart
            who = Who(bands=["5", "6", "7"] if role.group == "registered" else ["2", "3"], groups=[group])
        suffix = f" {group}" if group else ""
        supply = sum(self.supply(p) for p in role.people)
        weekend_days = sum(self.on(d).weekday() >= 5 for d in range(self.days))
        level = demand_level(supply, self.days - weekend_days, weekend_days, tight=self.small)
        out: list[Demand] = []
        parts = (
            [("day", ["D"]), ("night", ["N"])]
            if self.small
            else [("morning", ["E", "D"]), ("afternoon", ["L", "D"]), ("night", ["N"])]
        )
        for part, shifts in parts:
            number = {"night": level.night, "day": level.day, "morning": level.day, "afternoon": level.afternoon}[part]
            quiet = level.quiet if part != "night" else 0
            title = f"{part} {role.label}{suffix}"
            out.append(Demand(name=title, shifts=shifts, who=who, minimum=number))
            if quiet and number > quiet:
                out.append(Demand(name=title, shifts=shifts, who=who, days=["weekends"], minimum=number - quiet))
            if part in ("day", "morning") and level.busy:
                busy = list(("Mon", "Tue", "Wed", "Thu", "Fri")[: level.busy])
                out.append(
                    Demand.model_validate(
                        {"name": title, "shifts": shifts, "who": who, "days": busy, "minimum": number + 1}
                    )
                )
        return out

    def supply(self, person: Staff) -> float:
        """Hours that a person can work in the plan, leave taken off."""
        weekly = {"full-time": 37.5, "part-time-30": 30.0, "part-time-22": 22.5}[person.contract or "full-time"]
        away = sum(1 for d in self.away[person.id] if d.weekday() < 5)
        return weekly * (self.days / 7 - away / 5)

    def mix(self, group: str) -> list[SkillMix]:
        suffix = f" {group}" if group else ""
        groups = [group] if group else []
        in_charge = SkillMix(
            name=f"nurse in charge{suffix}",
            who=Who(skills=["in-charge"], groups=groups),
            minimum=1,
            between=["07:00", "07:00"],
            weight=150,
        )
        return [in_charge]

    def pairs(self, roles: list[_Role]) -> list[Pair]:
        juniors = [p for p in roles[0].people if p.band == "5"]
        seniors = [p.id for p in roles[0].people if p.band in ("6", "7")]
        made: list[Pair] = []
        if len(juniors) > 4:
            new = juniors[-1]
            made.append(Pair(kind="supervised", staff=[new.id], by=Who(staff=seniors), weight=20))
        if len(roles) > 1 and len(roles[1].people) > 3:
            a, b = roles[1].people[:2]
            made.append(Pair(kind="apart", staff=[a.id, b.id], weight=25))
        return made
