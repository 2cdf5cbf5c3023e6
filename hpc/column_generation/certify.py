"""A certificate of the root's bound: everybody priced once more at its duals, written where an option asks for it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from hpc.column_generation.generation import LocalPricing
from optimise.core.errors import InputError
from optimise.roster.certificate import Certificate, write_certificate
from optimise.roster.kernels import on_grid

if TYPE_CHECKING:
    from hpc.column_generation.run import Run

__all__ = ["certify"]

log = logging.getLogger(__name__)


def certify(run: Run) -> None:
    """Write the certificate on rank 0; where there is none, a warning says why.

    It shows the bound of the root. Bounds by branching are above it, and have none.

    Parameters
    ----------
    run : Run
        At its end.
    """
    file = run.options.certificate
    if file is None or run.comm.rank != 0:
        return
    if run.duals is None:
        log.warning("no certificate is written to %s: the linear master was not solved", file)
        return
    people, duals = list(range(run.problem.compiled.employees)), on_grid(run.duals)
    local = LocalPricing(run.pricer, run.cover, threads=run.limits.threads)
    try:
        values, columns = local(duals, people, {})
    finally:
        local.close()
    least = run.cover.least(duals)
    if not (np.isfinite(values).all() and np.isfinite(least).all()):
        log.warning("no certificate is written to %s: the duals give no bound", file)
        return
    first = {column.employee: column.word for column in reversed(columns)}
    try:
        made = Certificate(duals, least, values, [first.get(e) for e in people])
        bound = write_certificate(made, run.problem, file)
    except InputError as error:  # the plan must not be lost with it
        log.warning("no certificate is written: %s", error)
        return
    log.info("%s certifies that no plan costs less than %g", file, bound)
