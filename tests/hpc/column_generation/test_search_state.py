"""The state of a search is read back as it was stored, also by versions with other fields and kinds."""

from __future__ import annotations

from dataclasses import asdict

from hpc.column_generation.search_state import KINDS, SearchState, state_of


def test_a_stored_state_is_read_back() -> None:
    state = SearchState(round=7, size=9.5, closing=True, hasty=False, since_gain=3)
    state.gains[2] = 4.5
    assert state_of(asdict(state)) == state
    assert state_of({}) == SearchState()


def test_fields_get_their_types_and_unknown_ones_are_left_out() -> None:
    state = state_of({"round": 7.0, "closing": 1.0, "since another version": 3.0})
    assert (state.round, state.closing) == (7, True)
    assert isinstance(state.round, int)
    assert not hasattr(state, "since another version")


def test_kinds_that_a_version_did_not_know_begin_at_nothing() -> None:
    state = state_of({"tries": [3.0, 1.0], "gains": [2.0] * len(KINDS)})  # type: ignore[dict-item]
    assert state.tries == [3.0, 1.0] + [0.0] * (len(KINDS) - 2)
    assert state.gains == [2.0] * len(KINDS)
    assert SearchState().tries == [0.0] * len(KINDS)  # no list is shared
