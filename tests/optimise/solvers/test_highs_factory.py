"""The one maker of HiGHS objects."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimise.solvers.highs_factory import make_highs

ROOT = Path(__file__).resolve().parents[3]
MAKER = ROOT / "optimise" / "solvers" / "highs_factory.py"


def makers(source: str) -> Iterator[int]:
    """Lines that construct a ``highspy.Highs``, inherit from it, or import it by name."""
    for node in ast.walk(ast.parse(source)):
        named = [node.func] if isinstance(node, ast.Call) else node.bases if isinstance(node, ast.ClassDef) else []
        for name in named:
            owner = (
                ast.unparse(name.value) if isinstance(name, ast.Attribute) and name.attr in ("Highs", "_Highs") else ""
            )
            if "highspy" in owner:
                yield node.lineno
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "highspy":
            yield node.lineno


def test_nobody_else_makes_a_highs_object() -> None:
    files = [f for package in ("optimise", "hpc", "quantum", "tests") for f in (ROOT / package).rglob("*.py")]
    found = [f"{f.relative_to(ROOT)}:{n}" for f in files if f != MAKER for n in makers(f.read_text(encoding="utf-8"))]
    assert found == []


def test_the_search_itself_sees_each_way() -> None:
    ways = ["highspy.Highs()", "self._highspy.Highs()", "class A(highspy.Highs): pass", "from highspy import Highs"]
    assert all(list(makers(way)) for way in ways)
    assert not list(makers("Highs(arrays)"))
    assert list(makers(MAKER.read_text(encoding="utf-8")))


def test_a_refused_option_is_told_with_its_value() -> None:
    with pytest.raises(RuntimeError, match=r"no_such_option = 3"):
        make_highs({"no_such_option": 3})
    with pytest.raises(RuntimeError, match=r"threads = -5"):
        make_highs(threads=-5)


def test_a_later_option_is_not_ignored_either() -> None:
    made = make_highs()
    made.setOptionValue("time_limit", 3.0)
    with pytest.raises(RuntimeError, match="solver = 'abacus'"):
        made.setOptionValue("solver", "abacus")


def test_options_and_threads_are_set() -> None:
    made = make_highs({"mip_rel_gap": 0.25})
    assert made.getOptionValue("threads")[1] == 1
    assert made.getOptionValue("mip_rel_gap")[1] == 0.25
    assert made.getOptionValue("output_flag")[1] is False


@pytest.mark.parametrize("closed", [False, True])
def test_nothing_reaches_the_file_descriptors(closed: bool) -> None:
    """In a fresh process: some versions print a banner once, at the first object."""
    code = """
import os
from optimise.solvers.highs_factory import make_highs
if CLOSED:
    os.close(1)
h = make_highs()
x = h.addVariable(lb=0, ub=3, obj=-1.0)
h.run()
assert h.getSolution().col_value[x.index] == 3
make_highs(threads=None).run()
"""
    command = [sys.executable, "-c", code.replace("CLOSED", str(closed))]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
