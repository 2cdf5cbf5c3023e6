"""What an optional library writes is refused before the work, not after it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from optimise.core.errors import MissingExtraError
from optimise.optional import require, require_report

ROOT = Path(__file__).resolve().parents[2]
#: Runs the command where some libraries are absent and whatever does the work may not be reached.
WITHOUT = """
import sys
for name in sys.argv.pop(1).split(","):
    sys.modules[name] = None
target = sys.argv.pop(1)
if target:
    import importlib
    module, name = target.split(":")
    def reached(*a, **k):
        print("WORK WAS DONE")
        sys.exit(99)
    setattr(importlib.import_module(module), name, reached)
from optimise.cli import main
main(sys.argv[1:])
"""


def test_what_is_installed_is_accepted() -> None:
    require("report", "json", "math")
    require_report(["html", "png", "excel"])


def test_the_error_names_package_and_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtraError, match=r"scikit-learn is not installed.*wardwise\[forecast\]"):
        require("forecast", "sklearn")


SOLVE = ["solve", "examples/ward4x7.json", "-m", "highs", "-t", "5", "-o", "{out}", "--report"]
FORECAST = ["forecast", "examples/demand.csv", "--group", "specialty", "--zone", "Europe/London"]
DRIVER, MAKE = "optimise.driver:solve", "optimise.demand.forecast:forecast"


@pytest.mark.quick
@pytest.mark.parametrize(
    ("absent", "work", "arguments", "extra"),
    [
        ("jinja2", DRIVER, SOLVE, "report"),
        ("jinja2", DRIVER, ["solve", "{capacity}", "-o", "{out}", "--report"], "report"),
        ("matplotlib", DRIVER, ["solve", "{capacity}", "-o", "{out}", "--report"], "report"),
        ("jinja2", MAKE, [*FORECAST, "-o", "{out}"], "forecast"),
        ("matplotlib", MAKE, [*FORECAST, "-o", "{out}"], "forecast"),
        ("sklearn", MAKE, FORECAST, "forecast"),
        ("holidays", MAKE, FORECAST, "forecast"),
        ("pyarrow", "optimise.compare:run_study", ["compare", "examples/study.toml", "-o", "{out}"], "compare"),
        ("matplotlib", "optimise.compare:run_study", ["compare", "examples/study.toml", "-o", "{out}"], "compare"),
        ("simpy", "optimise.demand.replay:course", ["replay", "{capacity}", "x.csv", "--plan", "a=b"], "forecast"),
        ("jinja2", "optimise.demand.replay:course", ["replay", "x", "y", "--plan", "a=b", "-o", "{out}"], "forecast"),
        ("openpyxl", "optimise.report:write_html", ["report", "{run}"], "report"),
        ("matplotlib", "optimise.report:write_html", ["report", "{run}"], "report"),
        ("openpyxl", "", ["template", "{out}.xlsx"], "report"),
        ("openpyxl", "", ["convert", "examples/annotated.yaml", "{out}.xlsx", "--to", "table"], "report"),
    ],
)
def test_a_command_is_refused_first(
    absent: str, work: str, arguments: list[str], extra: str, tmp_path: Path, made: dict[str, str]
) -> None:
    out = tmp_path / "out"
    given = [a.format(out=out, **made) for a in arguments]
    command = [sys.executable, "-c", WITHOUT, absent, work, *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert f"wardwise[{extra}]" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A capacity problem, and the folder of a finished run."""
    import optimise
    from optimise.core.serialise import Source
    from optimise.runs.resultfile import write_result

    folder = tmp_path_factory.mktemp("made")
    command = [
        sys.executable,
        "-m",
        "optimise",
        "generate",
        "capacity",
        "--size",
        "3",
        "-o",
        str(folder / "trust.json"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    file = ROOT / "examples" / "ward4x7.json"
    problem = optimise.read(file)
    result = optimise.solve(problem, "highs", limits=optimise.Limits(seconds=10))
    write_result(result, problem, folder / "run", source=Source(str(file), "native"))
    return {"capacity": str(folder / "trust.json"), "run": str(folder / "run")}
