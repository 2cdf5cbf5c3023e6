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
from scipy.stats import binom


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


def circuit_success(energies, gamma, beta, mixer, target):
    """Weight of the states at most at the target after QAOA with a mixer on every block, from the uniform state."""
    sizes = energies.shape
    state = np.full(sizes, 1 / math.sqrt(energies.size), dtype=complex)
    for g, b in zip(gamma, beta):
        state = state * np.exp(-1j * g * energies)
        for axis, k in enumerate(sizes):
            if mixer == "xy-complete":
                generator = np.ones((k, k)) - np.eye(k)
            else:  # grover: the projector on the uniform state
                generator = np.ones((k, k)) / k
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


def recompute(runs):
    """Summary figures by (instance, label) from the rows of runs."""
    made = {}
    for key in dict.fromkeys((r["instance"], r["label"]) for r in runs):
        mine = [r for r in runs if (r["instance"], r["label"]) == key and r["status"] == "done"]
        p = statistics.fmean(r["success_probability"] for r in mine)
        found = {
            "success_probability": p,
            "repetitions_99": repetitions(p),
            "median": statistics.median(r["objective"] for r in mine),
            "hits": sum(abs(r["objective"] - r["reference"]) <= 1e-6 * max(1, abs(r["reference"])) for r in mine),
        }
        for name, measure in (("tts_99", "seconds"), ("evaluations_99", "evaluations")):
            if any(r[f"repetition_{measure}"] is None for r in mine):
                found[name] = None
                continue
            each = statistics.fmean(r[f"repetition_{measure}"] for r in mine)
            training = statistics.fmean(r[f"training_{measure}"] or 0.0 for r in mine)
            found[name] = training + found["repetitions_99"] * each if p > 0 else math.inf
        if all(r["success_shots"] for r in mine):
            hits, shots = (int(sum(r[k] for r in mine)) for k in ("success_hits", "success_shots"))
            found["success_low"], found["success_high"] = exact_interval(hits, shots)
        made[key] = found
    return made


def angles(run):
    """Stored angles of a run."""
    found = json.loads(run["angles"])
    return found.get("gamma", []), found.get("beta", [])


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
