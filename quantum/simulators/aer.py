"""Aer through its V2 primitives: shots, noise, a heavy-hex device, simple mitigation.

The only module that imports ``qiskit_aer`` (extra ``quantum``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit.transpiler import CouplingMap

from optimise.core.errors import InputError, MissingExtraError, UnsupportedError
from quantum.angles import Angles
from quantum.ansatz import Ansatz, Resources
from quantum.options import checked, option
from quantum.simulators.base import Samples
from quantum.simulators.compiled import Compiled
from quantum.transpiling import transpiled

if TYPE_CHECKING:
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel

__all__ = ["Aer", "Noise", "heavy_hex_device"]


@checked
class Noise:
    """Depolarising and readout errors."""

    one_qubit: float = option(default=0.0, doc="depolarising probability of a one-qubit gate", ge=0, lt=0.5)
    two_qubit: float = option(default=0.0, doc="depolarising probability of a two-qubit gate", ge=0, lt=0.5)
    readout: float = option(default=0.0, doc="probability that a measured bit is flipped", ge=0, lt=0.5)


def heavy_hex_device(distance: int = 3, seed: int = 0) -> GenericBackendV2:
    """Qiskit's generic backend on a heavy-hex map (distance 3: 19 qubits) with its random calibration."""
    coupling = CouplingMap.from_heavy_hex(distance)
    return GenericBackendV2(coupling.size(), coupling_map=coupling, noise_info=True, seed=seed)


class Aer:
    """Samples the circuit of an ansatz with Aer's ``SamplerV2``.

    Parameters
    ----------
    ansatz : Ansatz
    shots : int
        Shots of one `value`.
    noise : Noise, optional
    device : Qiskit backend, optional
        Transpile to it and take its noise model.
    mitigate : bool
        Correct expected values for readout flips (unbiased when flips are independent): each measured spin s
        becomes ``s / (1 - 2 p)``. It applies to `value` and `estimate`, hence to training on the mean; samples
        themselves are never changed.
    threads : int
    """

    sampling: ClassVar[bool] = True

    def __init__(
        self,
        ansatz: Ansatz,
        *,
        shots: int = 1024,
        noise: Noise | None = None,
        device: object = None,
        mitigate: bool = False,
        threads: int = 1,
        seed: int = 0,
    ) -> None:
        if noise is not None and device is not None:
            raise InputError("give either a noise or a device, not both")
        if mitigate and noise is None:
            raise InputError("mitigation needs a noise with a known readout error")
        self.ansatz, self.shots, self.seed = ansatz, shots, seed
        self._noise, self._device, self._mitigate = noise, device, mitigate
        self._options = {"max_parallel_threads": threads}
        self._calls = 0
        self._compiled = Compiled(ansatz, self._transpiled)
        self._model: NoiseModel | None = None

    @property
    def mixers(self) -> int:
        """As the ansatz."""
        return self.ansatz.mixers

    @property
    def mitigates(self) -> bool:
        """Whether expected values are corrected."""
        return self._mitigate

    def value(self, angles: Angles) -> float:
        """Mean cost of `shots` fresh shots (mitigated when asked); every call uses the next seed."""
        self._calls += 1
        return self.estimate(angles, self.shots, self.seed + self._calls)

    def estimate(self, angles: Angles, shots: int, seed: int) -> float:
        """Mean cost by shots, mitigated when asked."""
        samples = self.sample(angles, shots, seed)
        if not self._mitigate or self._noise is None:
            return float(samples.energies @ samples.counts / samples.shots)
        if getattr(self.ansatz, "higher", False):
            raise UnsupportedError("readout errors are corrected for costs of pairs only")
        ising = self.ansatz.qubo.to_ising()
        spins = (1 - 2 * samples.bits.astype(np.float64)) / (1 - 2 * self._noise.readout)
        pairs = (spins[:, ising.rows] * spins[:, ising.cols]) @ ising.couplings
        energies = ising.offset + spins @ ising.field + pairs
        return float(energies @ samples.counts / samples.shots)

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Refused: shots give no exact gradient; use SPSA or COBYLA."""
        raise UnsupportedError("a sampling simulator has no exact gradient; optimise with spsa or cobyla")

    def probabilities(self, angles: Angles) -> NDArray[np.float64]:
        """Refused: only shots are seen."""
        raise UnsupportedError("a sampling simulator shows shots, not probabilities")

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits `shots` times."""
        try:
            from qiskit_aer.primitives import SamplerV2
        except ImportError:
            raise MissingExtraError("qiskit-aer", "quantum") from None
        backend_options: dict[str, Any] = dict(self._options)
        if self._model is None:
            self._model = self._noise_model()
        model = self._model
        if model is not None:
            backend_options["noise_model"] = model
        sampler = SamplerV2(seed=seed, options={"backend_options": backend_options})
        free = self._compiled.free(angles)
        values = self._compiled.values(free, angles)
        pub = (free, values) if values.size else (free,)
        counts = sampler.run([pub], shots=shots).result()[0].data.meas.get_counts()
        return self._compiled.samples(counts)

    def resources(self, angles: Angles) -> Resources:
        """Size of the circuit that runs: on a device the one transpiled to it."""
        return self._compiled.resources(angles)

    def _transpiled(self, circuit: QuantumCircuit) -> QuantumCircuit:
        if self._device is not None:
            return transpiled(circuit, self._device, optimization_level=1, seed_transpiler=self.seed)
        basis = ["cx", "rz", "sx", "x"] if self._noise else ["cx", "rz", "rx", "ry", "h", "x", "sx", "p", "rzz", "u"]
        return transpiled(circuit, basis_gates=basis, optimization_level=1, seed_transpiler=self.seed)

    def _noise_model(self) -> NoiseModel | None:
        from qiskit_aer.noise import NoiseModel

        if self._device is not None:
            return NoiseModel.from_backend(self._device)
        return None if self._noise is None else noise_model(self._noise)


def noise_model(noise: Noise) -> NoiseModel:
    """Aer's noise model of some errors.

    Parameters
    ----------
    noise : Noise

    Returns
    -------
    NoiseModel
        For circuits of CX, RZ, SX and X.
    """
    from qiskit_aer.noise import NoiseModel, ReadoutError, depolarizing_error

    model = NoiseModel(basis_gates=["cx", "rz", "sx", "x"])
    if noise.one_qubit:
        model.add_all_qubit_quantum_error(depolarizing_error(noise.one_qubit, 1), ["sx", "x"])
    if noise.two_qubit:
        model.add_all_qubit_quantum_error(depolarizing_error(noise.two_qubit, 2), ["cx"])
    if noise.readout:
        p = noise.readout
        model.add_all_qubit_readout_error(ReadoutError([[1 - p, p], [p, 1 - p]]))
    return model


def noisy_backend(noise: Noise) -> AerSimulator:
    """A Qiskit backend with these errors, for simulators that take one (``primitive``, ``mitigated``).

    Parameters
    ----------
    noise : Noise

    Returns
    -------
    AerSimulator
        Circuits for it are compiled to CX, RZ, SX and X.

    Raises
    ------
    MissingExtraError
        Without Aer.
    """
    try:
        from qiskit_aer import AerSimulator
    except ImportError:
        raise MissingExtraError("qiskit-aer", "quantum") from None
    return AerSimulator(noise_model=noise_model(noise), basis_gates=["cx", "rz", "sx", "x"])
