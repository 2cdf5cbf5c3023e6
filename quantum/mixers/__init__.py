"""Mixers, each in two forms: a Qiskit circuit, and what simulators apply: a matrix to a block, or hops over rows."""

from typing import TypeGuard

from quantum.mixers.base import BlockMixer
from quantum.mixers.dicke import DickeComplete, DickeRing
from quantum.mixers.grover import Grover
from quantum.mixers.hops import RowMixer
from quantum.mixers.partition import Partition
from quantum.mixers.x import X
from quantum.mixers.xy_complete import XYComplete
from quantum.mixers.xy_ring import XYRing
from quantum.onehot import OneHot
from quantum.qubo import Qubo

#: What a circuit may mix with: single qubits, single blocks, or rows over blocks.
AnyMixer = X | BlockMixer | RowMixer

MIXERS: dict[str, type[BlockMixer] | type[RowMixer] | type[X]] = {
    "x": X,
    "xy-ring": XYRing,
    "xy-complete": XYComplete,
    "grover": Grover,
    "dicke-ring": DickeRing,
    "dicke-complete": DickeComplete,
    "partition": Partition,
}


def keeps_rows(mixer: AnyMixer) -> TypeGuard[RowMixer]:
    """Whether a mixer is made of hops over rows, and not of one matrix a block."""
    return hasattr(mixer, "hops")


def default_mixer(problem: Qubo | OneHot) -> AnyMixer:
    """The mixer of an energy for which none is named: of its rows, its blocks, or its bits.

    Parameters
    ----------
    problem : Qubo or OneHot

    Returns
    -------
    X, XYComplete or DickeComplete
    """
    if not isinstance(problem, OneHot):
        return X()
    return XYComplete() if problem.bit_energy is problem.qubo else DickeComplete()


__all__ = [
    "MIXERS", "AnyMixer", "BlockMixer", "DickeComplete", "DickeRing", "Grover", "Partition", "RowMixer", "X",
    "XYComplete", "XYRing", "default_mixer", "keeps_rows",
]  # fmt: skip
