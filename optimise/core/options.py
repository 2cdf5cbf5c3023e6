"""Options and tuning of methods as frozen, checked data.

An :class:`Options` model holds what a user may ask of a method; a :class:`Tuning` model holds the numbers that steer
its search, each with its unit, its range and the experiment that chose it. Both can be read from Python, from
``--option NAME=VALUE`` (``tuning.NAME=VALUE`` for a number of the tuning) and from a TOML file, are printed by
``wardwise methods NAME``, and refuse what they do not know.

A method says what it takes by its attribute ``options``, a model; where it takes others on some kinds of problem,
``options_by_kind`` maps the kind to those. A method that hands options on to others says in ``check_options`` how they
are judged. The driver asks by :func:`check_options` on every rank before the solve starts.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from optimise.core.errors import InputError
from optimise.core.wording import range_words, value_words

__all__ = [
    "Knob",
    "NoOptions",
    "Options",
    "ResumableOptions",
    "Tuning",
    "check_options",
    "documented",
    "flat",
    "knob",
    "knobs",
    "models",
    "read_options",
    "shown_models",
    "taken",
]

#: Characters of a refused value that an error shows.
_SHOWN = 60


class Options(BaseModel):
    """Base of all options: frozen, every field documented, nothing unknown, no NaN."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True, use_attribute_docstrings=True
    )

    @classmethod
    def of(cls, given: Mapping[str, object] | Options | None) -> Self:
        """Check what was given, as values or as the texts of a command line.

        Raises
        ------
        InputError
            Names the option, what was found and what was expected; for an unknown name, those there are.
        """
        if isinstance(given, cls):
            return given
        try:
            return cls.model_validate(_nested(dict(given or {})))
        except ValidationError as error:
            raise _refusal(cls, error) from None

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        """True is no 1: refuse it where a number is asked for."""
        if isinstance(value, bool) and not _takes_bool(cls.model_fields[info.field_name or ""].annotation):
            raise ValueError("input should be a number or a text, not true or false")
        return value


class NoOptions(Options):
    """Options of a method that has none."""


class ResumableOptions(Options):
    """What every method that can be stopped and go on is told by the driver."""

    checkpoint: Path | None = None
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


def models(method: object) -> dict[str, type[Options]]:
    """Models of a method's options by kind of problem, ``""`` for all other kinds; empty when it declares none."""
    found: dict[str, type[Options]] = {}
    model = getattr(method, "options", None)
    if isinstance(model, type) and issubclass(model, Options):
        found[""] = model
    return found | dict(getattr(method, "options_by_kind", {}))


def shown_models(method: object) -> dict[str, type[Any]]:
    """`models`, and for methods that check by themselves the pydantic classes that they describe their options with.

    Such a method has its class as ``options``, and further ones by kind of problem as ``described_options``.
    """
    found: dict[str, type[Any]] = dict(models(method))
    model = getattr(method, "options", None)
    if not found and hasattr(model, "__pydantic_fields__"):
        found[""] = cast("type[Any]", model)
    return found | dict(getattr(method, "described_options", {}))


def check_options(method: object, problem: object, given: Mapping[str, object] | None, ranks: int = 1) -> None:
    """Refuse options that a method does not know or cannot use on this problem.

    Raises
    ------
    InputError
        Names the option, the value, and what there is.
    """
    ask = getattr(method, "check_options", None)
    if ask is not None:
        ask(problem, dict(given or {}), ranks)
        return
    known = models(method)
    model = known.get(getattr(problem, "kind", ""), known.get(""))
    if model is not None:
        model.of(given)


def taken(method: object, problem: object, given: Mapping[str, object] | None) -> dict[str, object]:
    """Those of some options that a method knows on this problem; all where it does not say what it knows."""
    known = models(method)
    model = known.get(getattr(problem, "kind", ""), known.get(""))
    every = flat(given or {})
    if model is None:
        return every
    names = [k.name for k in knobs(model)]
    return {
        name: value
        for name, value in every.items()
        if any(n == name or n.startswith(f"{name}.") for n in names)
        and (not isinstance(value, Options) or model.model_fields[name].annotation is type(value))
    }


def read_options(path: str | Path) -> dict[str, object]:
    """Options from a TOML file: keys and tables, ``[tuning]`` for the numbers of the tuning.

    Raises
    ------
    InputError
        If it cannot be read; names file and, where TOML tells it, line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", file=path) from None
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", file=path) from None
    try:
        return flat(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is no TOML: {error}", file=path) from None


def flat(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Names with dots in place of nested tables, so that single values of a table can be replaced."""
    made: dict[str, object] = {}
    for name, value in table.items():
        made |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return made


C = TypeVar("C", bound=type)


def documented(method: C) -> C:
    """Class decorator: append the fields of a method's options to its docstring, so that they are told once."""
    lines = []
    for kind, model in models(method).items():
        title = f"Options of {kind} problems" if kind else "Options"
        told = [k for k in knobs(model) if "." not in k.name]
        lines += ["", title, "-" * len(title)]
        lines += [f"{k.name} : {k.range}, {value_words(k.default)} when left out\n    {k.text}" for k in told]
    method.__doc__ = inspect.cleandoc(method.__doc__ or "") + "\n" + "\n".join(lines)
    return method


@dataclass(frozen=True, slots=True)
class Knob:
    """One option or number as a person reads it."""

    name: str
    default: object
    range: str
    unit: str
    text: str
    source: str
    required: bool = False


def knobs(model: type[Any], prefix: str = "") -> Iterator[Knob]:
    """All fields of options, those of a nested tuning after them."""
    nested = []
    fields = model.model_fields if issubclass(model, Options) else model.__pydantic_fields__
    for name, field in fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Options):
            nested.append((f"{prefix}{name}.", inner))
            continue
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        text = " ".join((field.description or "").split())
        told = (str(extra.get("unit", "")), text, str(extra.get("source", "")))
        yield Knob(prefix + name, default, range_words(field), told[0], told[1], told[2], field.is_required())
    for place, inner in nested:
        yield from knobs(inner, place)


def _nested(flat: Mapping[str, object]) -> dict[str, Any]:
    """``{"tuning.near": 1}`` as ``{"tuning": {"near": 1}}``, to any depth; what stands in a model stays there."""
    made: dict[str, Any] = {}
    for name, value in flat.items():
        *places, last = name.split(".")
        inner = made
        for place in places:
            held = inner.get(place, {})
            held = {n: getattr(held, n) for n in held.model_fields_set} if isinstance(held, Options) else held
            if not isinstance(held, Mapping):
                raise InputError(f"is {held!r:.{_SHOWN}}: it holds options of its own", item=f"option {place}")
            inner[place] = dict(held)
            inner = inner[place]
        before = inner.get(last)
        inner[last] = {**before, **value} if isinstance(before, dict) and isinstance(value, Mapping) else value
    return made


def _takes_bool(annotation: Any) -> bool:
    """Whether a field may be true or false."""
    return annotation in (bool, Any) or any(_takes_bool(part) for part in get_args(annotation))


def _refusal(model: type[Options], error: ValidationError) -> InputError:
    """The first fault in words."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = sorted(k.name for k in knobs(model))
        told = f"there are {', '.join(known)}" if known else "this method has none"
        return InputError(f"unknown option; {told}", item=f"option {name}")
    message = str(first["msg"]).removeprefix("Value error, ")
    return InputError(f"is {first['input']!r:.{_SHOWN}}: {message[0].lower()}{message[1:]}", item=f"option {name}")
