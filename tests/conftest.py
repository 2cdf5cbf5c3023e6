"""Shared fixtures. The public benchmark files are found, never shipped."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
#: Hundreds of tests start processes. Where Python may keep no byte code each of these would compile our sources anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# No test is judged by the clock: a machine may be busy.
settings.register_profile("wardwise", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wardwise")


def benchmark_root() -> Path | None:
    """Folder of the public benchmark families, or None."""
    named = os.environ.get("WARDWISE_DATA")
    for folder in ([Path(named)] if named else []) + [ROOT.parent / "shared" / "benchmarks"]:
        if (folder / "curtois").is_dir():
            return folder
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under ``-n 2 --dist loadgroup`` a file stays with one worker, and one worker runs all that starts ranks."""
    for item in items:
        ranks = any(item.get_closest_marker(name) for name in ("mpi", "slurm"))
        item.add_marker(pytest.mark.xdist_group("ranks" if ranks else item.path.as_posix()))


@pytest.fixture(scope="session")
def mpiexec() -> str:
    """The ``mpiexec`` beside this Python, or the one on the path; skips when there is none."""
    beside = Path(sys.executable).with_name("mpiexec")
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    if found is None:
        pytest.skip('no mpiexec on this machine: pip install "wardwise[mpi]"')
    return found


@pytest.fixture(scope="session")
def benchmarks() -> Path:
    """Folder of the benchmark families; skips when they are not on this machine."""
    folder = benchmark_root()
    if folder is None:
        pytest.skip("public benchmark files not found: set WARDWISE_DATA or place them in ../shared/benchmarks")
    return folder


@pytest.fixture(scope="module")
def interpreted() -> Iterator[None]:
    """Kernels are run by the interpreter while tests of a module run.

    Machine code takes minutes to make and is tested beside the methods that use it. Here the same source is run line by
    line, so that many small cases cost seconds.
    """
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):
        for name, module in list(sys.modules.items()):
            if name.startswith(("optimise.", "hpc.", "tests.")):
                for each, value in list(vars(module).items()):
                    if hasattr(value, "py_func"):
                        patch.setattr(module, each, value.py_func)
        yield
