"""Who may work in other wards than their own, as rules: where, at what price, and how often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimise.formats.document import ItemError
from optimise.roster.formats.ward_hours import shift_limit_rule
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_limits import Names
from optimise.roster.formats.ward_units import Floating
from optimise.roster.rules import Eligibility, RosterRule

__all__ = ["Away", "elsewhere", "float_rules", "floating"]


@dataclass(frozen=True, slots=True)
class Away:
    """What an entry of ``floats`` says.

    Attributes
    ----------
    entry : Floating
    people : dict of int to int
        Duties away from home that each person may work because of it.
    title : str
        Where that is, in words.
    """

    entry: Floating
    people: dict[int, int]
    title: str


def elsewhere(index: WardIndex, floats: Sequence[Away]) -> list[int]:
    """Duties of the wards in which each person may not work.

    Parameters
    ----------
    index : WardIndex
        Its findings take who may work nowhere.
    floats : sequence of Away

    Returns
    -------
    list of int
        A mask a person; nothing without wards.
    """
    staff, places = index.ward.staff, index.places
    if not index.ward.wards:
        if index.ward.floats:
            index.findings.add(ItemError("the document lists no wards", ("floats", 0)))
        return [0] * len(staff)
    allowed = [places.duties(home) if home >= 0 else 0 for home in places.home]
    for each in floats:
        for e, mask in each.people.items():
            allowed[e] |= mask
    for e, person in enumerate(staff):
        if not allowed[e] and person.ward is None:
            message = f"{person.id} has no ward, and no entry of floats says where to work"
            index.findings.add(ItemError(message, ("staff", e)))
    return [index.work & ~mask for mask in allowed]


def float_rules(index: WardIndex, floats: Sequence[Away], names: Names) -> Iterator[RosterRule]:
    """Prices and limits of duties away from home.

    Parameters
    ----------
    index : WardIndex
    floats : sequence of Away
    names : Names
        Gives each rule its name.

    Yields
    ------
    RosterRule
        For each entry of ``floats`` what a duty costs, and how many are allowed.
    """
    for entry, people, title in ((each.entry, each.people, each.title) for each in floats):
        if entry.duty_price and people:
            yield Eligibility(
                name=names(f"duties {title}"),
                employees=tuple(people),
                forbidden=tuple(people.values()),
                weight=entry.duty_price,
                label=f"works {title}",
            )
        if entry.maximum is None or not entry.price:
            continue
        alike: dict[int, list[int]] = defaultdict(list)
        for e, mask in people.items():
            alike[mask].append(e)
        for mask, some in alike.items():
            name = names(f"at most {entry.maximum} duties {title}")
            yield shift_limit_rule(index, entry, mask, tuple(some), name, f"works {title}:")


def floating(index: WardIndex) -> tuple[Away, ...]:
    """Each entry of ``floats`` with its people.

    Parameters
    ----------
    index : WardIndex
        Its findings take what names nothing.

    Returns
    -------
    tuple of Away
    """
    places, wards = index.places, index.ward.wards
    made = []
    for i, entry in enumerate(index.ward.floats if wards else ()):
        with index.findings:
            to = places.numbers(entry.to, ("floats", i, "to")) if entry.to else list(range(len(wards)))
            chosen = index.who(entry.who, ("floats", i, "who"))
            people: dict[int, int] = {}
            for e in range(len(index.ward.staff)) if chosen is None else chosen:
                mask = sum(places.duties(u) for u in dict.fromkeys(to) if u != places.home[e])
                if mask:
                    people[e] = mask
            made.append(Away(entry, people, f"in {'/'.join(entry.to)}" if entry.to else "away from home"))
    return tuple(made)
