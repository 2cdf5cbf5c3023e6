"""One door for researchers: `encode` turns a planning problem, or what is opened of a plan, into an `Encoding`."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError, UnsupportedError
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.search import construct
from optimise.roster.problem import Roster, RosterProblem
from quantum.encode.assembly import Cover
from quantum.encode.cover_rows import DutyRows, encode_cover_rows
from quantum.encode.hospital import RoomEncoding, encode_rooms
from quantum.encode.model import ModelQubo, encode_model
from quantum.encode.room_columns import RoomColumns, encode_room_columns
from quantum.encode.roster import Block, RosterEncoding, encode_blocks, encode_direct, neighbourhood_blocks
from quantum.encoding import Encoding
from quantum.energy import EnergyProblem
from quantum.onehot import OneHot
from quantum.options import checked, defaults_of, option, read_options
from quantum.pieces import RosterCutter
from quantum.qubo import Ising, Qubo

__all__ = ["HospitalCut", "ModelCut", "RosterCut", "encode"]


@checked
class RosterCut:
    """Which part of a roster is opened, and how. What is not open keeps the rows of `plan`."""

    plan: Any = option(default=None, doc="the roster that is opened; default by construction with seed")
    people: int | list[str] | None = option(default=None, doc="how many people, or their ids; default all")
    days: list[int] | None = option(default=None, doc="first and last open day, from 0; default all")
    blocks: Literal["sequence", "direct", "cover"] = option(
        default="sequence",
        doc="all feasible rosters of a person, a block per person and day, or one per day and duty: who works it, as "
        "many as in the plan (for mixers dicke-complete and dicke-ring)",
    )
    cover: Cover = option(
        default="fit",
        doc="cover as a fitted parabola (see error), exactly with slack blocks (exact), fitted by pairs of blocks, or "
        "exactly as terms of higher order (hubo)",
    )
    most: int = option(default=200, doc="most choices of a sequence block", ge=1)
    seed: int = option(default=0, doc="seed of the construction", ge=0)
    name: str = option(default="", doc="name of the encoding")


@checked
class HospitalCut:
    """Which patients of a hospital plan are opened, and how."""

    plan: Any = option(default=None, doc="the plan that is opened; default by construction with seed")
    people: int | list[str] | None = option(default=None, doc="how many patients, or their ids; default all")
    blocks: Literal["room", "patient"] = option(
        default="room",
        doc="what a block is. room: a choice is a set of patients (exact where hard rules hold); patient: a choice is "
        "a room (an expansion of second order, often far off)",
    )
    most: int | None = option(default=None, doc="most choices of a block; default 200 sets or 8 rooms", ge=1)
    seed: int = option(default=0, doc="seed of the construction", ge=0)
    name: str = option(default="", doc="name of the encoding")


@checked
class ModelCut:
    """How a Pyomo model is encoded."""

    rule: str = option(default="upper-lower", doc="penalty rule of quantum.encode.penalty")
    name: str = option(default="model", doc="name of the encoding")


def encode(problem: object, **options: object) -> Encoding:
    """Encode anything that has an energy here.

    Parameters
    ----------
    problem : RosterProblem, HospitalProblem, Pyomo model, Qubo, OneHot, Ising, EnergyProblem, or what the functions of
        `quantum.encode` return
    options : fields of `RosterCut`, `HospitalCut` or `ModelCut`; energies take ``name`` alone.

    Returns
    -------
    Encoding
        The energy, its error and the way back to a plan.

    Raises
    ------
    InputError
        For an option that the problem has no use for, or people and days that are not there.
    UnsupportedError
        For a problem without an energy, or one that is too large for the blocks asked for.
    """
    if isinstance(problem, RosterProblem):
        return _roster(problem, read_options(RosterCut, options, "encode", " for a roster"))
    if isinstance(problem, HospitalProblem):
        return _hospital(problem, read_options(HospitalCut, options, "encode", " for a hospital"))
    if hasattr(problem, "component_data_objects"):
        chosen = read_options(ModelCut, options, "encode", " for a model")
        return of_model(encode_model(problem, chosen.rule), chosen.name)
    name = str(options.pop("name", getattr(problem, "name", "energy")))
    if options:
        raise InputError(f"encode has no option {next(iter(options))!r} for an energy; it has: name")
    return _of_energy(problem, name)


def _of_energy(problem: object, name: str) -> Encoding:
    if isinstance(problem, Encoding):
        return problem
    if isinstance(problem, Ising):
        return Encoding(name, problem.to_qubo())
    if isinstance(problem, Qubo | OneHot):
        return Encoding(name, problem)
    if isinstance(problem, EnergyProblem):
        exact = problem.error == 0
        return Encoding(
            name, problem.energy, exact, problem.error, problem.decode, problem.true_cost, problem.penalty,
            exact_on=problem.exact_on,
        )  # fmt: skip
    if isinstance(problem, ModelQubo):
        return of_model(problem, name)
    if isinstance(problem, RosterEncoding | RoomEncoding):
        made = problem.encoding
        return Encoding(name, problem.onehot, made.exact, made.error, problem.decode, problem.cost, hard=problem.hard)
    if isinstance(problem, DutyRows):
        return Encoding(
            name, problem.energy, decoder=problem.decode, true_cost=problem.cost, exact_on="rules", hard=problem.hard,
            mended=problem.mended,
        )  # fmt: skip
    if isinstance(problem, RoomColumns):
        return Encoding(
            name, problem.onehot, problem.exact, 0.0 if problem.exact else np.inf, problem.decode, problem.cost,
            exact_on="rules", hard=problem.hard, mended=problem.mended,
        )  # fmt: skip
    raise UnsupportedError(f"a {type(problem).__name__} has no energy here")


def of_model(made: ModelQubo, name: str) -> Encoding:
    """A Pyomo model; a decoded plan is the value of every variable."""
    return Encoding(
        name, made.qubo, exact_on="rules", decoder=lambda bits: made.values(np.asarray(bits, dtype=np.int8))
    )


def _roster(problem: RosterProblem, cut: RosterCut) -> Encoding:
    name, plan = cut.name or problem.name, cut.plan
    if plan is None:
        plan = RosterCutter(problem).start(cut.seed)
        if plan is None:
            raise UnsupportedError(f"{name}: no first plan was found to cut from")
    if not isinstance(plan, Roster):
        raise InputError(f"a roster is opened, not a {type(plan).__name__}", item="option plan")
    if cut.blocks != "sequence" and cut.most != defaults_of(RosterCut)["most"]:
        raise InputError("most is for sequence blocks, which hold whole rosters", item="option most")
    if cut.blocks == "cover" and cut.cover != defaults_of(RosterCut)["cover"]:
        raise InputError("cover rows hold in every state; there is no cost of cover to choose", item="option cover")
    ids = [e.id for e in problem.employees]
    people, last_day = chosen_people(cut.people, ids), problem.horizon.days - 1
    days = cut.days if cut.days is not None else [0, last_day]
    if len(days) != 2:
        raise InputError(f"expected a first and a last day, got {days}", item="days")
    if not 0 <= days[0] <= days[1] <= last_day:
        raise InputError(f"days {days[0]} to {days[1]} are not within 0 to {last_day}", item="days")
    if cut.blocks == "cover":
        return _of_energy(encode_cover_rows(problem, plan, people, range(days[0], days[1] + 1)), name)
    free = np.zeros((len(ids), problem.horizon.days), dtype=np.bool_)
    free[people, days[0] : days[1] + 1] = True
    if cut.blocks == "direct":
        return _of_energy(encode_direct(problem, plan, free, cover=cut.cover), name)
    blocks = neighbourhood_blocks(problem, plan, free, cut.most)
    # The present roster first, so that the cut always holds the plan that it was cut from.
    blocks = [Block(b.employee, _first(plan.duties[b.employee], b.words)) for b in blocks]
    return _of_energy(encode_blocks(problem, blocks, plan, cover=cut.cover), name)


def _first(word: NDArray[np.int16], words: NDArray[np.int16]) -> NDArray[np.int16]:
    order = np.argsort(~(words == word).all(axis=1), kind="stable")
    return words[order]


def _hospital(problem: HospitalProblem, cut: HospitalCut) -> Encoding:
    name, plan = cut.name or problem.name, cut.plan
    if plan is None:
        plan = construct(problem, seed=cut.seed)[0]
    if not isinstance(plan, HospitalPlan):
        raise InputError(f"a hospital plan is opened, not a {type(plan).__name__}", item="option plan")
    movable = []
    for p in range(len(problem.patients.ids)):
        rooms = np.unique(plan.room[p][plan.room[p] >= 0])
        if rooms.size == 1 and not problem.patients.inpatient[p]:
            movable.append(p)
    patients = [movable[i] for i in chosen_people(cut.people, [problem.patients.ids[p] for p in movable])]
    if cut.blocks == "room":
        return _of_energy(encode_room_columns(problem, plan, patients, most=cut.most or 200), name)
    return _of_energy(encode_rooms(problem, plan, patients, most_rooms=cut.most or 8), name)


def chosen_people(wanted: int | Sequence[str] | None, ids: Sequence[str]) -> list[int]:
    """Places of the people wanted: the first so many, or those named."""
    if wanted is None:
        return list(range(len(ids)))
    if isinstance(wanted, int):
        if not 1 <= wanted <= len(ids):
            raise InputError(f"{wanted} of {len(ids)} cannot be opened", item="people")
        return list(range(wanted))
    for name in wanted:
        if name not in ids:
            raise InputError(f"there is nobody called {name!r}; known: {', '.join(ids[:20])}", item="people")
    return sorted(ids.index(name) for name in wanted)
