"""What every request passes: size, headers, a line in the log, and figures for who watches the service."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import time
from collections.abc import MutableMapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["FIGURES", "Guard", "JsonLines", "Metrics"]

log = logging.getLogger(__name__)

#: Where prometheus-client keeps the figures of several processes; it asks the environment when it is imported.
FIGURES: Final = "PROMETHEUS_MULTIPROC_DIR"

#: Sent with every answer. Pages of the service load nothing from elsewhere and cannot be framed.
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
}


class Metrics:
    """Figures in Prometheus' format, of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "wardwise_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "wardwise_request_seconds", "Seconds to the start of an answer", ["route"], registry=self.registry
        )
        self.jobs = Gauge(
            "wardwise_jobs", "Jobs by state", ["state"], registry=self.registry, multiprocess_mode="mostrecent"
        )

    def text(self) -> bytes:
        """All figures; those of all processes where several answer calls."""
        if FIGURES not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


class _TooLarge(Exception):
    pass


class Guard:
    """ASGI middleware: refuses large bodies, adds headers, counts and logs.

    Parameters
    ----------
    app : ASGI application
    most : int
        Largest body in bytes.
    metrics : Metrics
    """

    def __init__(self, app: ASGIApp, most: int, metrics: Metrics) -> None:
        self.app, self.most, self.metrics = app, most, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, taken, status, more, over = time.perf_counter(), 0, 0, True, False

        async def limited() -> Message:
            nonlocal taken, more, over
            message = await receive()
            taken += len(message.get("body", b""))
            more = message.get("more_body", False)
            over = taken > self.most
            if over:
                raise _TooLarge
            return message

        async def headed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name for name, _ in message["headers"]}
                extra = [(k.encode(), v.encode()) for k, v in _HEADERS.items() if k.encode() not in present]
                message = {**message, "headers": [*message["headers"], *extra]}
                self._count(scope, status, time.perf_counter() - began)
            await send(message)

        async def answered(message: Message) -> None:
            if not over or status:  # what the application makes of a body broken off is not sent
                await headed(message)

        if _length(scope) > self.most:
            await _refuse(receive, headed, self.most, more=True)
            return
        try:
            await self.app(scope, limited, answered)
        except _TooLarge:
            over = True
        if over and not status:
            await _refuse(receive, headed, self.most, more=more)

    def _count(self, scope: MutableMapping[str, object], status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        self.metrics.requests.labels(scope["method"], route, str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        log.info("%s %s %d %.1f ms", scope["method"], route, status, 1e3 * seconds)


class JsonLines(logging.Formatter):
    """Log lines as JSON objects. They hold routes and ids of jobs, never a document."""

    def format(self, record: logging.LogRecord) -> str:
        """One line.

        Parameters
        ----------
        record : LogRecord

        Returns
        -------
        str
            A JSON object.
        """
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        made = {"at": at, "level": record.levelname, "logger": record.name}
        made["message"] = record.getMessage()
        if record.exc_info:
            made["error"] = self.formatException(record.exc_info)
        return json.dumps(made)


def _length(scope: Scope) -> int:
    value = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(value[:18]) if value.isdigit() else 0  # what has more digits is larger than any limit too


async def _refuse(receive: Receive, send: Send, most: int, *, more: bool) -> None:
    """Say that a body is too large; what may come ``more`` of it is read and dropped, or its sender hears nothing."""
    dropped = 0
    while more and dropped <= 4 * most:
        message = await receive()
        dropped += len(message.get("body", b""))
        more = message.get("more_body", False)
    told = f"the body is larger than {most / 2**20:g} MiB"
    fault = {"message": told, "item": "body", "line": None}
    body = json.dumps({"detail": told, "faults": [fault]}).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": [*head, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": body})
