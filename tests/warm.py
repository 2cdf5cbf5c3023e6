"""One warm process that forks for each command, so that a hundred commands of pages import everything once.

A command started here has its own arguments, folder, environment, streams and exit code, and ends as any process does.
Only what Python imports, and the first kernel, are there already. What must be cold (ranks, what is stopped by a signal
from a process group) is started as usual by the same two programs: ``wardwise`` and ``python -c``.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: Roots whose modules are imported beforehand.
TOPS = ("optimise", "hpc", "quantum")
#: Libraries that commands import late.
LATE = ("highspy", "jinja2", "matplotlib.figure", "openpyxl", "pandas", "rich.console", "rich.table")

#: What stands on the path in place of ``wardwise``; reads no site packages, so that it starts in no time.
CLIENT = """#!{python} -SE
import json, os, signal, socket, sys
with open("/proc/self/stat".replace("self", str(os.getppid()))) as lines:
    parent = lines.read().split("(", 1)[1].rsplit(")", 1)[0]
words = sys.argv[1:]
if "PMI_RANK" in os.environ or parent == "timeout":
    os.execv({real!r}, [{real!r}, *words])
door = socket.socket(socket.AF_UNIX)
door.connect({door!r})
job = json.dumps({{"words": words, "folder": os.getcwd(), "environment": dict(os.environ)}}).encode()
socket.send_fds(door, [b"%16d" % len(job)], [0, 1, 2])
door.sendall(job)
told = door.makefile("r")
number = int(told.readline())
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
    signal.signal(each, lambda which, frame: os.kill(number, which))
status = int(told.readline())
if os.WIFSIGNALED(status):
    signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
    os.kill(os.getpid(), os.WTERMSIG(status))
sys.exit(os.waitstatus_to_exitcode(status))
"""


@contextmanager
def warm_commands(environment: dict[str, str]) -> Iterator[Path]:
    """A folder with a program ``wardwise`` that the warm process serves; ``wardwise -c CODE`` runs Python there.

    Parameters
    ----------
    environment : dict of str to str
        Of the warm process; warnings and settings of libraries are read from it once. Where it names a file as
        ``WARM_LOG``, the processor seconds of each command are written there.
    """
    with tempfile.TemporaryDirectory(prefix="warm-") as place:
        door = f"{place}/door"
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", door], cwd=ROOT, env=environment, stdin=subprocess.PIPE
        )
        try:
            program = Path(place) / "bin" / "wardwise"
            program.parent.mkdir()
            real = str(Path(sys.executable).with_name("wardwise"))
            program.write_text(CLIENT.format(python=sys.executable, real=real, door=door), encoding="utf-8")
            program.chmod(0o755)
            while not Path(door).exists():
                if server.poll() is not None:
                    raise RuntimeError("the warm process did not start")
                select.select([], [], [], 0.05)
            yield program.parent
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(60)


def warm_up() -> None:
    """Import what commands import, and load the first kernel."""
    for top in TOPS:
        package = importlib.import_module(top)
        for module in pkgutil.walk_packages(package.__path__, f"{top}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for name in LATE:
        importlib.import_module(name)
    from optimise.core.kinds import kind_of
    from optimise.readers import read_ward

    ward = read_ward(ROOT / "examples" / "minimal.yaml")
    assert kind_of(ward).first_plan(ward, 0, lambda: False) is not None
    assert "mpi4py.MPI" not in sys.modules, "a process that has started MPI must not fork"


def jobs(door: str) -> Iterator[dict[str, Any]]:
    """In each child its job; the warm process itself never gets one, and ends when its standard input does."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{door}.new")
    listener.listen(8)
    os.rename(f"{door}.new", door)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who look after a job
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if listener not in ready:
            os._exit(0)
        told, _ = listener.accept()
        if os.fork():
            told.close()
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        size, streams, _, _ = socket.recv_fds(told, 16, 3)
        text = told.makefile("rb").read(int(size))
        child = os.fork()
        if child:
            told.sendall(b"%d\n" % child)
            _, status, used = os.wait4(child, 0)
            if log := os.environ.get("WARM_LOG"):
                line = f"{used.ru_utime + used.ru_stime:.2f}\t{' '.join(json.loads(text)['words'])[:90]!r}\n"
                with open(log, "a", encoding="utf-8") as lines:
                    lines.write(line)
            told.sendall(b"%d\n" % status)
            os._exit(0)
        for at, stream in enumerate(streams):
            os.dup2(stream, at)
            os.close(stream)
        listener.close()
        told.close()
        yield json.loads(text)


def start(job: dict[str, Any]) -> None:
    """Become the process that was asked for, and do its work."""
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    importlib.invalidate_caches()
    words = job["words"]
    sys.path = [part for part in sys.path if Path(part or ".").resolve() != ROOT]
    if words[:1] == ["-c"]:
        sys.argv, sys.path = ["-c", *words[2:]], ["", str(ROOT), *sys.path]
        made = types.ModuleType("__main__")
        sys.modules["__main__"] = made
        exec(compile(words[1], "<string>", "exec"), vars(made))
        return
    from optimise.cli import main

    sys.argv, sys.path = ["wardwise", *words], [str(Path(sys.executable).parent), str(ROOT), *sys.path]
    main()


if __name__ == "__main__":
    warm_up()
    gc.freeze()
    start(next(jobs(sys.argv[1])))
