"""Random small wards with rules on hours, rest and fairness beside the older vocabulary.

A random ward of :mod:`optimise.testing.random_wards` is given what that one does not know: fair shares, hours away,
a time zone over a change of the clocks, bank holidays, rest in hours, packs. One stream of random numbers makes it.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_parts import WorkLimits
from optimise.testing.random_wards import LIMITS, random_ward

__all__ = ["random_hours_ward"]

#: Numbers that make sense for each limit that the older wards do not have, with what stands beside them.
HOURS: dict[str, tuple[tuple[float, dict[str, Any]], ...]] = {
    "max_night_worker_hours": ((5, {"weeks": 1}), (8, {})),
    "max_opted_out_weekly_hours": ((30, {"weeks": 1}), (56, {})),
    "max_hours_in_168_hours": ((24, {}), (40, {}), (60, {})),
    "max_shift_hours": ((8.5, {}), (12, {})),
    "max_consecutive_long_days": ((1, {}), (2, {})),
    "max_consecutive_evenings": ((1, {}),),
    "weekly_rest": (
        (24, {}),
        (35, {"rolling": True}),
        (60, {}),
        (24, {"fortnightly": True}),
        (30, {"fortnightly": True, "rolling": True}),
    ),
    "rest_after_nights": ((46, {}), (46, {"after": 2}), (60, {"after": 2})),
    "rest_after_long_days": ((36, {}), (48, {"after": 2})),
    "rest_after_evenings": ((48, {}), (36, {"after": 2})),
    "rest_after_days": ((36, {"after": 3}), (48, {"after": 4})),
}
_OLDER = {*LIMITS, "complete_weekends", "no_night_before_weekend_off", "no_night_before_leave", "hours", "shift_limits",
          "forbidden_sequences"}  # fmt: skip
assert _OLDER | set(HOURS) == set(WorkLimits.model_fields)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PRICES = (1, 2, 5, 10)
#: A Monday before clocks go forward, before they go back, before Easter, and an ordinary one.
_STARTS = ("2026-03-23", "2026-10-19", "2026-03-30", "2026-01-05")


def random_hours_ward(random: Random, *, most_people: int = 4, most_days: int = 9) -> Ward:
    """Make a ward with some of the rules on hours, rest and fairness.

    Parameters
    ----------
    random : Random
        All choices are made from it.
    most_people, most_days : int
        Sizes, as of :func:`~optimise.testing.random_wards.random_ward`.

    Returns
    -------
    Ward
        Sound; whether it has a plan is left to chance.
    """
    older = random_ward(random, most_people=most_people, most_days=most_days).data()
    people = [person["id"] for person in older["staff"]]
    ids = [shift["id"] for shift in older["shifts"]]
    made = {
        key: value for key, value in older.items() if key not in ("leave", "pins", "requests", "pairs", "skill_mix")
    }
    made["start"] = random.choice(_STARTS)
    made["demand"] = [{k: v for k, v in entry.items() if k != "days"} for entry in older["demand"]]
    made["demand"].append({"name": "more", "shifts": [random.choice(ids)], "minimum": random.randint(1, 2)})
    made.setdefault("rules", {}).update(_limits(random, 0.25))
    for contract in made.get("contracts", []):
        contract.update(_limits(random, 0.1))
        if random.random() < 0.3:
            contract["working_days"] = random.sample(_DAYS, random.randint(2, 5))
    made["rules"]["fairness"] = _shared(random, ids, people)
    if random.random() < 0.15:
        made["rules"]["pack"] = random.choice(("nhs-agenda-for-change", "nhs-resident-doctors-2016"))
    if random.random() < 0.5:
        made["time_zone"] = "Europe/London"
    made["bank_holidays"] = {
        "dates": [made["start"]],
        "credit": random.random() < 0.5,
        "weight": random.choice(_PRICES),
    }
    if random.random() < 0.3:
        made["bank_holidays"]["nation"] = random.choice(("england", "scotland", "northern-ireland"))
    for shift in made["shifts"]:
        if random.random() < 0.2:
            shift["long"] = random.random() < 0.7
    made["unavailable"] = [_away(random, random.choice(people)) for _ in range(random.randint(0, 2))]
    for person in made["staff"]:
        person["night_worker"] = random.random() < 0.3
        person["working_time_opt_out"] = random.random() < 0.3
        if random.random() < 0.2:
            person["working_days"] = random.sample(_DAYS, random.randint(2, 6))
        if random.random() < 0.2:
            person["limits"] = {**person.get("limits", {}), **_limits(random, 0.2)}
        if random.random() < 0.4:
            counts = {"nights": random.randint(0, 4), "weekends": random.randint(0, 2)}
            person.setdefault("history", {})["counts"] = counts
    _measured(random, made, people)
    if not any("between" in entry for entry in (*made["demand"], *made.get("skill_mix", []))):
        for shift in made["shifts"]:
            shift.update(_duty(random, shift["id"]))
    _year(random, made)
    return Ward.model_validate(made)


def _year(random: Random, made: dict[str, Any]) -> None:
    """Allowances, terms and hours of the year; drawn after all else, which stays as it was for a seed."""
    for shift in made["shifts"]:
        if random.random() < 0.2:
            shift.update(allowance=20, allowance_at_weekends=35, unsocial=random.random() < 0.5)
    begin, later = date.fromisoformat(made["start"]), timedelta(days=random.randint(2, 20))
    for contract in made.get("contracts", []):
        if random.random() < 0.3:
            contract["terms"] = [f"{begin - timedelta(days=7)}..{begin + later}"]
        if random.random() < 0.3:
            contract.pop("weekly_hours", None)
            if "terms" in contract:  # the rest of the year's terms, or nobody could work what is left
                contract["terms"].append(f"{begin + later + timedelta(days=9)}..{begin + timedelta(days=300)}")
            contract.update(annual_hours=random.choice((800, 1600)), year_start=str(begin - timedelta(days=60)))
            for person in made["staff"]:
                if person.get("contract") == contract["id"] and "weekly_hours" not in person:
                    history = person.setdefault("history", {})
                    history.pop("balance_hours", None)  # goes with weekly hours
                    history["year_hours"] = random.choice((0, 300))


def _measured(random: Random, made: dict[str, Any], people: list[str]) -> None:
    """Pounds, standards, a census and rolling averages; drawn last, so that all else stays as it was for a seed."""
    for limits in (made["rules"], *made.get("contracts", []), *(person.get("limits", {}) for person in made["staff"])):
        for field in ("max_average_weekly_hours", "max_night_worker_hours", "max_opted_out_weekly_hours"):
            if isinstance(limits.get(field), dict) and random.random() < 0.5:
                limits[field]["rolling"] = True
    if random.random() < 0.5:
        return
    bands = sorted({person["band"] for person in made["staff"] if "band" in person}) or ["5"]
    made["pay_rates"] = [
        {"band": band, "hourly": 15 + random.randint(0, 20)}
        | ({"saturday_and_night": 0.3, "sunday_and_holiday": 0.6} if random.random() < 0.5 else {})
        for band in bands
    ]
    made["pay"] = {"bank_hourly": 30, "agency_hourly": 45, "price_of_a_pound": random.choice((0, 0.01))}
    nobody: list[str] = []
    who = [{"staff": people[:1]}, {"skills": ["iv"]}, {"groups": ["red"]}, {"bands": bands[:1]}, {"contracts": nobody}]
    registered = random.choice(who)
    made["standards"] = {
        "published": made["start"],
        "notice_days": random.choice((28, 42)),
        "registered": registered,
        "annual_leave_least": 0.11,
        "annual_leave_most": 0.17,
        "headroom": 0.22,
    }
    made["census"] = [{"date": made["start"], "occupied": random.randint(0, 30)}]


def _limits(random: Random, chance: float) -> dict[str, Any]:
    """Some of the limits, hard, priced or switched off."""
    made: dict[str, Any] = {}
    for field, choices in HOURS.items():
        if random.random() < chance:
            number, beside = random.choice(choices)
            price = {"hard": True} if random.random() < 0.4 else {"weight": random.choice(_PRICES)}
            made[field] = "none" if random.random() < 0.1 else {"limit": number, **beside, **price}
    return made


def _shared(random: Random, ids: list[str], people: list[str]) -> list[dict[str, Any]]:
    """One to three loads that are shared, rarely hard."""
    loads: list[dict[str, Any]] = [{"of": of} for of in ("nights", "weekends", "long-days", "hours", "bank-holidays")]
    loads += [{"name": f"all {one}", "shifts": [one]} for one in ids]
    made = random.sample(loads, random.randint(1, 3))
    for load in made:
        load.update({"hard": True} if random.random() < 0.05 else {"weight": random.choice(_PRICES)})
        if random.random() < 0.2:
            load["who"] = random.choice(
                (
                    {"staff": random.sample(people, random.randint(1, len(people)))},
                    {"skills": ["iv"]},
                    {"groups": ["red"]},
                )
            )
    return made


def _duty(random: Random, shift: str) -> dict[str, Any]:
    """Now and then a split duty, a sleep-in or being on call."""
    if random.random() < 0.6:
        return {}
    if shift == "D":
        return {"split": ["11:00", "14:30"]}
    if shift == "N":
        return {"kind": random.choice(("sleep-in", "on-call")), "paid_minutes": random.choice((0, 120))}
    return {"working_minutes": random.choice((60, 180))}


def _away(random: Random, name: str) -> dict[str, Any]:
    begin = random.randrange(0, 24)
    price = {} if random.random() < 0.5 else {"weight": random.choice(_PRICES)}
    between = [f"{begin:02d}:00", f"{(begin + random.randint(2, 10)) % 24:02d}:30"]
    return {"staff": name, "days": [random.choice(("Tue", "Wed", "Sun"))], "between": between, **price}
