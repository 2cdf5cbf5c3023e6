"""The board's page and its session: what a browser is given, and what a page of another site cannot do."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

import httpx
from fastapi import FastAPI

from optimise.serve.app import create_app
from optimise.serve.settings import Settings
from optimise.serve.store import Store

ROOT = Path(__file__).resolve().parents[3]
OURS = {"x-wardwise-board": "1"}
WARD = json.loads((ROOT / "examples" / "ward4x7.json").read_text(encoding="utf-8"))


class Browser:
    """Keeps cookies, as browsers do; the application is called without a server, and no job is run."""

    def __init__(self, app: FastAPI, scheme: str = "http") -> None:
        self._loop = asyncio.Runner()
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://board")
        self.store: Store = app.state.service.store
        self.root: Path = app.state.service.root

    def __call__(self, method: str, path: str, **sent: Any) -> httpx.Response:
        return self._loop.run(self.http.request(method, path, **sent))

    def get(self, path: str, **sent: Any) -> httpx.Response:
        return self("GET", path, **sent)

    def post(self, path: str, **sent: Any) -> httpx.Response:
        return self("POST", path, **sent)

    def folder(self, job: str) -> Path:
        return self.root / job

    def close(self) -> None:
        self._loop.run(self.http.aclose())
        self._loop.close()
        self.store.close()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Browser]:
    made = Browser(create_app(Settings(data=tmp_path / "data")))
    yield made
    made.close()


@pytest.fixture
def store(client: Browser) -> Store:
    return client.store


def signed_in(client: Browser, token: str) -> str:
    answer = client.post("/board/session", json={"token": token}, headers=OURS)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["set-cookie"])


def test_a_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(client: Browser, store: Store) -> None:
    token = store.new_token("north")
    cookie = signed_in(client, token)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert token not in cookie
    assert client.get("/board/session").json() == {"tenant": "north"}
    assert client.get("/v1/jobs").json() == []
    client.http.cookies.clear()
    assert client.get("/board/session").json() == {"tenant": None}


def test_a_cookie_over_tls_is_for_tls_alone(tmp_path: Path) -> None:
    client = Browser(create_app(Settings(data=tmp_path / "data")), "https")
    assert "Secure" in signed_in(client, client.store.new_token("north"))
    client.close()


def test_calls_by_cookie_that_change_anything_need_our_header(client: Browser, store: Store) -> None:
    signed_in(client, store.new_token("north"))
    sent = {"document": WARD, "seconds": 5}
    assert client.post("/v1/jobs", json=sent).status_code == 403
    assert client("DELETE", "/board/session").status_code == 403
    job = client.post("/v1/jobs", json=sent, headers=OURS).json()["id"]
    for path in (f"/v1/jobs/{job}/cancel", f"/v1/jobs/{job}/evaluate", f"/v1/jobs/{job}/replan"):
        assert client.post(path, json={}).status_code == 403
    assert client.post("/board/session", json={"token": "x"}).status_code == 403


def test_a_session_ends_with_its_token_or_when_one_signs_out(client: Browser, store: Store) -> None:
    signed_in(client, store.new_token("north"))
    assert client("DELETE", "/board/session", headers=OURS).status_code == 204
    assert client.get("/v1/jobs").status_code == 401
    signed_in(client, store.new_token("north"))
    kept = dict(client.http.cookies)
    store.revoke("north")
    assert client.get("/v1/jobs").status_code == 401
    client.http.cookies.clear()
    assert client.get("/v1/jobs", headers={"cookie": "; ".join(f"{k}={v}" for k, v in kept.items())}).status_code == 401


def test_a_session_of_the_past_counts_no_more(client: Browser, store: Store) -> None:
    secret = store.open_session(store.new_token("north"), -1.0)
    assert secret is not None
    assert store.session(secret) is None
    assert store.open_session("wardwise_nobody", 60.0) is None


def test_calls_of_a_session_count_as_calls_of_its_token(tmp_path: Path) -> None:
    client = Browser(create_app(Settings(data=tmp_path / "data", rate="3/hour")))
    signed_in(client, client.store.new_token("north"))
    assert [client.get("/v1/jobs").status_code for _ in range(3)] == [200, 200, 429]
    client.close()


def test_a_wrong_token_opens_nothing(client: Browser) -> None:
    answer = client.post("/board/session", json={"token": "wardwise_x"}, headers=OURS)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert client.get("/v1/jobs", headers={"cookie": "wardwise-session=x"}).status_code == 401


def test_the_page_loads_from_this_service_alone(client: Browser) -> None:
    answer = client.get("/", follow_redirects=True)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:", policy)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert set(loaded) == {"board/board.js", "board/board.css", "data:,"}
    assert re.findall(r"<script[^>]*>([^<]*)</script>", answer.text) == [""]
    for name in loaded[1:]:
        assert client.get(f"/{name}").status_code == 200


@pytest.mark.parametrize("name", ["index.html", "..%2fapp.py", "%2fetc%2fpasswd", "board.js.map", "package.json"])
def test_no_other_file_is_given(client: Browser, name: str) -> None:
    assert client.get(f"/board/{name}").status_code == 404


def test_licences_of_the_code_inside_are_told(client: Browser) -> None:
    told = client.get("/board/licences.txt").text
    for name in ("preact", "@preact/signals", "@preact/signals-core"):
        assert f"\n{name} " in f"\n{told}"
    assert told.count("MIT License") >= 3


def test_a_replan_changes_the_document_and_keeps_names_out_of_the_database(client: Browser, store: Store) -> None:
    signed_in(client, store.new_token("north"))
    job = client.post("/v1/jobs", json={"document": WARD}, headers=OURS).json()["id"]
    plan = client.get(f"/v1/jobs/{job}/board").json()["plan"]
    plan["roster"]["RN01"] = {"2026-01-06": "D"}
    sick = {"what": "sick", "who": "RN02", "first": "2026-01-07"}
    pin = {"what": "pin", "who": "RN01", "first": "2026-01-06", "shift": "D"}
    sent = {"plan": plan, "changes": [sick, pin], "freeze_until": 1, "seconds": 5}
    answer = client.post(f"/v1/jobs/{job}/replan", json=sent, headers=OURS)
    assert answer.status_code == 201, answer.text
    row = store.job("north", answer.json()["id"])
    assert row is not None
    assert row["asks"] == {
        "method": "auto", "seconds": 5.0, "gap": 0.0, "seed": 0, "freeze_until": 1, "change_cost": None
    }  # fmt: skip
    (document,) = client.folder(row["id"]).glob("input.*")
    made = json.loads(document.read_text(encoding="utf-8"))
    assert made["leave"][-1] == {"staff": "RN02", "first": "2026-01-07", "last": "2026-01-07", "kind": "sick"}
    assert made["pins"] == [{"staff": "RN01", "date": "2026-01-06", "shift": "D"}]
    assert json.loads((client.folder(row["id"]) / "earlier" / "native-plan.json").read_text(encoding="utf-8")) == plan


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"changes": [{"what": "sick", "who": "nobody", "first": "0"}], "plan": {"roster": {}}}, "nobody"),
        ({"changes": [{"what": "close", "who": "RN01", "first": "0"}], "plan": {"roster": {}}}, "people"),
        ({"plan": {"roster": 7}}, "roster"),
        ({}, "no result"),
    ],
)
def test_what_cannot_be_planned_again_is_told_and_leaves_nothing(
    client: Browser, store: Store, sent: dict[str, Any], told: str
) -> None:
    signed_in(client, store.new_token("north"))
    job = client.post("/v1/jobs", json={"document": WARD}, headers=OURS).json()["id"]
    answer = client.post(f"/v1/jobs/{job}/replan", json=sent, headers=OURS)
    assert answer.status_code in (409, 422)
    assert told in answer.json()["detail"]
    assert "/" not in answer.json()["detail"].replace("and/or", "")
    assert [folder.name for folder in client.folder(job).parent.iterdir()] == [job]


def test_every_fault_of_a_document_is_told_without_a_path_of_the_machine(client: Browser, store: Store) -> None:
    signed_in(client, store.new_token("north"))
    pins = [
        {"staff": "RN01", "date": "2026-01-06", "shift": "D"},
        {"staff": "RN02", "date": "2026-01-06", "shift": "X"},
    ]
    wrong = {**WARD, "pins": [{**pins[0], "staff": "nobody"}, pins[1]]}
    job = client.post("/v1/jobs", json={"document": WARD}, headers=OURS).json()["id"]
    plan = client.get(f"/v1/jobs/{job}/board").json()["plan"]
    for path, sent in (
        ("/v1/jobs", {"document": wrong}),
        (f"/v1/jobs/{job}/replan", {"document": wrong, "plan": plan}),
        ("/v1/evaluate", {"document": wrong, "plan": plan}),
    ):
        told = client.post(path, json=sent, headers=OURS).json()["detail"]
        assert "nobody" in told
        assert "'X'" in told
        assert str(client.root) not in told
        assert "/tmp" not in told


def test_what_a_change_does_not_know_is_refused(client: Browser, store: Store) -> None:
    signed_in(client, store.new_token("north"))
    job = client.post("/v1/jobs", json={"document": WARD}, headers=OURS).json()["id"]
    plan = client.get(f"/v1/jobs/{job}/board").json()["plan"]
    for extra, told in (({"shift": "D"}, "shift is of pin alone"), ({"beds": 2}, "beds is of close alone")):
        sent = {"plan": plan, "changes": [{"what": "sick", "who": "RN01", "first": "0", **extra}]}
        answer = client.post(f"/v1/jobs/{job}/replan", json=sent, headers=OURS)
        assert answer.status_code == 422
        assert told in answer.json()["detail"]
