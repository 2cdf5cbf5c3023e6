"""Running a study: cells dealt to ranks and parts, each kept as soon as it is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from optimise.compare.cells import StudyCell, cells_of, read_cell, run_cell, warm_up, write_cell
from optimise.compare.study import Study
from optimise.core.atomic import make_folder
from optimise.core.errors import InputError, WardwiseError
from optimise.core.method import Communicator, SerialComm

__all__ = ["part_of", "run_study"]

#: Called after every cell of this rank: cells done and to do here, the cell, its facts, whether it was run now.
Told = Callable[[int, int, StudyCell, Mapping[str, Any], bool], None]


def part_of(text: str | None, environ: Mapping[str, str] | None = None) -> tuple[int, int]:
    """Part and number of parts, 0-based, from ``"2/8"`` (1-based), else from a Slurm array's variables, else (0, 1).

    Raises
    ------
    WardwiseError
        For text that is not ``i/n`` with 1 <= i <= n.
    """
    env = os.environ if environ is None else environ
    if text is None:
        task, count = env.get("SLURM_ARRAY_TASK_ID", ""), env.get("SLURM_ARRAY_TASK_COUNT", "")
        if not (task.isdigit() and count.isdigit()):
            return 0, 1
        first = env.get("SLURM_ARRAY_TASK_MIN", "0")
        step = env.get("SLURM_ARRAY_TASK_STEP", "1")
        place = (int(task) - int(first)) // max(1, int(step))
        if not 0 <= place < int(count):
            raise WardwiseError(f"Slurm array task {task} is not one of {count} tasks from {first}; give --part i/n")
        return place, int(count)
    number, slash, parts = text.partition("/")
    if not (slash and number.isdigit() and parts.isdigit() and 1 <= int(number) <= int(parts)):
        raise WardwiseError(f"--part {text!r}: expected i/n with 1 <= i <= n, such as 2/8")
    return int(number) - 1, int(parts)


def run_study(
    study: Study,
    folder: str | Path,
    *,
    comm: Communicator | None = None,
    part: tuple[int, int] = (0, 1),
    told: Told | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> list[dict[str, Any]] | None:
    """Run the cells of this part that are not finished.

    Cells are dealt in an order that their keys give (so that long and short ones mix), the same for any state of the
    folder: parts and ranks never meet on a cell, and a part may be started again at any time.

    Parameters
    ----------
    study : Study
    folder : path
        Receives ``cells/``, one file a cell.
    comm : Communicator, optional
        Ranks among which the cells are dealt.
    part : (int, int)
        0-based part and number of parts.
    told : callable, optional
        Told what goes on.
    stop : callable
        Asked between runs and by each run's method; once True, the run under way is given up and no other begins.

    Returns
    -------
    list of facts in the study's order, on every rank, once all cells of all parts are finished; None before.
    """
    comm = comm or SerialComm()
    place = Path(folder) / "cells"
    if comm.rank == 0:
        _make(place)
    comm.barrier()
    cells = cells_of(study)
    worker, workers = part[0] * comm.size + comm.rank, part[1] * comm.size
    dealt = sorted(range(len(cells)), key=lambda i: cells[i].key)[worker::workers]
    mine = sorted(dealt)
    warm: set[tuple[str, str]] = set()
    for done, i in enumerate(mine, start=1):
        if stop():
            break
        row = read_cell(cells[i], place)
        fresh = row is None
        if row is None:
            what = (cells[i].contender.label, cells[i].problem.kind)
            if what not in warm:
                warm_up(cells[i])
                warm.add(what)
            row = run_cell(cells[i], stop)
            if row is None:
                break
            write_cell(cells[i], row, place)
        if told is not None:
            told(done, len(mine), cells[i], row, fresh)
    comm.barrier()
    rows = [read_cell(cell, place, failed=True) for cell in cells] if comm.rank == 0 else []
    every: list[dict[str, Any] | None] = comm.bcast(rows)
    return [row for row in every if row is not None] if all(row is not None for row in every) else None


def _make(place: Path) -> None:
    try:
        make_folder(place)
    except OSError as error:
        raise InputError(f"cannot be created ({error.strerror})", file=place) from None
