"""Questions that are answered at once: evaluate, who can cover, why.

Answers are plain values that were made here; they are described by models and not checked again by them.
"""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from optimise.ask.answers import CoverFile, WhyFile
from optimise.core.problem import Problem as AnyProblem
from optimise.core.result import Plan
from optimise.serve.access import Tenant
from optimise.serve.answers import BoardAnswer, EvaluateAnswer
from optimise.serve.boards import board_of
from optimise.serve.bodies import Cover, Evaluate, EvaluateWith, Judge, Why, refusals
from optimise.serve.folder import JobFolder
from optimise.serve.questions import plan_of
from optimise.serve.service import Service
from optimise.serve.tables import State

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["questions"])
_JSON = "application/json"
_UNKNOWN = refusals(401, 404, 422, 429)
_REFUSED = refusals(400, 401, 404, 409, 413, 422, 429)


def _known(request: Request, tenant: str, job: str) -> tuple[Service, AnyProblem, Plan | None, str]:
    """The problem of a job, its plan where it has one, and its state."""
    service: Service = request.app.state.service
    row = service.job(tenant, job)
    if row is None:
        raise HTTPException(404, "no such job")
    finished = row["state"] == State.FINISHED
    problem, plan = service.questions.of_job(JobFolder(service.root, row["id"]), finished=finished)
    return service, problem, plan, row["state"]


def _about(request: Request, tenant: str, job: str, asked: Evaluate) -> tuple[Service, AnyProblem, Plan]:
    """The problem of a job with the plan that was sent, or its own."""
    service, problem, plan, state = _known(request, tenant, job)
    if asked.plan is not None:
        plan = plan_of(problem, asked.plan)
    if plan is None:
        raise HTTPException(409, f"the job has no plan yet: it is {state}; send one")
    return service, problem, plan


@router.post("/evaluate", response_model=EvaluateAnswer, responses=_REFUSED)
def evaluate_document(request: Request, tenant: Tenant, body: EvaluateWith) -> Response:
    """Cost, cost by rule and violations of a plan of a document."""
    service: Service = request.app.state.service
    problem = service.questions.of_document(body.document)
    return Response(service.questions.evaluate(problem, plan_of(problem, body.plan)), media_type=_JSON)


@router.post("/jobs/{job}/evaluate", response_model=EvaluateAnswer, responses=_REFUSED)
async def evaluate(request: Request, tenant: Tenant, job: str, body: Judge) -> Response:
    """Cost, cost by rule and violations of a plan of a job's document; without a plan, of the job's own."""

    def judged() -> bytes:
        service, problem, plan = _about(request, tenant, job, body)
        return service.questions.evaluate(problem, plan, detail=body.detail)

    return Response(judged() if _at_hand(request, tenant, job) else await run_in_threadpool(judged), media_type=_JSON)


def _at_hand(request: Request, tenant: str, job: str) -> bool:
    """Whether all that is needed lies in memory: then a thread would cost more than the answer does."""
    service: Service = request.app.state.service
    row = service.fresh(tenant, job)
    return row is not None and service.questions.at_hand(JobFolder(service.root, row["id"]), finished=True)


@router.get("/jobs/{job}/board", response_model=BoardAnswer, responses=_UNKNOWN)
def board(request: Request, tenant: Tenant, job: str) -> JSONResponse:
    """What a board shows of a job's document, with a plan to begin from: that of the job, or an empty one."""
    _, problem, plan, _ = _known(request, tenant, job)
    return JSONResponse(board_of(problem, plan))


@router.post("/jobs/{job}/cover", response_model=CoverFile, responses=_REFUSED)
def cover(request: Request, tenant: Tenant, job: str, body: Cover) -> JSONResponse:
    """Who can take a shift, best first, what it costs, and which rule stops each of the others."""
    service, problem, plan = _about(request, tenant, job, body)
    return JSONResponse(service.questions.cover(problem, plan, body))


@router.post("/jobs/{job}/why", response_model=WhyFile, responses=_REFUSED)
def why(request: Request, tenant: Tenant, job: str, body: Why) -> JSONResponse:
    """Why somebody has a duty, or a request was refused: solved again with the opposite demanded."""
    service, problem, plan = _about(request, tenant, job, body)
    return JSONResponse(service.questions.why(problem, plan, body))
