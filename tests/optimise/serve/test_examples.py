"""Made-up documents are the same each time, and the service takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

pytest.importorskip("fastapi")

from optimise.core.kinds import kind_of
from optimise.serve.examples import example
from optimise.serve.questions import accept


@pytest.mark.parametrize(("name", "kind"), [("ward", "roster"), ("hospital", "hospital")])
def test_examples_are_read(tmp_path: Path, name: Literal["ward", "hospital"], kind: str) -> None:
    made = example(name)
    assert made == example(name)
    (tmp_path / "made.json").write_bytes(made)
    assert kind_of(accept(tmp_path / "made.json")).name == kind
