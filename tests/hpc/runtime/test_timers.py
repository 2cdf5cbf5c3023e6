"""Seconds by phase: waiting for other ranks is told apart from the phase around it."""

from __future__ import annotations

from hpc.runtime.timers import Timers, WaitingComm
from optimise.core.breadcrumb import last
from optimise.core.method import SerialComm


def test_waiting_is_idle_and_the_phase_around_it_goes_on() -> None:
    timers = Timers()
    with timers("merging"):
        with timers.waiting():
            assert last() == "idle"
        assert last() == "merging"
    assert 0.0 < timers.seconds["idle"] <= timers.seconds["merging"]


def test_calls_of_a_waiting_communicator_are_those_of_the_one_inside() -> None:
    timers = Timers()
    comm = WaitingComm(SerialComm(), timers)
    assert (comm.rank, comm.size, comm.bcast(1), comm.allgather(2), comm.gather(3)) == (0, 1, 1, [2], [3])
    comm.barrier()
    assert timers.seconds["idle"] > 0.0
