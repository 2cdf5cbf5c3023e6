"""Clock times, days and kinds of leave as people write them, in the words of the ward document; all else as it is."""

from __future__ import annotations

import re

__all__ = ["clock_text", "day_text", "leave_text", "nation_text"]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {"weekend": "weekends", "weekends": "weekends", "weekday": "weekdays", "weekdays": "weekdays"}
_LEAVE = {
    **dict.fromkeys(("annual leave", "leave", "al", "a/l", "hol", "hols", "holiday", "holidays", "a.l."), "annual"),
    **dict.fromkeys(("annual", "vacation", "booked leave"), "annual"),
    **dict.fromkeys(("study leave", "study day", "training", "course"), "study"),
    **dict.fromkeys(("sick leave", "sickness", "s/l", "ill", "off sick"), "sick"),
    **dict.fromkeys(("other leave", "maternity leave", "paternity leave", "parental leave", "carers leave"), "other"),
    **dict.fromkeys(("mat leave", "pat leave", "carer's leave", "bereavement", "toil", "time off in lieu"), "other"),
    **dict.fromkeys(("maternity", "paternity", "compassionate leave", "special leave"), "other"),
}
_SAID = re.compile(r"([0-9]{1,2})(?:[:.]?([0-5][0-9]))? ?([ap])\.?m\.?")
_PLAIN = re.compile(r"([0-9]{1,2})[:.]([0-5][0-9])(?::00)?|([0-2][0-9])([0-5][0-9])")


def clock_text(value: object) -> object:
    """A clock time as ``07:30``.

    Parameters
    ----------
    value : object
        ``7:30``, ``7.30``, ``0730``, ``7:30am``, ``7 pm``, ``07:30:00``.

    Returns
    -------
    object
        ``HH:MM``; what is no such text, as it came.

    Examples
    --------
    >>> [clock_text(t) for t in ("7.30", "0730", "7:30am", "12 am", "7 pm", "noon")]
    ['07:30', '07:30', '07:30', '00:00', '19:00', 'noon']
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    said = _SAID.fullmatch(text.lower())
    if said and 1 <= int(said[1]) <= 12:
        return f"{int(said[1]) % 12 + 12 * (said[3] == 'p'):02d}:{said[2] or '00'}"
    plain = _PLAIN.fullmatch(text)
    return f"{int(plain[1] or plain[3]):02d}:{plain[2] or plain[4]}" if plain else value


def day_text(value: object) -> object:
    """A day name as ``Wed``, ``weekdays`` or ``weekends``.

    Parameters
    ----------
    value : object
        ``Wednesday``, ``wednesdays``, ``wed``, ``Weekend``.

    Returns
    -------
    object
        As the ward document has it; what is no such name, as it came.

    Examples
    --------
    >>> [day_text(t) for t in ("Wednesday", "weds", "SUN", "Weekend", "2026-01-05")]
    ['Wed', 'Wed', 'Sun', 'weekends', '2026-01-05']
    """
    if not isinstance(value, str):
        return value
    low = value.strip().lower()
    if low in _GROUPS:
        return _GROUPS[low]
    for day in _DAYS:
        if len(low) >= 3 and (day.startswith(low) or low in (f"{day}s", f"{day[:3]}s")):
            return day[:3].title()
    return value


def leave_text(value: object) -> object:
    """A kind of leave as ``annual``, ``study``, ``sick`` or ``other``.

    Parameters
    ----------
    value : object
        ``Annual leave``, ``AL``, ``Leave``, ``Sickness``, ``Study``. ``SL`` may be two kinds, and is none.

    Returns
    -------
    object
        As the ward document has it; what is no such word, in lower case.

    Examples
    --------
    >>> [leave_text(t) for t in ("Annual leave", "AL", "Leave", "Sick", "holidy")]
    ['annual', 'annual', 'annual', 'sick', 'holidy']
    """
    if not isinstance(value, str):
        return value
    low = " ".join(value.split()).casefold()
    return _LEAVE.get(low, low)


def nation_text(value: object) -> object:
    """A nation as ``england-and-wales``.

    Parameters
    ----------
    value : object
        ``England``, ``England and Wales``, ``Northern Ireland``.

    Returns
    -------
    object
        In lower case with hyphens; what is no text, as it came.

    Examples
    --------
    >>> nation_text("England and Wales")
    'england-and-wales'
    """
    if not isinstance(value, str):
        return value
    return "-".join(value.casefold().replace("&", " and ").replace("-", " ").split())
