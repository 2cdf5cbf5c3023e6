"""The workflow of the public house runs ``.ci/run`` itself, and the quick subset on every version that we support."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
#: A loader to which ``on`` is a word.
WORKFLOW: dict[str, Any] = yaml.load(
    (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"), yaml.BaseLoader
)
SCRIPT = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def pythons() -> set[str]:
    """Versions that the package says it runs on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return set(re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"])))


def test_one_job_is_the_script() -> None:
    steps = WORKFLOW["jobs"]["all"]["steps"]
    assert steps[-1]["run"] == ".ci/run"
    assert (
        set(steps[1]["with"]["python-version"].split())
        == pythons()
        == set(re.findall(r"^prepare \w+ (\S+)", SCRIPT, re.MULTILINE))
    )


def test_the_quick_subset_meets_every_python_with_locked_and_newest_versions() -> None:
    matrix = WORKFLOW["jobs"]["quick"]["strategy"]["matrix"]
    versions = set(re.findall(r"^prepare (\w+)", SCRIPT, re.MULTILINE))
    assert set(matrix["python"]) == pythons()
    assert all(f'"{name}"' in matrix["versions"] for name in versions)
    assert {row["versions"] for row in matrix["exclude"]} == {"lowest"}


def test_the_newest_versions_are_tried_weekly() -> None:
    (when,) = WORKFLOW["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \d", when["cron"])
    assert """'["newest"]'""" in WORKFLOW["jobs"]["quick"]["strategy"]["matrix"]["versions"].replace("fromJSON(", "")


def test_wheel_and_sdist_are_looked_at() -> None:
    assert ".ci/packages" in SCRIPT
    assert "mkdocs build --strict" in SCRIPT
