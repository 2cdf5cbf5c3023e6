"""A thin, typed client of the service."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, overload

import httpx

from optimise.core.errors import InputError, WardwiseError
from optimise.core.given import refuse
from optimise.serve.answer_types import (
    ChangeJson,
    CoverJson,
    EvaluationJson,
    FaultJson,
    JobJson,
    ProgressJson,
    ResultJson,
    WhyJson,
)

__all__ = ["Client", "ServiceError"]

#: What bodies are.
_TYPE = {"content-type": "application/json"}


class ServiceError(WardwiseError):
    """The service refuses a call, or does not answer.

    Attributes
    ----------
    status : int
        Of HTTP: 401 no valid token, 404 no such job, 409 not in this state, 422 something is wrong with what was sent,
        429 too many calls; 0 where no answer came.
    faults : tuple of FaultJson
        Each thing that is wrong: ``message``, ``item`` and ``line``, None where unknown.
    """

    def __init__(self, message: str, status: int = 0, faults: Sequence[FaultJson] = ()) -> None:
        super().__init__(message)
        self.status, self.faults = status, tuple(faults)


class Client:
    """Talks to one service as one tenant.

    Parameters
    ----------
    address : str
        For example ``http://127.0.0.1:8400``.
    token : str
        Of ``wardwise serve --new-token TENANT``.
    http : httpx.Client, optional
        One with settings of your own (proxies, certificates).

    Examples
    --------
    >>> client = Client("http://127.0.0.1:8400", "the token")
    >>> with client:  # doctest: +SKIP
    ...     job = client.submit("ward.xlsx", seconds=60)
    ...     for event in client.watch(job):
    ...         print(event.get("cost"), event.get("lower_bound"))
    ...     print(client.result(job)["cost"])
    """

    def __init__(self, address: str, token: str, http: httpx.Client | None = None) -> None:
        self._http = http or httpx.Client(base_url=address, timeout=60.0)
        self._head = {"authorization": f"Bearer {token}"}

    def submit(
        self, document: Mapping[str, object] | str | Path, *, key: str | None = None, **asks: float | str
    ) -> str:
        """Submit a document, or the file of one, and return the id of its job.

        Parameters
        ----------
        document : mapping, str or Path
            A document as its schema says, or a file: JSON, YAML or a workbook.
        key : str, optional
            Made up for this submission: what is sent again with it, after a broken line say, is the same job.
        **asks : float or str
            ``seconds``, ``method``, ``seed``; of a document that is no file also ``gap``.

        Returns
        -------
        str

        Raises
        ------
        WardwiseError
            What the service says is wrong with it.
        InputError
            If the file cannot be read.
        """
        head = {} if key is None else {"idempotency-key": key}
        if isinstance(document, Mapping):
            body = _json({"document": dict(document), **asks})
            made = self._call("POST", "/v1/jobs", content=body, headers=head | _TYPE)
        elif not isinstance(document, str | Path):
            refuse("document", document, "a mapping, or the path of a file")
        else:
            file = Path(document)
            wanted = {"kind": file.suffix.lstrip(".").lower(), **asks}
            try:
                body = file.read_bytes()
            except OSError as error:
                raise InputError(f"cannot be read ({error.strerror})", file=file) from None
            made = self._call("POST", "/v1/jobs/upload", content=body, params=wanted, headers=head)
        return str(made["id"])

    def job(self, job: str) -> JobJson:
        """State and figures of a job.

        Parameters
        ----------
        job : str

        Returns
        -------
        JobJson
            Times are as RFC 3339 writes them.
        """
        made: JobJson = self._call("GET", f"/v1/jobs/{job}")
        return made

    def jobs(self, most: int = 100, before: str | None = None) -> list[JobJson]:
        """The jobs of the tenant, the newest first.

        Parameters
        ----------
        most : int
            At most so many.
        before : str, optional
            Submitted before this time, as a job tells it.

        Returns
        -------
        list of JobJson
        """
        asked = {"most": most, **({} if before is None else {"before": before})}
        made: list[JobJson] = self._call("GET", "/v1/jobs", params=asked)
        return made

    def watch(self, job: str) -> Iterator[ProgressJson | JobJson]:
        """Progress until the job has ended: seconds, cost, lower_bound, gap; the last one is the job itself.

        Parameters
        ----------
        job : str

        Yields
        ------
        ProgressJson or JobJson
            ``"state" in event`` is true of the last one alone.
        """
        with self._http.stream("GET", f"/v1/jobs/{job}/events", headers=self._head, timeout=None) as stream:
            if stream.is_error:
                stream.read()
            _refused(stream)
            for line in stream.iter_lines():
                if line.startswith("data: ") and (made := json.loads(line[6:])) is not None:
                    yield made

    def result(self, job: str) -> ResultJson:
        """The object of ``result.json`` of a job that has finished, with its plan as ``native_plan``.

        Parameters
        ----------
        job : str

        Returns
        -------
        ResultJson
        """
        made: ResultJson = self._call("GET", f"/v1/jobs/{job}/result")
        return made

    def plan(self, job: str) -> dict[str, Any]:
        """The plan of a job that has finished, in the form in which questions take it.

        Parameters
        ----------
        job : str

        Returns
        -------
        dict

        Raises
        ------
        ServiceError
            If the job has found none.
        """
        plan = self.result(job)["native_plan"]
        if plan is None:
            raise ServiceError(f"job {job} has found no plan", 409)
        return plan

    def changes(self, job: str) -> list[ChangeJson]:
        """What the plan of a job that planned again does otherwise than the earlier plan.

        Parameters
        ----------
        job : str

        Returns
        -------
        list of ChangeJson
        """
        made: list[ChangeJson] = self._call("GET", f"/v1/jobs/{job}/changes")
        return made

    def report(self, job: str) -> str:
        """The page of the result.

        Parameters
        ----------
        job : str

        Returns
        -------
        str
            HTML.
        """
        return self._send("GET", f"/v1/jobs/{job}/report").text

    def finish(self, job: str) -> None:
        """Stop a job now and keep its best plan.

        Parameters
        ----------
        job : str
        """
        self._call("POST", f"/v1/jobs/{job}/finish")

    def cancel(self, job: str) -> None:
        """Stop a job now and keep nothing.

        Parameters
        ----------
        job : str
        """
        self._call("POST", f"/v1/jobs/{job}/cancel")

    def replan(self, job: str, document: Mapping[str, object] | None = None, **asks: object) -> str:
        """Plan again from the plan of a job that has finished; the id of the new job.

        Parameters
        ----------
        job : str
        document : mapping, optional
            That of today; the one of the earlier job where it is left out.
        **asks
            ``freeze_until``, ``change_cost``, ``seconds`` and the like; ``plan`` in place of the job's own; ``changes``
            to be made in the document first.

        Returns
        -------
        str
        """
        sent = {**asks, **({} if document is None else {"document": dict(document)})}
        return str(self._call("POST", f"/v1/jobs/{job}/replan", content=_json(sent), headers=_TYPE)["id"])

    @overload
    def ask(self, job: str, question: Literal["evaluate"], **asked: object) -> EvaluationJson: ...
    @overload
    def ask(self, job: str, question: Literal["cover"], **asked: object) -> CoverJson: ...
    @overload
    def ask(self, job: str, question: Literal["why"], **asked: object) -> WhyJson: ...
    def ask(self, job: str, question: str, **asked: object) -> EvaluationJson | CoverJson | WhyJson:
        """Ask about the plan of a job: ``evaluate``, ``cover`` or ``why``.

        Parameters
        ----------
        job : str
        question : str
        **asked
            What the question needs; ``plan`` sends one in place of the job's own.

        Returns
        -------
        EvaluationJson, CoverJson or WhyJson
            As ``wardwise check``, ``cover`` or ``why`` prints it with ``--json``.
        """
        sent = {"content": _json(asked), "headers": _TYPE}
        made: EvaluationJson | CoverJson | WhyJson = self._call("POST", f"/v1/jobs/{job}/{question}", **sent)
        return made

    def forget(self, job: str) -> None:
        """Delete a job that has ended.

        Parameters
        ----------
        job : str
        """
        self._send("DELETE", f"/v1/jobs/{job}")

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, method: str, path: str, **sent: Any) -> Any:
        return self._send(method, path, **sent).json()

    def _send(self, method: str, path: str, headers: Mapping[str, str] | None = None, **sent: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, headers={**self._head, **(headers or {})}, **sent)
        except httpx.TransportError as error:
            raise ServiceError(f"the service does not answer: {error}") from error
        _refused(answer)
        return answer


def _json(sent: Mapping[str, object]) -> bytes:
    """What is sent, as JSON; dates as ISO text, numbers of NumPy as numbers."""
    try:
        return json.dumps(sent, default=_plain).encode()
    except (TypeError, ValueError) as error:
        raise InputError(f"cannot be sent as JSON ({error})") from None


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is no value of JSON")


def _refused(answer: httpx.Response) -> None:
    if not answer.is_error:
        return
    faults: list[FaultJson] = []
    try:
        made = answer.json()
        told, faults = made["detail"], made.get("faults", [])
    except (ValueError, KeyError, TypeError):
        told = answer.reason_phrase
    said = told if isinstance(told, str) else json.dumps(told)
    raise ServiceError(f"{answer.status_code}: {said}", answer.status_code, faults)
