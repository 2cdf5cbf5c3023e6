"""INRC-II, the Second International Nurse Rostering Competition: instances by folder or name, weekly solutions.

An instance is a scenario, one initial history and an ordered list of weeks. All weeks are known (the *static*
version); the costs are those of the competition's validator.
"""

from __future__ import annotations

import re
from dataclasses import astuple
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.core.result import Evaluation
from optimise.formats.base import ReadOptions
from optimise.formats.text import beside, clip, contains, is_file, placed
from optimise.roster.formats import inrc2_json, inrc2_text
from optimise.roster.formats.inrc2_problem import DAYS, Border, Inrc2History, Inrc2Week, Scenario, compose
from optimise.roster.formats.inrc2_stages import Stages
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["Inrc2Format", "validator_breakdown", "write_history"]

_NAME = re.compile(r"(?P<scenario>.+)_(?P<history>[0-9]{1,4})_(?P<weeks>[0-9]{1,4}(-[0-9]{1,4})*)\Z")
_WEEKS = re.compile(r"[0-9]{1,4}([-, ]+[0-9]{1,4})*\Z")
_SCENARIO = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*SCENARIO\s*=")
_OBJECT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*\{")
_SOLUTION = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*SOLUTION")
#: Letters of a name that a file may have, to be on the safe side.
_LONGEST = 200
_ENDINGS = (".txt", ".json")

#: Line of the validator's output that each rule's cost belongs to (by the first words of the rule's name).
_BREAKDOWN = {
    "assignments": "total_assignments",
    "working days in a row": "consecutive",
    "shifts in a row": "consecutive",
    "days off in a row": "non_working_days",
    "requests": "preferences",
    "worked weekends": "max_working_weekend",
    "complete weekends": "complete_weekends",
    "cover": "optimal_coverage",
}
_HARD = {"cover": "min", "skills": "skill", "succession": "succ"}


def validator_breakdown(evaluation: Evaluation) -> dict[str, float]:
    """The seven cost lines of the official validator and its hard lines.

    Parameters
    ----------
    evaluation : Evaluation
        Of a problem read by this module.

    Returns
    -------
    dict
        ``total_assignments``, ``consecutive`` (working days and shift types), ``non_working_days``,
        ``preferences``, ``max_working_weekend``, ``complete_weekends``, ``optimal_coverage``, their ``total``, and
        the hard amounts ``min``, ``skill``, ``succ``. As in the validator, a cell below its minimum is not charged
        for optimal cover as well, so that of an infeasible roster ``total`` can be less than ``evaluation.cost``.
    """
    lines = dict.fromkeys(_BREAKDOWN.values(), 0.0)
    hard = dict.fromkeys(_HARD.values(), 0.0)
    for rule in evaluation.rules:
        kind = rule.rule.partition(":")[0]
        if rule.hard and kind in _HARD:
            hard[_HARD[kind]] += rule.amount
        elif kind in _BREAKDOWN:
            lines[_BREAKDOWN[kind]] += rule.cost
    below = {v.message for v in evaluation.violations if v.hard and v.rule == "cover"}
    for v in evaluation.violations:
        if v.rule == "cover" and not v.hard and v.message in below:
            lines["optimal_coverage"] -= v.cost
    return {**lines, "total": sum(lines.values()), **hard}


def write_history(plan: Roster, problem: RosterProblem, path: Path) -> Path:
    """Write the history (text form) that a roster leaves for the weeks after it."""
    scenario, first = _own(problem)
    lines = ["HISTORY", f"{first + problem.horizon.days // 7} {scenario}", "", "NURSE_HISTORY"]
    borders: dict[str, tuple[Any, ...]] = problem.meta["borders"]
    for e, row in zip(problem.employees, plan.duties, strict=True):
        border = borders.get(e.id, (0, 0, None, 0, 0, 0))  # a person added since has none
        worked = [problem.shifts[problem.duties[a].shift].id if a else None for a in row.tolist()]
        total, weekends, shift, *runs = astuple(Border(*border).after(worked))
        lines.append(" ".join(map(str, (e.id, total, weekends, shift, *runs))))  # a day off is written None
    return write_text(Path(path), "\n".join(lines) + "\n")


class _Source(NamedTuple):
    """Where an instance lies: its folder, scenario, history and weeks (None = not said)."""

    folder: Path
    scenario: Path
    history: str | None
    weeks: str | None


class Inrc2Format:
    """Reader and writer of INRC-II.

    An instance is given as a dataset folder (or its scenario file) with ``history`` and ``weeks``, or as a name
    such as ``datasets/n030w4/n030w4_1_6-2-9-1`` or ``datasets/n030w4_1_6-2-9-1``. ``history`` is an index or a file.

    For the dynamic version there is the method ``stage-by-stage``; by hand,
    ``read(folder, history=..., weeks="6", stage=True)`` gives the problem of the next week only,
    and :func:`write_history` the history with which the week after it begins.
    """

    name = "inrc2"
    description = "INRC-II nurse rostering (folder + --history + --weeks, or FOLDER/n030w4_1_6-2-9-1; text or JSON)"
    kind = "roster"
    choices = ("stage",)

    def detects(self, path: Path) -> bool:
        try:
            return _locate(path) is not None
        except (InputError, OSError, ValueError):
            return False

    def read(self, path: Path, options: ReadOptions) -> RosterProblem:
        """Read an instance.

        Raises
        ------
        InputError
            Naming file, line and item; for a folder without history or weeks, saying what can be given.
        """
        path = Path(path)
        try:
            source = _locate(path)
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", file=path) from None
        except ValueError:
            raise InputError("is not the name of a file or folder", file=path) from None
        if source is None:
            raise InputError("no INRC-II scenario (Sc-NAME.txt or Sc-NAME.json) for this instance", file=path)
        scenario: Scenario = _form(source.scenario).read_scenario(source.scenario)
        history_path, week_indexes = _choices(source, scenario, options)
        history: Inrc2History = _form(history_path).read_history(history_path, scenario)
        week_paths = [_file(source.folder, [f"WD-{name}-{w}" for name in scenario.names]) for w in week_indexes]
        known: dict[Path, Inrc2Week] = {p: _form(p).read_week(p, scenario) for p in dict.fromkeys(week_paths)}
        left, stage = scenario.weeks - history.week, bool((options.extra or {}).get("stage"))
        if len(week_indexes) != left and not (stage and len(week_indexes) < left):
            raise InputError(f"{left} weeks are to be given, not {len(week_indexes)}", file=path, item="weeks")
        index = _without(history_path.stem, "H0", scenario)
        borders = {n: astuple(history.borders[n]) for n in scenario.nurses}
        meta = {
            "scenario": scenario.id,
            "names": scenario.names,
            "history": index,
            "weeks": week_indexes,
            "first_week": history.week,
            "borders": borders,
        }
        with placed(source.scenario):
            name = f"{scenario.names[0]}_{index}_{'-'.join(week_indexes)}"
            weeks = [known[p] for p in week_paths]
            if len(weeks) == left:
                meta["stages"] = Stages(scenario, history, tuple(weeks))
            return compose(name, scenario, history, weeks, meta)

    def read_plan(self, path: Path, problem: RosterProblem) -> Roster:
        """Read weekly solutions: a folder, or one of several files that differ in one number of their names."""
        path = Path(path)
        scenario, first = _own(problem)
        weeks = problem.horizon.days // 7
        people = {e.id: i for i, e in enumerate(problem.employees)}
        known = {d.id: a for a, d in enumerate(problem.duties[1:], 1)}
        duties = np.zeros((len(people), problem.horizon.days), dtype=np.int16)
        seen: dict[int, Path] = {}
        for file in _solutions(path):
            week, assignments = inrc2_text.read_solution(file, scenario, *problem.meta.get("names", ()))
            if week in seen:
                raise InputError(f"week {week} is also in {seen[week]}", file=file)
            if not 0 <= week - first < weeks:
                raise InputError(f"week {week} is not in the problem ({first} to {first + weeks - 1})", file=file)
            seen[week] = file
            for row, nurse, day, shift, skill in assignments:
                i = row.look_up(people, nurse, "nurse")
                duty = row.look_up(known, f"{shift}:{skill}", "shift and skill")
                d = 7 * (week - first) + day
                if duties[i, d]:
                    raise row.error(f"{nurse} has two assignments on {DAYS[day]}", f"nurse {nurse}")
                duties[i, d] = duty
        missing = [str(w) for w in range(first, first + weeks) if w not in seen]
        if missing:
            raise InputError(f"no solution for week {', '.join(missing[:12])}", file=path, item="plan")
        return Roster.from_array(duties)

    def write_plan(self, plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
        """Write ``STEM-week0.txt``, ``STEM-week1.txt``, ..."""
        scenario, first = _own(problem)
        written = []
        for w in range(problem.horizon.days // 7):
            lines = []
            for e, row in zip(problem.employees, plan.duties[:, 7 * w : 7 * w + 7], strict=True):
                for day in np.flatnonzero(row).tolist():
                    duty = problem.duties[int(row[day])]
                    shift, skill = problem.shifts[duty.shift].id, problem.skills[duty.skill]
                    lines.append(f"{e.id} {DAYS[day]} {shift} {skill}\n")
            text = f"SOLUTION\n{first + w} {scenario}\n\nASSIGNMENTS = {len(lines)}\n{''.join(lines)}"
            written.append(write_text(beside(Path(stem), f"-week{first + w}.txt"), text))
        return written


def _own(problem: RosterProblem) -> tuple[str, int]:
    """Scenario and first week of a problem that was read by this module."""
    if problem.family != "inrc2":
        raise InputError(
            f"weekly solutions of INRC-II belong to INRC-II problems, not to {problem.family}", item="plan"
        )
    return str(problem.meta["scenario"]), int(problem.meta["first_week"])


# ---- finding files -----------------------------------------------------------------------------------------------
def _locate(path: Path) -> _Source | None:
    """The scenario that a path means, or None when it is none of INRC-II."""
    if path.is_dir():
        found = _scenarios(path)
        if len(found) > 1:
            raise InputError(f"holds several scenarios: {', '.join(p.name for p in found)}", file=path)
        return _Source(path, found[0], None, None) if found else None
    if is_file(path):
        return _Source(path.parent, path, None, None) if _is_scenario(path) else None
    name = _NAME.match(path.name)
    if name:
        for folder in (path.parent, path.parent / name["scenario"]):
            for ending in _ENDINGS:
                scenario = folder / f"Sc-{name['scenario']}{ending}"
                if is_file(scenario):
                    return _Source(folder, scenario, name["history"], name["weeks"])
    return None


def _is_scenario(path: Path) -> bool:
    if path.suffix not in _ENDINGS:
        return False
    if path.suffix == ".txt":
        return contains(path, _SCENARIO)
    return path.name.startswith("Sc-") and contains(path, _OBJECT)


def _scenarios(folder: Path) -> list[Path]:
    """Scenario files of a folder; a text form hides the JSON form of the same name."""
    found = {p.stem: p for ending in reversed(_ENDINGS) for p in sorted(folder.glob(f"Sc-*{ending}"))}
    return [p for p in found.values() if _is_scenario(p)]


def _choices(source: _Source, scenario: Scenario, options: ReadOptions) -> tuple[Path, list[str]]:
    """History file and week indexes, from the name or from the options."""
    history = options.history if options.history is not None else source.history
    weeks = options.weeks if options.weeks is not None else source.weeks
    if history is None or weeks is None:
        lacking = " and ".join(n for n, v in (("history", history), ("weeks", weeks)) if v is None)
        h, w = (_indexes(source.folder, [f"{kind}-{name}-" for name in scenario.names]) for kind in ("H0", "WD"))
        example = "-".join((w * scenario.weeks or ["0"])[: scenario.weeks])
        raise InputError(
            f"{lacking} to be given: an initial history (found: {', '.join(h) or 'none'}) and {scenario.weeks} weeks "
            f"in order, repeats allowed (found: {', '.join(w) or 'none'}), "
            f"for example --history {h[0] if h else 0} --weeks {example}",
            file=source.folder,
        )
    prefix = f"H0-{scenario.names[0]}-"
    named = [p for p in (source.folder / history.strip(), Path(history.strip())) if is_file(p)]
    index = _without(history.strip(), "H0", scenario)
    if not named and not re.fullmatch(r"[0-9]{1,4}", index):
        raise InputError(
            f"{clip(history)!r} names no history; give an index, {prefix}INDEX or a file",
            file=source.folder,
            item="history",
        )
    if not _WEEKS.match(weeks.strip()):
        raise InputError(
            f"{clip(weeks)!r} is not a list of week indexes such as 6-2-9-1", file=source.folder, item="weeks"
        )
    history_path = named[0] if named else _file(source.folder, [f"H0-{name}-{index}" for name in scenario.names])
    return history_path, re.split(r"[-, ]+", weeks.strip())


def _without(stem: str, kind: str, scenario: Scenario) -> str:
    """``1`` of ``H0-n030w4-1``."""
    for name in scenario.names:
        stem = stem.removeprefix(f"{kind}-{name}-")
    return stem


def _indexes(folder: Path, prefixes: list[str]) -> list[str]:
    """Indexes of the files ``PREFIX<index>.txt|json`` in a folder, in numeric order."""
    files = [p.stem for p in folder.iterdir() if p.suffix in _ENDINGS]
    found = {stem.removeprefix(prefix) for prefix in prefixes for stem in files if stem.startswith(prefix)}
    return sorted((i for i in found if i.isdecimal()), key=int)


def _file(folder: Path, stems: list[str]) -> Path:
    """The file of one of these names, in either form."""
    for stem in stems:
        for ending in _ENDINGS:
            if is_file(folder / f"{stem}{ending}"):
                return folder / f"{stem}{ending}"
    known = ", ".join(_indexes(folder, [stem.rpartition("-")[0] + "-" for stem in stems]))
    text = f"no such file; known indexes: {known or 'none'}"
    if len(stems[0]) > _LONGEST:  # of a damaged scenario: no file can be called so
        raise InputError(text, file=folder, item=clip(stems[0]))
    raise InputError(text, file=folder / f"{stems[0]}{_ENDINGS[0]}")


def _form(path: Path) -> Any:
    """The module that reads a file's form."""
    return inrc2_json if path.suffix == ".json" else inrc2_text


def _solutions(path: Path) -> list[Path]:
    """Weekly solution files that a path means."""
    if path.is_dir():
        found = [p for p in sorted(path.glob("*.txt")) if contains(p, _SOLUTION)]
        if not found:
            raise InputError("holds no weekly solution (*.txt that begins with SOLUTION)", file=path)
        return found
    numbers = list(re.finditer("[0-9]+", path.stem))
    if not numbers or not is_file(path):
        return [path]
    number = numbers[-1]  # the last number of the name counts the weeks
    front, back = path.stem[: number.start()], path.stem[number.end() :] + path.suffix
    pattern = re.compile(re.escape(front) + "[0-9]+" + re.escape(back) + r"\Z")
    return sorted(p for p in path.parent.iterdir() if pattern.match(p.name)) or [path]
