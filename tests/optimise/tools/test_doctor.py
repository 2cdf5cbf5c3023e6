"""The doctor finds what is here, outlives what is broken, and advises on what is missing."""

from __future__ import annotations

import pytest

from optimise.tools import doctor


def test_it_examines_everything_and_finds_the_core_in_order() -> None:
    found = {f.name: f for f in doctor.examine()}
    assert {"Python", "machine", "HiGHS", "Numba", "MPI library", "mpiexec", "2 ranks", "Aer", "GPU"} <= set(found)
    assert all(f.state == "ok" for f in found.values() if f.core and f.name != "methods")
    assert found["HiGHS"].detail


def test_what_is_missing_comes_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_version", lambda package: None)
    assert 'pip install "wardwise[quantum]"' in doctor._aer().advice
    assert 'pip install "wardwise[report]"' in doctor._report().advice
    assert doctor._package("numpy", core=True).state == "broken"


def test_a_check_that_crashes_is_reported() -> None:
    def broken() -> doctor.Finding:
        raise OSError("no such device")

    found = doctor._safely(broken)
    assert (found.state, found.name) == ("broken", "broken")
    assert "no such device" in found.detail


def test_a_child_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_SECONDS", 1)
    assert doctor._python_child("import time; time.sleep(30)").returncode == 124
