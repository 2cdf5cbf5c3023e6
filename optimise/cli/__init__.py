"""The ``wardwise`` command. :func:`main` is its entry point; nothing else here is public."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

__all__ = ["main"]

#: A fault of ours, not of the input (EX_SOFTWARE).
INTERNAL = 70


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave the process with its exit code.

    Mistakes of the user become one line on standard error, without a traceback. Under MPI only rank 0 speaks.
    """
    try:
        _run(arguments)
    except SystemExit as left:
        if arguments is None and isinstance(left.code, int):
            _leave_now(left.code)
        raise


def _leave_now(code: int) -> None:
    """Leave without waiting for a solver that was left behind; other ranks would be waited for as ever."""
    aside = sys.modules.get("optimise.solvers.aside")
    if aside is not None and aside.left_behind() and "mpi4py.MPI" not in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run(arguments: Sequence[str] | None) -> None:
    from optimise.cli.app import app
    from optimise.core.communicator import announced_rank
    from optimise.core.errors import WardwiseError

    try:
        app(args=None if arguments is None else list(arguments), prog_name="wardwise")
    except WardwiseError as error:
        if announced_rank() == 0:
            print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:  # the reader of our output went away
        sys.stderr.close()
        raise SystemExit(1) from None
    except Exception as error:
        import traceback

        traceback.print_exc()
        name = type(error).__name__
        print(f"error: a fault inside wardwise ({name}), please report the lines above", file=sys.stderr)
        raise SystemExit(INTERNAL) from None
