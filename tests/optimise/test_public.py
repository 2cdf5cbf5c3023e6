"""The public names of the package, and that importing it costs next to nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import optimise

DOCS = Path(__file__).parents[2] / "docs"


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, optimise\n"
        "heavy = {'numpy', 'pyomo', 'highspy', 'numba', 'scipy', 'pandas', 'mpi4py', 'pydantic', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("name", optimise.__all__)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(optimise, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        optimise.nothing_of_the_kind  # noqa: B018


def said() -> set[str]:
    """Names ``optimise.x.y`` that code on pages uses: whole blocks, and calls within a sentence."""
    found: set[str] = set()
    for page in (*DOCS.rglob("*.md"), DOCS.parent / "README.md"):
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            found |= set(re.findall(r"(?<!from )(?<!import )\boptimise(?:\.\w+)+", block))
        found |= set(re.findall(r"`[^`\n]*?\b(optimise(?:\.\w+)+)\(", text))
    return found


def test_what_pages_use_is_there_after_importing_the_package_alone() -> None:
    names = sorted(said())
    assert "optimise.replan.replan" in names
    code = "import optimise\nfrom operator import attrgetter\n" + "".join(
        f"attrgetter({name.removeprefix('optimise.')!r})(optimise)\n" for name in names
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
