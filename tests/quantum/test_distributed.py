"""The state split over ranks: serial stand-in, and real MPI."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from optimise.core.errors import UnsupportedError
from quantum import OneHot, Qubo
from quantum.angles import Angles
from quantum.mixers import XYComplete, XYRing
from quantum.simulators.distributed import DistributedOneHotSpace
from quantum.simulators.onehotspace import OneHotSpace
from tests.conftest import ROOT


class OneRank:
    rank, size = 0, 1

    def allreduce(self, value):
        return value

    def allgather(self, value):
        return [value]


def problem(sizes, seed=0):
    n = sum(sizes)
    return OneHot(Qubo.from_matrix(np.random.default_rng(seed).normal(size=(n, n)), 0.4), sizes)


@pytest.mark.parametrize("sizes", [(2, 3), (3, 2, 4), (4,) * 7, (3, 5, 2, 4, 3, 6, 2)])
@pytest.mark.parametrize("mixer", [XYComplete(), XYRing()], ids=lambda m: m.name)
def test_one_rank_equals_the_local_simulator(sizes, mixer):
    p, rng = problem(sizes), np.random.default_rng(1)
    for depth in (0, 1, 2, 3):
        angles = Angles(rng.normal(size=depth), rng.normal(size=depth))
        local, split = OneHotSpace(p, mixer), DistributedOneHotSpace(p, mixer, OneRank())
        assert split.value(angles) == pytest.approx(local.value(angles), abs=1e-9)
        index, amplitudes = split.amplitudes(angles)
        assert np.abs(amplitudes - local.amplitudes(angles)[index]).max() < 1e-12
        assert sorted(index.tolist()) == list(range(p.states))
        (a, da), (b, db) = local.value_and_gradient(angles), split.value_and_gradient(angles)
        assert a == pytest.approx(b, abs=1e-9)
        np.testing.assert_allclose(da.vector(), db.vector(), atol=1e-9)


def test_too_many_ranks_are_refused():
    class Many(OneRank):
        size = 50

    with pytest.raises(UnsupportedError, match="50 ranks are too many"):
        DistributedOneHotSpace(problem((3, 2, 4)), XYRing(), Many())


@pytest.mark.mpi
@pytest.mark.parametrize("ranks", [2, 3])
def test_real_ranks_equal_the_local_simulator(ranks, mpiexec):
    pytest.importorskip("mpi4py")
    script = textwrap.dedent(
        """
        import numpy as np
        from mpi4py import MPI
        from quantum import OneHot, Qubo
        from quantum.angles import Angles
        from quantum.mixers import XYComplete
        from quantum.simulators.distributed import DistributedFullSpace, DistributedOneHotSpace
        from quantum.simulators.fullspace import FullSpace
        from quantum.simulators.onehotspace import OneHotSpace
        sizes = (4, 3, 2, 5, 2, 3)
        n = sum(sizes)
        p = OneHot(Qubo.from_matrix(np.random.default_rng(0).normal(size=(n, n))), sizes)
        comm = MPI.COMM_WORLD
        split, local = DistributedOneHotSpace(p, XYComplete(), comm), OneHotSpace(p, XYComplete())
        for depth in (1, 2, 3):
            angles = Angles(np.full(depth, 0.3), np.full(depth, -0.4))
            assert abs(split.value(angles) - local.value(angles)) < 1e-10
            found, wanted = split.value_and_gradient(angles), local.value_and_gradient(angles)
            assert abs(found[0] - wanted[0]) < 1e-10
            assert np.abs(found[1].vector() - wanted[1].vector()).max() < 1e-10
            index, amplitudes = split.amplitudes(angles)
            assert np.abs(amplitudes - local.amplitudes(angles)[index]).max() < 1e-12
            assert comm.allreduce(index.size) == p.states
        samples = split.sample(angles, 1000, 1)
        assert samples.shots == 1000
        q = Qubo.from_matrix(np.random.default_rng(0).normal(size=(10, 10)), 0.3)
        split, local = DistributedFullSpace(q, comm), FullSpace(q)
        found, wanted = split.value_and_gradient(angles), local.value_and_gradient(angles)
        assert abs(found[0] - wanted[0]) < 1e-10
        assert np.abs(found[1].vector() - wanted[1].vector()).max() < 1e-10
        index, amplitudes = split.amplitudes(angles)
        assert np.abs(amplitudes - local.amplitudes(angles)[index]).max() < 1e-12
        samples = split.sample(angles, 100, 1)
        assert np.allclose(q.energies(samples.bits), samples.energies)
        print("rank", comm.rank, "agrees")
        """
    )
    done = subprocess.run(
        [mpiexec, "-n", str(ranks), sys.executable, "-c", script],
        cwd=ROOT, capture_output=True, text=True, timeout=290, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("agrees") == ranks


@pytest.mark.mpi
@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_of_a_node_share_one_state(ranks, mpiexec):
    pytest.importorskip("mpi4py")
    script = textwrap.dedent(
        """
        import numpy as np
        from mpi4py import MPI
        from quantum import OneHot, Qubo
        from quantum.angles import Angles
        from quantum.mixers import XYComplete, XYRing
        from quantum.simulators.fullspace import FullSpace
        from quantum.simulators.onehotspace import OneHotSpace
        from quantum.simulators.team import NodeTeam

        rng = np.random.default_rng(0)
        made = NodeTeam(MPI.COMM_WORLD)
        small, large = (OneHot(Qubo.from_matrix(rng.normal(size=(4 * m, 4 * m)), 0.4), (4,) * m) for m in (3, 7))
        full = Qubo.from_matrix(rng.normal(size=(14, 14)), 0.4)
        for depth in (1, 2):
            angles = Angles(rng.normal(size=depth), rng.normal(size=depth))
            pairs = [
                (OneHotSpace(p, mixer), OneHotSpace(p, mixer, team=made))
                for p in (small, large) for mixer in (XYComplete(), XYRing())
            ]
            pairs.append((FullSpace(full), FullSpace(full, team=made)))
            for alone, shared in pairs:
                assert abs(alone.value(angles) - shared.value(angles)) < 1e-9
                assert np.abs(alone.amplitudes(angles) - shared.amplitudes(angles)).max() < 1e-12
                (a, da), (b, db) = alone.value_and_gradient(angles), shared.value_and_gradient(angles)
                assert abs(a - b) < 1e-9
                assert np.abs(da.vector() - db.vector()).max() < 1e-9
        MPI.COMM_WORLD.Barrier()
        made.close()
        """
    )
    done = subprocess.run(
        [mpiexec, "-n", str(ranks), sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(threads):
    p, rng = problem((4,) * 8), np.random.default_rng(1)
    angles = Angles(rng.normal(size=2), rng.normal(size=(2, 8)))
    one, several = OneHotSpace(p, XYComplete()), OneHotSpace(p, XYComplete(), threads=threads)
    assert several.value(angles) == pytest.approx(one.value(angles), abs=1e-9)
    a, b = one.value_and_gradient(angles)[1], several.value_and_gradient(angles)[1]
    np.testing.assert_allclose(a.vector(), b.vector(), atol=1e-9)
