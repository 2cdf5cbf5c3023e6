"""Any Qiskit V2 primitive as a backend: Qiskit's own, Aer's, those of fake backends, and those of a runtime service.

Sessions and batches are the business of the sampler that is handed in (``SamplerV2(mode=session)``): the circuit is
compiled once, and every judgement is one ``run`` with new parameter values.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.primitives import BackendSamplerV2, StatevectorSampler
from qiskit.transpiler import generate_preset_pass_manager

from optimise.core.errors import InputError, UnsupportedError
from quantum.angles import Angles
from quantum.ansatz import Ansatz, Resources
from quantum.higher import operator_of
from quantum.simulators.base import Samples
from quantum.simulators.compiled import Compiled

if TYPE_CHECKING:
    from qiskit.primitives import BaseEstimatorV2, BaseSamplerV2
    from qiskit.providers import BackendV2


__all__ = ["PrimitiveBackend"]


class PrimitiveBackend:
    """Runs the circuit of an ansatz on a ``SamplerV2``, and its cost on an ``EstimatorV2`` where one is given.

    Parameters
    ----------
    ansatz : Ansatz
    sampler : BaseSamplerV2, optional
        Default: Qiskit's ``StatevectorSampler``, or ``BackendSamplerV2`` on `backend`. The seed of a sampler that is
        handed in is its own.
    estimator : BaseEstimatorV2, optional
        Gives expected costs (`value`, and what angles are trained on when the mean is judged).
    backend : BackendV2, optional
        What the circuit is compiled to (a fake backend, or a real one).
    shots : int
        Shots of one `value`.
    optimization_level, seed : of the transpiler
    """

    sampling: ClassVar[bool] = True

    def __init__(
        self,
        ansatz: Ansatz,
        *,
        sampler: BaseSamplerV2 | None = None,
        estimator: BaseEstimatorV2 | None = None,
        backend: BackendV2 | None = None,
        shots: int = 1024,
        optimization_level: int = 1,
        seed: int = 0,
    ) -> None:
        if sampler is not None and not hasattr(sampler, "run"):
            raise InputError("a sampler is a Qiskit SamplerV2: an object with run(pubs, shots=...)")
        self.ansatz, self.shots, self.seed = ansatz, shots, seed
        self._sampler, self._estimator, self._backend = sampler, estimator, backend
        if backend is None:
            basis = ["cx", "rz", "rx", "ry", "h", "x", "sx", "p", "rzz", "u"]
            passes = generate_preset_pass_manager(optimization_level, basis_gates=basis, seed_transpiler=seed)
        else:
            passes = generate_preset_pass_manager(optimization_level, backend=backend, seed_transpiler=seed)
        self._compiled = Compiled(ansatz, passes.run)
        self._calls = 0

    @property
    def mixers(self) -> int:
        """As the ansatz."""
        return self.ansatz.mixers

    def estimate(self, angles: Angles, shots: int, seed: int) -> float:
        """Expected cost: by the estimator where there is one (to the precision of so many shots), else by shots."""
        if self._estimator is None:
            samples = self.sample(angles, shots, seed)
            return float(samples.energies @ samples.counts / samples.shots)
        circuit = self._compiled.free(angles)
        bare = circuit.remove_final_measurements(inplace=False) or circuit
        operator = operator_of(self.ansatz).apply_layout(bare.layout, bare.num_qubits)
        pub = (bare, operator, self._compiled.values(circuit, angles))
        return float(self._estimator.run([pub], precision=1 / sqrt(shots)).result()[0].data.evs)

    def value(self, angles: Angles) -> float:
        """Expected cost by `shots` fresh shots or by the estimator; every call uses the next seed."""
        self._calls += 1
        return self.estimate(angles, self.shots, self.seed + self._calls)

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Refused: shots give no exact gradient; use SPSA or COBYLA."""
        raise UnsupportedError("a sampling backend has no exact gradient; optimise with spsa or cobyla")

    def probabilities(self, angles: Angles) -> NDArray[np.float64]:
        """Refused: only shots are seen."""
        raise UnsupportedError("a sampling backend shows shots, not probabilities")

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits `shots` times."""
        circuit = self._compiled.free(angles)
        result = self._chosen(seed).run([self._pub(circuit, angles)], shots=shots).result()[0]
        return self._compiled.samples(result.data.meas.get_counts())

    def resources(self, angles: Angles) -> Resources:
        """Size of the circuit that runs."""
        return self._compiled.resources(angles)

    def _pub(self, circuit: QuantumCircuit, angles: Angles) -> tuple[Any, ...]:
        values = self._compiled.values(circuit, angles)
        return (circuit, values) if values.size else (circuit,)

    def _chosen(self, seed: int) -> BaseSamplerV2:
        if self._sampler is not None:
            return self._sampler
        if self._backend is not None:
            return BackendSamplerV2(backend=self._backend, options={"seed_simulator": seed})
        return StatevectorSampler(seed=np.random.default_rng(seed))  # a number would give all circuits the same draws
