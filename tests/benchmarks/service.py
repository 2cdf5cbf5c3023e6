"""The service under load and under fire: ``python -m tests.benchmarks.service callers`` and ``kills``.

``callers``: many callers evaluate plans of a ward of 60 people and 5 weeks, each once a second, beside one solve.
Tells milliseconds by percentile on the wall, and those of the server's processor for each call, which is what a busy
machine does not change. ``kills``: tenants submit jobs while server and workers are killed at random; every job must
end once, with the plan of its own document, and nobody may see another's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from optimise.generate import ward
from optimise.serve.client import Client, ServiceError
from optimise.serve.samples import WARD

#: Ticks of the processor's clock in a second, as ``/proc`` counts them.
_TICKS = os.sysconf("SC_CLK_TCK")
#: States that a job does not leave.
_ENDED = frozenset({"finished", "failed", "cancelled", "lost"})


@dataclass
class Server:
    """A service in a process of its own, which can be killed and started again on the same folder.

    Attributes
    ----------
    folder : Path
    workers : int
    processes : int
        That answer calls.
    database : str
        Empty is SQLite in the folder.
    """

    folder: Path
    workers: int = 1
    processes: int = 1
    database: str = ""
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it listens; the first start chooses a port."""
        line = [*self._line(), "--port", str(self.port), "--processes", str(self.processes)]
        line += ["--workers", str(self.workers), "--rate", "1000000/minute", "--tries", "100"]
        with (self.folder.parent / "stderr.txt").open("ab") as errors:
            self.process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().split()[3].rpartition(":")[2])

    def _line(self) -> list[str]:
        where = ["--data", str(self.folder), *(["--database", self.database] if self.database else [])]
        return [sys.executable, "-m", "optimise", "serve", *where]

    def token(self, tenant: str) -> str:
        """A token of a tenant."""
        line = [*self._line(), "--new-token", tenant]
        return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()

    def processor(self) -> float:
        """Seconds of the processor that it has used with all processes that answer calls, without its workers."""
        assert self.process is not None
        used = 0
        for pid in [self.process.pid, *_children(self.process.pid)]:
            if b"\0solve\0" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                used += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        return used / _TICKS

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# ---- callers ---------------------------------------------------------------------------------------------------------


def callers(
    count: int, calls: int, every: float, folder: Path, processes: int = 2, database: str = ""
) -> dict[str, float]:
    """Many who evaluate, each ``calls`` times and one call in ``every`` seconds, beside one solve.

    Each call sends another plan: that of the job with two cells of somebody exchanged.

    Parameters
    ----------
    count, calls : int
    every : float
        Seconds between two calls of one caller.
    folder : Path
    processes : int
        That answer calls.
    database : str
        Empty is SQLite.

    Returns
    -------
    dict
        ``p50``, ``p95``, ``worst`` in milliseconds of the wall; ``processor`` in milliseconds of the server a call.
    """
    server = Server(folder / "data", processes=processes, database=database)
    (folder / "data").mkdir()
    server.start()
    try:
        token = server.token("north")
        document = ward(60, days=35, seed=1).to_dict()
        with Client(server.address, token) as client:
            job = client.submit(document, seconds=20, method="auto")
            waited(client, job)
            plan = client.result(job)["native_plan"]
            solve = client.submit(document, seconds=3000, seed=2, method="auto")
            while client.job(solve)["state"] != "running":
                time.sleep(0.2)
            sent = [json.dumps({"plan": _exchanged(plan, k)}).encode() for k in range(count)]
            asyncio.run(_called(server.address, token, job, sent, 1, every))  # each process has read the documents
            before = server.processor()
            took = np.array(asyncio.run(_called(server.address, token, job, sent, calls, every)))
            used = server.processor() - before
            client.cancel(solve)
        p50, p95 = np.percentile(took, [50, 95])
        made = {"calls": len(took), "p50": p50, "p95": p95, "worst": took.max(), "processor": 1e3 * used / len(took)}
        return {key: round(float(value), 2) for key, value in made.items()}
    finally:
        server.kill(signal.SIGTERM)


def _exchanged(plan: Any, k: int) -> Any:
    """A plan in which somebody's day is another person's."""
    made = json.loads(json.dumps(plan))
    people = list(made["roster"])
    one, other = made["roster"][people[k % len(people)]], made["roster"][people[(k + 1) % len(people)]]
    days = sorted({*one, *other})
    day = days[k // len(people) % len(days)]
    one[day], other[day] = other.get(day), one.get(day)
    for row in (one, other):
        if row[day] is None:
            del row[day]
    return made


async def _called(address: str, token: str, job: str, sent: list[bytes], calls: int, every: float) -> list[float]:
    head, took = {"authorization": f"Bearer {token}", "content-type": "application/json"}, list[float]()
    count = len(sent)
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(base_url=address, headers=head, limits=limits, timeout=60) as http:

        async def one(number: int) -> None:
            await asyncio.sleep(every * number / count)
            for turn in range(calls):
                began = time.perf_counter()
                answer = await http.post(f"/v1/jobs/{job}/evaluate", content=sent[(number + turn) % count])
                answer.raise_for_status()
                took.append(1e3 * (time.perf_counter() - began))
                await asyncio.sleep(max(0.0, every - (time.perf_counter() - began)))

        await asyncio.gather(*map(one, range(count)))
    return took


def waited(client: Client, job: str, seconds: float = 600.0) -> dict[str, Any]:
    """The job once it has ended."""
    until = time.monotonic() + seconds
    while (made := client.job(job))["state"] not in _ENDED:
        if time.monotonic() > until:
            raise TimeoutError(f"job {job} is {made['state']} after {seconds:g} s")
        time.sleep(0.2)
    return made


# ---- kills -----------------------------------------------------------------------------------------------------------


def kills(
    jobs: int, tenants: int, times: int, folder: Path, seed: int = 1, pause: float = 3.0, database: str = ""
) -> dict[str, Any]:
    """Kill server or worker at random while jobs of several tenants run.

    Parameters
    ----------
    jobs, tenants, times : int
        How many jobs, of how many tenants, and how often something is killed.
    folder : Path
    seed : int
        Of what is killed when.
    pause : float
        Mean seconds between two kills.
    database : str
        Empty is SQLite.

    Returns
    -------
    dict
        ``ended`` by state, ``killed`` by what, ``doubled`` results, ``strange`` ones (of another's document, or none),
        ``seen`` jobs of others.
    """
    luck, server, data = random.Random(seed), Server(folder / "data", workers=2, database=database), folder / "data"
    data.mkdir()
    server.start()
    try:
        tokens = {f"tenant-{k}": server.token(f"tenant-{k}") for k in range(tenants)}
        mine: dict[str, tuple[str, str]] = {}
        for k in range(jobs):
            tenant, name = f"tenant-{k % tenants}", f"Ward {k}"
            with Client(server.address, tokens[tenant]) as client:
                key = f"{seed}-{k}"
                job = client.submit({**WARD, "name": name}, key=key, seconds=20, method="highs")
                assert client.submit({**WARD, "name": name}, key=key, seconds=20, method="highs") == job
            mine[job] = (tenant, name)
        killed: Counter[str] = Counter()
        results: dict[str, set[str]] = {job: set() for job in mine}
        while sum(killed.values()) < times:
            time.sleep(luck.expovariate(1.0 / pause))
            _noted(server, tokens, mine, results)
            if all(results.values()):
                break  # nothing is left to be killed
            if luck.random() < 0.5:
                server.kill()
                server.start()
                killed["server"] += 1
            elif worker := _worker(data, luck):
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                    killed["worker"] += 1
        ended, strange, seen = Counter[str](), 0, 0
        for job, (tenant, name) in mine.items():
            with Client(server.address, tokens[tenant]) as client:
                ended[waited(client, job)["state"]] += 1
                with suppress(ServiceError):
                    made = client.result(job)
                    results[job].add(made["provenance"]["started"])
                    strange += made["instance"] != name or made["native_plan"] is None
            for other, token in tokens.items():
                if other != tenant:
                    with Client(server.address, token) as client, suppress(ServiceError):
                        client.job(job)
                        seen += 1
        doubled = sum(len(found) > 1 for found in results.values())
        return {"ended": dict(ended), "killed": dict(killed), "doubled": doubled, "strange": strange, "seen": seen}
    finally:
        server.kill(signal.SIGTERM)


def _noted(
    server: Server, tokens: dict[str, str], mine: dict[str, tuple[str, str]], results: dict[str, set[str]]
) -> None:
    """Take note of the results that there are now: a later one must be the same."""
    for job, (tenant, _) in mine.items():
        with Client(server.address, tokens[tenant]) as client, suppress(ServiceError):
            results[job].add(client.result(job)["provenance"]["started"])


def _worker(data: Path, luck: random.Random) -> int | None:
    """One of the processes that solve a job of this service."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            text = line.read_bytes()
            if b"\0solve\0" in text and str(data).encode() in text:
                found.append(int(line.parent.name))
    return luck.choice(found) if found else None


def main() -> None:
    """Run what is asked for and print it."""
    ask = argparse.ArgumentParser(description=__doc__)
    what = ask.add_subparsers(dest="what", required=True)
    load = what.add_parser("callers")
    load.add_argument("--count", type=int, default=200)
    load.add_argument("--calls", type=int, default=5)
    load.add_argument("--every", type=float, default=1.0, help="seconds between two calls of one caller")
    load.add_argument("--processes", type=int, default=2, help="processes that answer calls")
    fire = what.add_parser("kills")
    fire.add_argument("--jobs", type=int, default=50)
    fire.add_argument("--tenants", type=int, default=5)
    fire.add_argument("--times", type=int, default=20)
    fire.add_argument("--seed", type=int, default=1)
    fire.add_argument("--pause", type=float, default=3.0, help="mean seconds between two kills")
    for part in (load, fire):
        part.add_argument("--database", default="", help="SQLAlchemy address; by default SQLite")
    asked = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="wardwise-") as place:
        if asked.what == "callers":
            print(
                json.dumps(callers(asked.count, asked.calls, asked.every, Path(place), asked.processes, asked.database))
            )
        else:
            how = asked.seed, asked.pause, asked.database
            print(json.dumps(kills(asked.jobs, asked.tenants, asked.times, Path(place), *how)))


if __name__ == "__main__":
    main()
