"""Stay columns of the hospital model spread over the days that they cover."""

from __future__ import annotations

import numpy as np

from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.presence import Presence

__all__ = ["spread"]


def spread(built: HospitalColumns) -> Presence:
    """Spread stay columns over the days that they cover."""
    count = built.stay_nights
    source = np.repeat(np.arange(len(count)), count)
    offset = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    night = built.stay_first[source] + offset
    person, room = built.stay_person[source], built.stay_room[source]
    day = built.admission_day[built.stay_visit[source]] + night
    days = built.problem.days
    cells, cell = np.unique(room * days + day, return_inverse=True)
    pairs, pair = np.unique(cell * len(built.problem.patients) + person, return_inverse=True)
    patients = max(1, len(built.problem.patients))
    most = np.bincount(pairs // patients, minlength=len(cells))
    if built.problem.hard("RoomCapacity"):
        most = np.minimum(most, built.problem.rooms.beds[cells // days, cells % days])
    return Presence(
        person=person,
        day=day,
        room=room,
        night=night,
        column=built.stay_column[source],
        fixed=built.stay_fixed[source],
        cell=cell,
        pair=pair,
        cell_room=cells // days,
        cell_day=cells % days,
        pair_cell=pairs // patients,
        pair_person=pairs % patients,
        most=most,
    )
