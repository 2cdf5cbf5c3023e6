"""A row of the fault table: the cable between two nodes is cut while a run is under way.

The second node is a network name space of this machine (needs root and ``ip``), and the cable a pair of virtual
interfaces. MPICH starts the rank there through a stand-in for ssh, and must not notice that memory could be shared.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.benchmarks import faults
from tests.benchmarks.fault_runs import Failed, launched

__all__ = ["cut_cable"]

_NEAR, _FAR, _PLACE, _CABLE = "10.97.0.1", "10.97.0.2", "wardwise-far", "wardwise-cable"
_SSH = f"""#!/bin/bash
# called as ssh is: options, host, command
while [ "${{1#-}}" != "$1" ]; do shift; done
host=$1; shift
if [ "$host" = {_FAR} ]; then exec ip netns exec {_PLACE} bash -c "$*"; else exec bash -c "$*"; fi
"""
_LIMIT = 25.0


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@contextmanager
def _second_node() -> Iterator[None]:
    far, inside = "wardwise-end", ("netns", "exec", _PLACE, "ip")
    _ip("netns", "add", _PLACE)
    try:
        _ip("link", "add", _CABLE, "type", "veth", "peer", "name", far)
        _ip("link", "set", far, "netns", _PLACE)
        _ip("addr", "add", f"{_NEAR}/24", "dev", _CABLE)
        _ip("link", "set", _CABLE, "up")
        _ip(*inside, "addr", "add", f"{_FAR}/24", "dev", far)
        for device in (far, "lo"):
            _ip(*inside, "link", "set", device, "up")
        yield
    finally:
        for words in (("netns", "del", _PLACE), ("link", "del", _CABLE)):
            with suppress(subprocess.CalledProcessError):
                _ip(*words)


def cut_cable(row: faults.Row, instance: Path, launcher: Sequence[str], folder: Path) -> dict[str, str]:
    """Rank 0 gives the run up after its limit, names the rank that does not answer, and keeps the plan."""
    folder.mkdir(parents=True, exist_ok=True)
    ssh = folder / "ssh"
    ssh.write_text(_SSH, encoding="utf-8")
    ssh.chmod(0o700)
    hosts = ["-hosts", f"{_NEAR},{_FAR}", "-iface", _CABLE, "-ppn", "1", "-launcher", "ssh", "-launcher-exec", str(ssh)]
    command = ["-m", "optimise", *faults.arguments_of(row, instance, folder / "run", _LIMIT)]
    env = {"WARDWISE_GRACE": "3", "UCX_TLS": "tcp,self", "FI_PROVIDER": "tcp"}
    with _second_node(), launched([*launcher, *hosts], command, folder / "run", env) as run:
        run.until_a_plan()
        before, hurt = run.spent(), time.monotonic()
        _ip("link", "set", _CABLE, "down")
        code = run.end(240.0)
        used = max((value - before.get(pid, 0.0) for pid, value in run.spent().items()), default=0.0)
        if not run.has_plan() or code or not re.search("rank 1 did not answer", run.said()):
            raise Failed(f"exit code {code}, plan {run.has_plan()}: {run.said()[-200:]}")
        return {"code": "0", "seconds": f"{time.monotonic() - hurt:.1f}", "cpu": f"{used:.1f}", "plan": "yes"}
