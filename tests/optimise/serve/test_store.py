"""The database of the service: each tenant sees its own, each job has one end."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")

from optimise.core.errors import InputError, WardwiseError
from optimise.serve.store import PREFIX, Store
from optimise.serve.tables import State


@pytest.fixture
def store(tmp_path: Path):
    made = Store(f"sqlite:///{tmp_path / 'x.db'}")
    yield made
    made.close()


def submitted(store: Store, tenant: str = "a", most: int = 100) -> str:
    job = uuid.uuid4().hex
    store.submit(tenant, job, {"seconds": 1.0}, most)
    return job


def test_a_token_tells_its_tenant_and_is_kept_by_its_hash_alone(store: Store, tmp_path: Path) -> None:
    token = store.new_token("north-trust", "planner")
    assert token.startswith(PREFIX)
    assert store.tenant_of(token) == "north-trust"
    assert store.tenant_of(token + "x") is None
    rows = sqlite3.connect(tmp_path / "x.db").execute("select * from tokens").fetchall()
    assert token not in str(rows)
    assert store.revoke("north-trust") == 1
    assert store.tenant_of(token) is None
    assert store.tenants() == []


@pytest.mark.parametrize("name", ["", "North", "a b", "../x", "a" * 64])
def test_a_tenant_has_a_plain_name(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="tenant"):
        store.new_token(name)


def test_a_job_of_another_tenant_is_unknown(store: Store) -> None:
    job = submitted(store, "a")
    assert store.job("b", job) is None
    assert list(store.jobs("b")) == []
    assert not store.ask("b", job, "cancel")
    assert store.claim(job, "here")
    assert store.end(job, State.FINISHED)
    assert not store.forget("b", job)
    assert store.forget("a", job)


def test_only_one_gets_a_job_and_it_ends_once(store: Store) -> None:
    job = submitted(store)
    assert [store.claim(job, host) for host in ("one", "two")] == [True, False]
    assert [store.end(job, State.FINISHED), store.end(job, State.LOST)] == [True, False]
    row = store.job("a", job)
    assert row is not None
    assert (row["state"], row["attempts"], row["host"]) == ("finished", 1, "one")


def test_tenants_take_turns(store: Store) -> None:
    mine = [submitted(store, "a") for _ in range(3)]
    other = submitted(store, "b")
    assert [row["id"] for row in store.waiting(3)] == [mine[0], other, mine[1]]
    store.claim(mine[0], "here")
    assert [row["id"] for row in store.waiting(1)] == [other]


def test_a_tenant_has_no_more_jobs_than_it_may(store: Store) -> None:
    submitted(store, "a", 1)
    with pytest.raises(WardwiseError, match="1 jobs wait or run"):
        submitted(store, "a", 1)
    submitted(store, "b", 1)


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_is_asked(store: Store) -> None:
    waits, runs = submitted(store), submitted(store)
    store.claim(runs, "here")
    assert store.ask("a", waits, "cancel")
    assert store.ask("a", runs, "finish")
    states = {row["id"]: (row["state"], row["asked"]) for row in store.jobs("a")}
    assert states == {waits: ("cancelled", ""), runs: ("running", "finish")}
    assert not store.ask("a", waits, "finish")
    assert not store.forget("a", runs)


def test_a_start_that_was_nobodys_fault_does_not_count(store: Store) -> None:
    job = submitted(store)
    for counts, attempts in ((False, 0), (True, 1)):
        store.claim(job, "here")
        assert store.again(job, counts=counts)
        row = store.job("a", job)
        assert row is not None
        assert (row["state"], row["attempts"]) == ("queued", attempts)


def test_what_was_done_is_noted(store: Store) -> None:
    store.note("a", "submit", "1" * 32, 201)
    assert [(row["action"], row["status"]) for row in store.noted("a")] == [("submit", 201)]
    assert list(store.noted("b")) == []
    assert store.counts() == dict.fromkeys(map(str, State), 0)


def test_what_is_sent_again_with_its_key_is_the_same_job(store: Store) -> None:
    first = submitted(store)
    keyed = store.submit("a", uuid.uuid4().hex, {}, 100, ("k", "sent"))
    assert keyed != first
    assert store.submitted("a", "k", "sent") == keyed
    assert store.submit("a", uuid.uuid4().hex, {}, 100, ("k", "sent")) == keyed
    assert len(store.jobs("a")) == 2
    with pytest.raises(InputError, match="something else"):
        store.submit("a", uuid.uuid4().hex, {}, 100, ("k", "other"))


def test_a_key_is_of_one_tenant_and_lasts_as_long_as_its_job(store: Store) -> None:
    job = store.submit("a", uuid.uuid4().hex, {}, 100, ("k", "sent"))
    assert store.submitted("b", "k", "other") is None
    assert store.ask("a", job, "cancel")
    assert store.forget("a", job)
    assert store.submitted("a", "k", "other") is None


def test_a_key_of_a_job_that_was_refused_is_free(store: Store) -> None:
    with pytest.raises(WardwiseError, match="wait or run"):
        store.submit("a", uuid.uuid4().hex, {}, 0, ("k", "sent"))
    assert store.submitted("a", "k", "other") is None
