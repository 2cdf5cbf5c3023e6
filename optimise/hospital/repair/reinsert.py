"""Improvement around what has changed: take a few people out, insert them anew, keep what is better.

Large neighbourhood search (Shaw 1998) in which only those can change who have changed already and those whom they push
out, so everybody else stays as planned. Every plan is evaluated exactly.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimise.core.method import Deadline
from optimise.hospital.context import HospitalContext, HospitalPlan
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.repair.conflicts import keep_what_fits
from optimise.hospital.repair.insert import insert_directly, insert_with_ejection
from optimise.hospital.repair.nurses import give_missing
from optimise.hospital.repair.occupancy import Occupancy, OccupancyTables
from optimise.hospital.repair.repair import chain_price
from optimise.hospital.repair.tuning import RepairTuning

__all__ = ["PatientReinsertion"]


class PatientReinsertion:
    """Reinsertion over one problem; keeps its tables from run to run."""

    def __init__(self, problem: HospitalContext, tuning: RepairTuning = RepairTuning()) -> None:  # noqa: B008
        self.problem, self.tables, self.tuning = problem, OccupancyTables(problem), tuning
        self.price = chain_price(self.tables)

    def run(
        self,
        plan: HospitalPlan,
        who: list[int],
        *,
        seed: int,
        seconds: float,
        tries: int | None = None,
        told: Callable[[HospitalPlan], bool] | None = None,
    ) -> HospitalPlan:
        """Improve ``plan``, which keeps all hard rules, around the patients ``who``.

        Parameters
        ----------
        plan : HospitalPlan
        who : list of int
            Indices of patients.
        seed : int
        seconds : float
            Time limit.
        tries : int, optional
            Most tries; the time limit holds as well.
        told : callable, optional
            Told each better plan; True ends it.

        Returns
        -------
        HospitalPlan
            The best plan met; ``plan`` itself where nothing better was found.
        """
        clock, rng = Deadline(seconds), np.random.default_rng([seed, 0x5EA])
        best, key = plan, hard_and_cost(self.problem, plan)
        state, broken = keep_what_fits(self.tables, plan)
        if broken or not who:
            return plan
        free, idle, done = list(who), 0, 0
        while idle < self.tuning.patience * len(free) and not clock.over and (tries is None or done < tries):
            done += 1
            o = state.copy()
            size = min(len(free), int(rng.choice(self.tuning.sizes)))
            chosen = [int(p) for p in rng.choice(free, size, replace=False)]
            touched = self._again(o, chosen, rng, clock)
            if touched is None:
                idle += 1
                continue
            give_missing(o)
            made = o.plan()
            new = hard_and_cost(self.problem, made)
            if new < key:
                best, key, state, idle = made, new, o, 0
                free += [q for q in touched if q not in free]
                if told is not None and told(best):
                    break
            else:
                idle += 1
        return best

    def _again(self, o: Occupancy, chosen: list[int], rng: np.random.Generator, clock: Deadline) -> list[int] | None:
        """Take some out and insert them in another order; everybody who was touched, None where one finds no place."""
        t = self.tuning
        for p in chosen:
            if o.admission[p] >= 0:
                o.take(p)
        if rng.random() < t.ejecting:
            before = o.room.copy()
            price = max(1, int(self.price * rng.choice(t.prices)))
            if insert_with_ejection(o, chosen, price, clock, rng, steps=t.each * len(chosen))[0]:
                return None
            return [int(p) for p in np.flatnonzero((before != o.room).any(axis=1))]
        if insert_directly(o, chosen, clock):
            return None
        return chosen
