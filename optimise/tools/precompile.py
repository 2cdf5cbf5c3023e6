"""Compile every kernel once, on small made-up problems, so that no user's time limit pays for it."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from optimise.core.method import Limits, available_methods, get_method
from optimise.core.problem import Problem

__all__ = ["CASES", "warm", "warm_all"]

#: Work, not time, ends these runs, so that compiling takes what it needs.
_FEW = Limits(seconds=1800.0, iterations=2)


Case = tuple[Problem, str, dict[str, Any]]


def _rosters() -> Case:
    from optimise.generate import ward

    return ward(6, days=14, seed=3).problem(), "column-generation", {}


def _long_rosters() -> Case:
    return _rosters()[0], "column-generation", {"long": True}


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


#: What to compile, dearest first: label and the problem with the method that needs the kernels.
CASES: dict[str, Callable[[], Case]] = {
    "hospitals": _hospitals,
    "rosters": _rosters,
    "quantum": _quantum,
    "long rosters": _long_rosters,
    "beds": _beds,
}


def warm(label: str) -> bool:
    """Solve one case in this process; False when its method is not installed."""
    from optimise.driver import solve

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


def warm_all(say: Callable[[str], None] = lambda text: None, processes: int | None = None) -> bool:
    """Compile all cases in child processes, as many at once as there are processors; True when all went well."""
    limit = processes or os.cpu_count() or 1
    waiting, good = list(CASES), True
    running: dict[str, tuple[subprocess.Popen[str], float]] = {}
    while waiting or running:
        while waiting and len(running) < limit:
            label = waiting.pop(0)
            command = [sys.executable, "-P", "-m", "optimise.cli.warming", label]  # -P: not the folder we are in
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            running[label] = (child, time.perf_counter())
        time.sleep(0.05)
        for label, (child, began) in list(running.items()):
            if child.poll() is None:
                continue
            del running[label]
            _, errors = child.communicate()
            if child.returncode:
                good = False
                say(f"kernels for {label}: failed ({(errors.strip().splitlines() or ['no message'])[-1]})")
            else:
                say(f"kernels for {label}: ready after {time.perf_counter() - began:.0f} s")
    return good
