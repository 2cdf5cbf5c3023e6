"""Compile every kernel once, on small made-up problems, so that no user's time limit pays for it."""

from __future__ import annotations

import dataclasses
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from optimise.core.method import Limits, SerialComm, available_methods, get_method
from optimise.core.problem import Problem
from optimise.roster.problem import RosterProblem

__all__ = ["AFTER", "CASES", "warm", "warm_all"]

#: Work, not time, ends these runs, so that compiling takes what it needs.
_FEW = Limits(seconds=1800.0, iterations=2)


Case = tuple[Problem, str, dict[str, Any]]


def _small_ward() -> RosterProblem:
    from optimise.generate import ward

    return ward(6, days=14, seed=3).problem()


def _rosters() -> Case:
    # a small ward takes the way of a large one, so that the kernels of both are compiled
    return _small_ward(), "column-generation", {"tuning": {"root": {"large": 0}}}


def _long_rosters() -> Case:
    return _small_ward(), "column-generation", {"long": True}


def _hospitals() -> Case:
    from optimise.generate import hospital

    return hospital(6, days=4, seed=3), "hospital", {}


def _beds() -> Case:
    """Stays whose dates are fixed."""
    from optimise.generate import hospital

    made: Any = hospital(6, days=4, seed=3)
    people = made.patients
    fixed = dataclasses.replace(people, due=people.release, mandatory=people.mandatory | True)
    beds = dataclasses.replace(
        made.beds,
        patients=fixed,
        rooms=dataclasses.replace(made.rooms, beds=made.rooms.beds + len(people)),
    )
    rules = tuple(s for s in made.rules if s.rule != "RoomAgeMix")
    return dataclasses.replace(made, theatres=None, nursing=None, beds=beds, rules=rules), "matheuristic", {}


def _quantum() -> Case:
    from optimise.generate import ward

    return ward(4, days=3, seed=3).problem(), "qaoa", {}


def _annealing() -> None:
    """The dearest kernels of rosters by themselves, so that a second process can compile the others."""
    from optimise.roster.kernels.anneal import Annealer
    from optimise.roster.kernels.cover import CoverRows

    compiled = _small_ward().compiled
    annealer = Annealer(compiled, CoverRows(compiled))
    words = annealer.run(np.zeros((compiled.employees, compiled.days), np.int16), 10, 5.0, 0.1, seed=1)
    annealer.survey(words, seed=1)


def _pricing() -> None:
    """Kernels of rosters that price lines, in the column generation and in the relaxation of a large ward."""
    from optimise.roster.kernels import Pricer
    from optimise.roster.kernels.cover import CoverRows
    from optimise.roster.search.construct import hard_price
    from optimise.roster.search.reinsertion import Reinsertion
    from optimise.roster.search.relaxation import Relaxation, ascend

    problem = _small_ward()
    compiled, cover = problem.compiled, CoverRows(problem.compiled)
    Pricer(compiled).price(0, np.zeros((compiled.days, compiled.alphabet)), columns=2)
    staff = Reinsertion(compiled, problem.automata, cover, hard_price(compiled)).staff
    people = Relaxation(staff, cover, np.arange(compiled.employees))
    ascend(people, seconds=math.inf, comm=SerialComm(), steps=2, over=lambda: False)


#: What to compile, dearest first: label and the problem with the method that needs the kernels.
CASES: dict[str, Callable[[], Case]] = {
    "hospitals": _hospitals,
    "rosters": _rosters,
    "long rosters": _long_rosters,
    "quantum": _quantum,
    "beds": _beds,
}

#: Parts of a case that are compiled side by side before it, where there are processors for them.
PARTS: dict[str, Callable[[], None]] = {"annealing": _annealing, "pricing": _pricing}

#: Cases that use the kernels of others, and so begin when those have published them.
AFTER = {
    "rosters": ("annealing", "pricing"),
    "long rosters": ("rosters",),
    "quantum": ("rosters",),
    "beds": ("hospitals",),
}


def warm(label: str) -> bool:
    """Solve one case, or run one part, in this process; False when its method is not installed."""
    from optimise.driver import solve

    if label in PARTS:
        PARTS[label]()
        return True
    problem, name, options = CASES[label]()
    if name not in available_methods():
        return False
    try:
        method = get_method(name)
    except ImportError:
        return False
    if method.supports(problem):
        solve(problem, method, limits=_FEW, options=options)
    return True


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def warm_all(
    say: Callable[[str], None] = lambda text: None, processes: int | None = None, cases: Collection[str] = tuple(CASES)
) -> bool:
    """Compile cases in child processes, as many at once as there are processors; True when all went well.

    ``say`` is told what is begun, and of each case how many kernels it compiled and how long that took.
    """
    limit, began = processes or _cores(), time.perf_counter()
    waiting, good = [label for label in CASES if label in cases], True
    running: dict[str, tuple[subprocess.Popen[str], float]] = {}
    say(f"compiling kernels for {', '.join(waiting)}, up to {limit} processes at once; once on this machine")
    if limit > 1:
        waiting = [part for part in PARTS if any(part in AFTER.get(label, ()) for label in waiting)] + waiting
    while waiting or running:
        ready = [label for label in waiting if not {*waiting, *running}.intersection(AFTER.get(label, ()))]
        for label in ready[: limit - len(running)]:
            waiting.remove(label)
            command = [sys.executable, "-P", "-m", "optimise.cli.warming", label]  # -P: not the folder we are in
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            running[label] = (child, time.perf_counter())
        time.sleep(0.05)
        for label, (child, since) in list(running.items()):
            if child.poll() is None:
                continue
            del running[label]
            out, errors = child.communicate()
            if child.returncode:
                good = False
                say(f"kernels for {label}: failed ({(errors.strip().splitlines() or ['no message'])[-1]})")
            else:
                told = (out.strip().splitlines() or [""])[-1]
                say(f"kernels for {label}: ready after {time.perf_counter() - since:.0f} s ({told})")
    say(f"compiling took {time.perf_counter() - began:.0f} s in all")
    return good
