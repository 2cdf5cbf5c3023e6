"""The pages on extending Wardwise: their code runs, found by entry points as an installed package's would be."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import optimise
from optimise.core import method
from optimise.formats import base

ROOT = Path(__file__).parent.parent


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable folder whose modules are named as the page's entry points say."""
    monkeypatch.syspath_prepend(str(tmp_path))
    method._installed.cache_clear()  # what is installed is read once a process
    (tmp_path / "my_package").mkdir()
    (tmp_path / "my_package" / "__init__.py").write_text("")
    yield tmp_path
    method._installed.cache_clear()
    for name in [m for m in sys.modules if m.startswith("my_package")]:
        del sys.modules[name]


def installed(page: str, folder: Path) -> list[EntryPoint]:
    """Write the page's module and return its entry points."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    code, table = re.findall(r"```(?:python|toml)\n(.*?)```", text, re.DOTALL)
    group = re.search(r'entry-points\."([^"]+)"', table)
    name, value = re.findall(r'^(\S+) = "([^"]+)"', table, re.MULTILINE)[0]
    assert group is not None
    (folder / (value.partition(":")[0].replace(".", "/") + ".py")).write_text(code)
    return [EntryPoint(name, value, group[1])]


def test_a_format_is_written(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = installed("write-a-format.md", package)
    monkeypatch.setattr(base, "entry_points", lambda group: points if group == "wardwise.formats" else [])
    (package / "ward.lines").write_text("ann: 3\nben: 4\n")
    problem = optimise.read_ward(package / "ward.lines")
    plan = problem.roster([["D"] + ["-"] * 6, ["-"] * 7])
    (file,) = optimise.write_plan(plan, problem, package / "plan")
    assert optimise.read_plan(file, problem) == plan


def test_a_format_names_the_line_that_is_wrong(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = installed("write-a-format.md", package)
    monkeypatch.setattr(base, "entry_points", lambda group: points)
    (package / "ward.lines").write_text("ann: 3\nben\n")
    with pytest.raises(optimise.InputError, match=":2: expected NAME"):
        optimise.read(package / "ward.lines")


def test_a_method_is_written(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = installed("write-a-method.md", package)
    monkeypatch.setattr(method, "entry_points", lambda group: points if group == "wardwise.methods" else [])
    ward = optimise.read_ward(ROOT / "examples" / "ward4x7.json")
    result = optimise.solve(ward, "idle", limits=optimise.Limits(5))
    assert result.plan is not None
    assert not result.plan.duties.any()
