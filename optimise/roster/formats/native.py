"""The native ward: JSON or YAML in, JSON or CSV plans out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from optimise import formats
from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions, read_text
from optimise.formats.json_document import top_keys
from optimise.formats.text import head
from optimise.roster.formats.native_plan import read_native_plan, roster_from, write_native_plan
from optimise.roster.formats.ward import SCHEMA_VERSION, Ward, ward_of
from optimise.roster.formats.ward_files import TEXT, compiled, ward_text
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["NativeFormat", "schema", "schema_text", "ward_text", "write_ward"]

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
        if path.suffix.lower() not in TEXT:
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
        return compiled(path, Ward)[1]

    def read_plan(self, path: Path, problem: RosterProblem) -> Roster:
        return read_native_plan(path, problem)

    def plan_from(self, made: object, problem: RosterProblem) -> Roster:
        """A plan from the object of its file."""
        return roster_from(made, problem)

    def write_plan(self, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
        return write_native_plan(plan, problem, stem)

    def write(self, problem: RosterProblem, path: Path) -> list[Path]:
        """Write the ward of a problem that was read from a ward document."""
        return [write_ward(ward_of(problem), path)]


def read_ward(path: Path) -> Ward:
    """Read a ward document of any form and check it whole.

    Raises
    ------
    InputError
        Naming file, line and item.
    """
    return Ward.load(path)


def write_ward(ward: Ward, path: Path) -> Path:
    """Write a ward document whole or not at all; the suffix of the path decides its form."""
    return ward.save(path)


def schema() -> dict[str, Any]:
    """JSON Schema of the ward document, as made from the models; without the examples in Python of their docstring."""
    made = Ward.model_json_schema()
    made["description"] = made["description"].split("\n\nExamples\n")[0]
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
