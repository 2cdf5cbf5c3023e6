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
from quantum import plugins
from quantum.energy import EnergyProblem
from quantum.testing import example

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
    code, table, _proof = re.findall(r"```(?:python|toml)\n(.*?)```", text, re.DOTALL)
    group = re.search(r'entry-points\."([^"]+)"', table)
    name, value = re.findall(r'^(\S+) = "([^"]+)"', table, re.MULTILINE)[0]
    assert group is not None
    (folder / (value.partition(":")[0].replace(".", "/") + ".py")).write_text(code)
    return [EntryPoint(name, value, group[1])]


@pytest.mark.timeout(600)  # kernels may be compiled
@pytest.mark.parametrize("what", ["format", "method", "mixer"])
def test_what_a_page_writes_is_proven_as_it_says(what: str, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(f"write-a-{what}.md", package)
    text = (ROOT / "docs" / f"write-a-{what}.md").read_text(encoding="utf-8")
    (package / "ward.lines").write_text("ann: 3\nben: 4\n")
    monkeypatch.chdir(package)
    exec(re.findall(r"```python\n(.*?)```", text, re.DOTALL)[-1], {})


def test_a_mixer_is_found_by_name(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = installed("write-a-mixer.md", package)
    monkeypatch.setattr(plugins, "entry_points", lambda group: points if group == "wardwise.mixers" else [])
    problem = EnergyProblem("p", "test", example())
    options = {"mixer": "path", "evaluations": 5}
    assert optimise.solve(problem, "qaoa", limits=optimise.Limits(60), options=options).feasible


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
