"""The service as a planning tool meets it: over HTTP, with workers that are real processes."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

import httpx
from fastapi import FastAPI

from optimise.core.errors import InputError, WardwiseError
from optimise.serve.app import create_app
from optimise.serve.client import Client, ServiceError
from optimise.serve.folder import JobFolder
from optimise.serve.service import Service
from optimise.serve.settings import Settings
from tests.optimise.serve.served import served

ROOT = Path(__file__).resolve().parents[3]
WARD = json.loads((ROOT / "examples" / "ward4x7.json").read_text(encoding="utf-8"))
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    settings = Settings(data=tmp_path_factory.mktemp("service") / "data", workers=2, body=0.5, most_seconds=100.0)
    return create_app(settings)


@pytest.fixture(scope="module")
def http(app: FastAPI) -> Iterator[httpx.Client]:
    with served(app) as made:
        yield made


@pytest.fixture(scope="module")
def client(app: FastAPI, http: httpx.Client) -> Client:
    return Client("", app.state.service.store.new_token("north"), http)


@pytest.fixture(scope="module")
def other(app: FastAPI, http: httpx.Client) -> Client:
    return Client("", app.state.service.store.new_token("south"), http)


@pytest.fixture(scope="module")
def job(client: Client) -> str:
    """A job that has finished."""
    made = client.submit(WARD, seconds=60, method="highs")
    *told, last = client.watch(made)
    assert last["state"] == "finished", last
    costs = [event["cost"] for event in told if event["cost"] is not None]
    assert costs == sorted(costs, reverse=True)
    assert all(event["lower_bound"] is None or event["lower_bound"] <= 231 for event in told)
    return made


def waited(until: Callable[[], Any], seconds: float = 120.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if made := until():
            return made
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def test_a_job_gives_a_plan_its_bound_and_its_report(client: Client, job: str) -> None:
    result = client.result(job)
    assert (result["cost"], result["lower_bound"], result["stop"]) == (231, 231, "optimal")
    assert "source" not in result
    assert client.job(job)["summary"]["gap"] == 0
    assert "RN03" in client.report(job)


def test_times_are_rfc_3339_and_pages_of_jobs_begin_at_one(client: Client, job: str) -> None:
    made = client.job(job)
    times = [made["submitted"], made["started"], made["ended"], client.result(job)["provenance"]["started"]]
    read = [dt.datetime.fromisoformat(time or "") for time in times]
    assert all(time.utcoffset() == dt.timedelta(0) for time in read)
    assert read[0] <= read[1] <= read[2]
    newest = client.jobs(most=1)[0]
    assert newest["id"] not in {one["id"] for one in client.jobs(before=newest["submitted"])}
    with pytest.raises(ServiceError, match="422"):
        client.jobs(before="yesterday")
    assert client.plan(job) == client.result(job)["native_plan"]


def test_a_plan_that_was_changed_is_evaluated(client: Client, job: str) -> None:
    assert client.ask(job, "evaluate")["cost"] == 231
    plan = client.result(job)["native_plan"]
    worse = json.loads(json.dumps(plan))
    worse["roster"]["RN01"] = {}
    found = client.ask(job, "evaluate", plan=worse)
    assert not found["feasible"] or found["cost"] > 231
    with pytest.raises(WardwiseError, match=r"422.*nobody"):
        client.ask(job, "evaluate", plan=plan | {"roster": {"nobody": {}}})


def test_a_document_and_its_plan_are_evaluated_without_a_job(http: httpx.Client, client: Client, job: str) -> None:
    sent = {"document": WARD, "plan": client.result(job)["native_plan"]}
    answer = http.post("/v1/evaluate", json=sent, headers=client._head)
    assert answer.json()["cost"] == 231


def test_who_can_cover_and_why(client: Client, job: str) -> None:
    found = client.ask(job, "cover", day="2", shift="D")
    assert {one["who"] for one in (*found["alone"], *found["stopped"])}
    with pytest.raises(WardwiseError, match="shift or instead_of"):
        client.ask(job, "cover", day="2")
    with pytest.raises(WardwiseError, match=r"422.*nobody"):
        client.ask(job, "why", who="nobody", day="2")


def test_another_tenant_finds_nothing(other: Client, job: str) -> None:
    for look in (other.job, other.result, other.report, other.cancel, other.forget, other.finish, other.replan):
        with pytest.raises(WardwiseError, match="404: no such job"):
            look(job)
    for question, asked in (("evaluate", {}), ("cover", {"day": "2", "shift": "D"}), ("why", {"day": "2", "who": "x"})):
        with pytest.raises(WardwiseError, match="404"):
            other.ask(job, question, **asked)
    with pytest.raises(WardwiseError, match="404"):
        list(other.watch(job))


@pytest.mark.parametrize("sent", [{}, {"authorization": "Bearer wardwise_x"}, {"authorization": "Basic eDp4"}])
def test_nobody_gets_in_without_a_token(http: httpx.Client, sent: dict[str, str]) -> None:
    answer = http.get("/v1/jobs", headers=sent)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_mistakes_are_told_where_the_document_is_sent(app: FastAPI, client: Client, http: httpx.Client) -> None:
    wrong = WARD | {"leave": [{"staff": who, "first": "2026-01-05"} for who in ("RN98", "RN99")]}
    with pytest.raises(ServiceError, match="422: 2 faults") as told:
        client.submit(wrong)
    assert told.value.status == 422
    assert [fault["item"] for fault in told.value.faults] == ["leave[0].staff", "leave[1].staff"]
    assert all(fault["line"] is None and fault["message"] for fault in told.value.faults)
    assert str(app.state.service.root) not in str(told.value)
    assert "input.json" not in str(told.value)
    with pytest.raises(WardwiseError, match="at most 100"):
        client.submit(WARD, seconds=101)
    for method, said in (("nope", "unknown method 'nope'"), ("benders", "does not work on roster problems")):
        with pytest.raises(ServiceError, match=said):
            client.submit(WARD, method=method)
    with pytest.raises(InputError, match=r"absent\.xlsx: cannot be read"):
        client.submit(Path("absent.xlsx"))
    with pytest.raises(ServiceError, match="does not answer") as silent:
        Client("http://127.0.0.1:9", "token").jobs()
    assert silent.value.status == 0
    assert http.post("/v1/jobs", content=b"{", headers=client._head).status_code == 422


@pytest.mark.parametrize(
    "document",
    [
        {"schema": "wardwise-capacity/1", "scenarios": {"file": "../../etc/passwd"}},
        {"trusts": [{"file": "/etc/passwd"}]},
        {"anything": 1},
    ],
)
def test_documents_that_lead_elsewhere_are_refused(client: Client, document: dict[str, Any]) -> None:
    with pytest.raises(WardwiseError, match="422"):
        client.submit(document)


@pytest.mark.parametrize("job", ["..%2f..%2fetc", "x" * 32, "0" * 32, "a", "%00"])
def test_an_id_is_no_path(http: httpx.Client, client: Client, job: str) -> None:
    assert http.get(f"/v1/jobs/{job}/result", headers=client._head).status_code == 404


def test_large_bodies_are_refused_before_they_are_read(http: httpx.Client, client: Client) -> None:
    answer = http.post("/v1/jobs/upload", content=b"x" * 600_000, headers=client._head)
    assert answer.status_code == 413

    def pieces(count: int, size: int) -> Iterator[bytes]:
        for _ in range(count):
            yield b"x" * size

    for count, size in ((6, 100_000), (5, 110_000), (12, 100_000)):  # the last piece goes beyond, or one before it
        answer = http.post("/v1/jobs/upload", content=pieces(count, size), headers=client._head)
        assert answer.status_code == 413
    assert http.get("/health").status_code == 200


def test_answers_carry_headers_and_figures_no_names(http: httpx.Client, client: Client, job: str) -> None:
    answer = http.get(f"/v1/jobs/{job}", headers=client._head)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    figures = http.get("/metrics").text
    assert 'wardwise_jobs{state="finished"}' in figures
    assert "north" not in figures
    assert job not in figures
    assert http.get("/ready").json() == {"status": "ok"}


def test_the_page_of_calls_names_each_and_loads_nothing(http: httpx.Client) -> None:
    page = http.get("/docs").text
    for path in http.get("/openapi.json").json()["paths"]:
        assert path in page
    assert "change_cost" in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_job_is_stopped_and_its_best_plan_kept_or_nothing(client: Client) -> None:
    ward = json.loads((ROOT / "examples" / "ward30.json").read_text(encoding="utf-8"))
    kept, dropped = (client.submit(ward, seconds=90, method="highs") for _ in range(2))
    waited(lambda: client.job(kept)["state"] == client.job(dropped)["state"] == "running")
    with pytest.raises(WardwiseError, match="409"):
        client.result(kept)
    with pytest.raises(WardwiseError, match="409"):
        client.forget(kept)
    first = next(event for event in client.watch(kept) if event.get("cost") is not None)
    client.finish(kept)
    client.cancel(dropped)
    waited(lambda: client.job(dropped)["state"] == "cancelled")
    done = waited(lambda: (now := client.job(kept))["state"] == "finished" and now)
    assert done["summary"]["stop"] == "interrupted"
    assert client.result(kept)["cost"] <= first["cost"]
    with pytest.raises(WardwiseError, match="409"):
        client.result(dropped)
    client.forget(dropped)
    with pytest.raises(WardwiseError, match="404"):
        client.job(dropped)


def test_a_plan_is_made_again(client: Client, job: str) -> None:
    *_, last = client.watch(client.replan(job, freeze_until="2026-01-08", seconds=60, method="highs"))
    assert last["state"] == "finished", last
    assert client.result(last["id"])["cost"] == 231
    assert client.changes(last["id"]) == []
    with pytest.raises(ServiceError, match="409: the job did not plan again"):
        client.changes(job)


def test_a_replan_that_cannot_be_is_refused_by_the_call_with_the_place(client: Client, job: str) -> None:
    with pytest.raises(ServiceError, match="outside the horizon") as caught:
        client.replan(job, freeze_until=dt.date(2027, 1, 1))
    assert (caught.value.status, caught.value.faults[0]["item"]) == (422, "freeze_until")
    sick = {"what": "sick", "who": "Zed", "first": "2026-01-07"}
    with pytest.raises(ServiceError, match="'Zed' is not in this plan") as caught:
        client.replan(job, changes=[sick])
    assert caught.value.faults[0]["item"] == "changes[0].who"


def test_a_date_is_sent_as_its_text_and_what_is_no_json_is_told(client: Client, job: str) -> None:
    assert client.ask(job, "cover", day=dt.date(2026, 1, 7), shift="D")
    with pytest.raises(InputError, match="object is no value of JSON"):
        client.ask(job, "cover", day=object())
    with pytest.raises(InputError, match=r"^document: is 5; expected"):
        client.submit(5)  # type: ignore[arg-type]


def test_a_number_is_no_time_and_a_body_that_is_no_json_is_told(client: Client, http: httpx.Client) -> None:
    with pytest.raises(ServiceError, match="expected a date and time with its zone"):
        client.jobs(before="0")
    told = http.post("/v1/jobs", content=b"hello", headers=client._head).json()
    assert told["faults"][0]["message"] == "is not JSON; send a JSON object as application/json"


def test_a_body_without_a_length_that_is_too_large_is_refused_like_one_with(client: Client, http: httpx.Client) -> None:
    head = {**client._head, "content-type": "application/json"}
    told = http.post("/v1/jobs", content=(b"a" * 2**18 for _ in range(4)), headers=head)
    assert told.status_code == 413
    assert "larger than" in told.json()["faults"][0]["message"]


def test_an_impossible_ward_ends_with_the_reason(client: Client) -> None:
    demand = [row | {"minimum": 9, "hard": True} for row in WARD["demand"]]
    *_, last = client.watch(client.submit(WARD | {"demand": demand}, seconds=30, method="highs"))
    assert last["state"] == "finished", last
    assert last["summary"]["stop"] == "infeasible"
    assert client.result(last["id"])["explanation"]


def test_killed_service_and_killed_worker_cost_nothing(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    ward = (ROOT / "examples" / "ward30.json").read_bytes()
    first = Service(settings)
    job = "5" * 32
    folder = JobFolder(first.root, job)
    folder.keep(ward, ".json")
    asks = {"method": "highs", "seconds": 12.0, "gap": 0.0, "seed": 0}
    first.store.submit("north", job, asks, 10)
    first.dispatcher.turn()
    (row,) = first.store.running(first.dispatcher.host)
    waited(lambda: (folder.checkpoint / "plan").exists() or any(folder.checkpoint.glob("*")))
    os.kill(row["pid"], signal.SIGKILL)
    first.dispatcher._children[job].wait()
    first.store.close()  # the service is gone without a word

    second = Service(settings)
    second.dispatcher.turn()  # nobody works there: the job waits, and is begun again
    (row,) = second.store.running(second.dispatcher.host)
    assert row["attempts"] == 2
    alive = second.dispatcher._children.pop(job)
    second.store.close()  # gone again, but the worker lives

    third = Service(settings)
    third.dispatcher.turn()
    (row,) = third.store.running(third.dispatcher.host)
    assert (row["attempts"], row["pid"]) == (2, alive.pid)
    alive.wait(120)
    third.dispatcher.turn()
    done = third.store.job("north", job)
    assert done is not None
    assert done["state"] == "finished"
    assert done["summary"]["cost"] is not None
    third.store.close()


def test_a_worker_that_dies_each_time_is_said_to_be_lost(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", tries=2)
    service = Service(settings)
    job = "7" * 32
    JobFolder(service.root, job).keep(json.dumps(WARD).encode(), ".json")
    service.store.submit("north", job, {"method": "highs", "seconds": 60.0, "gap": 0.0, "seed": 0}, 10)
    for _ in range(2):
        service.dispatcher.turn()
        child = service.dispatcher._children[job]
        child.kill()
        child.wait()
    service.dispatcher.turn()
    row = service.store.job("north", job)
    assert row is not None
    assert row["state"] == "lost"
    assert "2 times" in row["message"]
    service.store.close()


def test_a_submission_that_is_sent_again_is_the_same_job(client: Client, other: Client) -> None:
    asks: dict[str, Any] = {"seconds": 1, "method": "highs"}
    job = client.submit(WARD, key="one", **asks)
    assert client.submit(WARD, key="one", **asks) == job
    assert other.submit(WARD, key="one", **asks) != job
    with pytest.raises(ServiceError, match="something else"):
        client.submit(WARD, key="one", **(asks | {"seconds": 2}))
    with pytest.raises(ServiceError, match="longer than 255"):
        client.submit(WARD, key="x" * 256, **asks)


def test_who_watches_is_cut_off_when_the_token_is_revoked(
    app: FastAPI, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimise.serve.routes_jobs._STILL", 0.0)
    store = app.state.service.store
    watcher = Client("", store.new_token("gone"), http)
    job = uuid.uuid4().hex
    store.submit("gone", job, {"method": "highs", "seconds": 1.0, "gap": 0, "seed": 0}, 100)
    assert store.claim(job, "a machine that is elsewhere")
    threading.Timer(1.0, store.revoke, ["gone"]).start()
    assert list(watcher.watch(job)) == []
