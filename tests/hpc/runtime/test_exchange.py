"""Messages that nobody waits for: they reach everybody, in order, and the end leaves none behind."""

from __future__ import annotations

from typing import Any

import pytest
from thread_comm import TalkingComm, together

from hpc.runtime.exchange import Exchange, can_exchange
from optimise.core.method import SerialComm

MOST = 32


class Silent(TalkingComm):
    """A rank of many whose messages nobody receives."""

    def __init__(self, size: int, rank: int) -> None:
        self.size, self.rank, self.sent = size, rank, list[Any]()

    def Dup(self) -> Silent:
        return self

    def issend(self, message: Any, dest: int, tag: int) -> Any:
        self.sent.append(message)
        return self

    def improbe(self, tag: int) -> None:
        return None

    def test(self) -> tuple[bool, None]:
        return False, None


@pytest.mark.parametrize("size", [2, 3, 4, 5, 7, 8, 13, 1024])
def test_links_reach_everybody_in_few_steps(size: int) -> None:
    links = [Exchange(Silent(size, rank), 4, MOST).links for rank in range(size)]
    reached, steps = {size - 1}, 0
    while len(reached) < size:
        reached |= {r for rank in reached for r in links[rank]}
        steps += 1
    assert steps <= 2 * (size - 1).bit_length()
    assert all(rank in links[other] for rank in range(size) for other in links[rank])


def test_groups_are_ranks_that_follow_one_another() -> None:
    assert Exchange(Silent(6, 1), 4, MOST).peers == (0, 2, 3)
    assert Exchange(Silent(6, 5), 4, MOST).peers == (4,)
    assert Exchange(Silent(6, 5), 1, MOST).peers == ()


def test_a_rank_that_does_not_listen_costs_the_oldest_messages_only() -> None:
    exchange = Exchange(comm := Silent(2, 0), 2, MOST)
    for number in range(3 * MOST):
        exchange.send(number, [1])
    assert comm.sent == [(0, 0)]  # the first is under way
    assert [number for _, number in exchange._waiting[1]] == list(range(2 * MOST, 3 * MOST))


@pytest.mark.parametrize("size", [2, 5])
def test_messages_come_in_order_and_none_is_left_at_the_end(size: int) -> None:
    def rank(comm: TalkingComm) -> list[tuple[int, Any]]:
        exchange, heard = Exchange(comm, size, MOST), list[tuple[int, Any]]()
        for number in range(20):
            exchange.send(number, exchange.peers)
            heard += exchange.read()
        exchange.close()
        return heard + exchange._read

    for me, heard in enumerate(together(size, rank, TalkingComm)):
        for other in set(range(size)) - {me}:
            assert [number for sender, number in heard if sender == other] == list(range(20))


def test_one_rank_has_nobody_to_speak_to() -> None:
    exchange = Exchange(SerialComm(), 4, MOST)
    exchange.send("hello", exchange.peers)
    assert exchange.read() == []
    exchange.close()


def test_communicators_without_such_messages_are_told() -> None:
    assert can_exchange(SerialComm())
    assert can_exchange(Silent(2, 0))
    assert together(2, can_exchange) == [False, False]
