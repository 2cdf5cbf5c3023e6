"""Jobs: submit, look at, watch, stop, plan again, fetch, delete."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, StreamingResponse
from pydantic import AwareDatetime, BeforeValidator
from sqlalchemy.engine import RowMapping

from optimise.core.atomic import make_folder, write_text
from optimise.core.errors import InputError, UnsupportedError, WardwiseError
from optimise.core.horizon import Horizon
from optimise.core.kinds import kind_of
from optimise.core.method import get_method
from optimise.core.problem import Problem
from optimise.replan.changes import COLUMNS, change_row
from optimise.replan.previous import read_previous
from optimise.report import write_excel
from optimise.report.asked import Asked
from optimise.report.html import html
from optimise.runs.resultfile import StoredRun, read_run
from optimise.serve.access import Access, Tenant
from optimise.serve.answers import ChangeAnswer, ResultAnswer
from optimise.serve.bodies import Ask, Evaluate, Example, JobAnswer, Replan, Submit, Upload, job_answer, refusals
from optimise.serve.edits import write_edited
from optimise.serve.examples import example
from optimise.serve.folder import JobFolder
from optimise.serve.questions import accept, told_of_plan
from optimise.serve.samples import WARD
from optimise.serve.service import Service
from optimise.serve.tables import State

__all__ = ["router"]

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

#: Seconds between two looks at a job that is watched.
_LOOK = 0.25
#: Header with a key of the sender, so that a submission may be sent again; and how long a key may be.
_KEY, _LONGEST_KEY = "idempotency-key", 255
#: Seconds between two looks whether who watches may still do so.
_STILL = 5.0
#: Seconds after which a silent stream says that it is still there.
_ALIVE = 15.0
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Parts of a request that lie in the job's folder: no row of the database holds them.
_SENT = {"document", "kind", "example", "changes", "plan"}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events. The data of `progress` are a ProgressEvent, those of `end` a JobAnswer.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": 'id: 1\nevent: progress\ndata: {"seconds": 0.2, "cost": 31, "lower_bound": 31}\n\n',
            }
        },
    }
}
_BOOK: dict[int | str, dict[str, Any]] = {200: {"content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
_UNKNOWN = refusals(401, 404, 422, 429)
_REFUSED = refusals(400, 401, 404, 409, 413, 422, 429)


def _service(request: Request) -> Service:
    made: Service = request.app.state.service
    return made


def _job(request: Request, tenant: str, job: str) -> tuple[RowMapping, JobFolder]:
    """A job of this tenant; 404 for anything else, so that nobody learns what others have."""
    service = _service(request)
    row = service.store.job(tenant, job)
    if row is None:
        raise HTTPException(404, "no such job")
    return row, JobFolder(service.root, row["id"])


def _submitted(
    request: Request, tenant: str, body: bytes, kind: str, asks: Ask, prepare: Callable[[JobFolder], None] | None = None
) -> JobAnswer:
    """Keep a document, read it once, ``prepare`` what else its job needs, and put the job into the queue.

    What is sent again with the same key is the job that it was.
    """
    service, key = _service(request), _key(request, body, asks)
    if key is not None and (earlier := service.store.submitted(tenant, *key)) is not None:
        return job_answer(_job(request, tenant, earlier)[0])
    if asks.seconds > service.settings.most_seconds:
        raise InputError(f"at most {service.settings.most_seconds:g}", item="seconds")
    folder = JobFolder(service.root, uuid.uuid4().hex)
    try:
        _can_solve(asks.method, accept(folder.keep(body, kind)))
        if prepare is not None:
            prepare(folder)
        wanted = asks.model_dump(mode="json", exclude=_SENT)
        made = service.store.submit(tenant, folder.job, wanted, service.settings.queue, key)
    except BaseException:
        folder.remove()
        raise
    if made != folder.job:
        folder.remove()
        return job_answer(_job(request, tenant, made)[0])
    service.store.note(tenant, "submit", folder.job, 201)
    row, _ = _job(request, tenant, folder.job)
    return job_answer(row)


def _key(request: Request, body: bytes, asks: Ask) -> tuple[str, str] | None:
    """The sender's key of a submission, and the SHA-256 of all that it sent; None without a key."""
    key = request.headers.get(_KEY)
    if not key:
        return None
    if len(key) > _LONGEST_KEY:
        raise InputError(f"is longer than {_LONGEST_KEY} characters", item=_KEY)
    about = f"{request.url.path}\n{asks.model_dump_json()}\n".encode()
    return key, hashlib.sha256(about + body).hexdigest()


def _can_solve(method: str, problem: Problem) -> None:
    """Refuse a method that there is not, or that cannot solve such a problem, while the sender still listens."""
    if not get_method(method).supports(problem):
        raise UnsupportedError(f"method {method!r} does not work on {problem.kind} problems")


@router.post("", status_code=201, responses=_REFUSED)
def submit(request: Request, tenant: Tenant, body: Submit) -> JobAnswer:
    """Submit a ward, hospital or capacity document; it is read at once, so mistakes are told here."""
    return _submitted(request, tenant, json.dumps(body.document).encode(), ".json", body)


@router.post(
    "/upload",
    status_code=201,
    responses=_REFUSED,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary"},
                    "example": json.dumps(WARD),
                }
            },
        }
    },
)
async def upload(request: Request, tenant: Tenant, asks: Annotated[Upload, Query()]) -> JobAnswer:
    """Submit a workbook or a YAML file: its bytes are the body."""
    body = await request.body()
    return await asyncio.to_thread(_submitted, request, tenant, body, f".{asks.kind}", asks)


@router.post("/example", status_code=201, responses=_REFUSED)
def made_up(request: Request, tenant: Tenant, body: Example) -> JobAnswer:
    """Submit a made-up ward or hospital, to try the service with."""
    return _submitted(request, tenant, example(body.example), ".json", body)


def _written(said: object) -> object:
    """A time as text; a bare number is none, though seconds since 1970 could be meant."""
    if isinstance(said, str) and "-" not in said[1:]:
        raise ValueError("expected a date and time with its zone, such as 2026-01-05T07:00:00Z")
    return said


@router.get("", responses=_UNKNOWN)
def jobs(
    request: Request,
    tenant: Tenant,
    most: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[
        AwareDatetime | None,
        BeforeValidator(_written),
        Query(description="Submitted before this time, as RFC 3339."),
    ] = None,
) -> list[JobAnswer]:
    """The tenant's jobs, the newest first."""
    return [
        job_answer(row)
        for row in _service(request).store.jobs(tenant, most, None if before is None else before.timestamp())
    ]


@router.get("/{job}", responses=_UNKNOWN)
def job(request: Request, tenant: Tenant, job: str) -> JobAnswer:
    """One job."""
    return job_answer(_job(request, tenant, job)[0])


@router.get("/{job}/events", response_class=StreamingResponse, responses=_UNKNOWN | _EVENTS)
def events(
    request: Request,
    tenant: Tenant,
    job: str,
    last_event_id: Annotated[int, Header(ge=0, description="The last event that was seen.")] = 0,
) -> StreamingResponse:
    """Progress as server-sent events: ``progress`` (seconds, cost, lower_bound, gap), at the end ``end`` (the job).

    The stream breaks off some seconds after the token is revoked or the session ends.
    """
    _job(request, tenant, job)
    access: Access = request.app.state.access

    def look(seen: int) -> tuple[list[str], RowMapping | None]:
        row = _service(request).store.job(tenant, job)
        try:
            text = JobFolder(_service(request).root, job).progress.read_text(encoding="utf-8")
        except OSError:
            text = ""
        return text[: text.rfind("\n") + 1].splitlines()[seen:], row

    async def stream() -> AsyncIterator[str]:
        seen, quiet, looked = last_event_id, 0.0, time.monotonic()
        while True:
            if time.monotonic() - looked >= _STILL:
                looked = time.monotonic()
                if await asyncio.to_thread(access.owner, request) != tenant:
                    return
            lines, row = await asyncio.to_thread(look, seen)
            for line in lines:
                seen += 1
                yield f"id: {seen}\nevent: progress\ndata: {line}\n\n"
            if row is None:
                yield "event: end\ndata: null\n\n"
                return
            if State(row["state"]).ended:
                yield f"event: end\ndata: {job_answer(row).model_dump_json()}\n\n"
                return
            quiet = 0.0 if lines else quiet + _LOOK
            if quiet >= _ALIVE:
                quiet = 0.0
                yield ": still there\n\n"
            await asyncio.sleep(_LOOK)

    return StreamingResponse(stream(), media_type="text/event-stream")


@router.post("/{job}/finish", status_code=202, responses=_REFUSED)
def finish(request: Request, tenant: Tenant, job: str) -> JobAnswer:
    """Stop now and keep the best plan."""
    return _asked(request, tenant, job, "finish")


@router.post("/{job}/cancel", status_code=202, responses=_REFUSED)
def cancel(request: Request, tenant: Tenant, job: str) -> JobAnswer:
    """Stop now and keep nothing."""
    return _asked(request, tenant, job, "cancel")


def _asked(request: Request, tenant: str, job: str, what: str) -> JobAnswer:
    _job(request, tenant, job)
    store = _service(request).store
    if not store.ask(tenant, job, what):
        raise HTTPException(409, "the job has ended")
    store.note(tenant, what, job, 202)
    return job_answer(_job(request, tenant, job)[0])


@router.post("/{job}/replan", status_code=201, responses=_REFUSED)
def replan(request: Request, tenant: Tenant, job: str, body: Replan) -> JobAnswer:
    """A new job that plans again from the plan of this one, or one that is sent, changing as little as may be."""
    folder = (_job if body.plan is not None else _finished)(request, tenant, job)[1]

    def prepare(new: JobFolder) -> None:
        earlier = make_folder(new.path / "earlier")
        if body.plan is None:
            shutil.copytree(folder.out, earlier / "run")
        else:
            write_text(earlier / "native-plan.json", json.dumps(body.plan))
        if body.changes:
            problem, target = accept(new.document), new.path / "input.json"
            new.document.unlink()
            accept(write_edited(problem, body.changes, target))
        if body.freeze_until:
            _within(accept(new.document), body.freeze_until)
        if body.plan is not None:
            with told_of_plan():  # read once, so that its mistakes are told by the call
                read_previous(earlier / "native-plan.json", accept(new.document))

    if body.document is not None:
        return _submitted(request, tenant, json.dumps(body.document).encode(), ".json", body, prepare)
    return _submitted(request, tenant, folder.document.read_bytes(), folder.document.suffix, body, prepare)


def _within(problem: Problem, until: int | date) -> None:
    """Refuse a day up to which nothing may change that lies outside the plan."""
    period = kind_of(problem).period(problem)
    if period is None:
        return
    try:
        Horizon(period.days, period.start).index(until, end=True)
    except InputError as error:
        raise InputError(error.message, item="freeze_until") from None


def _finished(request: Request, tenant: str, job: str) -> tuple[RowMapping, JobFolder]:
    row, folder = _job(request, tenant, job)
    if row["state"] != State.FINISHED or folder.result() is None:
        raise HTTPException(409, f"there is no result: the job is {row['state']}")
    return row, folder


@router.get("/{job}/result", response_model=ResultAnswer, responses=_REFUSED)
def result(request: Request, tenant: Tenant, job: str) -> JSONResponse:
    """The object of ``result.json`` (`wardwise schema result`), with the plan as ``native_plan``."""
    _, folder = _finished(request, tenant, job)
    made = folder.result()
    assert made is not None
    made.pop("source", None)  # paths of this machine
    made["native_plan"] = folder.native_plan(made)
    return JSONResponse(made)


@router.get("/{job}/changes", response_model=list[ChangeAnswer], responses=_REFUSED)
def changed(request: Request, tenant: Tenant, job: str) -> JSONResponse:
    """What the plan of a job that planned again does otherwise than the earlier one, as in ``changes.csv``."""
    _, folder = _finished(request, tenant, job)
    found = read_run(folder.out).changes
    if found is None:
        raise HTTPException(409, "the job did not plan again, or there is no plan")
    return JSONResponse([dict(zip(COLUMNS, change_row(change), strict=True)) for change in found])


@router.get("/{job}/report", response_class=HTMLResponse, responses=_REFUSED)
def report(request: Request, tenant: Tenant, job: str) -> HTMLResponse:
    """The page of the result, as ``wardwise solve --report`` writes it."""
    _, folder = _finished(request, tenant, job)
    run = read_run(folder.out)
    return HTMLResponse(html(run.result, run.problem, Asked(changes=run.changes)))


@router.get("/{job}/workbook", response_class=FileResponse, responses=_REFUSED | _BOOK)
def workbook(request: Request, tenant: Tenant, job: str) -> FileResponse:
    """The result as a workbook."""
    _, folder = _finished(request, tenant, job)
    return FileResponse(_workbook(read_run(folder.out), folder.path / "report.xlsx"), filename="report.xlsx")


@router.post("/{job}/workbook", response_class=Response, responses=_REFUSED | _BOOK)
def workbook_of(request: Request, tenant: Tenant, job: str, body: Evaluate) -> Response:
    """The result as a workbook, with a plan that was changed by hand in place of its own."""
    _, folder = _finished(request, tenant, job)
    with tempfile.TemporaryDirectory(prefix="wardwise-") as place:
        plan = None if body.plan is None else write_text(Path(place) / "native-plan.json", json.dumps(body.plan))
        made = _workbook(read_run(folder.out, plan=plan), Path(place) / "report.xlsx")
        return Response(made.read_bytes(), media_type=_XLSX)


def _workbook(run: StoredRun, file: Path) -> Path:
    if run.result.plan is None:
        raise WardwiseError("there is no plan to write")
    return write_excel(run.result, run.problem, file)


@router.delete("/{job}", status_code=204, responses=_REFUSED)
def forget(request: Request, tenant: Tenant, job: str) -> Response:
    """Delete a job that has ended, with all its files."""
    _job(request, tenant, job)
    if not _service(request).forget(tenant, job):
        raise HTTPException(409, "the job waits or runs; cancel it first")
    _service(request).store.note(tenant, "delete", job, 204)
    return Response(status_code=204)
