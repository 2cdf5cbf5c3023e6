"""Settings are checked, and places do not depend on where one stands later."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from pydantic import ValidationError

from optimise.serve.settings import Settings


def test_places_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = Settings(data=Path("here"))
    monkeypatch.chdir("/")
    assert made.data == tmp_path / "here"
    assert made.address == f"sqlite:///{tmp_path / 'here' / 'wardwise.db'}"


@pytest.mark.parametrize("wrong", [{"rate": "often"}, {"workers": 0}, {"memory": 0.1}, {"nonsense": 1}])
def test_nonsense_is_refused(wrong: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        Settings(data=tmp_path, **wrong)
