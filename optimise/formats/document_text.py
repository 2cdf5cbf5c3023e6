"""Documents as text that a person can read and a version control compare."""

from __future__ import annotations

import json

import yaml

__all__ = ["TEXT", "document_json", "document_yaml"]

#: Suffixes of documents as text; everything else is tables.
TEXT = (".json", ".yaml", ".yml")


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.1 readers would take for a truth value, a date or a number in base 60."""


def document_yaml(data: dict[str, object]) -> str:
    """Plain values as YAML."""
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


def document_json(data: dict[str, object]) -> str:
    """JSON with one line for each entry of a list."""
    lines = []
    for key, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join("    " + json.dumps(each, ensure_ascii=False) for each in value)
            lines.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
