"""Documents from outside, and problems that are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

from optimise.core.errors import InputError
from optimise.serve import questions as asked
from optimise.serve import routes_jobs, routes_questions
from optimise.serve.folder import JobFolder
from optimise.serve.questions import Questions, accept, plan_of

ROOT = Path(__file__).resolve().parents[3]
WARD: dict[str, Any] = json.loads((ROOT / "examples" / "ward4x7.json").read_text(encoding="utf-8"))


def test_a_document_is_read_once_and_the_oldest_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    questions = Questions(most=2)
    first = questions.of_document(WARD)
    assert questions.of_document(WARD) is first
    for name in ("a", "b"):
        questions.of_document(WARD | {"name": name})
    assert questions.of_document(WARD) is not first


def test_a_small_problem_that_was_read_is_at_hand_until_it_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, questions = JobFolder(tmp_path, "a" * 32), Questions()
    folder.keep(json.dumps(WARD).encode(), ".json")
    assert not questions.at_hand(folder, finished=False)
    questions.of_job(folder, finished=False)
    assert questions.at_hand(folder, finished=False)
    assert not questions.at_hand(folder, finished=True)
    monkeypatch.setattr(asked, "_SMALL", 10)
    assert not questions.at_hand(folder, finished=False)
    monkeypatch.undo()
    questions.forget(folder)
    assert not questions.at_hand(folder, finished=False)


def test_formats_that_lead_to_other_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    for made in ({"kind": "capacity", "scenarios": {"file": "/etc/passwd"}}, {"trusts": [{"file": "x"}]}, {"a": 1}):
        file.write_text(json.dumps(made), encoding="utf-8")
        with pytest.raises(InputError):
            accept(file)


def test_a_plan_that_is_none_is_told_without_a_path() -> None:
    problem = Questions().of_document(WARD)
    with pytest.raises(InputError) as told:
        plan_of(problem, {"roster": 3})
    assert "/" not in str(told.value)


def test_every_call_but_those_of_the_service_asks_for_a_tenant() -> None:
    for router in (routes_jobs.router, routes_questions.router):
        for route in router.routes:
            assert "tenant" in {parameter.name for parameter in route.dependant.dependencies} or any(
                "tenant" in str(each.call) for each in route.dependant.dependencies
            ), route.path
