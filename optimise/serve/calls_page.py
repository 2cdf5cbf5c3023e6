"""The page of all calls, made from the OpenAPI description: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from optimise.drawing.page import templates

__all__ = ["calls_page"]


def calls_page(description: Mapping[str, Any]) -> str:
    """What each call takes and what it does.

    Parameters
    ----------
    description : mapping
        An OpenAPI description.

    Returns
    -------
    str
        HTML.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            entry = {"method": method.upper(), "path": path, "text": call.get("description", call.get("summary", ""))}
            entry["fields"] = [*_parameters(call), *_body(call, description)]
            groups.setdefault((call.get("tags") or ["service"])[0], []).append(entry)
    info = description["info"]
    made: str = (
        templates(Path(__file__).parent)
        .get_template("calls.html.j2")
        .render(title=info["title"], version=info["version"], about=info.get("description", ""), groups=groups)
    )
    return made


def _parameters(call: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for one in call.get("parameters", ()):
        text = one.get("description") or one["schema"].get("description", "")
        yield _field(one["name"], one["in"], one["schema"], bool(one.get("required")), text)


def _body(call: Mapping[str, Any], description: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for kind, content in call.get("requestBody", {}).get("content", {}).items():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        if not name:
            yield _field("the bytes of a file", kind, content["schema"], True, "")
            continue
        model = description["components"]["schemas"][name]
        for key, schema in model.get("properties", {}).items():
            yield _field(key, "body", schema, key in model.get("required", ()), schema.get("description", ""))


def _field(name: str, place: str, schema: Mapping[str, Any], required: bool, text: str) -> dict[str, Any]:
    kinds = [one.get("type", "") for one in schema.get("anyOf", [schema])]
    told = " or ".join(kind for kind in kinds if kind and kind != "null")
    return {"name": name, "place": place, "type": told, "required": required, "text": text}
