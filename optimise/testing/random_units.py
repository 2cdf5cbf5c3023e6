"""Random small documents of two wards with people who float between them, and base patterns.

A random ward of :mod:`optimise.testing.random_wards` is given a second one: shifts are worked in both or in one, people
are at home in one or in none, and demand, skill mix and choices of people name a ward or do not.
"""

from __future__ import annotations

from random import Random
from typing import Any

from optimise.roster.formats.ward import Ward
from optimise.testing.random_wards import random_ward

__all__ = ["random_units"]

_WARDS = ("north", "south")
_PRICES = (1, 2, 5, 10)
_WORDS = ("off", "work", "?", "-")


def random_units(random: Random, *, most_people: int = 4, most_days: int = 9) -> Ward:
    """Make a document of two wards.

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
    made = random_ward(random, most_people=most_people, most_days=most_days).data()
    made.pop("pins", None)  # of people who may not work there
    made["wards"] = [{"id": "north", "name": "North ward"}, {"id": "south"}]
    limited = random.choice([None, None, *(s["id"] for s in made["shifts"])])
    for shift in made["shifts"]:
        if shift["id"] == limited:
            shift["wards"] = ["north"]
    for entry in (*made.get("demand", []), *made.get("skill_mix", [])):
        if random.random() < 0.6:
            entry["ward"] = "north" if limited else random.choice(_WARDS)
    chosen = [s for s in made["shifts"] if "who" in s]
    chosen += [*made.get("demand", []), *made.get("skill_mix", []), *made.get("pairs", [])]
    for entry in chosen:
        for key in ("who", "of", "by"):
            if key in entry and random.random() < 0.4:
                entry[key] = {"wards": [random.choice(_WARDS)]}
    pool = [person for person in made["staff"] if random.random() < 0.3]
    for person in made["staff"]:
        if person not in pool:
            person["ward"] = random.choice(_WARDS)
            continue
        duties = person.get("history", {}).get("duties", [])
        person.get("history", {})["duties"] = [w if w in _WORDS else f"{w}@north" for w in duties]
    made["floats"] = [_floating(random, made) for _ in range(random.randint(0, 2))]
    if pool:
        made["floats"].append({"who": {"staff": [person["id"] for person in pool]}})
    words = [*(shift["id"] for shift in made["shifts"]), "off", "work", "any"]
    lines = [[random.choice(words) for _ in range(random.randint(1, 7))] for _ in range(random.randint(1, 3))]
    made["patterns"] = [{"id": "base", "lines": lines, "start": random.choice((made["start"], "2026-01-01"))}]
    made["patterns"][0] |= random.choice(({}, {"weight": random.choice(_PRICES)}, {"hard": random.random() < 0.2}))
    for person in random.sample(made["staff"], random.randint(0, len(made["staff"]))):
        person |= {"pattern": "base", "line": random.randint(1, len(lines))}
    made["standards"] = {"registered": {"wards": ["north"]}}
    return Ward.model_validate(made)


def _floating(random: Random, made: dict[str, Any]) -> dict[str, Any]:
    """Who may go where, at some price and so often."""
    bands = sorted({person["band"] for person in made["staff"] if "band" in person})
    contracts = [contract["id"] for contract in made.get("contracts", [])]
    who: list[dict[str, Any]] = [{}, {"wards": [random.choice(_WARDS)]}, {"skills": ["iv"]}, {"groups": ["red"]}]
    who += [{"bands": bands[:1]}] if bands else []
    who += [{"contracts": contracts[:1]}] if contracts else []
    entry: dict[str, Any] = {"who": random.choice(who), "duty_price": random.choice((0, *_PRICES))}
    if random.random() < 0.5:
        entry["to"] = random.sample(_WARDS, random.randint(1, 2))
    if random.random() < 0.7:
        entry["maximum"] = random.randint(0, 3)
        entry |= random.choice(({}, {"hard": True}, {"weight": random.choice(_PRICES)}))
        if random.random() < 0.5:
            entry["weeks"] = 1
    return entry
