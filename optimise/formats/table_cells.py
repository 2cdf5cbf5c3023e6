"""What one cell of a table says, as the value that the ward document holds, and back.

The words are meant for people: ``6``, ``2 in 4 weeks weight 30`` or ``none`` for a limit; ``bands: 5, 6; skills:
in-charge`` for people; ``bank: 2 at 60; unfilled: 300`` for the ways to fill a gap.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimise.core.errors import InputError
from optimise.formats.document import Document
from optimise.formats.spoken import clock_text

__all__ = ["KINDS", "CellError"]


class CellError(ValueError):
    """A cell that cannot be understood, or a value that no cell can hold."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a cell is read and written, and what its column says about itself."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    hint: str


# ---------------------------------------------------------------------------------------------- plain values


def _number(text: str) -> Any:
    """The number written, or the text itself, about which the document's own check has more to say."""
    try:
        return int(text)
    except ValueError:
        pass
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]{1,2}", text):  # 37,5; three digits could be thousands
        text = text.replace(",", ".")
    if not re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]{1,3})?", text):
        raise CellError(f"{text!r} is not a number")
    return float(text)


def _show(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _flag(text: str) -> bool:
    words = {"yes": True, "true": True, "x": True, "1": True, "no": False, "false": False, "0": False}
    if text.lower() not in words:
        raise CellError(f"{text!r} is neither yes nor no")
    return words[text.lower()]


def _show_flag(value: object) -> str:
    return "yes" if value else "no"


def _clock(text: str) -> str:
    """``07:30``; spreadsheets also write the fraction of a day, and people much else."""
    if re.fullmatch(r"0?\.[0-9]+|0|1", text):
        minutes = round(1440 * float(text))
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return str(clock_text(text))


def _words(text: str) -> list[str]:
    return [word.strip() for word in re.split("[,;]", text) if word.strip()]


def _show_words(values: list[Any]) -> str:
    made = [str(v) for v in values]
    for word in made:
        if "," in word or ";" in word or not word.strip():
            raise CellError(f"{word!r} holds a comma or semicolon and cannot be listed in a cell")
    return ", ".join(made)


def _text(value: object) -> str:
    return str(value)


def _span(text: str) -> list[str]:
    open_end = re.fullmatch(r"(from|until)\s+(\S+)", text.strip().lower())
    if open_end:
        return [_clock(open_end[2]), "24:00"] if open_end[1] == "from" else ["00:00", _clock(open_end[2])]
    parts = re.split(r"\s*(?:-|to)\s*", text)
    if len(parts) != 2:
        raise CellError(f"{text!r} is not a span of time such as 07:00-10:00")
    return [_clock(p) for p in parts]


def _show_span(value: list[str]) -> str:
    return "-".join(value)


# ---------------------------------------------------------------------------------------------- people, prices, limits

_WHO = ("staff", "skills", "groups", "bands", "contracts", "wards")


def _who(text: str) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        key, colon, names = part.partition(":")
        key = key.strip().lower()
        if not colon or key not in _WHO or key in made:
            raise CellError(f"{part!r} does not say who; write for example: bands: 5, 6; skills: in-charge")
        made[key] = [n.strip() for n in names.split(",") if n.strip()]
    return made


def _show_who(value: dict[str, list[str]]) -> str:
    return "; ".join(f"{key}: {_show_words(names)}" for key, names in value.items() if names)


def _price(text: str) -> dict[str, Any]:
    return {"hard": True} if text.lower() == "hard" else {"weight": _number(text)}


def _show_price(value: dict[str, object]) -> str:
    return "hard" if value.get("hard") else _show(value["weight"])


_LIMIT = re.compile(
    r"(?P<limit>[-+0-9.e]+)?(?: in (?P<weeks>[0-9]+) weeks?)?(?: after (?P<after>[0-9]+))?(?P<rolling> rolling)?"
    r"(?P<fortnightly> fortnightly)?"
    r"(?: ?(?P<hard>hard)| ?weight (?P<weight>[-+0-9.e]+))?"
)


def _limit(text: str) -> Any:
    """A limit or, without its number, a rule that is switched on."""
    word = text.lower()
    if word == "none":
        return "none"
    if word in ("yes", "no"):
        return word == "yes"
    found = _LIMIT.fullmatch(word)
    if not found or not word:
        raise CellError(f"{text!r} is not a limit; write for example: 6, 6 weight 50, 2 in 4 weeks weight 30, none")
    made: dict[str, Any] = {}
    for key in ("limit", "weeks", "after", "weight"):
        if found[key] is not None:
            made[key] = _number(found[key])
    for key in ("rolling", "fortnightly", "hard"):
        if found[key]:
            made[key] = True
    return made["limit"] if set(made) == {"limit"} else made


def _show_limit(value: object) -> str:
    if isinstance(value, bool):
        return _show_flag(value)
    if not isinstance(value, dict):
        return _show(value)
    parts = [_show(value["limit"])] if "limit" in value else []
    parts += [f"in {value['weeks']} weeks"] if "weeks" in value else []
    parts += [f"after {value['after']}"] if "after" in value else []
    parts += [word for word in ("rolling", "fortnightly", "hard") if value.get(word)]
    parts += [f"weight {_show(value['weight'])}"] if value.get("weight") is not None else []
    return " ".join(parts)


_TIER = re.compile(r"(?:(?P<name>[^:;]+):)?\s*(?:(?P<count>[0-9]+) at )?\s*(?P<price>hard|[-+0-9.e]+)")


def _tiers(text: str) -> list[dict[str, Any]]:
    made = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        found = _TIER.fullmatch(part)
        if not found:
            raise CellError(f"{part!r} is no way to fill a gap; write for example: bank: 2 at 60; unfilled: 300")
        tier: dict[str, Any] = _price(found["price"])
        if found["name"]:
            tier["name"] = found["name"].strip()
        if found["count"]:
            tier["up_to"] = int(found["count"])
        made.append(tier)
    return made


def _show_tiers(value: list[dict[str, object]]) -> str:
    made = []
    for tier in value:
        name = f"{tier['name']}: " if tier.get("name") else ""
        if ":" in name[:-2] or ";" in name:
            raise CellError(f"the tier name {tier['name']!r} cannot be written in a cell")
        count = f"{tier['up_to']} at " if "up_to" in tier else ""
        made.append(f"{name}{count}{_show_price({'weight': 100.0, **tier})}")
    return "; ".join(made)


def _duties(text: str) -> Any:
    return text.lower() if text.lower() in ("off", "work") else _words(text)


def _show_duties(value: Any) -> str:
    return value if isinstance(value, str) else _show_words(value)


def _numbers(text: str) -> list[Any]:
    return [_number(word) for word in _words(text)]


def _show_numbers(value: list[object]) -> str:
    return ", ".join(_show(v) for v in value)


def _flags(text: str) -> list[bool]:
    return [_flag(word) for word in _words(text)]


def _show_flags(value: list[bool]) -> str:
    return ", ".join(_show_flag(v) for v in value)


def _counts(text: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        key, colon, value = part.rpartition(":")
        if not colon or not key.strip() or key.strip() in made:
            raise CellError(f"{part!r} is no count; write for example: nights: 5; weekends: 2")
        made[key.strip()] = _number(value.strip())
    return made


def _show_counts(value: dict[str, object]) -> str:
    if any(";" in key for key in value):
        raise CellError("a name with a semicolon cannot stand in a cell")
    return "; ".join(f"{key}: {_show(count)}" for key, count in value.items())


def _lines(text: str) -> list[list[str]]:
    return [_words(line) for line in text.split(";") if line.strip()]


def _show_lines(value: list[list[str]]) -> str:
    return "; ".join(_show_words(line) for line in value)


def _parameters(text: str) -> dict[str, Any]:
    """Names and values as YAML has them inside braces."""
    try:
        made = Document.parse("{" + text + "}", Path("cell.yaml")).data
    except InputError:
        made = None
    if not isinstance(made, dict) or (text.strip() and None in made.values() and ":" not in text):
        raise CellError(f"{text!r} are no parameters; write for example: days: 2, shifts: [E, L]")
    return made


def _show_parameters(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


KINDS: dict[str, Kind] = {
    "lines": Kind(_lines, _show_lines, "lines of duties, E, E, off; N, off, off"),
    "text": Kind(str, _text, "text"),
    "number": Kind(_number, _show, "number"),
    "flag": Kind(_flag, _show_flag, "yes or no"),
    "clock": Kind(_clock, _text, "time, 07:30"),
    "date": Kind(str, _text, "date, 2026-01-05"),
    "words": Kind(_words, _show_words, "names, separated by commas"),
    "days": Kind(_words, _show_words, "Mon, weekdays, weekends, bank-holidays, 2026-01-10 or 2026-01-10..2026-01-14"),
    "span": Kind(_span, _show_span, "times, 07:00-10:00"),
    "who": Kind(_who, _show_who, "bands: 5, 6; skills: in-charge; groups: ..."),
    "price": Kind(_price, _show_price, "number, or hard"),
    "limit": Kind(_limit, _show_limit, "6; 6 weight 50; none"),
    "window": Kind(_limit, _show_limit, "2; 2 in 4 weeks; 2 in 4 weeks weight 30; none"),
    "rest": Kind(_limit, _show_limit, "24; 35 rolling; 24 fortnightly; 46 after 3; 46 after 3 weight 20; none"),
    "switch": Kind(_limit, _show_limit, "yes; weight 5; none"),
    "tiers": Kind(_tiers, _show_tiers, "bank: 2 at 60; agency: 2 at 120; unfilled: 300"),
    "duties": Kind(_duties, _show_duties, "off, work, or shifts"),
    "numbers": Kind(_numbers, _show_numbers, "numbers with commas between, oldest first: 37.5, 40"),
    "counts": Kind(_counts, _show_counts, "names and numbers, nights: 5; weekends: 2"),
    "parameters": Kind(_parameters, _show_parameters, "names and values, days: 2, shifts: [E, L]"),
    "flags": Kind(_flags, _show_flags, "yes or no with commas between, oldest first: yes, no, no"),
}
