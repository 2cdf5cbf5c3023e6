"""The public names of the package, and that importing it costs next to nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import optimise


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
