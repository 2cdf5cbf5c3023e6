"""Workload that a nurse can carry."""

from __future__ import annotations

import numpy as np

from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule
from optimise.hospital.rules.cover import nursed
from optimise.hospital.rules.state import HospitalState

__all__ = ["ExcessiveNurseWorkload"]


class ExcessiveNurseWorkload(HospitalRule):
    """Workload beyond a nurse's maximum, over nurses and the shifts they work."""

    name = "ExcessiveNurseWorkload"
    text = "a nurse carries at most his or her maximum workload in a shift"
    unit = "units of workload"
    layer = "nursing"
    default = 1
    engines = frozenset({Engine.JOINT})

    def breaches(self, state: HospitalState) -> Breaches:
        problem, layer = state.problem, state.problem.nursing
        assert layer is not None
        load = state.nurse_load
        excess = np.where(layer.on_duty, load - layer.max_load, 0)

        def tell(index: tuple[int, ...]) -> Breach:
            n, s = index
            d, k = divmod(s, problem.shifts)
            name, most = layer.ids[n], layer.max_load[n, s]
            return Breach(
                (name,), (d,), f"nurse {name} carries {load[n, s]} of {most} units on day {d}, {layer.shifts[k]}"
            )

        return Breaches.positive(excess, tell)

    def add(self, model: HospitalColumns) -> None:
        """With L the workload of a room and shift (a sum over presences) and M its largest value:

        ``room_workload[r,s]`` = L[r,s]; ``carried[n,r,s]``: load[n,r,s] >= L[r,s] - M (1 - nurse[n,r,s]);
        ``ExcessiveNurseWorkload[n,s]``: sum_r load[n,r,s] - excess[n,s] <= maximum; and the valid row
        ``shift_workload[s]``: sum_n excess[n,s] >= sum_r L[r,s] - sum of the maxima on duty (if all rooms are covered).
        Where everybody in a room is known, L is a number and needs no load column.
        """
        here, layer, price = model.presence, model.problem.nursing, model.price(self.name)
        assert layer is not None
        if price == 0:
            return
        k, shifts = model.problem.shifts, model.problem.days * model.problem.shifts
        work = np.stack([layer.workload[here.person, here.night * k + j] for j in range(k)], axis=1)
        post_load = np.zeros((len(here.cell_room), k))
        np.add.at(post_load, here.cell, work * here.fixed[:, None])
        load = post_load.reshape(-1)
        heavy = here.largest_loads(work).reshape(-1)
        on = np.flatnonzero(model.nurse_on_duty)  # whoever is not has no maximum
        column, of = model.nurse_column[on], model.nurse_post[on]
        used, place = np.unique(model.nurse_who[on] * shifts + model.post_shift[of], return_inverse=True)
        limit = layer.max_load[used // shifts, used % shifts]
        rows = model.model.add_rows(
            self.name,
            len(used),
            upper=limit,
            keys=lambda: [(layer.ids[u // shifts], int(u % shifts)) for u in used],
        )
        excess = model.excess(self.name, rows)
        known = model.post_known[of]
        model.model.add_entries(rows[place[known]], column[known], load[of[known]])
        open_ = np.flatnonzero(~known & (heavy[of] > 0))
        carried = model.model.add_columns("load", len(open_))
        post = of[open_]
        bound = model.model.add_rows("carried", len(open_), upper=heavy[post])
        model.model.add_entries(rows[place[open_]], carried)
        model.model.add_entries(bound, carried, -1.0)
        model.model.add_entries(bound, column[open_], heavy[post])
        posts, where = np.unique(post, return_inverse=True)
        total = model.model.add_columns("room_workload", len(posts))
        sums = model.model.add_rows("room_workload", len(posts), lower=0.0, upper=0.0, keys=model.post_keys(posts))
        model.model.add_entries(sums, total, -1.0)
        for j in range(k):
            mine = np.flatnonzero(posts % k == j)
            place, term = here.terms_of(posts[mine] // k, here.cell)
            model.model.add_entries(sums[mine][place], here.column[term], work[term, j])
        model.model.add_entries(bound, total[where])
        if len(excess) and nursed(model.problem):
            on_duty = np.where(layer.on_duty, layer.max_load, 0).sum(axis=0)
            by_shift = model.model.add_rows("shift_workload", shifts, upper=on_duty)
            for j in range(k):
                some = work[:, j] > 0
                model.model.add_entries(by_shift[here.day[some] * k + j], here.column[some], work[some, j])
            model.model.add_entries(by_shift[used % shifts], excess, -1.0)
