"""Prove a format of your own: what is read is sound, what is written is read again, and bad files are told.

    from optimise.testing import check_format
    check_format(MyFormat(), Path("ward.mine"))

Raises `AssertionError` that says what is broken.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TypeVar

from optimise.core.errors import InputError
from optimise.core.kinds import kind_of, known_kinds
from optimise.core.problem import Problem
from optimise.core.result import Plan
from optimise.formats.base import Format, ReadOptions
from optimise.solvers.highs import Highs
from optimise.solvers.linear import linear

__all__ = ["check_format"]

L = TypeVar("L", bound=Plan)

#: Bytes that damage a text in a file of any family.
DAMAGE = (b"", b"\x00", b"\xff", b"{", b"]", b'"', b",", b"-1", b"9" * 400, b"nan", b"\n\n", b"\t", b"\xe2\x80\x8f")


def check_format(
    form: Format,
    file: Path,
    *,
    plan: Plan | None = None,
    options: ReadOptions | None = None,
    damaged: int = 60,
    seed: int = 0,
) -> None:
    """A format on a file of its family.

    Parameters
    ----------
    form : Format
    file : path
        A sound file (not a folder) that the format reads.
    plan : optional
        A plan for it to write and read again; by default the optimum of the whole model.
    options : ReadOptions, optional
    damaged : int
        Damaged copies to try.
    seed : int
        Of the damage.
    """
    given = options or ReadOptions()
    for field in ("name", "description"):
        assert getattr(form, field, ""), f"the format has no {field}"
    assert form.kind in known_kinds(), f"kind is {form.kind!r}, not one of {', '.join(known_kinds())}"
    assert form.detects(file), "the format does not detect its own file"
    problem = form.read(file, given)
    said, made = form.kind, problem.kind
    assert made == said, f"the format is of kind {said!r}, its problem of kind {made!r}"
    assert problem.family == form.name, f"family is {problem.family!r}: plans are written by the format of that name"
    assert problem.digest() == form.read(file, given).digest(), "reading the same file twice gives two problems"
    with TemporaryDirectory() as folder:
        room = Path(folder)
        _written_is_read(form, problem, _best(problem) if plan is None else plan, room)
        _strange_files(form, given, room)
        _damaged_files(form, file, given, room, damaged, Random(seed))


def _best(problem: Problem[L]) -> L:
    built = kind_of(problem).model(problem)
    solved = Highs(linear(built).freeze()).solve(seconds=20.0)
    assert solved.values is not None, "HiGHS found no plan in 20 seconds: give one"
    return built.plan(solved.values)


def _written_is_read(form: Format[Problem[L], L], problem: Problem[L], plan: L, room: Path) -> None:
    stem = room / "out" / "plan"
    stem.parent.mkdir()
    written = form.write_plan(plan, problem, stem)
    assert written, "no file is said to be written"
    assert sorted(written) == sorted(stem.parent.iterdir()), "the files written are not those that are told"
    assert all(f.name.startswith(stem.name) for f in written), "a plan's file does not begin with the given stem"
    before, again = problem.evaluate(plan), form.read_plan(written[0], problem)
    assert type(again) is type(plan), f"a plan of type {type(plan).__name__} is read as {type(again).__name__}"
    after = problem.evaluate(again)
    assert (after.cost, after.hard) == (before.cost, before.hard), "a plan that is written and read costs otherwise"
    text = [f.read_bytes() for f in written]
    assert [f.read_bytes() for f in form.write_plan(again, problem, stem)] == text, "written again it is another file"


def _strange_files(form: Format, options: ReadOptions, room: Path) -> None:
    """A folder, nothing, an empty file, bytes: never a traceback, and ``detects`` never raises at all."""
    (room / "folder").mkdir()
    (room / "empty").write_bytes(b"")
    (room / "bytes").write_bytes(bytes(range(256)) * 8)
    for name in ("folder", "nothing", "empty", "bytes"):
        try:
            form.detects(room / name)
        except Exception as error:
            raise AssertionError(f"detects raises on {name}: {error!r}") from error
        _refused(form, room / name, options, name, must=True)


def _damaged_files(form: Format, file: Path, options: ReadOptions, room: Path, count: int, random: Random) -> None:
    sound, target = file.read_bytes(), room / ("damaged" + file.suffix)
    for number in range(count):
        at = random.randrange(len(sound) + 1)
        until = at + random.choice((0, 1, 1, 5, len(sound)))
        target.write_bytes(sound[:at] + random.choice(DAMAGE) + sound[until:])
        _refused(form, target, options, f"damaged copy {number} of seed (bytes {at} to {until} replaced)")


def _refused(form: Format, file: Path, options: ReadOptions, what: str, *, must: bool = False) -> None:
    """Reading says what is wrong by an :class:`InputError`, or reads; :func:`optimise.read` adds the file's name."""
    said = ""
    try:
        form.read(file, options)
    except InputError as error:
        said = str(error)
    except Exception as error:
        raise AssertionError(f"{what}: reading ends in {error!r}, not in an InputError") from error
    assert said or not must, f"{what} is read as a problem"
