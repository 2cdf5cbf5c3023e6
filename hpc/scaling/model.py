"""Replaying a trace on more ranks than we have.

Every task keeps the seconds that were recorded; what changes is who does it, what waits for whom, and what goes over
the network. Root: rank 0 solves the master (serial), broadcasts duals along a binomial tree, each rank prices its
people (owners as in the real run: by size, then by measured seconds), and rank 0 receives one message from each rank
and unpacks all columns. Search: a round has as many neighbourhoods as ranks, at least four, and ends with the slowest;
their times are drawn from those recorded. The L-shaped method is a root whose people are clusters of scenarios. Not
modelled: operating-system noise, contention of networks, memory bandwidth shared by the cores of a node.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.tuning import SearchTuning
from hpc.runtime.balance import Balance, longest_first
from hpc.scaling.trace import Trace

__all__ = ["DEFAULT_RANKS", "Network", "Prediction", "advised", "predict"]

_ROUND = SearchTuning().round

DEFAULT_RANKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
_WORTH = 0.5  # efficiency from which ranks are advised
_DRAWS = 400  # rounds drawn for the mean of the slowest neighbourhood


@dataclass(frozen=True, slots=True)
class Network:
    """Time of a message of n bytes: ``latency + n / bandwidth``, and what packing one costs the processor.

    Attributes
    ----------
    latency : float
        Seconds, one way.
    bandwidth : float
        Bytes per second.
    packing : float
        Seconds of a processor to pickle or unpickle one small message.
    source : str
        Where the figures come from.
    """

    latency: float
    bandwidth: float
    packing: float
    source: str

    def broadcast(self, size: float, ranks: int) -> float:
        """Length first, then the bytes, down a binomial tree."""
        steps = math.ceil(math.log2(ranks)) if ranks > 1 else 0
        return steps * (2 * self.latency + size / self.bandwidth) + 2 * self.packing * (ranks > 1)

    def gather(self, total: float, ranks: int) -> float:
        """Lengths up a tree, then every rank's bytes one after the other into rank 0, which unpacks each."""
        if ranks == 1:
            return 0.0
        steps = math.ceil(math.log2(ranks))
        return steps * self.latency + (ranks - 1) * (self.latency + self.packing) + total / self.bandwidth


@dataclass(frozen=True, slots=True)
class Prediction:
    """One number of ranks.

    Attributes
    ----------
    root : float
        Seconds of the traced root.
    root_efficiency : float
        Seconds on one rank / (ranks x seconds).
    waiting : float
        Share of all ranks' root time that is spent waiting for the serial master.
    busy : float
        Share of all ranks' search time that is spent in neighbourhoods, in rounds; nan where none were traced. It says
        nothing about what they are good for.
    neighbourhoods : float
        Neighbourhoods per second, all ranks together; nan where none were traced.
    """

    ranks: int
    root: float
    root_efficiency: float
    waiting: float
    busy: float
    neighbourhoods: float

    @property
    def work_speedup(self) -> float:
        """How many times the neighbourhoods of one rank are done in a second; nan where none were traced."""
        return self.ranks * self.busy

    @property
    def worth(self) -> float:
        """The lesser of what is known: a search whose ranks are all at work hides no idle root."""
        return min(e for e in (self.root_efficiency, self.busy) if math.isfinite(e))


def predict(trace: Trace, ranks: int, network: Network, seed: int = 0) -> Prediction:
    """Predict the traced work on a number of ranks."""
    alone, _ = _root(trace, 1, network)
    root, serial = _root(trace, ranks, network)
    useful, whole = _round(trace, ranks, network, seed)
    return Prediction(
        ranks,
        root,
        alone / (ranks * root) if root > 0 else 1.0,
        serial / root if root > 0 else 0.0,
        useful / (ranks * whole) if whole > 0 else math.nan,
        max(_ROUND, ranks) / whole if whole > 0 else math.nan,
    )


def advised(predictions: Sequence[Prediction]) -> Prediction | None:
    """The most ranks of which half are at work, in the root as in the search; None where there are none.

    Numbers above one that is not worth it do not count.
    """
    best = None
    for each in sorted(predictions, key=lambda p: p.ranks):
        if each.worth < _WORTH:
            break
        best = each
    return best


def _root(trace: Trace, ranks: int, network: Network) -> tuple[float, float]:
    """Seconds of the root, and those in which only rank 0 works."""
    owner = longest_first(np.array(trace.work), ranks)
    if trace.unit == "scenarios":
        owner = (np.arange(len(trace.work)) * ranks // len(trace.work)).astype(np.int32)
    balance = Balance(owner, ranks)
    total = serial = 0.0
    for call in trace.calls:
        who, tasks = np.arange(len(call.tasks)), np.array(call.tasks)
        if trace.unit == "people":
            balance.moved(who.tolist())
            balance.note(who, tasks)
        load = np.bincount(balance.owner[who], weights=tasks, minlength=ranks) + call.overhead * _kinds(trace, balance)
        alone = call.serial + (call.joining if ranks > 1 else 0.0)
        serial += alone
        total += alone + float(load.max())
        total += network.broadcast(call.down, ranks) + network.gather(call.up + 200 * ranks, ranks)
    return total, serial


def _kinds(trace: Trace, balance: Balance) -> NDArray[np.float64]:
    """Share of all kinds that each rank has people of."""
    if not trace.kinds:
        return np.ones(balance.ranks)
    kinds = np.array(trace.kinds)
    held = np.unique(np.stack([balance.owner.astype(np.int64), kinds]), axis=1)[0]
    return np.bincount(held, minlength=balance.ranks) / len(np.unique(kinds))


def _round(trace: Trace, ranks: int, network: Network, seed: int) -> tuple[float, float]:
    """Mean seconds of neighbourhoods (all ranks together) and of a whole round."""
    spent = np.array([s for each in trace.attempts for s in each])
    if not len(spent):
        return 0.0, 0.0
    tasks = max(_ROUND, ranks)
    merging = sum(trace.merging) / len(spent) * tasks  # every attempt is merged by every rank
    if tasks == _ROUND and all(len(each) == _ROUND for each in trace.attempts):
        drawn = np.array(trace.attempts)  # the very rounds that were recorded
    else:
        drawn = np.random.default_rng([seed, ranks]).choice(spent, size=(_DRAWS, tasks))
    load = np.zeros((len(drawn), ranks))
    for k in range(tasks):
        load[:, k % ranks] += drawn[:, k]
    sharing = network.gather(trace.sent * tasks, ranks) + network.broadcast(trace.sent * tasks, ranks)
    return float(drawn.sum(axis=1).mean()), float(load.max(axis=1).mean()) + merging + sharing
