"""Mixers, each in two forms: a Qiskit circuit and the matrix that the one-hot kernels apply to a block."""

from quantum.mixers.base import BlockMixer
from quantum.mixers.grover import Grover
from quantum.mixers.x import X
from quantum.mixers.xy_complete import XYComplete
from quantum.mixers.xy_ring import XYRing

MIXERS: dict[str, type[BlockMixer] | type[X]] = {
    "x": X,
    "xy-ring": XYRing,
    "xy-complete": XYComplete,
    "grover": Grover,
}

__all__ = ["MIXERS", "BlockMixer", "Grover", "X", "XYComplete", "XYRing"]
