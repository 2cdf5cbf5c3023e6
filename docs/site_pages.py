"""Pages of the site that the program writes itself, and links that lead out of ``docs``. A hook of MkDocs.

The command's page comes from its own ``--help``, the file formats from the published schemas, the messages from the
source, the house's pages from each room's ``DESIGN.md``. They are made at each build, so none of them can fall behind.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "optimise" / "formats" / "schema"
FROM_ROOT = {
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
    "citing.md": "CITATION.cff",
}
#: A file of ``examples`` by schema.
EXAMPLES = {
    "ward-1": "annotated.yaml",
    "hospital-document-1": "annotated-hospital.yaml",
    "capacity-1": "annotated-capacity.yaml",
    "region-1": "annotated-region.yaml",
    "study (TOML)": "study.toml",
    "roster-plan-1": "answers/plan.json",
    "result-1": "answers/result.json",
    "check-1": "answers/check.json",
    "cover-1": "answers/cover.json",
    "why-1": "answers/why.json",
}
#: Pages that other parts of the project bring; the navigation leaves out those that are not there.
LATER = {f"write-a-{what}.md" for what in ("rule", "bed-rule", "format", "method", "mixer")}


def designs() -> dict[str, Path]:
    """Page of the site by room's ``DESIGN.md``."""
    found = sorted(file for top in ("optimise", "hpc", "quantum") for file in (ROOT / top).rglob("DESIGN.md"))
    return {"house/" + "-".join(file.relative_to(ROOT).parent.parts) + ".md": file for file in found}


def questions() -> list[dict[str, Any]]:
    """The how-to pages by group, as their index lists them."""
    made: list[dict[str, Any]] = [{"All questions": "how-to/index.md"}]
    text = (ROOT / "docs" / "how-to" / "index.md").read_text(encoding="utf-8")
    for group, listed in re.findall(r"^## (.+)\n\n((?:- .+\n?)+)", text, re.MULTILINE):
        links = re.findall(r"^- \[(.+)\]\(([^)]+)\)", listed, re.MULTILINE)
        made.append({group: [{title: posixpath.normpath(f"how-to/{page}")} for title, page in links]})
    return made


def command_page() -> str:
    """Every command with its ``--help``, as the program prints it."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from optimise.cli.app import app

    runner = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})

    def help_of(*path: str) -> str:
        return runner.invoke(app, [*path, "--help"], prog_name="wardwise").output.strip()

    parts = ["# The command\n\nMade from the program itself.\n", f"\n```text\n{help_of()}\n```\n"]
    top: Any = get_command(app)
    for name in top.list_commands(None):
        text = help_of(name)
        parts.append(f"\n## wardwise {name}\n\n```text\n{text}\n```\n")
        inner = re.search(r"^Commands:\n(.*?)(?:\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
        for line in inner[1].splitlines() if inner else ():
            if match := re.match(r"  (\w+) ", line):
                parts.append(f"\n### wardwise {name} {match[1]}\n\n```text\n{help_of(name, match[1])}\n```\n")
    return "".join(parts)


def _about(part: dict[str, Any]) -> str:
    """What a schema says of itself."""
    said: str = part.get("description", "")
    return said.replace("``", "`")


def formats_page() -> str:
    """Every published schema as tables of its fields."""
    parts = ["# File formats\n\nMade from the published schemas: `wardwise schema KIND` prints one for your editor.\n"]
    parts.append("\nEach document that you write has an annotated example with every key; answers have one of a small ")
    parts.append("ward. Demand (CSV) is described by `wardwise forecast --help`.\n")
    from optimise.compare.study import json_schema

    schemas = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(SCHEMAS.glob("*.json"))}
    for name, schema in {**schemas, "study (TOML)": json_schema()}.items():
        parts.append(f"\n## {name}\n\n{_about(schema)}\n")
        parts += _fields(schema)
        for inner, part in sorted(schema.get("$defs", {}).items()):
            if part.get("properties"):
                parts.append(f"\n### {inner.strip('_')} ({name})\n\n{_about(part)}\n")
                parts += _fields(part)
        if name in EXAMPLES:
            file = ROOT / "examples" / EXAMPLES[name]
            text = file.read_text(encoding="utf-8")
            parts.append(f"\n### Example ({name})\n\n`examples/{EXAMPLES[name]}`:\n\n")
            parts.append(f"```{file.suffix[1:]}\n{text}```\n")
    return "".join(parts)


def messages_page() -> str:
    """What the program says, found in its source."""
    import sys

    sys.path.insert(0, str(ROOT / "docs"))
    import site_words

    return str(site_words.page())


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    if not schema.get("properties"):
        return
    yield "\n| field | type | needed | meaning |\n| --- | --- | --- | --- |\n"
    for name, field in schema["properties"].items():
        needed = "yes" if name in schema.get("required", ()) else ""
        cells = (
            f"`{name}`",
            _type(field),
            needed,
            str(field.get("description", "")).replace("|", "\\|").replace("\n", " "),
        )
        yield "| " + " | ".join(cells) + " |\n"


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2].strip("_")
    for several in ("anyOf", "oneOf"):
        if several in field:
            return " or ".join(dict.fromkeys(_type(one) for one in field[several]))
    if "enum" in field or "const" in field:
        return ", ".join(f"`{value}`" for value in field.get("enum", [field.get("const")]))
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}" if isinstance(field.get("items"), dict) else "list"
    return str(field.get("type", "any"))


def _design_page(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    room = file.parent.relative_to(ROOT).as_posix()
    return f"*Design page of `{room}/`.*\n\n{text}"


def _root_page(name: str) -> str:
    text = (ROOT / name).read_text(encoding="utf-8")
    return (
        text
        if name.endswith(".md")
        else f"# Citing\n\nPlease cite Wardwise by this file, `{name}`:\n\n```yaml\n{text}```\n"
    )


def on_config(config: Any) -> Any:
    """Leave pages out of the navigation that are still to come, and fill in the house and the questions."""
    present = {page for page in LATER if (ROOT / "docs" / page).exists()}
    house = [{page[6:-3].replace("-", "/"): page} for page in designs()]
    made = {"House": house, "How do I ...?": questions()}
    config["nav"] = [
        {name: made[name]} if (name := next(iter(entry))) in made else _kept(entry, present) for entry in config["nav"]
    ]
    config["nav"] = [entry for entry in config["nav"] if next(iter(entry.values()))]
    return config


def _kept(entry: dict[str, Any], present: set[str]) -> dict[str, Any]:
    (name, inside), *_ = entry.items()
    if not isinstance(inside, list):
        return entry
    return {name: [page for page in inside if (p := next(iter(page.values()))) not in LATER or p in present]}


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made."""
    from mkdocs.structure.files import File

    made = {
        "reference/command.md": command_page(),
        "reference/files.md": formats_page(),
        "reference/messages.md": messages_page(),
    }
    made |= {page: _root_page(name) for page, name in FROM_ROOT.items() if (ROOT / name).exists()}
    made |= {page: _design_page(file) for page, file in designs().items()}
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Links that lead out of the site become plain words."""
    here = posixpath.dirname(page.file.src_uri)

    def link(match: re.Match[str]) -> str:
        target = match[2].partition("#")[0]
        if not target or "://" in target or target.startswith("mailto:"):
            return match[0]
        inside = posixpath.normpath(posixpath.join(here, target))
        return match[0] if files.get_file_from_path(inside) else match[1]

    return re.sub(r"\[([^\]]*)\]\(([^)\s]+)\)", link, markdown)
