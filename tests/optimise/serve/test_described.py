"""The OpenAPI description is true: every example in it is sent, and every answer is what it says."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

pytest.importorskip("fastapi")

import httpx

from optimise.serve.app import create_app
from optimise.serve.samples import WARD
from optimise.serve.settings import Settings
from tests.optimise.serve.served import served

pytestmark = pytest.mark.timeout(600)
HEAD = {"x-wardwise-board": "1"}
#: Calls about a job that still runs, about one that planned again, and about none that is kept.
RUNNING, AGAIN = ("/finish", "/cancel"), "/changes"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    app = create_app(Settings(data=tmp_path_factory.mktemp("service"), workers=2))
    with served(app) as made:
        made.headers["authorization"] = "Bearer " + app.state.service.store.new_token("north")
        yield made


@pytest.fixture(scope="module")
def description(http: httpx.Client) -> dict[str, Any]:
    made: dict[str, Any] = http.get("/openapi.json").json()
    return made


def ended(http: httpx.Client, job: str) -> str:
    until = time.monotonic() + 300
    while (state := http.get(f"/v1/jobs/{job}").json()["state"]) in ("queued", "running"):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert state == "finished"
    return job


@pytest.fixture(scope="module")
def job(http: httpx.Client) -> str:
    sent = {"document": WARD, "method": "highs", "seconds": 60}
    return ended(http, http.post("/v1/jobs", json=sent).json()["id"])


@pytest.fixture(scope="module")
def again(http: httpx.Client, job: str, description: dict[str, Any]) -> str:
    return ended(http, http.post(f"/v1/jobs/{job}/replan", json=example(description, "Replan")).json()["id"])


def example(description: dict[str, Any], name: str) -> Any:
    (made,) = description["components"]["schemas"][name]["examples"]
    return made


def operations() -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="wardwise-") as place:
        made = create_app(Settings(data=Path(place), database="sqlite://")).openapi()
    found = [(path, method) for path, calls in made["paths"].items() for method in calls]
    return sorted(found, key=lambda call: (call[1] == "delete", call))


@pytest.mark.parametrize(("path", "method"), operations())
def test_every_example_is_answered_as_described(
    http: httpx.Client, description: dict[str, Any], job: str, again: str, path: str, method: str
) -> None:
    call = description["paths"][path][method]
    about, sent = job, {}
    if path.endswith(RUNNING) or method == "delete":
        about = http.post("/v1/jobs", json={"document": WARD, "method": "highs", "seconds": 60}).json()["id"]
        if method == "delete":
            ended(http, about)
    elif path.endswith(AGAIN):
        about = again
    for kind, content in call.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            name = content["schema"]["$ref"].rpartition("/")[2]
            token = http.headers["authorization"].removeprefix("Bearer ")
            sent["json"] = {"token": token} if name == "SignIn" else example(description, name)
        else:
            sent |= {"content": content["example"], "params": {"kind": "json", "seconds": 1}}
    answer = http.request(method, path.replace("{job}", about), headers=HEAD, **sent)
    assert answer.is_success, answer.text
    said = call["responses"][str(answer.status_code)].get("content", {})
    kind = answer.headers.get("content-type", "").partition(";")[0]
    assert kind in said or not answer.content
    if kind == "application/json":
        checked(said[kind]["schema"], answer.json(), description)


def checked(schema: dict[str, Any], answer: Any, description: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator({**schema, "components": description["components"]}).validate(answer)


def test_answers_are_described_to_their_leaves(description: dict[str, Any]) -> None:
    bare = [
        f"{method} {path}"
        for path, calls in description["paths"].items()
        for method, call in calls.items()
        for code, answer in call["responses"].items()
        for kind, content in answer.get("content", {}).items()
        if kind == "application/json" and content["schema"].get("type") == "object"
    ]
    assert not bare


def test_references_lead_somewhere(description: dict[str, Any]) -> None:
    def visit(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from visit(value)
        elif isinstance(node, list):
            for value in node:
                yield from visit(value)

    assert description["openapi"].startswith("3.1")
    for reference in set(visit(description)):
        place: Any = description
        for key in reference.removeprefix("#/").split("/"):
            place = place[key]


def test_a_call_that_is_sent_something_tells_every_refusal_in_our_words(description: dict[str, Any]) -> None:
    for path, methods in description["paths"].items():
        for call in methods.values():
            said = {code for code, answer in call["responses"].items() if "HTTPValidationError" in str(answer)}
            assert not said, path
            assert not call.get("requestBody") or {"400", "413", "422"} <= set(call["responses"]), path


def test_a_refusal_is_described(http: httpx.Client, description: dict[str, Any], job: str) -> None:
    answer = http.post(f"/v1/jobs/{job}/cover", json={"day": "2026-01-06", "shift": "X"})
    assert answer.status_code == 422
    checked({"$ref": "#/components/schemas/Problem"}, answer.json(), description)
