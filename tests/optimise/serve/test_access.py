"""Tokens and their pace."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from fastapi import HTTPException

from optimise.serve.access import Access
from optimise.serve.store import Store


def test_a_token_has_its_pace_and_others_have_theirs(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    mine, other = store.new_token("a"), store.new_token("b")
    access = Access(store, "2/hour")
    assert [access.tenant(mine), access.tenant(mine), access.tenant(other)] == ["a", "a", "b"]
    with pytest.raises(HTTPException) as told:
        access.tenant(mine)
    assert told.value.status_code == 429
    for token in (None, "wardwise_nobody"):
        with pytest.raises(HTTPException) as told:
            access.tenant(token)
        assert told.value.status_code == 401
    store.close()


def test_who_asked_is_known_without_the_database_and_still_held_to_the_pace(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    token = store.new_token("a")
    secret = store.open_session(token, 60.0)
    assert secret is not None
    access = Access(store, "4/hour")
    assert access.known(token, session=False) is None
    assert (access.tenant(token), access.guest(secret)) == ("a", "a")
    store.close()
    assert (access.known(token, session=False), access.known(secret, session=True)) == ("a", "a")
    assert access.known(token, session=True) is access.known(secret, session=False) is None
    with pytest.raises(HTTPException) as told:
        access.known(secret, session=True)  # its calls are those of the token
    assert told.value.status_code == 429
    access.forget(secret)
    assert access.known(secret, session=True) is None


def test_a_revoked_token_counts_no_more_a_second_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    token, clock = store.new_token("a"), [100.0]
    monkeypatch.setattr("optimise.serve.access.time.monotonic", lambda: clock[0])
    access = Access(store, "9/hour")
    access.tenant(token)
    store.revoke("a")
    assert access.known(token, session=False) == "a"
    clock[0] += 1.0
    assert access.known(token, session=False) is None
    with pytest.raises(HTTPException):
        access.tenant(token)
    store.close()
