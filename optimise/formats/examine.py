"""A document checked whole: every fault that it has is told at once, and none twice.

What a model refuses is left out, and the rest is checked again, against the model and then as a whole. What is said of
a place that was left out, or of a name that stood there, follows from the first fault and is not told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from optimise.core.errors import InputError, InputErrors
from optimise.formats.document import ItemError, OfAll, UnknownName, findings, mapping

__all__ = ["Findings", "examined"]

#: Faults that are told; of further ones only the number.
MOST = 50

Place = tuple[str | int, ...]
_M = TypeVar("_M", bound=BaseModel)
_T = TypeVar("_T")


class Findings:
    """Faults of one document, gathered.

    As a context it takes what is raised inside as a fault, so that whatever comes after is looked at too.

    Attributes
    ----------
    found : list of InputError
        Those that are told, in the order in which they were found.
    more : int
        Number of further ones.

    Examples
    --------
    >>> found = Findings()
    >>> for name in ("ann", "ben"):
    ...     with found:
    ...         raise InputError("is unknown", item=name)
    >>> print([str(error) for error in found.found])
    ['ann: is unknown', 'ben: is unknown']
    """

    def __init__(self) -> None:
        self.found: list[InputError] = []
        self.more = 0
        self._seen: set[tuple[object, ...]] = set()

    def add(self, error: InputError) -> None:
        """Take a fault, or each of several, unless the same was found before."""
        if isinstance(error, InputErrors):
            for each in error.errors:
                self.add(each)
            self.more += error.more
            return
        key = (getattr(error, "path", None), error.file, error.line, error.item, error.message)
        if key in self._seen:
            return
        self._seen.add(key)
        if len(self.found) < MOST:
            self.found.append(error)
        else:
            self.more += 1

    def settle(self) -> None:
        """Raise what was found.

        Raises
        ------
        InputError
            The only fault, or :class:`InputErrors` of all.
        """
        if len(self.found) > 1:
            raise InputErrors(self.found, self.more)
        if self.found:
            raise self.found[0]

    def __enter__(self) -> Findings:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, InputError):
            return False
        self.add(error)
        return True


def examined(
    model: type[_M],
    data: object,
    check: Callable[[_M], _T],
    *,
    before: Iterable[InputError] = (),
    gone: Iterable[Place] = (),
) -> tuple[_M, _T]:
    """Check plain values against a model and then as a whole.

    Parameters
    ----------
    model : type
        Of the document.
    data : object
        Plain values.
    check : callable
        Looks at the whole document and raises what contradicts itself.
    before : iterable of InputError
        Faults that were found where the values come from.
    gone : iterable of tuple
        Places of which those faults took the value.

    Returns
    -------
    made : model
        The document.
    result : object
        What ``check`` returned.

    Raises
    ------
    InputError
        The only fault, or :class:`InputErrors` of all, each with its path in ``data``.
    """
    found = Findings()
    for error in before:
        found.add(error)
    kept = _Kept(mapping(data), set(gone))
    while True:
        try:
            made = model.model_validate(kept.left)
            break
        except ValidationError as error:
            kept.refuse(findings(model, error, kept.left), found)
        except RecursionError:
            raise ItemError("is nested too deeply", ()) from None
        if () in kept.gone:
            found.settle()
        kept.cut()
    try:
        result = check(made)
    except InputError as error:
        for one in error.errors if isinstance(error, InputErrors) else (error,):
            kept.complain(one, found)
        found.settle()
        raise  # a fault that follows from nothing that was found
    found.settle()
    return made, result


class _Kept:
    """What is left of a document without the places at fault, and how places of it were numbered."""

    def __init__(self, data: dict[str, object], gone: set[Place]) -> None:
        self.data, self.gone = data, gone
        self.left: Any = data
        self.numbers: dict[Place, list[int]] = {}
        if gone:
            self.cut()

    def cut(self) -> None:
        """Leave out every place at fault."""
        self.numbers = {}
        self.left = self._without(self.data, (), ())

    def _without(self, value: object, old: Place, new: Place) -> Any:
        if not any(place[: len(old)] == old for place in self.gone):
            return value
        if isinstance(value, dict):
            keys = [key for key in value if (*old, key) not in self.gone]
            return {key: self._without(value[key], (*old, key), (*new, key)) for key in keys}
        if isinstance(value, list):
            kept = self.numbers[new] = [i for i in range(len(value)) if (*old, i) not in self.gone]
            return [self._without(value[i], (*old, i), (*new, k)) for k, i in enumerate(kept)]
        return value

    def place(self, path: Place) -> Place:
        """The place in the whole document of one in what is left."""
        made: list[str | int] = []
        for k, part in enumerate(path):
            numbers = self.numbers.get(path[:k])
            made.append(
                numbers[part] if numbers is not None and isinstance(part, int) and part < len(numbers) else part
            )
        return tuple(made)

    def follows(self, place: Place) -> bool:
        """Whether what is said of a place follows from what was left out."""
        return any(gone[: len(place)] == place or place[: len(gone)] == gone for gone in self.gone)

    def refuse(self, errors: list[ItemError], found: Findings) -> None:
        """Take the findings of the model: tell those that do not follow from earlier ones, leave all places out."""
        places = [self.place(error.path) for error in errors]
        for error, place in zip(errors, places, strict=True):
            if not self.follows(place):
                found.add(ItemError(error.message, place))
        for place in places:
            while place and (place in self.gone or not _has(self.data, place)):
                place = place[:-1]
            self.gone.add(place)

    def complain(self, error: InputError, found: Findings) -> None:
        """Take what the check of the whole document says, unless it follows."""
        if not isinstance(error, ItemError):
            found.add(error)
            return
        place = self.place(error.path)
        if self.gone and (self.follows(place) or (isinstance(error, UnknownName) and error.name in self.names())):
            return
        if isinstance(error, OfAll) and any(gone[: len(error.whole)] == error.whole for gone in self.gone):
            return
        message = re.sub(r"\b([a-z_]+)\[([0-9]+)\]", self._renumbered, error.message) if self.gone else error.message
        found.add(ItemError(message, place))

    def _renumbered(self, item: re.Match[str]) -> str:
        return f"{item[1]}[{self.place((item[1], int(item[2])))[1]}]"

    def names(self) -> set[str]:
        """All words that stood at places left out."""
        made: set[str] = set()
        for place in self.gone:
            if _has(self.data, place):
                made.update(_words(_at(self.data, place)))
        return made


def _has(value: Any, place: Place) -> bool:
    for part in place:
        if not (part in value if isinstance(value, dict) else isinstance(value, list) and part in range(len(value))):
            return False
        value = value[part]
    return True


def _at(value: Any, place: Place) -> Any:
    for part in place:
        value = value[part]
    return value


def _words(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _words(each)
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)
    elif value is not None:
        yield str(value)
