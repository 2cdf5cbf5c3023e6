"""The MPI world, if this process was started in one. The only place of this package that imports mpi4py.

Importing this module starts no MPI: :func:`find_world` looks at the environment first, so that a serial run
needs no MPI library on the machine.
"""

from __future__ import annotations

import os
import platform
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

from optimise.core import breadcrumb as phase
from optimise.core.errors import MissingExtraError, WardwiseError
from optimise.core.method import Communicator, SerialComm

__all__ = ["abort_on_error", "announced_rank", "announced_size", "find_world", "library_version", "many_threads"]

#: Set by MPICH/Hydra, Intel MPI and srun --mpi=pmi2, Open MPI, MVAPICH2 (in that order of trust).
_SIZE_VARIABLES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_SIZE", "PMIX_SIZE")
#: What SLURM_STEP_ID is in the batch script itself and in an interactive one.
_NO_STEPS = ("4294967291", "4294967290")
_INTERNAL_FAULT = 70  # EX_SOFTWARE


def announced_size(environ: Mapping[str, str] | None = None) -> int:
    """Number of ranks that the launcher announces in the environment; 1 outside MPI.

    Slurm's variable counts only inside a job step (``srun``): a plain batch script also has ``SLURM_NTASKS``
    but is one process.
    """
    env = os.environ if environ is None else environ
    for name in _SIZE_VARIABLES:
        if env.get(name, "").isdigit():
            return max(1, int(env[name]))
    if env.get("SLURM_STEP_ID", "").isdigit() and env["SLURM_STEP_ID"] not in _NO_STEPS:
        for name in ("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"):
            if env.get(name, "").isdigit():
                return max(1, int(env[name]))
    return 1


def announced_rank(environ: Mapping[str, str] | None = None) -> int:
    """Rank of this process as the launcher announces it, without starting MPI; 0 outside MPI."""
    env = os.environ if environ is None else environ
    if announced_size(env) <= 1:
        return 0
    for name in ("PMI_RANK", "OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID"):
        if env.get(name, "").isdigit():
            return int(env[name])
    return 0


def find_world() -> Communicator:
    """``MPI.COMM_WORLD`` under ``mpiexec``/``srun`` with more than one rank, else :class:`SerialComm`.

    Raises
    ------
    MissingExtraError
        If several ranks were started but mpi4py finds no MPI library.
    WardwiseError
        If several ranks were started but each finds itself alone: launcher and MPI library do not speak the same
        protocol, and every rank would solve the whole problem by itself.
    """
    announced = announced_size()
    if announced <= 1:
        return SerialComm()
    _keep_addresses_short(os.environ)
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise MissingExtraError("an MPI library that mpi4py can load", "mpi") from error
    world: Communicator = MPI.COMM_WORLD
    if world.size != announced:
        raise WardwiseError(_strangers(announced, world.size, os.environ))
    return world


def _keep_addresses_short(env: MutableMapping[str, str]) -> None:
    """Let the mpich wheel start under ``srun --mpi=pmi2`` whatever lies in memory.

    Slurm's plugin reads at most 1,024 bytes of a line of PMI-1, which is what MPICH speaks to it. MPICH 5's UCX module
    publishes 4,096 bytes from where its address begins, coded in hexadecimal with runs of zeros shortened, in lines of
    up to some 1,080: where the memory behind the address happens to be dense, the line is cut and ``MPI_Init`` fails
    (mpi/pmi2: "value not properly terminated"). The OFI module, built into the same wheel, publishes its 16 bytes. A
    choice that the user has made stands.
    """
    if not env.get("SLURM_STEP_ID") or not env.get("PMI_FD") or env.get("MPICH_CH4_NETMOD"):
        return
    try:
        version("mpich")
    except PackageNotFoundError:
        return  # another build of MPI, which may not have the module
    env.setdefault("MPIR_CVAR_CH4_NETMOD", "ofi")


def _strangers(announced: int, found: int, env: Mapping[str, str]) -> str:
    """Why ranks do not find each other, and what to do."""
    alone = "is an MPI world of its own" if found == 1 else f"sees a world of {found}"
    if env.get("SLURM_STEP_ID"):
        return (
            f"Slurm started {announced} tasks, but each {alone}: srun and the MPI library do not speak the same "
            "protocol. Start with srun --mpi=pmi2 (MPICH, Intel MPI, the mpich wheel), --mpi=cray_shasta (Cray MPICH) "
            "or --mpi=pmix (Open MPI); 'srun --mpi=list' shows what this cluster has"
        )
    return (
        f"the launcher started {announced} ranks, but each {alone}: mpiexec and mpi4py belong to different MPI "
        "libraries; use the mpiexec of mpi4py's library ('wardwise doctor' names it)"
    )


def many_threads(comm: Communicator) -> bool:
    """Whether several threads of this process may call the MPI library of ``comm`` at once."""
    if not type(comm).__module__.startswith("mpi4py"):
        return hasattr(comm, "iprobe")
    from mpi4py import MPI

    return bool(MPI.Query_thread() == MPI.THREAD_MULTIPLE)


def library_version() -> str:
    """First line of the MPI library's own version text. Starts MPI if it is not started."""
    from mpi4py import MPI

    return str(MPI.Get_library_version()).strip("\0 \n").splitlines()[0].strip()


@contextmanager
def abort_on_error(comm: Communicator) -> Iterator[None]:
    """End all ranks when one of them fails; without several ranks the error simply passes through.

    A rank that failed can take no part in the collective calls that the others wait in, so raising would hang
    the job. Errors that a user can mend usually arise on every rank at once: rank 0 then speaks for all.
    """
    try:
        yield
    except BaseException as error:
        abort = getattr(comm, "Abort", None)
        if comm.size == 1 or abort is None:
            raise
        if isinstance(error, WardwiseError):
            if comm.rank > 0:
                time.sleep(1.0)
            text, code = f"error: {error}\n", error.exit_code
        else:
            where = f"rank {comm.rank} on {os.environ.get('SLURMD_NODENAME') or platform.node()}"
            if type(error).__module__.startswith("mpi4py"):
                said = " ".join(str(error).split())
                text = f"error: {where} can no longer speak to the others in phase '{phase.last()}' ({said})"
            else:
                text = f"{traceback.format_exc()}error: {where} failed in phase '{phase.last()}'"
            text, code = f"{text}; the job is ended\n", _INTERNAL_FAULT
        sys.stderr.write(text)
        sys.stderr.flush()
        abort(code)
        raise
