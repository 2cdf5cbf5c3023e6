"""Options and tuning of methods as frozen, checked data.

An :class:`Options` model holds what a user may ask of a method; a :class:`Tuning` model holds the numbers that steer
its
search, each with its unit, its range and the experiment that chose it. Both can be read from Python, from
``--option NAME=VALUE`` (``tuning.NAME=VALUE`` for a number of the tuning) and from a TOML file, are printed by
``wardwise methods NAME``, and refuse what they do not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from optimise.core.errors import InputError

__all__ = ["Knob", "NoOptions", "Options", "ResumableOptions", "Tuning", "knob", "knobs"]


class Options(BaseModel):
    """Base of all options: frozen, every field documented, nothing unknown, no NaN."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True, use_attribute_docstrings=True
    )

    @classmethod
    def of(cls, given: Mapping[str, Any] | Options | None) -> Self:
        """Check what was given, as values or as the texts of a command line.

        Raises
        ------
        InputError
            Names the option, what was found and what was expected; for an unknown name, those there are.
        """
        if isinstance(given, cls):
            return given
        values: dict[str, Any] = {}
        for name, value in dict(given or {}).items():
            place, _, inner = name.partition(".")
            if inner:
                values.setdefault(place, {})[inner] = value
            else:
                values[name] = value
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _refusal(cls, error) from None


class NoOptions(Options):
    """Options of a method that has none."""


class ResumableOptions(Options):
    """What every method that can be stopped and go on is told by the driver."""

    checkpoint: str | None = None
    """Folder in which the method keeps how far it has come."""
    resume: bool = False
    """Whether to go on from what that folder holds."""


class Tuning(Options):
    """Base of all tuning; every field is made by :func:`knob`."""


def knob(default: Any, *, unit: str, source: str, **limits: Any) -> Any:
    """A number that steers a search.

    Parameters
    ----------
    default
    unit : str
        "s", "share of the time limit", "people", "rounds", ...
    source : str
        The experiment or paper that chose it.
    **limits
        Range, in pydantic's words (``ge``, ``gt``, ``le``, ``lt``).
    """
    return Field(default, json_schema_extra={"unit": unit, "source": source}, **limits)


@dataclass(frozen=True, slots=True)
class Knob:
    """One option or number as a person reads it."""

    name: str
    default: Any
    range: str
    unit: str
    text: str
    source: str


def knobs(model: type[Options], prefix: str = "") -> Iterator[Knob]:
    """All fields of options, those of a nested tuning after them."""
    nested = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Options):
            nested.append((f"{prefix}{name}.", inner))
            continue
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        default = field.get_default(call_default_factory=True)
        text = " ".join((field.description or "").split())
        told = (str(extra.get("unit", "")), text, str(extra.get("source", "")))
        yield Knob(prefix + name, default, _range(field), told[0], told[1], told[2])
    for place, inner in nested:
        yield from knobs(inner, place)


def _range(field: FieldInfo) -> str:
    """What a field takes, in words."""
    words = []
    for what, sign in (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<")):
        words += [f"{sign} {getattr(m, what):g}" for m in field.metadata if hasattr(m, what)]
    if words:
        return " and ".join(words)
    choices = [str(c) for c in get_args(field.annotation) if isinstance(c, str)]
    if choices:
        return ", ".join(choices)
    return getattr(field.annotation, "__name__", str(field.annotation)).replace("bool", "true or false")


def _refusal(model: type[Options], error: ValidationError) -> InputError:
    """The first fault in words."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = sorted(k.name for k in knobs(model))
        told = f"there are {', '.join(known)}" if known else "this method has none"
        return InputError(f"unknown option; {told}", item=f"option {name}")
    message = str(first["msg"]).removeprefix("Value error, ")
    return InputError(f"is {first['input']!r}: {message[0].lower()}{message[1:]}", item=f"option {name}")
