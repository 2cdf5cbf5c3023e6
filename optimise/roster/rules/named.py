"""Roster rules of other packages, usable by name in documents: found by entry point, their parameters checked.

A rule is a frozen dataclass below :class:`~optimise.roster.rules.primitives.RosterRule`. Its fields are the parameters
that a document may give, but for ``name``, ``employees`` and ``weight``, which every rule of a document has. Packages
name their classes in the entry-point group ``wardwise.roster_rules`` (name -> class); a program names one for its own
process by :func:`register_roster_rule`. See ``docs/write-a-rule.md``.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from optimise.core.errors import InputError, UnsupportedError
from optimise.core.options import Options
from optimise.roster.rules.primitives import RosterRule

__all__ = [
    "NamedRule",
    "Parameters",
    "forget_roster_rule",
    "named_rule",
    "named_rules",
    "register_roster_rule",
]

GROUP = "wardwise.roster_rules"
#: Fields that a document says beside the parameters.
_BESIDE = frozenset({"name", "employees", "weight"})
_NAME = re.compile(r"[a-z][a-z0-9-]{0,79}")


class Parameters(Options):
    """Base of the models of parameters: what documents say of numbers and words holds here too."""

    model_config = ConfigDict(coerce_numbers_to_str=True, str_strip_whitespace=True, use_attribute_docstrings=False)


@dataclass(frozen=True, slots=True)
class NamedRule:
    """A rule class under the name by which documents call it.

    Attributes
    ----------
    name : str
    target : str
        ``module:Class`` that it comes from.
    rule : type of RosterRule
    parameters : type of Parameters
        Checks what a document gives; one field for each parameter.
    weighted : bool
        Whether the rule has a weight, so that a document may say ``weight`` or ``hard``.
    """

    name: str
    target: str
    rule: type[RosterRule]
    parameters: type[Parameters]
    weighted: bool

    @property
    def weight(self) -> float | None:
        """Weight where a document says none, infinite = hard; None where the rule has none, or a document must say."""
        found = next((one.default for one in fields(self.rule) if one.name == "weight"), None)
        return float(found) if isinstance(found, int | float) else None

    @property
    def summary(self) -> str:
        """First sentence of the class's docstring; empty where it has none."""
        text = self.rule.__doc__ or ""
        if text.startswith(f"{self.rule.__name__}("):  # dataclasses make one of the fields
            return ""
        return " ".join(inspect.cleandoc(text).split("\n\n")[0].split())

    def make(self, name: str, employees: tuple[int, ...] | None, price: float | None, given: BaseModel) -> RosterRule:
        """The rule with its parameters.

        Parameters
        ----------
        name : str
            Of the rule in its problem.
        employees : tuple of int, optional
            Indices of the people it holds for; None = everyone.
        price : float, optional
            Weight of one unit, infinite = hard; None = the rule's own.
        given : Parameters
            Checked.

        Returns
        -------
        RosterRule
            An object of the class.
        """
        values: dict[str, Any] = {one: getattr(given, one) for one in type(given).model_fields}
        if price is not None:
            values["weight"] = price
        return self.rule(name=name, employees=employees, **values)


@cache
def _registry() -> dict[str, str | type[RosterRule]]:
    return {point.name: point.value for point in sorted(entry_points(group=GROUP), key=lambda p: p.name)}


def named_rules() -> dict[str, str]:
    """Names of the rules that documents may use, each with ``module:Class``; none of them is loaded.

    Returns
    -------
    dict of str to str
        Sorted by name; empty where no package brings a rule.
    """
    return {name: _target(made) for name, made in sorted(_registry().items())}


def _target(made: str | type[RosterRule]) -> str:
    return made if isinstance(made, str) else f"{made.__module__}:{made.__qualname__}"


def named_rule(name: str) -> NamedRule:
    """The rule that documents call ``name``.

    Parameters
    ----------
    name : str
        As its entry point says.

    Returns
    -------
    NamedRule

    Raises
    ------
    UnsupportedError
        If there is none of that name.
    InputError
        If what the entry point names cannot be loaded or is no rule; the message says what is wrong with it.
    """
    made = _registry().get(name)
    if made is None:
        raise UnsupportedError(f"no roster rule is called {name!r}; installed: {', '.join(named_rules()) or 'none'}")
    return _installed(name, made) if isinstance(made, str) else _described(name, _target(made), made)


@cache
def _installed(name: str, target: str) -> NamedRule:
    point = next(point for point in entry_points(group=GROUP) if point.name == name)
    try:
        made = point.load()
    except Exception as error:  # any fault of a plug-in
        text = f"{target} cannot be loaded: {type(error).__name__}: {error}"
        raise InputError(text, item=f"entry point {GROUP}: {name}") from error
    return _described(name, target, made)


def _described(name: str, target: str, made: object) -> NamedRule:
    item = f"entry point {GROUP}: {name}"
    if not _NAME.fullmatch(name):
        raise InputError("a rule's name has small letters, digits and hyphens", item=item)
    if not (isinstance(made, type) and issubclass(made, RosterRule) and is_dataclass(made)):
        raise InputError(f"{target} is no dataclass below RosterRule", item=item)
    try:
        hints = get_type_hints(made, include_extras=True)
        columns: dict[str, Any] = {}
        for one in fields(made):
            if one.init and one.name not in _BESIDE:
                columns[one.name] = (hints[one.name], _default(one.default, one.default_factory))
        model = create_model(f"Parameters of {name}", __base__=Parameters, **columns)
    except Exception as error:  # of whatever an annotation evaluates to
        text = f"the parameters of {target} cannot be understood: {type(error).__name__}: {error}"
        raise InputError(text, item=item) from error
    return NamedRule(name, target, made, model, any(one.name == "weight" for one in fields(made)))


def _default(value: object, factory: Any) -> Any:
    if factory is not MISSING:
        return Field(default_factory=factory)
    return ... if value is MISSING else value


def register_roster_rule(name: str, rule: type[RosterRule]) -> None:
    """Make a rule class known to this process; documents may then name it.

    Parameters
    ----------
    name : str
        Small letters, digits and hyphens.
    rule : type of RosterRule
        A frozen dataclass.

    Raises
    ------
    InputError
        If the name is taken, or the class is no rule.
    """
    if name in _registry():
        raise InputError("there is a rule of that name already", item=name)
    _described(name, _target(rule), rule)
    _registry()[name] = rule


def forget_roster_rule(name: str) -> None:
    """Take back :func:`register_roster_rule`; documents that name the rule are then refused.

    Parameters
    ----------
    name : str
        Of a registered rule.
    """
    del _registry()[name]
