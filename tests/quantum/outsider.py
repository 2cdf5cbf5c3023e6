"""What an outsider makes of a study from its Parquet tables and stored angles: every figure anew, by other means.

This file imports nothing of the project. Circuits are dense tensors with matrix exponentials, intervals of counted
successes are roots of binomial tails, medians and pooled times are written out.
"""

import itertools
import json
import math
import statistics

import numpy as np
import pyarrow.parquet as pq
from scipy.linalg import expm
from scipy.optimize import brentq
from scipy.stats import binom, linregress
from scipy.stats import t as student


def table(path):
    """Rows of a Parquet file."""
    return pq.read_table(path).to_pylist()


def one_hot_energies(matrix, offset, sizes):
    """Energies as a tensor with one axis per block, from the dense QUBO matrix, state by state."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    energies = np.empty(sizes)
    for choice in itertools.product(*(range(k) for k in sizes)):
        x = np.zeros(sum(sizes))
        x[starts + np.array(choice)] = 1
        energies[choice] = offset + x @ matrix @ x
    return energies


def circuit_success(energies, gamma, beta, mixer, target, start=()):
    """Weight of the states at most at the target after QAOA with a mixer on every block, from a product state.

    `start` holds the amplitudes of all blocks in a row; without it they are equal.
    """
    sizes = energies.shape
    ends = np.concatenate([[0], np.cumsum(sizes)])
    parts = [
        np.array(start[i:j]) if len(start) else np.full(j - i, (j - i) ** -0.5) for i, j in itertools.pairwise(ends)
    ]
    state = np.ones((), dtype=complex)
    for part in parts:
        state = np.multiply.outer(state, part)
    for g, b in zip(gamma, beta):
        state = state * np.exp(-1j * g * energies)
        for axis, k in enumerate(sizes):
            if mixer == "xy-complete":
                generator = np.ones((k, k)) - np.eye(k)
            else:  # grover: the projector on the block's start
                generator = np.outer(parts[axis], parts[axis])
            state = np.moveaxis(np.tensordot(expm(-1j * b * generator), state, axes=(1, axis)), 0, axis)
    return float((np.abs(state[energies <= target]) ** 2).sum())


def repetitions(p):
    """Fewest repetitions that succeed with probability 0.99 at least once."""
    if p <= 0:
        return math.inf
    return 1 if p >= 0.99 else math.ceil(math.log(0.01) / math.log(1 - p))


def exact_interval(hits, trials):
    """The probabilities at which the binomial tails are 2.5 %."""
    low = 0.0 if hits == 0 else brentq(lambda p: binom.sf(hits - 1, trials, p) - 0.025, 1e-12, 1 - 1e-12)
    high = 1.0 if hits == trials else brentq(lambda p: binom.cdf(hits, trials, p) - 0.025, 1e-12, 1 - 1e-12)
    return low, high


#: Columns of the summary that are the middle of the runs that know them.
MIDDLES = (
    "bound", "feasible_before", "feasible_after", "seconds", "cpu_seconds", "gpu_seconds", "qpu_seconds",
    "training_seconds", "training_shots", "repetitions", "qubits", "depth", "two_qubit_gates", "layers", "states",
    "evaluations", "true_cost", "kernel_seconds", "t_gates", "code_distance", "physical_qubits",
)  # fmt: skip
#: What is copied from an instance or a contender, and what a run said.
FACTS = (
    "instance", "origin", "family", "kind", "size", "energy_error", "exact_on_rules", "label", "side", "method",
    "reference", "message",
)  # fmt: skip
#: Times to solution: column of the summary, of one repetition, of the training.
CLOCKS = {
    "tts_99": "seconds",
    "evaluations_99": "evaluations",
    "tts_99_qpu": "qpu",
    "tts_99_ft": "ft",
}


def taken(run, measure):
    """What one repetition and the training took; None where a run does not know."""
    names = (f"{measure}_repetition_seconds", f"{measure}_training_seconds")
    if measure in ("seconds", "evaluations"):
        names = (f"repetition_{measure}", f"training_{measure}")
    return None if run[names[0]] is None else (run[names[0]], run[names[1]] or 0.0)


def middle(values):
    """Median of what is known."""
    known = [v for v in values if v is not None]
    return statistics.median(known) if known else None


def pooled(p, each, training):
    """Training, and repetitions until one succeeded with probability 0.99."""
    return training + repetitions(p) * each if p > 0 else math.inf


def different(mine):
    """Runs that are no copies: another circuit or another success."""
    kept = {}
    for place, r in enumerate(mine):
        kept.setdefault((r["angles"], r["success_probability"]) if angles(r)[0] else place, r)
    return list(kept.values())


def recompute(runs):
    """Summary figures by (instance, label) from the rows of runs."""
    made = {}
    for key in dict.fromkeys((r["instance"], r["label"]) for r in runs):
        every = [r for r in runs if (r["instance"], r["label"]) == key]
        mine = [r for r in every if r["status"] == "done"]
        p = statistics.fmean(r["success_probability"] for r in mine)
        found = {name: middle(r[name] for r in mine) for name in MIDDLES}
        gaps = [(r["objective"], r["bound"]) for r in mine]
        found |= {
            "runs": len(every),
            "done": len(mine),
            "independent_runs": len(different(mine)),
            "feasible_runs": sum(r["feasible"] for r in mine),
            "success_probability": p,
            "repetitions_99": repetitions(p),
            "best": min(r["objective"] for r in mine),
            "median": statistics.median(r["objective"] for r in mine),
            "raw_median": statistics.median(r["raw_objective"] for r in mine),
            "repaired_success": statistics.fmean(r["repaired_success"] for r in mine),
            "hits": sum(abs(r["objective"] - r["reference"]) <= 1e-6 * max(1, abs(r["reference"])) for r in mine),
            "gap": middle(None if b is None else max(0.0, v - b) / max(abs(v), 1e-9) for v, b in gaps),
            "ratio": middle(ratio(r) for r in mine),
        }
        found["gap_closed"] = middle(closed(r) for r in mine)
        near = [r["near_probability"] for r in mine]
        found["near_probability"] = None if None in near else statistics.fmean(near)
        for name, measure in CLOCKS.items():
            known = [taken(r, measure) for r in mine]
            if any(k is None for k in known):
                found[name] = None
                continue
            each, training = (statistics.fmean(k[i] for k in known) for i in (0, 1))
            found[name] = pooled(p, each, training)
        if all(r["success_shots"] for r in mine):
            hits, shots = (int(sum(r[k] for r in mine)) for k in ("success_hits", "success_shots"))
            found["success_low"], found["success_high"] = exact_interval(hits, shots)
        made[key] = found
    return made


def ratio(run):
    """How far the mean of the repetitions came from the mean of random states to the reference."""
    value = run["objective"] if run["mean"] is None else run["mean"]
    if run["random_mean"] is not None:
        return (run["random_mean"] - value) / (run["random_mean"] - run["reference"])
    return run["reference"] / value if run["reference"] > 0 else None


def closed(run):
    """How far the mean of the repetitions came from the mean of random states to a certified bound."""
    if run["certified_bound"] is None or run["random_mean"] is None:
        return None
    value = run["objective"] if run["mean"] is None else run["mean"]
    return (run["random_mean"] - value) / (run["random_mean"] - run["certified_bound"])


def widest(runs, measure):
    """Ends that no interval of a time to solution may pass: of all resamples, and of the counted successes."""
    mine = different(runs)
    sample = [(r["success_probability"], *taken(r, measure)) for r in mine]
    ends = []
    for chosen in itertools.product(sample, repeat=len(sample)):
        ends.append(pooled(*(statistics.fmean(c[i] for c in chosen) for i in range(3))))
    if all(r["success_shots"] for r in runs):
        each, training = (statistics.fmean(s[i] for s in sample) for i in (1, 2))
        hits, shots = (int(sum(r[k] for r in runs)) for k in ("success_hits", "success_shots"))
        ends += [pooled(p, each, training) for p in exact_interval(hits, shots)]
    return min(ends), max(ends)


def exponent(points):
    """Slope of log2 against log2 with its 95 % interval, by another implementation of least squares."""
    line = linregress(np.log2([x for x, _ in points]), np.log2([y for _, y in points]))
    half = student.ppf(0.975, len(points) - 2) * line.stderr
    return line.slope, line.slope - half, line.slope + half


def crossing(points):
    """Where a line of log2 ratios of seconds (states, circuits, other) meets 0, and its 95 % band beyond the last size.

    By a walk in small steps; None where it does not, and infinity beyond 2 ** 10000.
    """
    x = np.log2([s for s, _, _ in points])
    y = np.log2([c / o for _, c, o in points])
    line = linregress(x, y)
    residual = y - line.intercept - line.slope * x
    sigma = math.sqrt(float(np.sum(residual**2)) / (len(x) - 2))

    def lower(at):
        wide = math.sqrt(1 / len(x) + (at - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2))
        return line.intercept + line.slope * at - student.ppf(0.975, len(x) - 2) * sigma * wide

    meets = -line.intercept / line.slope if line.slope < 0 else None
    if lower(x.max()) <= 0:
        return meets, None
    far = next((at for at in np.arange(x.max(), 10_000, 1.0) if lower(at) <= 0), None)
    return meets, math.inf if far is None else brentq(lower, far - 1.0, far)


def better(summary, measure, circuits):
    """On how many instances the best of the quantum and of the classical side is ahead."""
    ahead = {"quantum": 0, "classical": 0}
    for name in {r["instance"] for r in summary}:
        mine = [r for r in summary if r["instance"] == name]
        best = {}
        for side, column in (("quantum", circuits), ("classical", measure)):
            best[side] = min((r[column] for r in mine if r["side"] == side and r[column] is not None), default=None)
        if None not in best.values() and best["quantum"] != best["classical"]:
            ahead[min(best, key=best.get)] += 1
    return ahead


def angles(run):
    """Stored angles of a run."""
    found = json.loads(run["angles"])
    return found.get("gamma", []), found.get("beta", [])


def start(run):
    """Stored amplitudes of a run's start, of all blocks in a row; empty for the uniform one."""
    return json.loads(run["angles"]).get("start", [])


def factors(summary, measure, circuits="tts_99"):
    """Middle of the classical over quantum ratios of a measure, one an instance, on a log scale; by sorting."""
    logs = []
    for name in sorted({r["instance"] for r in summary}):
        mine = [r for r in summary if r["instance"] == name]
        best = {
            side: min((r[column] for r in mine if r["side"] == side and r[column] is not None), default=math.inf)
            for side, column in (("quantum", circuits), ("classical", measure))
        }
        if math.isfinite(best["quantum"]) and math.isfinite(best["classical"]):
            logs.append(math.log10(best["classical"]) - math.log10(best["quantum"]))
    return 10 ** statistics.median(logs)
