"""``wardwise serve``: jobs, questions and results over HTTP."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.serve.settings import Settings

__all__ = ["serve"]

_DATA = Path("wardwise-data")


def serve(
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="Folder of jobs, results and the embedded database.")
    ] = _DATA,
    host: Annotated[
        str, typer.Option("--host", metavar="H", help="Address to listen at; other machines come by a proxy with TLS.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="P", min=0, max=65535, help="0 takes any.")] = 8400,
    database: Annotated[
        str, typer.Option("--database", metavar="URL", help="SQLAlchemy address; by default SQLite in DIR.")
    ] = "",
    workers: Annotated[int, typer.Option("--workers", metavar="N", min=1, max=256, help="Jobs at once.")] = 1,
    processes: Annotated[
        int,
        typer.Option(
            "--processes", metavar="P", min=1, max=64, help="Processes that answer calls, beside one for jobs."
        ),
    ] = 1,
    threads: Annotated[int, typer.Option("--threads", metavar="T", min=1, max=1024, help="Threads of each.")] = 1,
    most_seconds: Annotated[
        float, typer.Option("--most-seconds", metavar="S", help="Longest time limit that a job may ask for.")
    ] = 3600.0,
    memory: Annotated[float, typer.Option("--memory", metavar="GIB", help="Address space of each worker.")] = 8.0,
    body: Annotated[float, typer.Option("--body", metavar="MIB", help="Largest request.")] = 20.0,
    rate: Annotated[str, typer.Option("--rate", metavar="N/PERIOD", help="Requests of one token.")] = "1200/minute",
    queue: Annotated[
        int, typer.Option("--queue", metavar="N", min=1, help="Jobs of a tenant that may wait or run.")
    ] = 100,
    tries: Annotated[int, typer.Option("--tries", metavar="N", min=1, help="Starts of a job whose worker dies.")] = 3,
    srun: Annotated[
        str | None,
        typer.Option("--srun", metavar="ARGS", help='Jobs go to Slurm; further arguments of srun, or "".'),
    ] = None,
    new_token: Annotated[
        str | None, typer.Option("--new-token", metavar="TENANT", help="Print a new token of a tenant and leave.")
    ] = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Open the board with an example ward in a browser; all is thrown away at the end."),
    ] = False,
    revoke: Annotated[
        str | None, typer.Option("--revoke", metavar="TENANT", help="Make all tokens of a tenant worthless and leave.")
    ] = None,
) -> None:
    """Serve jobs, questions about plans and results over HTTP, for planning tools.

    The first start prints a token of the tenant "local". The description of all calls is at /docs.
    """
    from pydantic import ValidationError

    from optimise.core.atomic import make_folder
    from optimise.optional import require

    if srun is not None and shutil.which("srun") is None:
        raise WardwiseError("--srun: there is no srun on this machine")
    require("serve", "fastapi", "uvicorn", "sqlalchemy", "limits", "prometheus_client", "orjson")
    if demo:
        from optimise.serve.demo import throwaway

        if data != _DATA or database or new_token is not None or revoke is not None:
            raise WardwiseError(
                "--demo: keeps nothing, so it goes without --data, --database, --new-token and --revoke"
            )
        data = throwaway()
    from sqlalchemy.exc import SQLAlchemyError

    from optimise.serve.settings import Settings
    from optimise.serve.store import Store

    try:
        settings = Settings(
            data=data,
            database=database,
            workers=workers,
            processes=processes,
            threads=threads,
            most_seconds=most_seconds,
            memory=memory,
            body=body,
            rate=rate,
            queue=queue,
            tries=tries,
            srun=srun,
        )
    except ValidationError as error:
        found = error.errors()[0]
        raise WardwiseError(f"--{str(found['loc'][0]).replace('_', '-')}: {found['msg']}") from None
    make_folder(data)
    try:
        store = Store(settings.address)
        if new_token is not None:
            print(store.new_token(new_token))
            return
        if revoke is not None:
            print(f"{store.revoke(revoke)} tokens of {revoke} count no more")
            return
        first = None if store.tenants() else store.new_token("local", "first start")
        store.close()
    except (ImportError, SQLAlchemyError) as error:
        raise WardwiseError(f"the database does not work: {str(error).splitlines()[0]}") from None
    _listen(settings, host, port, first, demo=demo)


def _listen(settings: Settings, host: str, port: int, first: str | None, *, demo: bool) -> None:
    from optimise.serve import processes

    sockets = processes.listening(host, port, settings.processes)
    address = f"http://{host}:{sockets[0].getsockname()[1]}"
    print(f"wardwise serves at {address} (description at /docs)", flush=True)
    if demo and first is not None:
        from optimise.serve.demo import invite

        invite(settings, address, first)
    elif first is not None:
        print(f"token of tenant local, shown once: {first}", flush=True)
    processes.run_service(settings, sockets)
