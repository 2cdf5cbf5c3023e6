"""Random small wards over the whole vocabulary of the native ward document.

Every key that a ward may hold occurs, hard, priced and switched off, at every level (ward, contract, person), with
history, leave, pins and clock times. A made ward is a sound document; whether it has a plan is left to chance. One
stream of random numbers makes it, so that a seed names a ward (Hypothesis: :mod:`optimise.testing.strategies`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_parts import WorkLimits

__all__ = ["LIMITS", "random_ward"]

#: A clock, what overlaps, what runs past midnight, a long one, and one that is paid otherwise than it lasts.
_SHIFTS: tuple[dict[str, Any], ...] = (
    {"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30},
    {"id": "L", "start": "13:30", "end": "21:30", "break_minutes": 30, "name": "Late"},
    {"id": "N", "start": "21:00", "end": "07:30", "break_minutes": 60, "overnight": True},
    {"id": "D", "start": "07:30", "end": "20:00", "break_minutes": 60},
    {"id": "T", "start": "16:00", "end": "00:30", "night": True},
    {"id": "S", "start": "09:00", "end": "13:00", "paid_minutes": 225, "night": False, "overnight": False},
    {"id": "H", "start": "20:00", "end": "24:00"},
)
_WORDS = ("off", "work", "any", "night")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PRICES = (0.5, 1, 2, 3.5, 5, 10, 20, 40)
_KINDS = ("annual", "study", "sick", "other", "unavailable")

#: Numbers that make sense for each limit of :class:`~optimise.roster.formats.ward_parts.WorkLimits`.
LIMITS: dict[str, tuple[float, ...]] = {
    "min_rest_hours": (8, 10, 11, 12, 24),
    "max_average_weekly_hours": (30, 37.5, 48),
    "max_hours_in_7_days": (24, 37.5, 48, 60),
    "max_consecutive_days": (2, 3, 4, 5, 6),
    "min_consecutive_days": (2, 3),
    "max_consecutive_days_off": (2, 3, 4, 6),
    "min_consecutive_days_off": (2, 3),
    "max_consecutive_nights": (1, 2, 3),
    "min_consecutive_nights": (2, 3),
    "days_off_after_nights": (1, 2, 3),
    "max_weekends": (1, 2),
    "min_weekends_off": (1, 2),
}
_TOGGLES = ("complete_weekends", "no_night_before_weekend_off", "no_night_before_leave")
_LISTS = ("hours", "shift_limits", "forbidden_sequences")
assert {*LIMITS, *_TOGGLES, *_LISTS} <= set(WorkLimits.model_fields)
_PAIRS = (
    ("min_consecutive_days", "max_consecutive_days"),
    ("min_consecutive_days_off", "max_consecutive_days_off"),
    ("min_consecutive_nights", "max_consecutive_nights"),
)


def random_ward(random: Random, *, most_people: int = 6, most_days: int = 14) -> Ward:
    """Make a ward of 2 people or more and 5 days or more.

    Parameters
    ----------
    random : Random
        All choices are made from it.
    most_people, most_days : int
    """
    return Ward.model_validate(_Maker(random, most_people, most_days).document())


class _Maker:
    def __init__(self, random: Random, most_people: int, most_days: int) -> None:
        self.random = random
        # small ones are frequent: they are quick, and most faults need no more
        people, days = (
            min(random.randint(low, max(low, high)) for _ in range(2))
            for low, high in ((2, most_people), (5, most_days))
        )
        self.people, self.days = [f"p{i}" for i in range(people)], days
        self.start = date(2026, 1, 5) + timedelta(random.randint(0, 6))
        self.shifts = random.sample(_SHIFTS, random.randint(1, 3))
        self.ids = [str(s["id"]) for s in self.shifts]
        self.strict = random.choice((0.1, 0.3, 0.6))  # how many of the rules are hard
        self.dense = random.choice((0.1, 0.25, 0.5))  # how many of the keys are given
        self.skilled = {name: random.sample(("iv", "lead"), random.randint(0, 2)) for name in self.people}
        self.grouped = {name: ["red"] if self.chance() else [] for name in self.people}
        self.banded = {name: random.choice((None, "5", "6")) for name in self.people}
        self.contracts = random.sample(("full", "part"), random.randint(0, 2))
        self.dated: set[str] = set()
        self.held = {name: random.choice(self.contracts) if self.contracts else None for name in self.people}

    # ---- choices -------------------------------------------------------------------------------------------------
    def chance(self, probability: float = 0.5) -> bool:
        return self.random.random() < probability

    def maybe(self, made: dict[str, Any], key: str, value: Callable[[], object], chance: float | None = None) -> None:
        if self.chance(self.dense if chance is None else chance):
            made[key] = value()

    def price(self, free: float = 0.05) -> dict[str, Any]:
        """Hard, a price, the price by default, or (rarely) 0."""
        if self.chance(self.strict):
            return {"hard": True}
        return {"weight": 0 if self.chance(free) else self.random.choice(_PRICES)}

    def some(self, values: list[str], most: int = 3) -> list[str]:
        return self.random.sample(values, self.random.randint(1, min(most, len(values))))

    def day(self, offset: int | None = None) -> str:
        return str(self.start + timedelta(self.random.randrange(self.days) if offset is None else offset))

    def selectors(self) -> list[str]:
        form = self.random.randrange(4)
        if form == 0:
            return [self.day()]
        if form == 1:
            first = self.random.randrange(self.days)
            return [f"{self.day(first)}..{self.day(self.random.randrange(first, self.days))}"]
        if form == 2:
            return [self.random.choice(("weekdays", "weekends"))]
        return self.some(list(_DAYS))

    def between(self) -> list[str]:
        """Two clock times that one shift is on for."""
        shift = self.random.choice(self.shifts)
        begin, end = (60 * int(t[:2]) + int(t[3:]) for t in (shift["start"], shift["end"]))
        end += 1440 if end <= begin else 0
        first = self.random.randrange(begin, end, 30)
        last = min(end, first + 30 * self.random.randint(1, 16))
        return [f"{t // 60 % 24:02d}:{t % 60:02d}" for t in (first, last)]

    def who(self, empty: float = 0.4) -> dict[str, Any]:
        if self.chance(empty):
            return {}
        options: list[tuple[str, list[str]]] = [
            ("staff", self.people),
            ("skills", ["iv", "lead"]),
            ("groups", ["red"]),
            ("bands", sorted({b for b in self.banded.values() if b})),
            ("contracts", sorted(self.contracts)),
        ]
        key, values = self.random.choice([o for o in options if o[1]])
        return {key: self.some(values)}

    # ---- the document --------------------------------------------------------------------------------------------
    def document(self) -> dict[str, Any]:
        made: dict[str, Any] = {"name": "random", "start": str(self.start), "skills": ["iv", "lead"], "groups": ["red"]}
        if self.days % 7 == 0 and self.chance():
            made["weeks"] = self.days // 7
        else:
            made["days"] = self.days
        self.maybe(
            made, "weekend_days", lambda: self.random.choice((["Fri", "Sat"], ["Sun"], ["Sat", "Sun", "Mon"])), 0.2
        )
        self.maybe(made, "comment", lambda: "made at random", 0.2)
        made["shifts"] = [self.shift(s) for s in self.shifts]
        made["contracts"] = [self.contract(name) for name in self.contracts]
        made["rules"] = self.limits()
        self.maybe(made, "cover_tiers", self.tiers, 0.3)
        made["demand"] = [self.demand(i) for i in range(self.random.randint(1, 3))]
        made["skill_mix"] = [self.mix() for _ in range(self.several())]
        made["staff"] = [self.person(name) for name in self.people]
        leave = self.leave()
        made["leave"] = leave
        away = {
            (w["staff"], str(date.fromisoformat(w["first"]) + timedelta(i)))
            for w in leave
            for i in range(self.length(w))
        }
        wishes = [self.request(away) for _ in range(self.random.randint(0, 6))]
        made["requests"] = sorted(wishes, key=lambda w: not w["days"][0][:1].isdigit())  # no date repeats a weekday
        made["pins"] = self.pins(made, away)
        made["pairs"] = [self.pair() for _ in range(self.several())]
        return made

    def several(self) -> int:
        return self.random.randint(1, 2) if self.chance(self.dense) else 0

    def shift(self, form: dict[str, Any]) -> dict[str, Any]:
        made = dict(form)
        if self.chance(0.25):
            made["who"] = self.who(empty=0.0)
        return made

    def contract(self, name: str) -> dict[str, Any]:
        made = {"id": name, "name": name.title(), **self.limits(0.3 * self.dense)}
        self.maybe(made, "weekly_hours", self.weekly)
        return made

    def weekly(self) -> float:
        return self.random.choice((0, 15, 22.5, 30, 37.5, 40))

    def person(self, name: str) -> dict[str, Any]:
        made: dict[str, Any] = {"id": name, "skills": self.skilled[name], "groups": self.grouped[name]}
        if self.banded[name]:
            made["band"] = self.banded[name]
        if self.held[name]:
            made["contract"] = self.held[name]
        self.maybe(made, "name", lambda: name.upper())
        self.maybe(made, "weekly_hours", self.weekly)
        self.maybe(made, "shifts", lambda: self.some(self.ids), 0.1)
        self.maybe(made, "limits", lambda: self.limits(0.3 * self.dense), 0.3)
        self.maybe(made, "history", self.history, 0.6)
        return made

    def history(self) -> dict[str, Any]:
        words = [*self.ids, "off", "off", "work", "?"]
        made: dict[str, Any] = {"duties": [self.random.choice(words) for _ in range(self.random.randint(0, 8))]}
        self.maybe(made, "weekly_hours", lambda: [self.weekly() for _ in range(self.random.randint(1, 3))])
        self.maybe(made, "weekends", lambda: [self.chance() for _ in range(self.random.randint(1, 3))])
        self.maybe(made, "balance_hours", lambda: self.random.choice((-12.5, -3, 4, 7.5)))
        return made

    # ---- limits --------------------------------------------------------------------------------------------------
    def limits(self, dense: float | None = None) -> dict[str, Any]:
        dense = self.dense if dense is None else dense
        made: dict[str, Any] = {}
        for field in LIMITS:
            self.maybe(made, field, partial(self.limit, field), dense)
        for low, high in _PAIRS:  # whichever level a limit comes from, the smaller must not be above the larger
            if low in made:
                self.bounded(made, low, most=2)
            if high in made:
                self.bounded(made, high, least=3)
        for field in _TOGGLES:
            self.maybe(made, field, lambda: self.random.choice((True, "none", self.price())), dense)
        self.maybe(made, "hours", lambda: [self.hours()], dense)
        self.maybe(made, "shift_limits", lambda: [self.shift_limit()], dense)
        self.maybe(made, "forbidden_sequences", lambda: [self.sequence()], dense)
        return made

    @staticmethod
    def bounded(made: dict[str, Any], field: str, least: float = 0, most: float = 1000) -> None:
        value = made[field]
        if isinstance(value, dict):
            value["limit"] = min(max(value["limit"], least), most)
        elif value != "none":
            made[field] = min(max(value, least), most)

    def limit(self, field: str) -> Any:
        number = self.random.choice(LIMITS[field])
        form = self.random.random()
        weeks = {}
        if field in ("max_average_weekly_hours", "max_weekends", "min_weekends_off") and self.chance():
            weeks = {"weeks": self.random.choice((1, 2, 4))}
        if form < 0.1:
            return "none"
        if form < 0.1 + 0.5 * self.strict and not weeks:
            return number
        return {"limit": number, **self.price(), **weeks}

    def hours(self) -> dict[str, Any]:
        made: dict[str, Any] = dict(self.price())
        form = self.random.randrange(3)
        if form == 1:
            made["weekly"] = self.weekly()
        elif form == 2:
            made["minimum"] = self.random.choice((0, 10, 15))
            made["maximum"] = self.random.choice((20, 30, 37.5, 48))
        self.maybe(made, "tolerance", lambda: self.random.choice((1, 4, 7.5)))
        self.maybe(made, "weeks", lambda: self.random.choice((1, 2, 4)))
        return made

    def shift_limit(self) -> dict[str, Any]:
        made: dict[str, Any] = {"shifts": self.some(self.ids), **self.price()}
        self.maybe(made, "minimum", lambda: self.random.randint(0, 2), 0.5)
        self.maybe(made, "maximum", lambda: self.random.randint(2, 4), 1.0 if "minimum" not in made else 0.5)
        self.maybe(made, "weeks", lambda: self.random.choice((1, 2)))
        return made

    def sequence(self) -> dict[str, Any]:
        words = [*self.ids, *_WORDS, "|".join(self.ids[:2])]
        return {"sequence": [self.random.choice(words) for _ in range(self.random.randint(2, 4))], **self.price()}

    # ---- cover ---------------------------------------------------------------------------------------------------
    def tiers(self) -> list[dict[str, Any]]:
        prices = sorted(self.random.sample((5, 15, 20, 50, 100, 200), 2))
        made: list[dict[str, Any]] = [{"name": "bank", "weight": prices[0], "up_to": 1}]
        if self.chance():
            made.append({"name": "agency", "weight": prices[1], **({"up_to": 2} if self.chance(self.strict) else {})})
        elif self.chance():
            made.append({"name": "unfilled", "hard": True})
        return made

    def demand(self, i: int) -> dict[str, Any]:
        made: dict[str, Any] = {"name": f"demand {i}"}  # entries of one name must not speak of the same days
        if self.chance(0.3):
            made["between"] = self.between()
        else:
            made["shifts"] = self.some(self.ids, 2)
        made["minimum"] = self.random.randint(0, 2)
        self.maybe(made, "maximum", lambda: made["minimum"] + self.random.randint(0, 2))
        self.maybe(made, "who", self.who)
        self.maybe(made, "days", self.selectors, 0.3)
        if self.chance(0.3):
            made["tiers"] = self.tiers()
        elif self.chance(0.7):
            made.update(
                {"hard": True} if self.chance(0.5 * self.strict) else {"weight": self.random.choice((0, 20, 70, 100))}
            )
        if "maximum" in made:
            self.maybe(made, "surplus", self.price)
        return made

    def mix(self) -> dict[str, Any]:
        made: dict[str, Any] = {"who": self.who(empty=0.0), **({} if self.chance(0.3) else self.price())}
        if self.chance():
            made["minimum"] = 1
        else:
            made["share"] = self.random.choice((0.25, 1 / 3, 0.5, 0.6))
            self.maybe(made, "of", self.who)
        self.maybe(made, "name", lambda: "mix")
        form = self.random.randrange(3)
        if form == 1:
            made["shifts"] = self.some(self.ids)
        elif form == 2:
            made["between"] = self.between()
        self.maybe(made, "days", self.selectors)
        return made

    def pair(self) -> dict[str, Any]:
        form = self.random.choice(("apart", "together", "supervised"))
        people = self.random.sample(self.people, self.random.randint(1 if form == "supervised" else 2, 2))
        made: dict[str, Any] = {"kind": form, "staff": people, **self.price()}
        if form == "supervised":
            made["by"] = self.who(empty=0.2)
        if form == "apart":
            self.maybe(made, "limit", lambda: self.random.randint(0, 1))
        self.maybe(made, "shifts", lambda: self.some(self.ids))
        self.maybe(made, "days", self.selectors)
        return made

    # ---- single days ---------------------------------------------------------------------------------------------
    def leave(self) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for name in self.people:
            first = self.random.randrange(self.days)
            while first < self.days and self.chance(0.35):
                length = self.random.randint(1, min(4, self.days - first))
                entry: dict[str, Any] = {"staff": name, "first": self.day(first), "kind": self.random.choice(_KINDS)}
                if length > 1:
                    entry["last"] = self.day(first + length - 1)
                self.maybe(entry, "hours_per_day", lambda: self.random.choice((0, 6, 7.5)))
                made.append(entry)
                first += length + self.random.randint(0, 2)
        return made

    @staticmethod
    def length(entry: dict[str, Any]) -> int:
        last = date.fromisoformat(entry.get("last", entry["first"]))
        return (last - date.fromisoformat(entry["first"])).days + 1

    def request(self, away: set[tuple[str, str]]) -> dict[str, Any]:
        """A wish; one for a day of leave must not ask for work."""
        name = self.random.choice(self.people)
        made: dict[str, Any] = {"staff": name, "days": self.selectors(), **({} if self.chance(0.3) else self.price())}
        if made["days"][0][:1].isdigit():
            if name in self.dated:  # two wishes for one date must not say the same
                made["days"] = self.some(list(_DAYS))
            self.dated.add(name)
        if made.get("hard") and self.chance(0.7):
            made["hard"], made["weight"] = False, 5
        duties = self.random.choice(("off", "work", self.some(self.ids)))
        wish = self.random.choice(("want", "avoid"))
        if wish == "avoid" and duties == "off":
            duties = "work"
        if any(who == name for who, _ in away) and (wish == "want") and duties != "off":
            made["days"] = ["weekdays"]
        made[wish] = duties
        return made

    def pins(self, document: dict[str, Any], away: set[tuple[str, str]]) -> list[dict[str, Any]]:
        """Settled days that the person may have by skill and leave."""
        can = {name: set(self.ids) for name in self.people}
        for person in document["staff"]:
            can[person["id"]] &= set(person.get("shifts", self.ids))
        for shift in document["shifts"]:
            if "who" in shift:
                for name in self.people:
                    if not self.matches(name, shift["who"]):
                        can[name].discard(shift["id"])
        made: dict[tuple[str, str], dict[str, Any]] = {}
        for _ in range(self.random.randint(0, 4) if self.chance() else 0):
            name, day = self.random.choice(self.people), self.day()
            options = ["off"] if (name, day) in away else [*sorted(can[name]), "off"]
            made[name, day] = {"staff": name, "date": day, "shift": self.random.choice(options)}
        return list(made.values())

    def matches(self, name: str, who: dict[str, list[str]]) -> bool:
        holds: dict[str, Sequence[str | None]] = {
            "staff": [name],
            "skills": self.skilled[name],
            "groups": self.grouped[name],
            "bands": [self.banded[name]],
            "contracts": [self.held[name]],
        }
        return all(set(values) & set(holds[key]) for key, values in who.items())
