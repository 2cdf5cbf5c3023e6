"""Finding the MPI world from the environment alone."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from optimise.core import communicator
from optimise.core.communicator import announced_size


@pytest.mark.parametrize(
    ("environ", "size"),
    [
        ({}, 1),
        ({"PMI_SIZE": "4"}, 4),
        ({"PMI_SIZE": "1"}, 1),
        ({"OMPI_COMM_WORLD_SIZE": "8"}, 8),
        ({"SLURM_NTASKS": "16"}, 1),  # a batch script is one process
        ({"SLURM_NTASKS": "16", "SLURM_STEP_ID": "batch"}, 1),
        ({"SLURM_NTASKS": "16", "SLURM_STEP_ID": "0"}, 16),
        ({"PMI_SIZE": "no number"}, 1),
    ],
)
def test_size_comes_from_the_launcher(environ: dict[str, str], size: int) -> None:
    assert announced_size(environ) == size


def test_a_serial_run_imports_no_mpi() -> None:
    code = (
        "import sys\n"
        "from optimise.core.communicator import find_world\n"
        "assert find_world().size == 1\n"
        "assert not any(m.startswith('mpi4py') for m in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": "/usr/bin"}, timeout=60)


@pytest.mark.parametrize(
    ("environ", "module"),
    [
        ({"SLURM_STEP_ID": "0", "PMI_FD": "11"}, "ofi"),
        ({"SLURM_STEP_ID": "0", "PMI_FD": "11", "MPIR_CVAR_CH4_NETMOD": "ucx"}, "ucx"),  # the user's choice stands
        ({"SLURM_STEP_ID": "0"}, None),  # another protocol than Slurm's pmi2
        ({"PMI_FD": "11"}, None),  # mpiexec
    ],
)
def test_the_wheel_under_slurm_takes_the_module_with_short_addresses(
    environ: dict[str, str], module: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(communicator, "version", lambda name: "5.0.2")
    communicator._keep_addresses_short(environ)
    assert environ.get("MPIR_CVAR_CH4_NETMOD") == module


def test_another_build_of_mpi_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(communicator, "version", absent)
    environ = {"SLURM_STEP_ID": "0", "PMI_FD": "11"}
    communicator._keep_addresses_short(environ)
    assert "MPIR_CVAR_CH4_NETMOD" not in environ
