"""Made bed problems; run on every rank: ``python bed_cases.py METHOD`` prints the plan."""

from __future__ import annotations

import sys

import numpy as np

from optimise.hospital.beds import ANY_GENDER, SAME_GENDER, BedProblem, Patients, Rooms, RoomWish
from optimise.hospital.problem import HospitalPlan, HospitalProblem, RuleSetting


def beds(seed: int, move: int | None) -> HospitalProblem:
    """Ten patients, three rooms, five nights."""
    rng = np.random.default_rng(seed)
    days, patients, rooms = 5, 10, 3
    stay, release = rng.integers(1, 4, patients), rng.integers(0, days, patients)
    row = np.where(np.arange(days)[None, :] < stay[:, None], np.arange(patients)[:, None], -1)
    problem = BedProblem(
        days=days,
        rooms=Rooms(
            ("a", "b", "c"), rng.integers(2, 4, (rooms, days)), np.array([ANY_GENDER, SAME_GENDER, SAME_GENDER])
        ),
        patients=Patients(
            ids=tuple(f"p{i}" for i in range(patients)),
            gender=rng.integers(0, 2, patients),
            age_group=np.zeros(patients),
            release=release,
            due=release,
            stay=stay,
            mandatory=np.ones(patients),
            home=np.full(patients, -1),
            forbidden=np.zeros((patients, rooms)),
        ),
        wishes=(RoomWish("Wish", "is not wished for", rng.integers(0, 9, (patients, rooms)), row),),
    )
    hard = ("RoomCapacity", "MandatoryUnscheduledPatients", "AdmissionDay", "RoomGenderMix")
    rules = [RuleSetting(name) for name in hard]
    return HospitalProblem("ten", "native", problem, (*rules, RuleSetting("Wish", 1), RuleSetting("Transfer", move)))


def main() -> None:
    from optimise.core.communicator import find_world
    from optimise.core.method import Limits
    from optimise.driver import solve

    comm = find_world()
    result = solve(beds(3, 4), sys.argv[1], limits=Limits(seconds=100, iterations=2), seed=5, comm=comm)
    if comm.rank == 0:
        assert isinstance(result.plan, HospitalPlan)
        print(f"{result.cost} {result.plan.room.ravel().tolist()} ranks={comm.size}")


if __name__ == "__main__":
    main()
