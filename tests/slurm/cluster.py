"""A real Slurm of four nodes on this one machine, from Debian's packages, without systemd.

``python tests/slurm/cluster.py up|down [FOLDER]`` starts and ends one by hand; ``up`` prints the line to put into the
shell. The tests use :class:`Cluster`. Needs root (munge and slurmd want it). ``up`` and ``install`` install what is
missing by apt-get; the tests install nothing.

Each node is a slurmd of its own with its own port, all on the loopback address. Everything that is written lies in one
folder, and only processes whose ids lie there are ended.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PROGRAMS = {"slurmctld": "slurmctld", "slurmd": "slurmd", "sbatch": "slurm-client", "munged": "munge"}
SYSTEM = os.pathsep.join(("/usr/sbin", "/sbin"))


class Unavailable(Exception):
    """Slurm cannot run here; the text says why."""


def which(program: str) -> str | None:
    return shutil.which(program, path=os.environ.get("PATH", "") + os.pathsep + SYSTEM)


def missing() -> list[str]:
    """Debian packages that are needed and absent."""
    return sorted({package for program, package in PROGRAMS.items() if which(program) is None})


def install() -> None:
    """Install what is missing, or say why it cannot be."""
    absent = missing()
    if not absent:
        return
    if os.geteuid() != 0 or which("apt-get") is None:
        raise Unavailable(f"{', '.join(absent)} not installed, and only root with apt-get can install them")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *absent],
    ):
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode:
            raise Unavailable(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()[-300:]}")


class Cluster:
    """Controller and nodes ``n1`` ... ``n4``.

    Parameters
    ----------
    folder : path
        For configuration, state, logs and process ids.
    cpus, memory : int
        What each node claims to have (MiB); the machine may have less.
    """

    def __init__(self, folder: Path, *, nodes: int = 4, cpus: int = 4, memory: int = 4000) -> None:
        self.folder, self.nodes, self.cpus, self.memory = folder, nodes, cpus, memory
        self.conf = folder / "slurm.conf"
        #: MPI and Slurm listen on loopback only
        loopback = dict.fromkeys(("HYDRA_IFACE", "UCX_NET_DEVICES", "FI_TCP_IFACE"), "lo")
        self.env = {"SLURM_CONF": str(self.conf), **loopback}

    # ---- life -------------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start everything and wait until all nodes are idle."""
        if os.geteuid() != 0:
            raise Unavailable("a Slurm of our own needs root")
        if absent := missing():
            raise Unavailable(f"{', '.join(absent)} not installed; as root: python tests/slurm/cluster.py install")
        for name in ("state", "log", "pid", *(f"spool.n{i + 1}" for i in range(self.nodes))):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._munge()
        self.conf.write_text(self._configuration())
        (self.folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
        self._daemon("slurmctld", "-c")
        for i in range(self.nodes):
            self.start_node(f"n{i + 1}")
        if not self.wait(lambda: self.states().count("idle") == self.nodes, 40):
            said = "\n".join(f.read_text()[-600:] for f in sorted((self.folder / "log").glob("*.log")))
            self.stop()
            raise Unavailable(f"its nodes did not come up:\n{said}")

    def start_node(self, name: str) -> None:
        self._daemon("slurmd", "-N", name)

    def kill_node(self, name: str) -> None:
        """What a power cut does: the node's daemon, its step daemons and all tasks are gone at once."""
        doomed = [pid for pid in _processes() if _environment(pid).get("SLURMD_NODENAME") == name and self._ours(pid)]
        daemon = self._pid(f"slurmd.{name}")
        steps = [pid for pid in _processes() if daemon is not None and _step_daemon_of(pid, name) and self._ours(pid)]
        for pid in [*([daemon] if daemon else []), *steps, *doomed]:
            _kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End the daemons and whatever jobs still run; the shared munge daemon too if we started it."""
        if self._pid("slurmctld") is not None:
            with suppress(subprocess.TimeoutExpired):  # a controller that never answered
                subprocess.run(
                    ["scancel", "--user=root"], env=self.environment, capture_output=True, check=False, timeout=20
                )
                self.wait(lambda: not self.command("squeue", "-h").strip(), 10)
        for file in sorted((self.folder / "pid").glob("*.pid")):
            pid = self._pid(file.stem)
            if pid is not None:
                _kill(pid, signal.SIGTERM)
                if not self.wait(lambda gone=pid: not _alive(gone), 5):  # type: ignore[misc]
                    _kill(pid, signal.SIGKILL)
            file.unlink(missing_ok=True)
        for pid in _processes():
            if _name(pid) == "slurmstepd" and self._ours(pid):
                _kill(pid, signal.SIGKILL)

    # ---- asking -----------------------------------------------------------------------------------------------------
    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "PMI"))}
        return {**kept, **self.env}

    def command(self, *arguments: str) -> str:
        """Output of a Slurm command; empty when it failed."""
        done = subprocess.run(arguments, env=self.environment, capture_output=True, text=True, check=False, timeout=30)
        return done.stdout if done.returncode == 0 else ""

    def states(self) -> list[str]:
        """State of each node."""
        return [line.strip("*~#") for line in self.command("sinfo", "-h", "-N", "-p", "standard", "-o", "%T").split()]

    @staticmethod
    def wait(until: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if until():
                return True
            time.sleep(0.1)
        return False

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _configuration(self) -> str:
        host, first = socket.gethostname().split(".")[0], _free_ports(self.nodes + 1)
        lines = {
            "ClusterName": "wardwise",
            "SlurmctldHost": f"{host}(127.0.0.1)",
            "SlurmctldPort": first[0],
            "SlurmUser": "root",
            "SlurmdUser": "root",
            "AuthType": "auth/munge",
            "AuthInfo": "cred_expire=5",  # a requeued job waits this long (120 s by default)
            "CommunicationParameters": "NoCtldInAddrAny,NoInAddrAny",  # the loopback address only
            "StateSaveLocation": self.folder / "state",
            "SlurmdSpoolDir": f"{self.folder}/spool.%n",
            "SlurmctldPidFile": self.folder / "pid" / "slurmctld.pid",
            "SlurmdPidFile": f"{self.folder}/pid/slurmd.%n.pid",
            "SlurmctldLogFile": self.folder / "log" / "slurmctld.log",
            "SlurmdLogFile": f"{self.folder}/log/slurmd.%n.log",
            "ProctrackType": "proctrack/linuxproc",  # no control groups
            "TaskPlugin": "task/none",
            "JobAcctGatherType": "jobacct_gather/none",
            "AccountingStorageType": "accounting_storage/none",
            "MpiDefault": "none",
            "SlurmdParameters": "config_overrides",  # believe the CPUs below
            "SelectType": "select/cons_tres",
            "SelectTypeParameters": "CR_CPU_Memory",
            "SchedulerType": "sched/backfill",
            "SchedulerParameters": "batch_sched_delay=0,sched_interval=2,sched_min_interval=0,bf_interval=2",
            "PreemptType": "preempt/partition_prio",
            "PreemptMode": "REQUEUE",
            "JobRequeue": 1,
            "ReturnToService": 2,
            "KillWait": 15,
            "MinJobAge": 600,
            "InactiveLimit": 0,
            "SlurmctldTimeout": 10,
            "SlurmdTimeout": 8,  # seconds until a silent node is down (300 by default)
            "MessageTimeout": 10,
            "CompleteWait": 0,
            "PropagateResourceLimits": "NONE",
        }
        made = [f"{key}={value}" for key, value in lines.items()]
        for i in range(self.nodes):
            made.append(
                f"NodeName=n{i + 1} NodeHostname={host} NodeAddr=127.0.0.1 Port={first[i + 1]} "
                f"CPUs={self.cpus} RealMemory={self.memory} State=UNKNOWN"
            )
        common = f"Nodes=n[1-{self.nodes}] MaxTime=INFINITE DefaultTime=10 DefMemPerCPU=200 State=UP"
        made += [
            f"PartitionName=standard {common} Default=YES PriorityTier=10 PreemptMode=OFF",
            f"PartitionName=low {common} PriorityTier=1 GraceTime=0 PreemptMode=REQUEUE",
            f"PartitionName=low_grace {common} PriorityTier=1 GraceTime=20 PreemptMode=REQUEUE",
            f"PartitionName=high {common} PriorityTier=100 PreemptMode=OFF",
        ]
        return "\n".join(made) + "\n"

    def _daemon(self, program: str, *arguments: str) -> None:
        command = [which(program) or program, "-f", str(self.conf), *arguments]
        log = self.folder / "log" / f"{program}.start.log"
        with log.open("a") as out:  # a pipe would be kept open by the daemon
            done = subprocess.run(command, env=self.environment, stdout=out, stderr=out, check=False, timeout=30)
        if done.returncode:
            raise Unavailable(f"{program} does not start: {log.read_text().strip()[-300:]}")

    def _munge(self) -> None:
        """Start munge's daemon unless one answers."""
        if _answers(["munge", "-n"]):
            return
        owner = ["install", "-d", "-o", "munge", "-g", "munge"]
        for mode, names in (
            ("755", ("/run/munge",)),
            ("711", ("/var/lib/munge",)),
            ("700", ("/var/log/munge", "/etc/munge")),
        ):
            subprocess.run([*owner, "-m", mode, *names], check=True, capture_output=True)
        key = Path("/etc/munge/munge.key")
        if not key.exists() or key.stat().st_size == 0:
            key.write_bytes(os.urandom(128))
        shutil.chown(key, "munge", "munge")
        key.chmod(0o400)
        Path("/run/munge/munge.socket.2").unlink(missing_ok=True)
        pid = self.folder / "pid" / "munged.pid"
        drop = ["setpriv", "--reuid=munge", "--regid=munge", "--clear-groups"]
        subprocess.run([*drop, which("munged") or "munged"], check=False, capture_output=True, timeout=20)
        if not self.wait(lambda: _answers(["munge", "-n"]), 10):
            raise Unavailable("munged does not answer")
        pid.write_text(Path("/run/munge/munged.pid").read_text())

    def _pid(self, name: str) -> int | None:
        """Id of a daemon of ours, if it runs."""
        try:
            pid = int((self.folder / "pid" / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if _name(pid) == name.partition(".")[0] else None

    def _ours(self, pid: int) -> bool:
        return _environment(pid).get("SLURM_CONF") == str(self.conf)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _processes() -> list[int]:
    return [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and int(p.name) != os.getpid()]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _environment(pid: int) -> dict[str, str]:
    try:
        raw = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    return dict(part.split("=", 1) for part in raw.decode(errors="replace").split("\0") if "=" in part)


def _step_daemon_of(pid: int, node: str) -> bool:
    """Whether a process is a step daemon of a node (its socket and log carry the node's name)."""
    if _name(pid) != "slurmstepd":
        return False
    children = [p for p in _processes() if _parent(p) == pid]
    return any(_environment(p).get("SLURMD_NODENAME") == node for p in children)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def _kill(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _answers(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def main() -> None:
    verb = sys.argv[1] if len(sys.argv) > 1 else ""
    cluster = Cluster(Path(sys.argv[2] if len(sys.argv) > 2 else "/tmp/wardwise-cluster"))
    if verb in ("up", "install"):
        began = time.monotonic()
        try:
            install()
            if verb == "install":
                return
            cluster.start()
        except Unavailable as error:
            sys.exit(f"no Slurm here: {error}")
        print(f"# {cluster.nodes} nodes idle after {time.monotonic() - began:.1f} s", file=sys.stderr)
        print(" ".join(["export", *(f"{k}={v}" for k, v in cluster.env.items())]))
    elif verb == "down":
        cluster.stop()
    else:
        sys.exit("usage: cluster.py install|up|down [FOLDER]")


if __name__ == "__main__":
    main()
