"""Where studies get energies from: the entry points ``wardwise.sources``.

A source is a function from a table of the study file and the folder of that file to problems. Paths may hold
wildcards; environment variables are expanded by the caller.
"""

from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError, UnsupportedError
from optimise.roster.problem import RosterProblem
from quantum.encode import encode_blocks, encode_direct, encode_room_columns, encode_rooms, neighbourhood_blocks
from quantum.encode.roster import Block
from quantum.energy import EnergyProblem
from quantum.qubo import Qubo
from quantum.readers.inh import read_inh
from quantum.readers.qoblib import read_qs, read_solution

__all__ = ["complete", "encoded", "inh", "qoblib"]


def qoblib(table: Mapping[str, Any], folder: Path) -> list[EnergyProblem]:
    """QOBLIB ``.qs`` files. Keys: ``path``, ``largest`` (variables).

    The optimum is the energy of the published solution beside it (``NAME.opt.sol``), completed where the file
    lists the sequence without auxiliary variables; else it is enumerated where that is cheap.
    """
    _known(table, ("path", "largest"))
    made = []
    for file in _files(table, folder):
        energy = read_qs(file)
        if energy.size > int(table.get("largest", 10**9)):
            continue
        published = file.with_suffix(".opt.sol")
        optimum, source = None, ""
        if published.is_file():
            bits = complete(energy, read_solution(published, energy.size))
            if bits is not None:
                optimum, source = energy.energy(bits), f"published solution {published.name}"
        made.append(EnergyProblem(file.stem, "qoblib", energy, optimum, source).with_optimum())
    return made


def inh(table: Mapping[str, Any], folder: Path) -> list[EnergyProblem]:
    """INH nurse instances. Keys: ``path``, ``names`` (wildcards, default all)."""
    _known(table, ("path", "names"))
    wanted = table.get("names", ["*"])
    made = []
    for file in _files(table, folder):
        for name, item in read_inh(file).items():
            if any(fnmatch(name, pattern) for pattern in wanted):
                made.append(
                    EnergyProblem(name, "inh", item.onehot(), item.optimum, "enumerated, from the file", item.lam)
                )
    if not made:
        raise InputError(f"no instance is called {' or '.join(wanted)}", item="names")
    return made


def encoded(table: Mapping[str, Any], folder: Path) -> list[EnergyProblem]:
    """A planning instance cut to an energy.

    Keys: ``path``; ``name``; ``people`` (how many, or a list of ids; default all). For rosters ``days`` ([first, last],
    0-based, default all), ``blocks`` ("sequence": all feasible rosters of a person over the open days; "direct": a
    block per person and day), ``cover`` ("fit" or "exact"), ``most`` (choices a block). For hospitals ``blocks``
    ("columns": a block per room over sets of patients; "rooms": a block per patient over rooms, second order) and
    ``most``. What is not open is fixed to a plan by construction with seed ``seed``.
    """
    from optimise.formats.base import read

    _known(table, ("path", "people", "days", "blocks", "cover", "most", "seed", "name"))
    made = []
    for file in _files(table, folder):
        problem = read(file)
        make = _roster if isinstance(problem, RosterProblem) else _rooms
        made.append(make(problem, table, str(table.get("name", file.stem))).with_optimum())
    return made


def _roster(problem: Any, table: Mapping[str, Any], name: str) -> EnergyProblem:
    from quantum.pieces import RosterCutter

    plan = RosterCutter(problem).start(int(table.get("seed", 0)))
    if plan is None:
        raise UnsupportedError(f"{name}: no first plan was found to cut from")
    ids = [e.id for e in problem.employees]
    people = _people(table, ids)
    first, last = table.get("days", [0, problem.horizon.days - 1])
    if not 0 <= first <= last < problem.horizon.days:
        raise InputError(f"days {first} to {last} are not within 0 to {problem.horizon.days - 1}", item="days")
    free = np.zeros((len(ids), problem.horizon.days), dtype=np.bool_)
    free[people, first : last + 1] = True
    cover = table.get("cover", "fit")
    if table.get("blocks", "sequence") == "direct":
        encoding = encode_direct(problem, plan, free, cover=cover)
    else:
        blocks = neighbourhood_blocks(problem, plan, free, int(table.get("most", 200)))
        # The present roster first, so that the cut always holds the plan that it was cut from.
        blocks = [Block(b.employee, _first(plan.duties[b.employee], b.words)) for b in blocks]
        encoding = encode_blocks(problem, blocks, plan, cover=cover)
    return EnergyProblem(name, "encoded", encoding.onehot, decode=encoding.decode)


def _first(word: NDArray[np.int16], words: NDArray[np.int16]) -> NDArray[np.int16]:
    order = np.argsort(~(words == word).all(axis=1), kind="stable")
    return words[order]


def _rooms(problem: Any, table: Mapping[str, Any], name: str) -> EnergyProblem:
    from optimise.hospital.search import construct

    plan = construct(problem, seed=int(table.get("seed", 0)))[0]
    movable = []
    for p in range(len(problem.patients.ids)):
        rooms = np.unique(plan.room[p][plan.room[p] >= 0])
        if rooms.size == 1 and not problem.patients.inpatient[p]:
            movable.append(p)
    ids = [problem.patients.ids[p] for p in movable]
    patients = [movable[i] for i in _people(table, ids)]
    if table.get("blocks", "columns") == "columns":
        columns = encode_room_columns(problem, plan, patients, most=int(table.get("most", 200)))
        return EnergyProblem(name, "encoded", columns.onehot, decode=columns.decode)
    encoding = encode_rooms(problem, plan, patients, most_rooms=int(table.get("most", 8)))
    return EnergyProblem(name, "encoded", encoding.onehot, decode=encoding.decode)


def _people(table: Mapping[str, Any], ids: list[str]) -> list[int]:
    wanted = table.get("people", len(ids))
    if isinstance(wanted, int):
        return list(range(min(wanted, len(ids))))
    for name in wanted:
        if name not in ids:
            raise InputError(f"there is nobody called {name!r}; known: {', '.join(ids[:20])}", item="people")
    return sorted(ids.index(name) for name in wanted)


def complete(energy: Qubo, bits: NDArray[np.int8]) -> NDArray[np.int8] | None:
    """Bits (n,) from a solution that lists the first ones only: the rest at its best by enumeration (at most 28)."""
    given = bits.size
    if given == energy.size:
        return bits
    if energy.size - given > 28:
        return None
    matrix = energy.matrix()
    rest = matrix[given:, given:].copy()
    rest[np.diag_indices_from(rest)] += bits.astype(np.float64) @ matrix[:given, given:]
    _, tail, _ = Qubo.from_matrix(rest).brute_force()
    return np.concatenate([bits, tail])


def _files(table: Mapping[str, Any], folder: Path) -> list[Path]:
    if "path" not in table:
        raise InputError("needs a path")
    path = Path(str(table["path"])).expanduser()
    path = path if path.is_absolute() else folder / path
    found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))) if "*" in str(path) else [path]
    found = [f for f in found if f.is_file()]
    if not found:
        raise InputError("no such file", file=path)
    return found


def _known(table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            raise InputError(f"unknown key; there are {', '.join(keys)}", item=key)
