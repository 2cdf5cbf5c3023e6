"""Finding the MPI world from the environment alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from optimise.communicator import announced_size


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
        "from optimise.communicator import find_world\n"
        "assert find_world().size == 1\n"
        "assert not any(m.startswith('mpi4py') for m in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": "/usr/bin"}, timeout=60)
