"""What is installed, whether it works, and what to install for what is missing."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["Finding", "examine"]

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination.

    Attributes
    ----------
    state : str
        ``ok``, ``missing`` (optional and absent), ``broken`` or ``info``.
    core : bool
        Whether Wardwise is of no use without it.
    advice : str
        What to do; empty when all is well.
    """

    name: str
    state: str
    detail: str
    advice: str = ""
    core: bool = False


def examine() -> list[Finding]:
    """Examine this machine and installation. Starts child processes for what could hang or crash."""
    checks: list[Callable[[], Finding]] = [
        _python,
        _machine,
        *(lambda name=name: _package(name, core=True) for name in ("numpy", "scipy", "pyomo", "pydantic")),
        _highs,
        _numba,
        _kernels,
        _mpi4py,
        _mpiexec,
        _ranks,
        _qiskit,
        _aer,
        _gpu,
        _report,
        _methods,
    ]
    return [_safely(check) for check in checks]


def _safely(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:  # the doctor must outlive every patient
        name = getattr(check, "__name__", "check").strip("_")
        return Finding(name, "broken", f"{type(error).__name__}: {error}")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _python() -> Finding:
    from optimise.core.version import __version__

    detail = f"{platform.python_version()} ({sys.executable}), wardwise {__version__}"
    return Finding("Python", "ok", detail, core=True)


def _machine() -> Finding:
    from optimise.core.provenance import machine

    memory = ""
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        memory = f", {pages / 2**30:.1f} GiB memory"
    except (ValueError, OSError, AttributeError):
        pass
    return Finding("machine", "info", machine() + memory)


def _package(name: str, *, core: bool = False, extra: str = "") -> Finding:
    found = _version(name)
    if found is None:
        what = f'pip install "wardwise[{extra}]"' if extra else f"pip install {name}"
        return Finding(name, "broken" if core else "missing", "not installed", what, core)
    return Finding(name, "ok", found, core=core)


def _highs() -> Finding:
    import highspy

    from optimise.solvers.highs_factory import make_highs

    model = make_highs(threads=None)
    x = model.addVariable(lb=0, ub=3, obj=-1.0, type=highspy.HighsVarType.kInteger)
    model.run()
    solved = abs(model.getSolution().col_value[x.index] - 3) < 1e-9
    threads = model.getOptionValue("threads")[1]
    said = "as many as there are cores" if threads == 0 else str(threads)
    detail = f"{model.version()} (highspy {_version('highspy')}), threads by default: {said}"
    if not solved:
        return Finding("HiGHS", "broken", f"{detail}; a model of one variable failed", "pip install -U highspy", True)
    return Finding("HiGHS", "ok", detail, core=True)


def _numba() -> Finding:
    code = (
        "import numba\n"
        "from numba import njit, prange\n"
        "@njit(parallel=True)\n"
        "def total(n):\n"
        "    s = 0\n"
        "    for i in prange(n):\n"
        "        s += i\n"
        "    return s\n"
        "assert total(10) == 45\n"
        "print(numba.__version__, numba.threading_layer(), numba.get_num_threads())\n"
    )
    done = _python_child(code)
    if done.returncode != 0:
        return Finding("Numba", "broken", _last(done.stderr), "pip install -U numba", True)
    number, layer, threads = done.stdout.split()
    return Finding("Numba", "ok", f"{number}, threading layer {layer}, {threads} threads", core=True)


def _kernels() -> Finding:
    from optimise.core.kernel_cache import cache_folder

    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return Finding("kernel cache", "info", f"{named} (from NUMBA_CACHE_DIR)")
    folder = cache_folder()
    if folder is None:
        return Finding(
            "kernel cache", "info", "nowhere to write: every run compiles", "set XDG_CACHE_HOME to a folder of your own"
        )
    there = "filled" if (folder / "current").exists() else "empty: the first run compiles"
    return Finding("kernel cache", "info", f"{folder} ({there})")


def _mpi4py() -> Finding:
    found = _version("mpi4py")
    if found is None:
        return Finding("MPI library", "missing", "mpi4py is not installed", 'pip install "wardwise[mpi]"')
    done = _python_child("from optimise.core.communicator import library_version; print(library_version())")
    if done.returncode != 0:
        advice = 'load the site\'s MPI module, or: pip install "wardwise[mpi]"'
        return Finding("MPI library", "missing", f"mpi4py {found} finds none ({_last(done.stderr)})", advice)
    return Finding("MPI library", "ok", f"{done.stdout.strip()} (mpi4py {found})")


def _launcher() -> str | None:
    beside = Path(sys.executable).parent / "mpiexec"
    return str(beside) if beside.exists() else shutil.which("mpiexec")


def _mpiexec() -> Finding:
    found = _launcher()
    if found is None:
        return Finding(
            "mpiexec", "missing", "not found", 'load the site\'s MPI module, or: pip install "wardwise[mpi]"'
        )
    return Finding("mpiexec", "ok", found)


def _ranks() -> Finding:
    launcher = _launcher()
    if launcher is None or _version("mpi4py") is None:
        return Finding("2 ranks", "missing", "not tried without MPI")
    code = (
        "from optimise.core.communicator import find_world\n"
        "world = find_world()\n"
        "total = sum(world.allgather(world.rank + 1))\n"
        "if world.rank == 0:\n"
        "    print(f'sum {total} of {world.size}')\n"
    )
    done = _child([launcher, "-n", "2", sys.executable, "-c", code])
    if done.returncode == 0 and "sum 3 of 2" in done.stdout:
        return Finding("2 ranks", "ok", "two ranks were started and spoke to each other")
    said = _last(done.stderr) or _last(done.stdout)
    advice = "mpiexec and mpi4py must belong to the same MPI library"
    return Finding("2 ranks", "broken", f"a hello on two ranks failed ({said})", advice)


def _qiskit() -> Finding:
    return _package("qiskit")


def _aer() -> Finding:
    found = _version("qiskit-aer")
    if found is None:
        return Finding("Aer", "missing", "not installed: no shots or noise", 'pip install "wardwise[quantum]"')
    done = _python_child("from qiskit_aer import AerSimulator; print(', '.join(AerSimulator().available_devices()))")
    if done.returncode != 0:
        return Finding("Aer", "broken", f"{found}: {_last(done.stderr)}", "pip install -U qiskit-aer")
    return Finding("Aer", "ok", f"{found}, devices: {done.stdout.strip()}")


def _gpu() -> Finding:
    if not any(_version(name) for name in ("cupy", "cupy-cuda12x", "cupy-cuda11x", "cupy-cuda13x")):
        seen = shutil.which("nvidia-smi") is not None
        advice = "pip install cupy-cuda12x (for the CUDA version of the driver)" if seen else ""
        return Finding("GPU", "missing", "CuPy is not installed" + ("" if seen else ", no NVIDIA driver seen"), advice)
    code = (
        "import cupy\n"
        "p = cupy.cuda.runtime.getDeviceProperties(0)\n"
        "assert int(cupy.arange(4).sum()) == 6\n"
        "print(p['name'].decode(), round(p['totalGlobalMem'] / 2**30), 'GiB, CuPy', cupy.__version__)\n"
    )
    done = _python_child(code)
    if done.returncode != 0:
        return Finding("GPU", "missing", f"CuPy finds no device it can use ({_last(done.stderr)})")
    return Finding("GPU", "ok", done.stdout.strip())


def _report() -> Finding:
    missing = [name for name in ("pandas", "openpyxl", "matplotlib", "jinja2") if _version(name) is None]
    if missing:
        return Finding("reports", "missing", f"without {', '.join(missing)}", 'pip install "wardwise[report]"')
    return Finding("reports", "ok", "HTML, PNG, Excel, pandas frames")


def _methods() -> Finding:
    from optimise.core.method import available_methods

    bad = []
    found = available_methods()
    for name, target in found.items():
        module, _, attribute = target.partition(":")
        try:
            getattr(importlib.import_module(module), attribute)
        except Exception as error:  # any fault of a plug-in
            bad.append(f"{name} ({type(error).__name__}: {error})")
    if bad:
        return Finding("methods", "broken", f"cannot be loaded: {'; '.join(bad)}", core=True)
    return Finding("methods", "ok", ", ".join(found))


def _python_child(code: str) -> subprocess.CompletedProcess[str]:
    return _child([sys.executable, "-c", code])


def _child(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a child process that may crash or hang; MPI variables of our own launcher are kept from it."""
    launched = ("PMI", "PMIX_", "OMPI_", "MPI_", "HYDRA", "HYDI")
    env = {k: v for k, v in os.environ.items() if not k.startswith(launched)}
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, env=env, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"no answer within {_SECONDS} s")


def _last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no message"
