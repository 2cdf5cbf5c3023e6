"""Questions that are answered at once: what a plan costs, who can cover, why. Problems that were read are kept."""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optimise.ask import cover_asked, day_named, person_named, shift_named, why
from optimise.ask.told import cover_object, why_object
from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.core.kinds import kind_of
from optimise.core.problem import Problem
from optimise.core.result import Plan
from optimise.core.serialise import evaluation_object, violation_object
from optimise.formats.base import UnknownFormat, detect, get_format, native_format, read, read_plan
from optimise.roster.problem import Roster, RosterProblem, roster_only
from optimise.runs.resultfile import read_run
from optimise.serve.boards import standing_of
from optimise.serve.bodies import Cover, Why
from optimise.serve.folder import JobFolder
from optimise.serve.written import WrittenAnswer

__all__ = ["ACCEPTED", "Questions", "accept", "plan_of"]

#: Decisions of a problem whose plans are judged in some milliseconds: 60 people in 5 weeks have 8400.
_SMALL = 30_000
#: Formats of documents that are taken from outside. Those of public families may name other files.
ACCEPTED = ("native", "table", "hospital", "hospital-document", "capacity")


def accept(file: Path) -> Problem:
    """Read a document that came from outside.

    Parameters
    ----------
    file : Path
        In a folder of ours; the document must not lead to another file.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If it is none of the accepted formats, names another file, or has mistakes.
    """
    try:
        found = detect(file)
    except UnknownFormat:
        raise InputError(f"is no document that the service takes: {', '.join(ACCEPTED)}", file=file) from None
    if found.name not in ACCEPTED:
        raise InputError(f"is a {found.name} file; the service takes {', '.join(ACCEPTED)}", file=file)
    if get_format("capacity").name == found.name and _names_a_file(json.loads(file.read_text(encoding="utf-8"))):
        raise InputError("names another file; send the scenarios in the document", file=file, item="scenarios.file")
    return read(file, format=found.name)


def _names_a_file(made: object) -> bool:
    if isinstance(made, dict):
        return any((key == "file" and value) or _names_a_file(value) for key, value in made.items())
    return isinstance(made, list) and any(map(_names_a_file, made))


class Questions:
    """Problems and plans that were asked about lately, and answers about them; safe for several threads.

    Parameters
    ----------
    most : int
        Problems that are kept.
    """

    def __init__(self, most: int = 16) -> None:
        self.most = most
        self._kept: OrderedDict[str, tuple[Problem, Plan | None]] = OrderedDict()
        self._lock = threading.Lock()
        self._written = WrittenAnswer()

    def of_job(self, folder: JobFolder, *, finished: bool) -> tuple[Problem, Plan | None]:
        """Problem of a job, and its plan where it has ``finished`` with one."""
        return self._known(_key(folder, finished=finished), lambda: _read_job(folder, finished=finished))

    def at_hand(self, folder: JobFolder, *, finished: bool) -> bool:
        """Whether :meth:`of_job` answers at once, and a plan of it is judged in some milliseconds."""
        found = self._kept.get(_key(folder, finished=finished))
        return found is not None and kind_of(found[0]).size(found[0]) <= _SMALL

    def forget(self, folder: JobFolder) -> None:
        """Keep nothing of a job."""
        with self._lock:
            for finished in (False, True):
                self._kept.pop(_key(folder, finished=finished), None)

    def of_document(self, document: dict[str, object]) -> Problem:
        """The problem that a document states."""
        text = json.dumps(document)

        def made() -> tuple[Problem, Plan | None]:
            with tempfile.TemporaryDirectory(prefix="wardwise-") as place:
                return accept(write_text(Path(place) / "document.json", text)), None

        return self._known(hashlib.sha256(text.encode()).hexdigest(), made)[0]

    def evaluate(self, problem: Problem, plan: Plan, *, detail: bool = False) -> bytes:
        """Cost and violations, as ``wardwise check --json`` says them; in ``detail`` also how the plan stands."""
        found, part = problem.evaluate(plan), self._written.part
        made = evaluation_object(found, lambda broken: part(broken, violation_object))
        if detail:
            made["standing"] = standing_of(problem, plan, found, part)
        return self._written.whole(made)

    def cover(self, problem: Problem, plan: Plan, asked: Cover) -> dict[str, Any]:
        """Who can take a shift, as ``wardwise cover --json`` says it."""
        ward, roster = _roster(problem, plan)
        if asked.shift is None and asked.instead_of is None:
            raise InputError("shift or instead_of must say which shift", item="shift")
        with _of_field("day"):
            day_named(asked.day, ward)
        if asked.shift is not None:
            with _of_field("shift"):
                shift_named(asked.shift, ward)
        if asked.instead_of is not None:
            with _of_field("instead_of"):
                person_named(asked.instead_of, ward)
        if asked.from_day is not None:
            with _of_field("from_day"):
                day_named(asked.from_day, ward)
        found = cover_asked(
            ward,
            roster,
            asked.day,
            asked.shift,
            asked.instead_of,
            swap=asked.swap,
            most=asked.most,
            from_day=asked.from_day,
        )
        return cover_object(found, ward)

    def why(self, problem: Problem, plan: Plan, asked: Why) -> dict[str, Any]:
        """Why somebody has a duty or not, as ``wardwise why --json`` says it."""
        ward, roster = _roster(problem, plan)
        with _of_field("who"):
            person = person_named(asked.who, ward)
        with _of_field("day"):
            when = day_named(asked.day, ward)
        with _of_field("shift"):
            about = None if asked.shift is None else shift_named(asked.shift, ward)
        known = (-math.inf, "")
        found = why(ward, roster, person, when, shift=about, seconds=asked.seconds, known=known)
        return why_object(found, ward)

    def _known(self, key: str, make: Callable[[], tuple[Problem, Plan | None]]) -> tuple[Problem, Plan | None]:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return made


def plan_of(problem: Problem, plan: dict[str, object]) -> Plan:
    """A plan that came as JSON.

    Parameters
    ----------
    problem : Problem
    plan : dict
        As ``native-plan.json`` holds it.

    Returns
    -------
    Plan
        It may break rules.
    """
    native = native_format(problem)
    quick: Callable[[Any, Problem], Plan] | None = getattr(get_format(native), "plan_from", None)
    with told_of_plan():
        if quick is not None:  # formats that people wait for read objects; others files
            return quick(plan, problem)
        with tempfile.TemporaryDirectory(prefix="wardwise-") as place:
            file = write_text(Path(place) / "native-plan.json", json.dumps(plan))
            made: Plan = read_plan(file, problem, format=native)
    return made


@contextmanager
def told_of_plan() -> Iterator[None]:
    """What is wrong with a plan that was sent is told of the plan, not of our file."""
    try:
        yield
    except InputError as error:
        raise error.without_file().at(item="plan") from None


@contextmanager
def _of_field(name: str) -> Iterator[None]:
    """What is wrong with a field that was sent is told of that field, for a form."""
    try:
        yield
    except InputError as error:
        raise InputError(str(error), item=name) from None


def _key(folder: JobFolder, *, finished: bool) -> str:
    return f"{folder.job}:{finished}"


def _read_job(folder: JobFolder, *, finished: bool) -> tuple[Problem, Plan | None]:
    if finished:
        run = read_run(folder.out)
        return run.problem, run.result.plan
    return accept(folder.document), None


def _roster(problem: Problem, plan: Plan) -> tuple[RosterProblem, Roster]:
    ward = roster_only(problem)
    assert isinstance(plan, Roster)
    return ward, plan
