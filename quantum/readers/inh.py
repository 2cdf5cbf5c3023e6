"""Nurse scheduling QUBOs after Ikeda, Nakamura and Humble (2019), doi:10.1038/s41598-019-49172-3.

One nurse works each day. On one-hot states the energy is ``a`` for every pair of consecutive days with the
same nurse, plus ``gamma (load - F)**2`` for every nurse, plus the preferences of the chosen days. Outside them the
formula adds ``lam (1 - nurses on the day)**2`` and counts consecutive days of every nurse.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.formats.base import read_text
from optimise.formats.budget import parse_json
from quantum.onehot import OneHot
from quantum.qubo import Qubo


@dataclass(frozen=True, slots=True, eq=False)
class InhInstance:
    """One instance: variable ``day * nurses + nurse``; block = day.

    `preferences` (days, nurses) is in the unit of the energy (the file holds hundredths), zero when absent.
    `optimum`, `n_optimal` are the enumerated values that the file states.
    """

    name: str
    nurses: int
    days: int
    a: float
    lam: float
    gamma: float
    target: int
    preferences: NDArray[np.float64]
    optimum: float
    n_optimal: int

    def onehot(self) -> OneHot:
        """The problem over one-hot blocks: a block a day, a choice a nurse."""
        return OneHot(self._without_penalty(), (self.nurses,) * self.days)

    def qubo(self) -> Qubo:
        """The published penalised QUBO with its own ``lam``."""
        return self.onehot().with_penalty(self.lam)

    def _without_penalty(self) -> Qubo:
        nurses, days = self.nurses, self.days
        variable = np.arange(days * nurses).reshape(days, nurses)
        rows = [variable[:-1].ravel()]
        cols = [variable[1:].ravel()]
        values = [np.full((days - 1) * nurses, self.a)]
        # gamma (sum_d x - F)**2 with x**2 = x
        rows.append(variable.ravel())
        cols.append(variable.ravel())
        values.append((self.gamma * (1 - 2 * self.target) + self.preferences).ravel())
        first, second = np.triu_indices(days, 1)
        rows.append(variable[first].ravel())
        cols.append(variable[second].ravel())
        values.append(np.full(first.size * nurses, 2 * self.gamma))
        names = tuple(f"day {d} nurse {n}" for d in range(days) for n in range(nurses))
        return Qubo.from_terms(
            days * nurses,
            np.concatenate(rows),
            np.concatenate(cols),
            np.concatenate(values),
            self.gamma * nurses * self.target**2,
            names,
        )


def read_inh(path: str | Path) -> dict[str, InhInstance]:
    """Read the instance list; `InputError` names the file and the instance that is wrong."""
    listed = parse_json(read_text(Path(path)), Path(path))
    if not isinstance(listed, list):
        raise InputError("expected a list of instances", file=path)
    found = {}
    for number, entry in enumerate(listed):
        item = entry.get("name", f"[{number}]") if isinstance(entry, dict) else f"[{number}]"
        try:
            instance = _instance(entry)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"missing or wrong entry: {error}", file=path, item=str(item)) from None
        found[instance.name] = instance
    return found


def _instance(entry: dict[str, Any]) -> InhInstance:
    nurses, days = int(entry["nurses"]), int(entry["days"])
    cents = entry["preference_cents"]
    preferences = np.zeros((days, nurses)) if cents is None else np.asarray(cents, dtype=np.float64) / 100
    if preferences.shape != (days, nurses):
        raise ValueError(f"preferences of shape {preferences.shape}, expected {(days, nurses)}")
    return InhInstance(
        str(entry["name"]), nurses, days, float(entry["a"]), float(entry["lam"]), float(entry["gamma"]),
        int(entry["F"]), preferences, float(entry["optimum"]), int(entry["n_optimal"]),
    )  # fmt: skip
