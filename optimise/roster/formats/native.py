"""The native ward: JSON or YAML in, JSON or CSV plans out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from optimise import formats
from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions, read_text
from optimise.formats.json_document import top_keys
from optimise.formats.text import head
from optimise.roster.formats.native_plan import read_native_plan, write_native_plan
from optimise.roster.formats.ward import SCHEMA_VERSION, Ward
from optimise.roster.formats.ward_document import Document, ItemError, validated
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["NativeFormat", "read_ward", "schema", "schema_text", "write_ward"]

_TEXT = (".json", ".yaml", ".yml")
_TABLES = (".xlsx", ".xlsm")
_KEYS = re.compile(r"""(?m)(?:^|[{,\s])["']?(schema_version|start|shifts|staff|contracts|demand|rules)["']?\s*:""")
_OURS = {"schema_version", "start", "shifts", "staff", "contracts", "demand", "rules"}
_OTHERS = {"patients", "rooms", "occupants", "surgeons", "operating_theaters", "roster"}
_LINE_KEYS = re.compile(r"""(?m)^["']?(\w+)["']?\s*:""")  # of YAML's outermost mapping
_HEAD = 60_000  # letters from which the beginning of a file is not all of it
_FOREIGN = re.compile(r"""["']?(patients|rooms|occupants|surgeons|operating_theaters|roster)["']?\s*:""")


class NativeFormat:
    """Wards in Wardwise's own JSON or YAML."""

    name = "native"
    description = "Wardwise ward (JSON or YAML), plans as JSON or CSV"
    kind = "roster"

    def detects(self, path: Path) -> bool:
        if path.suffix.lower() not in _TEXT:
            return False
        text = head(path)
        if _FOREIGN.search(text):
            return False
        return len(set(_KEYS.findall(text))) >= 2 or (len(text) >= _HEAD and self._later(path))

    @staticmethod
    def _later(path: Path) -> bool:
        """Whether a large file has keys of a ward further down."""
        if path.suffix.lower() == ".json":
            keys = set(top_keys(path))
        else:
            try:
                keys = set(_LINE_KEYS.findall(read_text(path)))
            except InputError:
                return False
        return len(keys & _OURS) >= 2 and not keys & _OTHERS

    def read(self, path: Path, options: ReadOptions) -> RosterProblem:
        document = _parsed(path)
        try:
            return validated(Ward, document.data).problem()
        except InputError as error:
            raise document.locate(error) from None

    def read_plan(self, path: Path, problem: RosterProblem) -> Roster:
        return read_native_plan(path, problem)

    def write_plan(self, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
        return write_native_plan(plan, problem, stem)

    def write(self, problem: RosterProblem, path: Path) -> list[Path]:
        """Write the ward of a problem that was read from a ward document."""
        from optimise.roster.formats.table import ward_of

        return [write_ward(ward_of(problem), path)]


def _parsed(path: Path) -> Document:
    document = Document.parse(read_text(path), path)
    version = document.data.get("schema_version", SCHEMA_VERSION) if isinstance(document.data, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        message = f"is version {version}, this Wardwise reads version {SCHEMA_VERSION}; a newer one is needed"
        raise document.locate(ItemError(message, ("schema_version",)))
    return document


def read_ward(path: Path) -> Ward:
    """Read a ward document of any form and check it whole.

    Raises
    ------
    InputError
        Naming file, line and item.
    """
    if path.suffix.lower() not in _TEXT:
        from optimise.roster.formats.table import read_tables

        return read_tables(path)
    document = _parsed(path)
    try:
        ward = validated(Ward, document.data)
        ward.problem()
    except InputError as error:
        raise document.locate(error) from None
    return ward


def write_ward(ward: Ward, path: Path) -> Path:
    """Write a ward document whole or not at all; the suffix of the path decides its form."""
    suffix = path.suffix.lower()
    if suffix == ".json":
        return write_text(path, ward_text(ward))
    if suffix in (".yaml", ".yml"):
        made = yaml.dump(ward.data(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
        return write_text(path, made)
    from optimise.roster.formats.table import write_tables

    return write_tables(ward, path)


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.1 readers would take for a truth value, a date or a number in base 60."""


def ward_text(ward: Ward) -> str:
    """JSON with one line for each entry of a list, so that a person can read it and a version control compare it."""
    lines = []
    for key, value in ward.data().items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join("    " + json.dumps(each, ensure_ascii=False) for each in value)
            lines.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def schema() -> dict[str, Any]:
    """JSON Schema of the ward document, as made from the models."""
    made = Ward.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"wardwise:ward-{SCHEMA_VERSION}",
        **made,
        "title": "Wardwise ward",
    }


def schema_text() -> str:
    """The published schema file, ``optimise/roster/formats/schema/ward-1.json``."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_text(Path(formats.__file__).parent / "schema" / f"ward-{SCHEMA_VERSION}.json", schema_text())
