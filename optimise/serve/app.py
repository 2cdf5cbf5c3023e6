"""The web application: routes, errors in words, health and figures."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from optimise.core.errors import WardwiseError
from optimise.core.version import __version__
from optimise.serve import board_page, routes_jobs, routes_questions
from optimise.serve.access import Access
from optimise.serve.answers import Health, ProgressEvent, Ready
from optimise.serve.bodies import Problem
from optimise.serve.calls_page import calls_page
from optimise.serve.guards import Guard, Metrics
from optimise.serve.refused import misfit, refused, told
from optimise.serve.service import Service
from optimise.serve.settings import Settings

__all__ = ["create_app"]

_ABOUT = """Staff rosters and bed plans with proven bounds, as a service.

Send a document, get a job; watch plan and bound approach each other; fetch the result. Every plan is evaluated again
before it is shown, every result carries a lower bound and where it comes from."""

#: Where the description keeps its parts.
_REF = "#/components/schemas/{model}"


def create_app(settings: Settings, *, runs_jobs: bool = True) -> FastAPI:
    """The application of one service; jobs run while it is up.

    Parameters
    ----------
    settings : Settings
    runs_jobs : bool
        Whether it takes jobs from the queue; not where its parent does. Of several that may, one does.

    Returns
    -------
    FastAPI
        To be served by any ASGI server.
    """
    service, metrics = Service(settings), Metrics()

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        if runs_jobs:
            service.start()
        try:
            yield
        finally:
            service.stop()

    app = FastAPI(
        title="Wardwise", version=__version__, description=_ABOUT, lifespan=life, docs_url=None, redoc_url=None
    )
    app.state.service, app.state.access = service, Access(service.store, settings.rate)
    app.include_router(routes_jobs.router)
    app.include_router(routes_questions.router)
    app.include_router(board_page.router)
    app.add_exception_handler(WardwiseError, told)
    app.add_exception_handler(RequestValidationError, misfit)
    app.add_exception_handler(HTTPException, refused)
    app.add_middleware(Guard, most=settings.most_bytes, metrics=metrics)

    @app.get("/health", tags=["service"])
    def health() -> Health:
        """The process answers."""
        return Health(status="ok", version=__version__)

    @app.get(
        "/ready",
        tags=["service"],
        response_model=Ready,
        responses={503: {"model": Ready, "description": "Database or queue do not answer."}},
    )
    def ready() -> JSONResponse:
        """Database and queue work."""
        try:
            service.store.ping()
        except SQLAlchemyError:
            return JSONResponse({"status": "the database does not answer"}, 503)
        if not service.dispatcher.looked_at():
            return JSONResponse({"status": "the queue is not looked at"}, 503)
        return JSONResponse({"status": "ok"})

    @app.get("/metrics", tags=["service"], response_class=PlainTextResponse)
    def figures() -> PlainTextResponse:
        """Figures for Prometheus: requests, seconds, jobs by state; nothing about a tenant."""
        for state, count in service.store.counts().items():
            metrics.jobs.labels(state).set(count)
        return PlainTextResponse(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/docs", include_in_schema=False)
    def calls() -> HTMLResponse:
        """All calls on a page."""
        return HTMLResponse(calls_page(app.openapi()))

    app.openapi_schema = _with_problem(app)
    return app


def _with_problem(app: FastAPI) -> dict[str, Any]:
    """The description, with what refusals hold, and calls named by the first clause of what they do."""
    made = app.openapi()
    for methods in made["paths"].values():
        for call in methods.values():
            call["summary"] = re.split(r"[.;:,]", call.get("description", call["summary"]), maxsplit=1)[0]
    for model in (Problem, ProgressEvent):
        schema = model.model_json_schema(ref_template=_REF, mode="serialization")
        made["components"]["schemas"] |= schema.pop("$defs", {}) | {model.__name__: schema}
    return made
