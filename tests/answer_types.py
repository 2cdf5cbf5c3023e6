"""Types of what the service answers, made from its OpenAPI description: ``python -m tests.answer_types``.

They stand in ``optimise/serve/answer_types.py``, where the client and its users find them; a test holds the file to
the description.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from optimise.serve.app import create_app
from optimise.serve.settings import Settings

FILE = Path(__file__).resolve().parents[1] / "optimise" / "serve" / "answer_types.py"
#: Answers that the client gives, and their names there; the parts that they lead to come with them.
ANSWERS = {
    "JobAnswer": "JobJson",
    "ProgressEvent": "ProgressJson",
    "ResultAnswer": "ResultJson",
    "ChangeAnswer": "ChangeJson",
    "EvaluateAnswer": "EvaluationJson",
    "CoverFile": "CoverJson",
    "WhyFile": "WhyJson",
    "Fault": "FaultJson",
}
_HEAD = '''"""Types of what the service answers, made from its description by ``python -m tests.answer_types``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, final
'''
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def described() -> dict[str, Any]:
    """The schemas of the description, by name."""
    with tempfile.TemporaryDirectory() as place:
        app = create_app(Settings(data=Path(place)), runs_jobs=False)
        made: dict[str, Any] = app.openapi()["components"]["schemas"]
        app.state.service.store.close()
    return made


def typed(schema: dict[str, Any]) -> str:
    """A schema as Python writes a type."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return ANSWERS.get(name, name)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(typed(part) for part in schema["anyOf"]))
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    kind = schema.get("type")
    if kind == "array":
        return f"list[{typed(schema.get('items', {}))}]"
    if kind == "object":
        inside = schema.get("additionalProperties", True)
        return f"dict[str, {typed(inside) if isinstance(inside, dict) else 'Any'}]"
    return _PLAIN.get(str(kind), "Any")


def references(schema: object) -> Iterator[str]:
    """Names of the schemas that one leads to."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield str(schema["$ref"]).rpartition("/")[2]
        for part in schema.values():
            yield from references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references(part)


def text() -> str:
    """The module."""
    schemas, names, left = described(), set[str](), list(ANSWERS)
    while left:
        if (name := left.pop()) not in names:
            names.add(name)
            left += references(schemas[name])
    parts = [_HEAD, f"__all__ = {sorted(ANSWERS.values())!r}\n"]
    for name in sorted(names, key=lambda name: ANSWERS.get(name, name)):
        schema = schemas[name]
        final = "@final\n" if name in ANSWERS else ""  # so that a union of them is told apart by its keys
        parts.append(
            f'\n{final}class {ANSWERS.get(name, name)}(TypedDict):\n    """{schema["description"].splitlines()[0]}"""\n'
        )
        for key, part in schema["properties"].items():
            made = typed(part)
            parts.append(f"    {key}: {made if key in schema.get('required', ()) else f'NotRequired[{made}]'}")
    line = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(FILE), "-"]
    raw = "\n".join(parts) + "\n"
    return subprocess.run(line, input=raw, capture_output=True, text=True, check=True, cwd=FILE.parents[2]).stdout


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
