"""Sixty small models have the optima that two solvers found: wrong answers of a HiGHS version show here."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.quick

HERE = Path(__file__).resolve().parent
OPTIMA: dict[str, float | None] = json.loads((HERE / "small_models.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def small() -> ModuleType:
    spec = importlib.util.spec_from_file_location("small_models", HERE / "small_models.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("name", OPTIMA)
def test_the_optimum_is_the_known_one(name: str, small: ModuleType) -> None:
    assert small.same(small.by_highs(name), OPTIMA[name])


def test_there_are_sixty(small: ModuleType) -> None:
    assert list(OPTIMA) == small.NAMES
    assert len(OPTIMA) == 60
