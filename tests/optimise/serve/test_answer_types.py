"""The types of answers are those of the OpenAPI description."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi")

from tests.answer_types import FILE, text, typed


def test_the_types_are_made_from_the_description() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "python -m tests.answer_types writes them anew"


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "array", "items": {"$ref": "#/components/schemas/Day"}}, "list[Day]"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "float | None"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "dict[str, int]"),
        ({"type": "object"}, "dict[str, Any]"),
        ({"enum": ["a", "b"]}, "Literal['a', 'b']"),
        ({"const": "a"}, "Literal['a']"),
        ({}, "Any"),
    ],
)
def test_a_schema_becomes_a_type(schema: dict[str, object], said: str) -> None:
    assert typed(schema) == said
