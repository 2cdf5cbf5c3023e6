"""Speed of the simulators against Aer, Qiskit and QOKit: the same dense random QUBO, one thread, the same run.

    python tests/benchmarks/quantum_kernels.py [--qubits 16,18,20,22] [--depths 1,4] [--repeats 5]
        [--qokit PYTHON] [--onehot] [--ranks] [--memory] [--json FILE] [--csv FILE]

The table of the page of quantum benchmarks, by processor seconds, is

    python tests/benchmarks/quantum_kernels.py --cpu --qubits 16,18,20,22 --repeats 3 --onehot --ranks \
        --qokit PYTHON --csv tests/benchmarks/results/quantum-speed.csv

Ratios are medians of peer time over medians of our time; runs of the peers and ours alternate. Peers: Aer runs the
circuit (H, RZ, RZZ, RX; fusion on, double precision) to a saved state vector; Qiskit applies the circuit with
`Statevector`; QOKit's C simulator (built with -O3) runs in its own environment, whose Python `--qokit` names, once
per size. Bytes moved: p + 1 passes, the first only writes, the last only reads, 16 bytes an amplitude each way.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np  # noqa: E402

from quantum import OneHot, Qubo  # noqa: E402
from quantum.angles import Angles  # noqa: E402
from quantum.ansatz import Ansatz  # noqa: E402
from quantum.mixers import XYComplete, XYRing  # noqa: E402
from quantum.simulators.fullspace import FullSpace  # noqa: E402
from quantum.simulators.onehotspace import OneHotSpace  # noqa: E402

QOKIT = """
import sys, time, json
import numpy as np
from qokit.fur import choose_simulator
n, p, repeats = (int(x) for x in sys.argv[1:4])
data = json.load(sys.stdin)
terms = [(w, tuple(t)) for w, t in data]
make = choose_simulator(name="c")
sim = make(n, terms=terms)
gammas, betas = np.full(p, 0.2), np.full(p, 0.4)  # QOKit's phase is exp(-i gamma C / 2)
clock = getattr(time, sys.argv[4])
times = []
for _ in range(repeats + 1):
    begun = clock()
    result = sim.simulate_qaoa(gammas, betas)
    value = sim.get_expectation(result)
    times.append(clock() - begun)
print(json.dumps([times[1:], float(value)]))
"""


CLOCK = "perf_counter"


def dense(n: int) -> Qubo:
    return Qubo.from_matrix(np.random.default_rng(n).normal(size=(n, n)))


def timed(work: Callable[[], Any]) -> float:
    begun = getattr(time, CLOCK)()
    work()
    return float(getattr(time, CLOCK)() - begun)


def alternate(works: dict[str, Callable[[], Any]], repeats: dict[str, int]) -> dict[str, float]:
    """Median seconds of each, in alternating runs after one warm-up each."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for name, work in works.items():
        if repeats[name] > 1:
            work()
    for turn in range(max(repeats.values())):
        for name, work in works.items():
            if turn < repeats[name]:
                times[name].append(timed(work))
    return {name: statistics.median(values) for name, values in times.items()}


def aer_runner(circuit: Any) -> Callable[[], Any]:
    from qiskit_aer import AerSimulator

    simulator = AerSimulator(method="statevector", max_parallel_threads=1)
    saved = circuit.copy()
    saved.save_statevector()
    return lambda: simulator.run(saved, shots=1).result()


def full_space(sizes: list[int], depths: list[int], repeats: int, qokit: str | None) -> list[dict[str, Any]]:
    from qiskit.quantum_info import Statevector

    rows = []
    for n in sizes:
        q = dense(n)
        ours = FullSpace(q)
        single = FullSpace(q, precision="single")
        for p in depths:
            angles = Angles(np.full(p, 0.1), np.full(p, 0.4))
            circuit = Ansatz(q).circuit(angles)
            works: dict[str, Callable[[], Any]] = {
                "ours": partial(ours.value, angles),
                "single": partial(single.value, angles),
                "gradient": partial(ours.value_and_gradient, angles),
                "aer": aer_runner(circuit),
            }
            counts = {"ours": 3 * repeats, "single": repeats, "gradient": repeats, "aer": repeats if n < 22 else 1}
            if n <= 20 and p == 1:
                works["statevector"] = partial(Statevector, circuit)
                counts["statevector"] = repeats if n < 18 else 1
            found = alternate(works, counts)
            row: dict[str, Any] = {"n": n, "p": p, "seconds": found["ours"]}
            moved = 2 * p * 16 * 2**n
            row["GB/s"] = moved / found["ours"] / 1e9
            row["x aer"] = found["aer"] / found["ours"]
            row["x statevector"] = found["statevector"] / found["ours"] if "statevector" in found else None
            row["gradient / value"] = found["gradient"] / found["ours"]
            row["single / double"] = found["single"] / found["ours"]
            if qokit:
                row["x qokit"], row["qokit agrees"] = against_qokit(qokit, q, n, p, repeats, ours.value(angles), ours)
            rows.append(row)
            print(json.dumps(row), flush=True)
    return rows


def against_qokit(
    python: str, q: Qubo, n: int, p: int, repeats: int, value: float, ours: FullSpace
) -> tuple[float, bool]:
    """Peer and ours in turn; the expectations must agree."""
    ising = q.to_ising()
    terms = [(float(h), [i]) for i, h in enumerate(ising.field)]
    terms += [(float(v), [int(i), int(j)]) for i, j, v in zip(ising.rows, ising.cols, ising.couplings)]
    terms.append((float(ising.offset), []))
    done = subprocess.run(
        [python, "-c", QOKIT, str(n), str(p), str(repeats), CLOCK],
        input=json.dumps(terms), capture_output=True, text=True, check=True,
    )  # fmt: skip
    times, theirs = json.loads(done.stdout.strip().splitlines()[-1])
    angles = Angles(np.full(p, 0.1), np.full(p, 0.4))
    mine = statistics.median(timed(lambda: ours.value(angles)) for _ in range(3 * repeats))
    return statistics.median(times) / mine, bool(abs(theirs - value) < 1e-6 * max(1, abs(value)))


def gradient(n: int, p: int, repeats: int) -> dict[str, Any]:
    """The target row: value and full gradient in evaluations."""
    ours, angles = FullSpace(dense(n)), Angles(np.full(p, 0.1), np.full(p, 0.4))
    found = alternate(
        {"value": lambda: ours.value(angles), "gradient": lambda: ours.value_and_gradient(angles)},
        {"value": 3 * repeats, "gradient": repeats},
    )
    return {"n": n, "p": p, "gradient / value": found["gradient"] / found["value"], "seconds": found["gradient"]}


def one_hot(blocks: int, k: int, repeats: int) -> list[dict[str, Any]]:
    rows = []
    n = blocks * k
    problem = OneHot(dense(n), (k,) * blocks)
    for mixer in (XYComplete(), XYRing()):
        for precision in ("double", "single"):
            space = OneHotSpace(problem, mixer, precision=precision)
            angles = Angles([0.1], [0.3])
            space.value(angles)
            seconds = statistics.median(timed(lambda: space.value(angles)) for _ in range(repeats))  # noqa: B023
            rows.append({"blocks": blocks, "k": k, "mixer": mixer.name, "precision": precision, "seconds": seconds})
            print(json.dumps(rows[-1]), flush=True)
    return rows


RANKS = """
import sys, time, statistics, json
import numpy as np
from mpi4py import MPI
from quantum import OneHot, Qubo
from quantum.angles import Angles
from quantum.mixers import XYComplete
from quantum.simulators.distributed import DistributedOneHotSpace
from quantum.simulators.onehotspace import OneHotSpace
from quantum.simulators.team import NodeTeam
blocks, k, repeats = (int(x) for x in sys.argv[1:4])
n = blocks * k
problem = OneHot(Qubo.from_matrix(np.random.default_rng(n).normal(size=(n, n))), (k,) * blocks)
comm, angles = MPI.COMM_WORLD, Angles([0.1], [0.3])
spaces = {"shared": OneHotSpace(problem, XYComplete(), team=NodeTeam(comm))}
if comm.size > 1:
    spaces["exchange"] = DistributedOneHotSpace(problem, XYComplete(), comm)
found = {}
for name, space in spaces.items():
    space.value(angles)
    wall, cpu = [], []
    for _ in range(repeats):
        comm.Barrier()
        begun, used = time.perf_counter(), time.process_time()
        space.value(angles)
        wall.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
    found[name] = (statistics.median(wall), statistics.median(cpu))
if comm.rank == 0:
    print(json.dumps(found))
"""


def ranks(blocks: int, k: int, repeats: int) -> dict[str, Any]:
    """Medians of (wall, CPU) seconds of rank 0: one rank, two that share memory, two that exchange halves."""
    seconds = {}
    for count in (1, 2):
        done = subprocess.run(
            ["mpiexec", "-n", str(count), sys.executable, "-c", RANKS, str(blocks), str(k), str(repeats)],
            cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, check=True,
        )  # fmt: skip
        seconds[count] = json.loads(done.stdout.strip().splitlines()[-1])
    alone = seconds[1]["shared"]
    row: dict[str, Any] = {"blocks": blocks, "k": k, "1 rank": alone}
    for name, pair in seconds[2].items():
        row[f"2 ranks, {name}"] = pair
        row[f"ratio, {name}"] = [two / one for two, one in zip(pair, alone)]
    return row


TARGETS = {
    "x qokit": "at least 20",
    "x aer": "at least 100",
    "single / double": "at most 1 below 20 qubits",
    "gradient / value": "at most 3",
    "ring / complete": "at most 1.5",
    "seconds, XY-complete": "at most 0.25",
    "speed-up of two ranks, shared memory": "at least 1.6",
}


def flat(report: dict[str, Any]) -> list[tuple[str, str, float, str]]:
    """(measure, on what, figure, target) of a report; ratios to peers once more as geometric means."""
    made = []
    for key in ("x qokit", "x aer", "single / double", "gradient / value"):
        found = [(r["n"], r["p"], r[key]) for r in report.get("full space", []) if r.get(key) is not None]
        made += [(key, f"{n} qubits, depth {p}", v, TARGETS[key]) for n, p, v in found]
        if found and key.startswith("x "):
            mean = statistics.geometric_mean(v for *_, v in found)
            made.append((key, "geometric mean", mean, TARGETS[key]))
    if "gradient" in report:
        row = report["gradient"]
        name = f"{row['n']} qubits, depth {row['p']}"
        made.append(("gradient / value", name, row["gradient / value"], TARGETS["gradient / value"]))
    seconds = {(r["mixer"], r["precision"]): r["seconds"] for r in report.get("one-hot", [])}
    for precision in sorted({p for _, p in seconds}):
        on = f"12 blocks of 4, {precision}"
        made.append(("seconds, XY-complete", on, seconds["xy-complete", precision], TARGETS["seconds, XY-complete"]))
        ratio = seconds["xy-ring", precision] / seconds["xy-complete", precision]
        made.append(("ring / complete", on, ratio, TARGETS["ring / complete"]))
    if "ranks" in report:
        row = report["ranks"]
        key = "speed-up of two ranks, shared memory"
        clock = 1 if CLOCK == "process_time" else 0
        made.append((key, f"{row['blocks']} blocks of {row['k']}", 1 / row["ratio, shared"][clock], TARGETS[key]))
    return made


def write_csv(report: dict[str, Any], file: Path) -> None:
    """The figures of a report as a table."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("measure", "on", "figure", "target"))
        writer.writerows((key, on, f"{value:.3g}", target) for key, on, value, target in flat(report))


def memory(n: int) -> dict[str, Any]:
    """Peak of a fresh process that evaluates once, above one that does so at 8 qubits."""
    code = (
        "import sys; sys.path.insert(0, '.'); import numpy as np\n"
        "from quantum import Qubo; from quantum.angles import Angles\n"
        "from quantum.simulators.fullspace import FullSpace\n"
        "n = int(sys.argv[1]); q = Qubo.from_matrix(np.random.default_rng(n).normal(size=(n, n)))\n"
        "FullSpace(q).value(Angles([0.1, 0.1], [0.4, 0.4]))\n"
        "print(next(x.split()[1] for x in open('/proc/self/status') if x.startswith('VmHWM')))\n"
    )
    peaks = [
        int(
            subprocess.run(
                [sys.executable, "-c", code, str(size)], cwd=Path(__file__).resolve().parents[2],
                capture_output=True, text=True, check=True,
            ).stdout
        )
        for size in (8, n)
    ]  # fmt: skip
    return {"n": n, "MB above base": (peaks[1] - peaks[0]) * 1024 / 1e6}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qubits", default="16,18,20,22")
    parser.add_argument("--depths", default="1,4")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--qokit", help="Python of an environment with QOKit")
    parser.add_argument("--onehot", action="store_true", help="one-hot subspace, 12 blocks of 4")
    parser.add_argument("--ranks", action="store_true", help="the same on 1 and 2 MPI ranks")
    parser.add_argument("--memory", action="store_true", help="peak memory at 24 qubits")
    parser.add_argument("--json", help="write all rows here")
    parser.add_argument("--csv", help="write the figures as a table here")
    parser.add_argument("--cpu", action="store_true", help="count processor time (on a busy machine)")
    given = parser.parse_args()
    if given.cpu:
        global CLOCK
        CLOCK = "process_time"
    report: dict[str, Any] = {}
    sizes = [int(x) for x in given.qubits.split(",") if x]
    report["full space"] = full_space(sizes, [int(x) for x in given.depths.split(",")], given.repeats, given.qokit)
    if 20 in sizes:
        report["gradient"] = gradient(20, 8, given.repeats)
        print(json.dumps(report["gradient"]))
    if given.onehot:
        report["one-hot"] = one_hot(12, 4, given.repeats)
    if given.ranks:
        report["ranks"] = ranks(12, 4, given.repeats)
        print(json.dumps(report["ranks"]))
    if given.memory:
        report["memory"] = memory(24)
        print(json.dumps(report["memory"]))
    if given.csv:
        write_csv(report, Path(given.csv))
    if given.json:
        Path(given.json).write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
