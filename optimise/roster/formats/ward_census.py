"""The census of a ward by day, and who its registered nurses are."""

from __future__ import annotations

from optimise.formats.document import ItemError
from optimise.roster.formats.ward_index import WardIndex

__all__ = ["census", "check_census", "registered"]

#: Skills and groups that mean registered nurses where the ward does not say who they are.
_REGISTERED = ("registered", "rn", "registered nurse", "registered nurses")


def check_census(index: WardIndex) -> None:
    """Note days that are counted twice, and standards that name nobody.

    Parameters
    ----------
    index : WardIndex
        Its findings take what is wrong.
    """
    seen: dict[object, int] = {}
    for i, entry in enumerate(index.ward.census):
        if entry.date in seen:
            message = f"{entry.date} is counted already by census[{seen[entry.date]}]"
            index.findings.add(ItemError(message, ("census", i, "date")))
        seen.setdefault(entry.date, i)
        index.inside(entry.date, entry.date, ("census", i))
    with index.findings:
        registered(index)


def census(index: WardIndex) -> dict[int, int]:
    """Patients of each day of the plan that is counted.

    Parameters
    ----------
    index : WardIndex

    Returns
    -------
    dict of int to int
    """
    days = {(entry.date - index.ward.start).days: entry.occupied for entry in index.ward.census}
    return {day: patients for day, patients in sorted(days.items()) if 0 <= day < index.horizon.days}


def registered(index: WardIndex) -> frozenset[int] | None:
    """The registered nurses: as the ward says, or who has a skill or group of that name.

    Parameters
    ----------
    index : WardIndex

    Returns
    -------
    frozenset of int or None
        None where nothing tells.
    """
    chosen = index.who(index.ward.standards.registered, ("standards", "registered"))
    if chosen is not None:
        return frozenset(chosen)
    made = {
        e
        for e, person in enumerate(index.ward.staff)
        if any(name.casefold() in _REGISTERED for name in (*person.skills, *person.groups))
    }
    return frozenset(made) if made else None
