"""JSON and YAML as plain values that know their lines, and pydantic's findings in the planner's words.

YAML is read with the rules of version 1.2 (``off`` and ``20:00`` are words, not a truth value and a number in base
60), without aliases and tags; in both languages a key that is given twice is an error.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from optimise.core.errors import InputError, InputErrors
from optimise.formats.budget import BUDGET, parse_json, spend

__all__ = ["Document", "ItemError", "OfAll", "UnknownName", "findings", "item_path", "mapping", "nearest", "validated"]

Path_ = Sequence[str | int]
Model = TypeVar("Model", bound=BaseModel)

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Letters of a value that a message shows.
_SHOWN = 60
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class ItemError(InputError):
    """An :class:`InputError` that knows the path of its item, from which a reader finds the line."""

    def __init__(self, message: str, path: Path_) -> None:
        super().__init__(message, item=item_path(path) or None)
        self.path = tuple(path)


class UnknownName(ItemError):
    """A name that nothing in the document has."""

    def __init__(self, message: str, path: Path_, name: str) -> None:
        super().__init__(message, path)
        self.name = name


class OfAll(ItemError):
    """What holds only of a whole list elsewhere in the document: no longer known where an entry of it is at fault."""

    def __init__(self, message: str, path: Path_, whole: Path_) -> None:
        super().__init__(message, path)
        self.whole = tuple(whole)


def item_path(path: Path_) -> str:
    """``("staff", 3, "skills", 0)`` as ``staff[3].skills[0]``."""
    made = ""
    for part in path:
        made += f"[{part}]" if isinstance(part, int) else ("." if made else "") + _printable(str(part))
    return made


def nearest(name: str, known: Sequence[str], *, listed: bool = True) -> str:
    """``; did you mean 'E'?`` or the names that are known."""
    close = get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    if not listed:
        return ""
    shown = ", ".join(list(known)[:12]) + (", ..." if len(known) > 12 else "")
    return f"; known: {shown or 'none'}"


@dataclass(frozen=True)
class Document:
    """A parsed JSON or YAML file."""

    file: Path
    text: str
    data: Any

    @classmethod
    def parse(cls, text: str, file: Path) -> Document:
        """Parse text; the suffix of ``file`` tells the language.

        Raises
        ------
        InputError
            With the line of the mistake.
        """
        if file.suffix.lower() in (".yaml", ".yml"):
            node = _compose(text, file)
            return cls(file, text, None if node is None else _value(node, file))
        return cls(file, text, parse_json(text, file))

    @cached_property
    def _root(self) -> yaml.Node | None:
        try:
            return _compose(self.text, self.file)  # JSON is YAML, but for oddities in which no line is named
        except InputError:
            return None

    def line(self, path: Path_) -> int | None:
        """1-based line of the item at ``path``, or of the nearest one that contains it."""
        node = self._root
        if node is None:
            return None
        for part in path:
            if isinstance(node, yaml.MappingNode):
                found = next((v for k, v in node.value if getattr(k, "value", None) == part), None)
                key = next((k for k, _ in node.value if getattr(k, "value", None) == part), None)
                if found is None:
                    break
                node = found if not isinstance(found, yaml.ScalarNode) or key is None else key
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
            else:
                break
        return int(node.start_mark.line) + 1

    def locate(self, error: InputError) -> InputError:
        """The same error with file and line."""
        if isinstance(error, InputErrors):
            return error.each(self.locate)
        line = self.line(error.path) if isinstance(error, ItemError) else None
        return error.at(file=self.file, line=line)


def validated(model: type[Model], data: object) -> Model:
    """Check plain values against a model.

    Raises
    ------
    InputErrors, ItemError
        With every finding, where there is one that alone.
    """
    try:
        return model.model_validate(mapping(data))
    except ValidationError as error:
        found = findings(model, error, data)
        raise InputErrors(found) if len(found) > 1 else found[0] from None
    except RecursionError:
        raise ItemError("is nested too deeply", ()) from None


def mapping(data: object) -> dict[str, Any]:
    """Plain values as the keys and values that a document is.

    Raises
    ------
    ItemError
        If they are something else.
    """
    if not isinstance(data, dict):
        raise ItemError("a mapping of keys to values was expected", ())
    return data


def findings(model: type[BaseModel], error: ValidationError, data: object) -> list[ItemError]:
    """What pydantic found, in the planner's words; one for each place, unknown keys first.

    Parameters
    ----------
    model : type
        What the values were checked against.
    error : ValidationError
        What was found.
    data : object
        The values.

    Returns
    -------
    list of ItemError
    """
    made: dict[tuple[str | int, ...], ItemError] = {}
    raw = error.errors(include_url=False, include_context=False)
    for found in sorted(raw, key=lambda each: each["type"] != "extra_forbidden"):
        path = _real_path(found["loc"], data)
        if path not in made:  # every alternative of a union says its own
            made[path] = ItemError(_finding(model, found, path), path)
    # a list that is of the right kind for one alternative and wrong inside is no whole that is wrong
    whole = {path[:n] for path in made for n in range(len(path))} & {
        path for found in raw if found["type"].endswith("_type") and (path := _real_path(found["loc"], data)) in made
    }
    return [error for path, error in made.items() if path not in whole]


def _finding(model: type[BaseModel], found: Any, path: Path_) -> str:
    code = found["type"]
    if code == "extra_forbidden":
        return "unknown key" + nearest(str(path[-1]), _keys_at(model, path[:-1]))
    if code == "missing":
        return "is missing"
    said, value = _said(code, str(found["msg"]), path), found["input"]
    if isinstance(value, dict | list) or value is None or code == "value_error":  # which names it itself
        return said
    return f"{said}, found {_printable(str(value)[:_SHOWN])!r}"


def _said(code: str, text: str, path: Path_) -> str:
    if code == "value_error":
        return text.removeprefix("Value error, ")
    if code.startswith("date_"):
        return "should be a date such as 2026-01-05"
    if code in ("int_from_float", "int_parsing", "int_type"):
        return "should be a whole number"
    if code in ("tuple_type", "list_type", "set_type", "frozen_set_type"):
        return "should be a list"
    text = text.removeprefix("Input ")
    if code == "string_pattern_mismatch" and path:
        return _pattern_words(str(path[-1] if isinstance(path[-1], str) else path[-2]), text)
    return text


def _pattern_words(key: str, text: str) -> str:
    if key in ("start", "end", "between"):
        return "should be a clock time such as 07:30"
    if key == "days":
        return "should be a date (2026-01-10), a range (2026-01-10..2026-01-14), Mon to Sun, weekdays or weekends"
    return text


def _real_path(loc: tuple[Any, ...], data: Any) -> tuple[str | int, ...]:
    """Pydantic's location without the names of alternatives that it puts in."""
    made: list[str | int] = []
    for i, part in enumerate(loc):
        inside = isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data)
        if inside or (isinstance(data, dict) and part in data):
            data = data[part]
        elif i < len(loc) - 1 or not isinstance(data, dict):
            continue
        made.append(part)
    return tuple(made)


def _keys_at(model: object, path: Path_) -> list[str]:
    """Names of the fields of the model that describes the item at ``path``."""
    for part in path:
        if isinstance(part, int):
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)) or part not in model.model_fields:
            return []
        model = _inner(model.model_fields[part].annotation)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _inner(annotation: object) -> Any:
    """The model inside ``list[M]`` or ``M | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in typing.get_args(annotation):
        made = _inner(argument)
        if made is not None:
            return made
    return None


# ---------------------------------------------------------------------------------------------- YAML


def _compose(text: str, file: Path) -> yaml.Node | None:
    """The tree of nodes of a text, built from the parser's events one by one, so that no depth can hurt."""
    spend(file, "characters of YAML", len(text), BUDGET.yaml_bytes)
    parser = None
    try:
        parser = _LOADER(text)
        return _grown(parser, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"is not YAML: {error.problem or error.context}"
        if "nesting" in message:  # the parser looks ahead, and has a limit of its own
            message = f"is nested too deeply (more than {BUDGET.depth} levels)"
        raise InputError(message, file=file, line=None if mark is None else mark.line + 1) from None
    except (yaml.YAMLError, ValueError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"is not YAML: {first}", file=file) from None
    finally:
        if parser is not None:
            parser.dispose()


def _grown(parser: Any, file: Path) -> yaml.Node | None:
    root: yaml.Node | None = None
    stack: list[tuple[yaml.CollectionNode, list[yaml.Node]]] = []
    count = 0
    while True:
        event = parser.get_event()
        if event is None or isinstance(event, yaml.StreamEndEvent):
            return root
        line = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionEndEvent):
            owner, inside = stack.pop()
            if isinstance(owner, yaml.MappingNode):
                owner.value = list(zip(inside[::2], inside[1::2], strict=True))
            continue
        if isinstance(event, yaml.AliasEvent):
            raise InputError("aliases (*name) are not understood; write the value out", file=file, line=line)
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise InputError("is not YAML: more than one document", file=file, line=line)
        if not isinstance(event, yaml.NodeEvent):
            continue
        count += 1
        spend(file, "values", count, BUDGET.containers, line=line)
        node: yaml.Node
        found: Any = event
        marks = (found.start_mark, found.end_mark)
        if isinstance(event, yaml.ScalarEvent):
            node = yaml.ScalarNode(found.tag, found.value, *marks, style=found.style)
        else:
            inside = []
            kind = yaml.MappingNode if isinstance(event, yaml.MappingStartEvent) else yaml.SequenceNode
            node = kind(found.tag, inside, *marks)
        if stack:
            stack[-1][1].append(node)
        else:
            root = node
        if isinstance(node, yaml.CollectionNode):
            stack.append((node, inside))
            if len(stack) > BUDGET.depth + 1:
                raise InputError(f"is nested too deeply (more than {BUDGET.depth} levels)", file=file, line=line)


def _value(node: yaml.Node, file: Path) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, file) for each in node.value]
    made: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise InputError("a key must be a word", file=file, line=key.start_mark.line + 1)
        if key.value in made:
            raise InputError(f"the key {key.value!r} is given twice", file=file, line=key.start_mark.line + 1)
        made[key.value] = _value(value, file)
    return made


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style:  # None or '' is plain, depending on the loader
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text) and len(text) < 40 and not (len(text) > 1 and text[0] == "0" and text[1].isdigit()):
        return float(text)
    return text


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
