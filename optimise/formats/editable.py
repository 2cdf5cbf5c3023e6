"""Documents as objects: made of plain values or text, edited into new documents, given back as values or text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar

from pydantic import BaseModel, PrivateAttr

from optimise.core.errors import InputError, InputErrors
from optimise.core.horizon import Day, Horizon
from optimise.core.problem import Problem
from optimise.formats.document import Document, ItemError, nearest, validated
from optimise.formats.document_text import document_json, document_yaml
from optimise.formats.examine import examined
from optimise.formats.parts import Part

__all__ = ["Editable"]

_M = TypeVar("_M", bound=BaseModel)


class Editable(Part):
    """A whole document. What its entries say of each other is checked where it is read and where it is solved.

    Edits (``with_...``, ``without_...``, ``pin``) give a new document and leave the old one as it was.
    """

    newest: ClassVar[int] = 1
    #: Whether copies may share what they do not change: inside `edited`, of which nobody sees the steps.
    _shares: bool = PrivateAttr(default=False)

    def data(self) -> dict[str, Any]:
        """Plain values, without what is left at its default.

        Returns
        -------
        dict
            Of what JSON knows.
        """
        raise NotImplementedError

    def problem(self) -> Problem:
        """The document as a problem to solve.

        Returns
        -------
        Problem

        Raises
        ------
        InputError
            If entries contradict each other or name what does not exist.
        """
        raise NotImplementedError

    @property
    def horizon(self) -> Horizon:
        """The days of the plan."""
        raise NotImplementedError

    # ---- in ----------------------------------------------------------------------------------------------------
    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self:
        """Make a document of plain values, and check that it makes sense.

        Parameters
        ----------
        values : mapping
            As the JSON Schema says; dates may be dates.

        Returns
        -------
        Self

        Raises
        ------
        InputError
            Of every fault (:class:`~optimise.core.errors.InputErrors` where there are several), naming item and value.
        """
        plain = dict(values) if isinstance(values, Mapping) else values
        cls.check_version(plain)
        return examined(cls, plain, cls.problem)[0]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Make a document of a text in JSON or YAML, and check that it makes sense.

        Parameters
        ----------
        text : str
            JSON where it begins with a brace, else YAML.

        Returns
        -------
        Self

        Raises
        ------
        InputError
            Of every fault, naming line, item and value.
        """
        name = Path("text.json" if text.lstrip().startswith("{") else "text.yaml")
        try:
            document = Document.parse(text, name)
            try:
                return cls.from_dict(document.data)
            except InputError as error:
                raise document.locate(error) from None
        except InputError as error:
            raise error.without_file() from None

    @classmethod
    def check_version(cls, values: object) -> None:
        """Refuse a document of a later version than this.

        Parameters
        ----------
        values : object
            What should be a mapping.

        Raises
        ------
        ItemError
            If it needs a newer Wardwise.
        """
        version = values.get("schema_version") if isinstance(values, dict) else None
        if isinstance(version, int) and version > cls.newest:
            message = f"is version {version}, this Wardwise reads version {cls.newest}; a newer one is needed"
            raise ItemError(message, ("schema_version",))

    # ---- out ---------------------------------------------------------------------------------------------------
    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON has them, without what is left at its default.

        Returns
        -------
        dict
        """
        return self.data()

    def to_text(self, form: Literal["json", "yaml"] = "json") -> str:
        """The document as text.

        Parameters
        ----------
        form : str
            ``json`` or ``yaml``.

        Returns
        -------
        str
            JSON has one line for each entry of a list.
        """
        return document_yaml(self.data()) if form == "yaml" else document_json(self.data())

    # ---- edits -------------------------------------------------------------------------------------------------
    def _with(self, key: str, model: type[_M], entries: tuple[_M | Mapping[str, object], ...]) -> Self:
        """A copy with more entries in one of its lists."""
        here = list(getattr(self, key))
        made = [entry_of(model, entry, key, len(here) + i) for i, entry in enumerate(entries)]
        return self._instead(key, [*here, *made])

    def _without(self, key: str, gone: Callable[[Any], bool], what: str) -> Self:
        """A copy without some entries of one of its lists; an error where there is none."""
        here = getattr(self, key)
        left = [entry for entry in here if not gone(entry)]
        if len(left) == len(here):
            raise InputError(f"no entry says so: {what}", item=key)
        return self._instead(key, left)

    def edited(self, edits: Iterable[Callable[[Self], Self]]) -> Self:
        """Make many edits, for which the document is copied once.

        Parameters
        ----------
        edits : iterable of callable
            Each takes the document and gives it back edited, such as ``lambda ward: ward.pin("Ann", 3, "D")``.

        Returns
        -------
        Self
            A new document.

        Raises
        ------
        InputError
            Of the first edit that cannot be made.
        """
        made = self.model_copy(deep=True)
        made._shares = True
        for edit in edits:
            made = edit(made)
        made._shares = False
        return made

    def _instead(self, key: str, entries: list[Any]) -> Self:
        """A copy with other entries in one of its lists; nothing is shared, so that neither changes the other."""
        if self._shares:
            return self.model_copy(update={key: list(entries)})
        return self.model_copy(update={key: deepcopy(entries)}, deep=True)

    def _day(self, day: Day) -> int:
        return self.horizon.index(day)

    @staticmethod
    def _known(name: str, known: list[str], what: str) -> None:
        if name not in known:
            raise InputError(f"there is no {what} {name!r}{nearest(name, known)}")


def entry_of(model: type[_M], entry: _M | Mapping[str, object], key: str, place: int) -> _M:
    """An entry as it is, or of plain values.

    Parameters
    ----------
    model : type
        Of the entry.
    entry : model or mapping
        What is added.
    key : str
        The list to which it is added.
    place : int
        Its place there, for errors.

    Returns
    -------
    model

    Raises
    ------
    InputError
        Of every fault, naming item and value.
    """
    if isinstance(entry, model):
        return entry
    try:
        return validated(model, dict(entry) if isinstance(entry, Mapping) else entry)
    except InputError as error:
        faults = error.errors if isinstance(error, InputErrors) else (error,)
        placed = [ItemError(e.message, (key, place, *(e.path if isinstance(e, ItemError) else ()))) for e in faults]
        raise InputErrors(placed) if len(placed) > 1 else placed[0] from None
