"""The door for researchers: encodings, their circuits in three formats, their models, and the way back to a plan."""

import io

import dimod
import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
from qiskit import qasm3, qpy, transpile
from qiskit.primitives import StatevectorEstimator, StatevectorSampler
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit.quantum_info import Operator, Statevector

import optimise
import quantum
from optimise.core.errors import InputError, UnsupportedError
from optimise.hospital.problem import HospitalPlan
from optimise.roster.problem import Roster
from optimise.solvers.highs_factory import make_highs
from quantum import OneHot, Qubo
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.encoding import Encoding
from quantum.energy import EnergyProblem
from quantum.mixers import Grover, X, XYComplete, XYRing
from quantum.readers.qoblib import read_qs
from quantum.simulators import simulator
from quantum.states import relaxed_start, warm_start
from quantum.testing import example
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def ward():
    return optimise.read(ROOT / "examples" / "ward4x7.json")


def qubo(n=4, seed=0):
    return Qubo.from_matrix(np.random.default_rng([n, seed]).normal(size=(n, n)), 0.7)


def thirty():
    """Thirty circuits: two problems a mixer, uniform and warm, one to three layers, angles common and by mixer."""
    for seed in range(3):
        for mixer in (XYComplete(), XYRing(), Grover()):
            p = example((2, 3), seed)
            yield f"{mixer.name} {seed}", Ansatz(p, mixer), seed + 1, False
            yield f"{mixer.name} warm {seed}", Ansatz(p, mixer, warm_start(p, [1, 2], 0.3)), seed + 1, True
        for size in (3, 4):
            yield f"x {size} {seed}", Ansatz(qubo(size, seed), X()), seed + 1, False
            start = relaxed_start(np.linspace(0, 1, size), 0.2)
            yield f"x warm {size} {seed}", Ansatz(qubo(size, seed), X(), start), seed + 1, True


CASES = [pytest.param(*c[1:], id=c[0]) for c in thirty()]
assert len(CASES) == 30


def angles_of(ansatz, depth, per_mixer):
    rng = np.random.default_rng(3)
    return Angles(rng.normal(size=depth), rng.normal(size=(depth, ansatz.mixers) if per_mixer else depth))


def same_unitary(first, second):
    """Whether circuits prepare the same state up to a global phase."""
    a, b = Statevector(first).data, Statevector(second).data
    return abs(abs(np.vdot(a, b)) - 1) < 1e-9


@pytest.mark.parametrize(("ansatz", "depth", "per_mixer"), CASES)
def test_free_circuits_bind_to_the_circuit_of_their_angles(ansatz, depth, per_mixer):
    angles = angles_of(ansatz, depth, per_mixer)
    free = ansatz.parametric(depth, per_mixer=per_mixer)
    assert free.num_parameters == depth * (1 + (ansatz.mixers if per_mixer else 1))
    bound = free.assign_parameters(ansatz.binding(free, angles))
    np.testing.assert_allclose(Statevector(bound).data, Statevector(ansatz.circuit(angles)).data, atol=1e-9)


@pytest.mark.parametrize(("ansatz", "depth", "per_mixer"), CASES)
def test_circuits_round_trip_through_qpy_with_free_parameters(ansatz, depth, per_mixer):
    free = ansatz.parametric(depth, per_mixer=per_mixer)
    stream = io.BytesIO()
    qpy.dump(free, stream)
    stream.seek(0)
    back = qpy.load(stream)[0]
    angles = angles_of(ansatz, depth, per_mixer)
    bound = back.assign_parameters(ansatz.binding(back, angles))
    np.testing.assert_allclose(Statevector(bound).data, Statevector(ansatz.circuit(angles)).data, atol=1e-9)


@pytest.mark.parametrize(("ansatz", "depth", "per_mixer"), CASES)
def test_circuits_round_trip_through_openqasm_3(ansatz, depth, per_mixer):
    pytest.importorskip("qiskit_qasm3_import")
    angles = angles_of(ansatz, depth, per_mixer)
    assert same_unitary(qasm3.loads(qasm3.dumps(ansatz.circuit(angles))), ansatz.circuit(angles))


def test_openqasm_3_keeps_free_parameters():
    pytest.importorskip("qiskit_qasm3_import")
    encoding = quantum.encode(example((2, 3)))
    text = encoding.to_qasm3(2)
    assert "input float" in text
    back = qasm3.loads(text)
    ansatz, angles = encoding.ansatz(), Angles([0.3, 0.2], [-0.4, -0.1])
    names = {p.name: p for p in back.parameters}
    values = dict(zip(sorted(n for n in names if "gamma" in n), angles.gamma))
    values |= dict(zip(sorted(n for n in names if "beta" in n), angles.beta))
    bound = back.assign_parameters({names[n]: v for n, v in values.items()})
    assert same_unitary(bound, ansatz.circuit(angles))


def test_one_transpiled_circuit_is_bound_many_times():
    ansatz = Ansatz(example((2, 2)), XYComplete())
    done = transpile(ansatz.parametric(2), basis_gates=["cx", "rz", "sx", "x"], optimization_level=2)
    for seed in range(3):
        angles = Angles(*np.random.default_rng(seed).normal(size=(2, 2)))
        bound = done.assign_parameters(ansatz.binding(done, angles))
        assert same_unitary(bound, ansatz.circuit(angles))
    with pytest.raises(InputError, match="more layers"):
        ansatz.binding(done, Angles([0.1], [0.1]))


def test_a_ward_goes_to_bits_and_back(ward):
    encoding = quantum.encode(ward, people=3, days=[4, 6])
    assert isinstance(encoding, Encoding)
    best, choices, _ = encoding.energy.brute_force()
    plan = encoding.decode(encoding.energy.bits(choices))
    assert isinstance(plan, Roster)
    if encoding.exact:
        found = ward.evaluate(plan)
        assert best == pytest.approx(encoding.true_cost(choices))
        assert found.hard == 0 or best > found.cost
    broken = np.zeros(encoding.qubits, dtype=np.int8)
    assert isinstance(encoding.decode(broken), Roster)
    named = quantum.encode(ward, people=[ward.employees[0].id], days=[0, 1], name="one")
    assert (named.name, named.energy.blocks) == ("one", 1)


def test_beds_go_to_bits_and_back():
    beds = optimise.read(ROOT / "examples" / "beds6.json")
    encoding = quantum.encode(beds)
    best, choices, _ = encoding.energy.brute_force()
    plan = encoding.decode(encoding.energy.bits(choices))
    assert isinstance(plan, HospitalPlan)
    assert beds.evaluate(plan).cost == pytest.approx(best)


def test_a_model_goes_to_bits_and_back():
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(3), domain=pyo.Binary)
    model.goal = pyo.Objective(expr=model.x[0] + 2 * model.x[1] + 3 * model.x[2])
    model.one = pyo.Constraint(expr=sum(model.x.values()) >= 1)
    encoding = quantum.encode(model)
    _, bits, _ = encoding.energy.brute_force()
    assert encoding.decode(bits) == {"x[0]": 1, "x[1]": 0, "x[2]": 0}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"peple": 3}, "no option 'peple' for a roster; it has: plan, people, days"),
        ({"people": ["Nobody"]}, "nobody called 'Nobody'"),
        ({"people": 99}, "99 of 4 cannot be opened"),
        ({"days": [3, 9]}, "within 0 to 6"),
        ({"blocks": "direct", "most": 5}, "most is for sequence blocks"),
        ({"cover": "maybe"}, "option cover"),
        ({"plan": 3}, "a roster is opened, not a int"),
    ],
    ids=lambda value: "",
)
def test_cuts_that_are_not_there_are_refused(ward, options, said):
    with pytest.raises(InputError, match=said):
        quantum.encode(ward, **options)


def test_what_has_no_energy_is_refused():
    with pytest.raises(UnsupportedError, match="a str has no energy"):
        quantum.encode("ward")
    with pytest.raises(InputError, match="no option 'people' for an energy"):
        quantum.encode(qubo(), people=3)
    with pytest.raises(InputError, match="no use for a penalty"):
        quantum.encode(example()).circuit(1, penalty=3.0)
    with pytest.raises(InputError, match="has no blocks"):
        quantum.encode(qubo()).qubo(3.0)
    with pytest.raises(InputError, match="expected 9 bits"):
        quantum.encode(example()).decode([0, 1])


@pytest.mark.parametrize("energy", [qubo(5), example((2, 3)), example((2, 3)).qubo.to_ising()], ids=str)
def test_every_form_of_an_energy_is_the_same_energy(energy):
    encoding = quantum.encode(energy)
    n = encoding.qubits
    bits = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1
    expected = encoding.qubo().energies(bits)
    bqm = encoding.to_bqm()
    np.testing.assert_allclose(bqm.energies((bits, list(range(n)))), expected)
    operator = encoding.operator("upper-lower") if isinstance(energy, OneHot) else encoding.operator()
    np.testing.assert_allclose(np.diag(Operator(operator).data).real, expected, atol=1e-8)
    np.testing.assert_allclose(np.diag(Operator(encoding.operator()).data).real, encoding.energies(bits), atol=1e-8)


def test_qs_text_reads_back(tmp_path):
    encoding = quantum.encode(example((2, 3)))
    text = encoding.to_qs(tmp_path / "a.qs")
    assert (tmp_path / "a.qs").read_text() == text
    np.testing.assert_allclose(read_qs(tmp_path / "a.qs").diagonal(), encoding.qubo().diagonal())


@pytest.mark.parametrize("energy", [qubo(5), example((2, 3))], ids=["bits", "blocks"])
def test_lp_text_is_the_same_model_for_other_readers(energy, tmp_path):
    """dimod reads objective and rows; HiGHS at least accepts the text."""
    encoding = quantum.encode(energy)
    text = encoding.to_lp(tmp_path / "a.lp")
    cqm = dimod.lp.loads(text)
    assert len(cqm.constraints) == 1 + (energy.blocks if isinstance(energy, OneHot) else 0)
    n = encoding.qubits
    for index in range(1 << n):
        bits = (index >> np.arange(n)) & 1
        sample = {f"x{i}": int(b) for i, b in enumerate(bits)} | {"one": 1}
        sample = {name: value for name, value in sample.items() if name in cqm.variables}
        assert cqm.objective.energy(sample) == pytest.approx(float(encoding.energies(bits[None])[0]))
        assert cqm.check_feasible(sample) == bool(encoding.is_feasible(bits[None])[0])
    solver = make_highs()
    assert solver.readModel(str(tmp_path / "a.lp")) == highspy.HighsStatus.kOk
    assert solver.getNumCol() == n + 1


def test_the_addon_of_qiskit_gets_the_same_problem():
    pytest.importorskip("qiskit_addon_opt_mapper")
    energy = example((2, 3))
    made = quantum.encode(energy).to_opt_mapper()
    assert made.get_num_binary_vars() == 5
    assert made.get_num_linear_constraints() == 2
    for index in range(energy.states):
        bits = energy.bits(energy.choices(np.array([index])))[0]
        assert made.objective.evaluate(bits.tolist()) == pytest.approx(energy.qubo.energy(bits))


def test_an_encoding_is_a_problem_of_solve():
    result = optimise.solve(quantum.encode(example(), name="mine").problem(), "brute-force")
    assert result.cost == pytest.approx(example().brute_force()[0])
    assert quantum.encode(example(), name="mine").problem().name == "mine"
    back = quantum.encode(EnergyProblem("p", "f", example(), penalty=4.0))
    assert (back.name, back.penalty) == ("p", 4.0)
    assert len(repr(back)) < 100


@pytest.mark.parametrize("given", ["default", "backend", "sampler", "estimator"])
def test_v2_primitives_run_qaoa_without_aer(given):
    """Qiskit's own primitives, and a fake backend that the circuit is compiled to."""
    energy = example((2, 2))
    options = {
        "default": {},
        "backend": {"backend": GenericBackendV2(4, seed=1)},
        "sampler": {"sampler": StatevectorSampler(seed=1)},
        "estimator": {"estimator": StatevectorEstimator(seed=1)},
    }[given]
    chosen = quantum.QaoaOptions(depth=1, simulator="primitive", evaluations=8, shots=400, simulator_options=options)
    run = quantum.qaoa(energy, chosen, seed=2)
    assert run.feasible
    exact = simulator(run.ansatz)
    noise = 0.0 if given != "backend" else 1.0  # a generic backend has errors
    assert run.value == pytest.approx(exact.value(run.angles), abs=0.3 + noise)
    assert run.simulator.resources(run.angles).qubits == 4


@pytest.fixture(scope="module")
def beds():
    problem = optimise.read(ROOT / "examples" / "beds6.json")
    return problem, quantum.encode(problem)


def bits_of(encoding, choices):
    return encoding.energy.bits(np.asarray(choices)).astype(np.int8)


def test_room_sets_are_exact_just_where_the_plan_keeps_the_hard_rules(beds):
    problem, encoding = beds
    assert (encoding.exactness, encoding.exact_on) == ("exact where hard rules hold", "rules")
    every = encoding.energy.choices(np.arange(encoding.energy.states))
    kept = encoding.keeps_rules(encoding.energy.bits(every[::60]).astype(np.int8))
    placed = [c for c in every if (np.asarray(encoding.mended(c)).size == 0)]
    assert len(placed) > 10
    assert kept.sum() < kept.size
    bits = np.array([bits_of(encoding, c) for c in placed[:12]])
    assert encoding.keeps_rules(bits).all()
    for row in bits:
        plan = problem.evaluate(encoding.decode(row, repair=False))
        assert (plan.hard, plan.cost) == (0, pytest.approx(encoding.energies(row[None])[0]))


def test_a_patient_in_two_rooms_is_refused_where_no_repair_is_asked(beds):
    _, encoding = beds
    bits = bits_of(encoding, [26, 14, 3])
    assert encoding.is_feasible(bits[None])[0]  # every block has one choice
    assert not encoding.keeps_rules(bits[None])[0]
    assert isinstance(encoding.decode(bits), HospitalPlan)
    with pytest.raises(InputError, match=r"patient .* lies in \d rooms, not 1.*decode repairs it if asked"):
        encoding.decode(bits, repair=False)


def test_broken_blocks_are_refused_where_no_repair_is_asked(ward):
    encoding = quantum.encode(ward, people=2, days=[5, 6])
    assert encoding.exactness == "exact"
    bits = bits_of(encoding, [0, 0])
    assert encoding.decode(bits, repair=False) == encoding.decode(bits)
    assert encoding.keeps_rules(bits[None])[0] == (ward.evaluate(encoding.decode(bits)).hard == 0)
    bits[1] = 1
    with pytest.raises(InputError, match="block 0 has 2 choices set, not 1"):
        encoding.decode(bits, repair=False)
    assert not encoding.keeps_rules(bits[None])[0]


def test_what_is_not_known_of_hard_rules_is_said():
    made = Encoding("e", example((2, 2), 0), decoder=lambda choices: choices)
    with pytest.raises(UnsupportedError, match="hard rules of a plan are not known"):
        made.keeps_rules(np.array([[1, 0, 1, 0]]))


def test_variables_of_a_bqm_stand_in_order():
    energy = Qubo(np.zeros(4), rows=np.array([0, 2]), cols=np.array([3, 3]), values=np.array([5.0, -2.0]))
    model = Encoding("e", energy).to_bqm()
    assert list(model.variables) == [0, 1, 2, 3]
    bits = np.random.default_rng(0).integers(0, 2, (8, 4))
    assert model.energies((bits, list(model.variables))) == pytest.approx(energy.energies(bits))


def test_a_linear_model_is_solved_by_highs(ward, tmp_path):
    encoding = quantum.encode(ward, people=2, days=[5, 6])
    encoding.to_lp(tmp_path / "ward.lp", linear=True)
    solver = make_highs({})
    assert solver.readModel(str(tmp_path / "ward.lp")) == highspy.HighsStatus.kOk
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert solver.getInfo().objective_function_value == pytest.approx(encoding.energy.brute_force()[0])
