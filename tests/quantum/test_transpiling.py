"""The transpiler under threads."""

from concurrent.futures import ThreadPoolExecutor

from qiskit import QuantumCircuit

from quantum.transpiling import transpiled


def circuit(qubits: int) -> QuantumCircuit:
    made = QuantumCircuit(qubits)
    for q in range(qubits - 1):
        made.rzz(0.3, q, q + 1)
        made.rx(0.2, q)
    return made


def test_threads_get_what_one_thread_gets() -> None:
    options = {"basis_gates": ["cx", "rz", "sx", "x"], "optimization_level": 1, "seed_transpiler": 1}
    sizes = [2, 3, 4, 5] * 4
    alone = [transpiled(circuit(n), **options).count_ops() for n in sizes]
    with ThreadPoolExecutor(4) as pool:
        together = [made.count_ops() for made in pool.map(lambda n: transpiled(circuit(n), **options), sizes)]
    assert together == alone
