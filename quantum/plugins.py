"""Parts of other packages by name: entry points ``wardwise.mixers``, ``.ansaetze``, ``.samplers``, ``.optimizers``,
``.backends``, ``.angles``; what this package brings itself stands in a dictionary and goes first."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TypeVar

from optimise.core.errors import InputError

__all__ = ["find", "known"]

T = TypeVar("T")
_SINGULAR = {"ansaetze": "ansatz", "angles": "rule for start angles", "backends": "simulator"}


def known(group: str, built_in: Mapping[str, object]) -> list[str]:
    """Names that may be asked for, our own first."""
    return list(dict.fromkeys([*built_in, *sorted(point.name for point in entry_points(group=f"wardwise.{group}"))]))


def find(group: str, name: str, built_in: Mapping[str, T]) -> T:
    """What is registered under a name.

    Raises
    ------
    InputError
        When nothing is; it says which names there are.
    """
    if name in built_in:
        return built_in[name]
    for point in entry_points(group=f"wardwise.{group}"):
        if point.name == name:
            made: T = point.load()
            return made
    raise InputError(
        f"unknown {_SINGULAR.get(group, group.rstrip('s'))} {name!r}; there are {', '.join(known(group, built_in))}"
    )
