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
