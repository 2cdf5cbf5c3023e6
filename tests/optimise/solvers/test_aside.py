"""Calls on a thread of their own, which may be left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from optimise.solvers.aside import Aside, left_behind


def test_what_a_call_asks_for_is_done_by_its_caller() -> None:
    threads, told = list[str](), list[int]()

    def note(k: int) -> Callable[[], None]:
        return lambda: (told.append(k), threads.append(threading.current_thread().name))[0]

    def work() -> None:
        for k in range(3):
            aside.ask(note(k))
            assert told[-1] == k  # it waits for the answer

    aside = Aside(work)
    assert aside.wait(lambda: False)
    assert told == [0, 1, 2]
    assert set(threads) == {threading.current_thread().name}


def test_what_a_call_raises_comes_out_at_its_caller() -> None:
    def work() -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        Aside(work).wait(lambda: False)


def test_a_call_that_hears_in_time_ends() -> None:
    beats = threading.Event()

    def work() -> None:
        while not aside.stopping:
            beats.wait(0.001)

    aside = Aside(work)
    assert aside.wait(lambda: True)


def test_a_call_that_hears_nothing_is_left_behind_and_no_longer_answered() -> None:
    go_on, told = threading.Event(), list[int]()

    def work() -> None:
        go_on.wait()
        aside.ask(lambda: told.append(1))

    aside = Aside(work)
    assert not aside.wait(lambda: True)
    assert aside.stopping
    assert left_behind()
    go_on.set()
    aside.join()
    assert told == []
    assert not left_behind()


def test_a_caller_that_is_interrupted_leaves_too() -> None:
    go_on = threading.Event()

    def interrupted() -> bool:
        raise KeyboardInterrupt

    aside = Aside(lambda: (go_on.wait(), aside.ask(lambda: None))[1])
    with pytest.raises(KeyboardInterrupt):
        aside.wait(interrupted)
    go_on.set()
    aside.join()
