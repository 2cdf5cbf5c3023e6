"""Published QUBO files: read them, and find what was published."""

import numpy as np
import pytest

from optimise.core.errors import InputError
from quantum.readers import read_inh, read_qs, read_solution


@pytest.fixture
def qoblib(benchmarks):
    return benchmarks / "quantum" / "qoblib"


@pytest.mark.parametrize(
    "name",
    ["aves-sparrow-social", "chesapeake", "farm", "football", "ibm32", "johnson8-2-4", "karate",
     "mammalia-kangaroo-interactions"],
)  # fmt: skip
def test_independent_set_solution_has_its_published_size(qoblib, name):
    q = read_qs(qoblib / f"{name}.qs")
    path = qoblib / f"{name}.opt.sol"
    bits = read_solution(path, q.size)
    stated = next(float(x.split("=")[1]) for x in path.read_text().splitlines() if "Objective value" in x)
    assert bits.sum() == stated
    assert q.energy(bits) == -stated
    if q.size <= 20:
        assert q.brute_force()[0] == -stated


@pytest.mark.parametrize("name", ["002", "005", "007", "009"])
def test_market_split_optimum_is_zero(qoblib, name):
    q = read_qs(qoblib / f"ms_03_050_{name}.qs")
    assert q.energy(read_solution(qoblib / f"ms_03_050_{name}.opt.sol", q.size)) == 0
    assert q.brute_force()[0] == 0


@pytest.mark.parametrize("length", [4, 5, 6])
def test_labs_optimum_is_the_published_energy(qoblib, length):
    q = read_qs(qoblib / f"labs00{length}.qs")
    sequence = read_solution(qoblib / f"labs00{length}.opt.sol", q.size)
    stated = float((qoblib / f"labs00{length}.opt.sol").read_text().split("Energy:")[1].split()[0])
    best, _, _ = q.brute_force()
    assert best == stated
    products = np.arange(2 ** (q.size - sequence.size))  # complete the sequence by the best products
    tails = (products[:, None] >> np.arange(q.size - sequence.size)) & 1
    heads = np.broadcast_to(sequence, (products.size, sequence.size))
    assert q.energies(np.hstack([heads, tails])).min() == stated


def test_bad_files_name_the_line(tmp_path):
    path = tmp_path / "bad.qs"
    path.write_text("# ObjectiveOffset 0\n2 1\n2 1 3\n")
    with pytest.raises(InputError, match=r"bad.qs:3: .*upper triangle"):
        read_qs(path)
    path.write_text("2 1\n1 x 3\n")
    with pytest.raises(InputError, match=r"bad.qs:2"):
        read_qs(path)
    path.write_text("2 2\n1 1 3\n")
    with pytest.raises(InputError, match="2 entries announced, 1 found"):
        read_qs(path)
    with pytest.raises(InputError, match="no such file"):
        read_qs(tmp_path / "absent.qs")


def test_inh_instances_have_their_stated_optima(benchmarks):
    instances = read_inh(benchmarks / "quantum" / "inh" / "instances.json")
    small = [i for i in instances.values() if i.nurses**i.days <= 20_000]
    assert len(small) > 30
    for instance in small:
        best, _, ties = instance.onehot().brute_force()
        assert best == pytest.approx(instance.optimum, abs=1e-6), instance.name
        assert ties == instance.n_optimal, instance.name


def test_inh_penalty_keeps_the_one_hot_minimum(benchmarks):
    instance = read_inh(benchmarks / "quantum" / "inh" / "instances.json")["inh_n4_d5_p2"]
    best, bits, _ = instance.qubo().brute_force()
    assert best == pytest.approx(instance.optimum, abs=1e-9)
    assert instance.onehot().is_feasible(bits)


def test_inh_names_the_bad_instance(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('[{"name": "q", "nurses": 2}]')
    with pytest.raises(InputError, match=r"x.json: q: .*days"):
        read_inh(path)
