"""A ward as its manager publishes it: two or more wards with float staff, a pack, fair shares and pounds.

    python -m tests.benchmarks.published --staff 30 --seconds 60

The ward is made by the generator, gets the keys that a manager writes, goes through a workbook and is solved. Seconds
are those of the processor, of one rank: the limit too, so that a busy machine tells the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimise.core.result import Progress
    from optimise.roster.formats.ward import Ward

__all__ = ["main", "published"]

RATES = {"2": 12.5, "3": 13.5, "5": 18.0, "6": 22.0, "7": 26.0}
WARD_GROUP = "ward-"


def published(staff: int, seed: int) -> Ward:
    """A ward document.

    Parameters
    ----------
    staff : int
    seed : int

    Returns
    -------
    Ward
        Of four weeks.
    """
    from optimise.generate.wards import ward
    from optimise.roster.formats.ward import Ward

    data: dict[str, Any] = ward(staff, 4, seed).data()
    groups = sorted({g for p in data["staff"] for g in p["groups"] if g.startswith(WARD_GROUP)})
    homes = _homes(data, groups) if groups else _halves(data)
    _pool(data, Random(f"published {staff} {seed}"), max(2, staff // 15))
    data["wards"] = [{"id": home} for home in homes]
    data["groups"] = ["pool", "registered", "support"]
    data["floats"] = [{"who": {"groups": ["pool"]}}]
    for home, other in zip(homes, homes[1:] + homes[:1], strict=True):
        visit = {"who": {"wards": [home]}, "to": [other], "duty_price": 15, "maximum": 2, "weeks": 1, "hard": True}
        data["floats"].append(visit)
    data["rules"]["pack"] = "nhs-agenda-for-change"
    data["rules"]["fairness"] = [
        {"of": of, "weight": w} for of, w in (("nights", 10), ("weekends", 10), ("long-days", 5))
    ]
    data["pay_rates"] = [{"band": band, "hourly": hourly} for band, hourly in RATES.items()]
    data["pay"] = {"bank_hourly": 24.5, "agency_hourly": 41, "price_of_a_pound": 0.02}
    return Ward.model_validate(data)


def _kind(person: dict[str, Any]) -> str:
    return "support" if person["band"] in ("2", "3") else "registered"


def _homes(data: dict[str, Any], groups: list[str]) -> list[str]:
    """The generator's groups of a large ward become wards of their own."""
    homes = {group: f"w{i + 1}" for i, group in enumerate(groups)}
    for person in data["staff"]:
        person["ward"] = next(homes[g] for g in person["groups"] if g in homes)
        person["groups"] = [_kind(person)]
    for entry in (*data["demand"], *data["skill_mix"]):
        who = entry.get("who", {})
        for group in who.get("groups", []):
            if group in homes:
                entry["ward"] = homes[group]
                who["groups"] = [g for g in who["groups"] if g != group]
        entry["who"] = {key: chosen for key, chosen in who.items() if chosen}
    return list(homes.values())


def _halves(data: dict[str, Any]) -> list[str]:
    """People in turn to two wards, which ask for half each."""
    homes = ["w1", "w2"]
    for kind in ("registered", "support"):
        for i, person in enumerate(p for p in data["staff"] if _kind(p) == kind):
            person["ward"] = homes[i % 2]
            person["groups"] = [kind]
    halves = [
        {**entry, "ward": home, "minimum": (entry["minimum"] + 1 - i) // 2}
        for entry in data["demand"]
        for i, home in enumerate(homes)
    ]
    data["demand"] = [entry for entry in halves if entry["minimum"]]
    data["skill_mix"] = [{**entry, "ward": "w1"} for entry in data["skill_mix"]]
    return homes


def _pool(data: dict[str, Any], random: Random, size: int) -> None:
    """Some people have no ward of their own and go anywhere."""
    registered = [p for p in data["staff"] if _kind(p) == "registered"]
    support = [p for p in data["staff"] if _kind(p) == "support"]
    chosen = random.sample(registered[len(registered) // 2 :], size // 2) + random.sample(support, size - size // 2)
    for person in chosen:
        del person["ward"]
        person["groups"].append("pool")
        if "history" in person:
            past = person["history"].get("duties", [])
            person["history"]["duties"] = [duty if duty == "off" else "work" for duty in past]


def main(arguments: Sequence[str] | None = None) -> int:
    """Solve one ward and tell plan, bound and gap as they change, in processor seconds.

    Parameters
    ----------
    arguments : sequence of str, optional

    Returns
    -------
    int
        1 where no plan was found.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--staff", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--method", default="auto")
    given = parser.parse_args(arguments)
    time.perf_counter = time.process_time
    import optimise
    from optimise import Limits
    from optimise.formats.base import get_format

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ward.xlsx")
        get_format("table").write(published(given.staff, given.seed).problem(), file)
        problem = optimise.read(file)
    began, told = time.process_time(), ""

    def listen(now: Progress) -> bool:
        nonlocal told
        line = f"{now.primal:10.1f} {now.dual:10.1f}"
        if line != told:
            told = line
            sys.stdout.write(f"{time.process_time() - began:7.1f} s {line}\n")
            sys.stdout.flush()
        return False

    result = optimise.solve(problem, given.method, limits=Limits(seconds=given.seconds), listen=listen)
    gap = 100 * (result.cost - result.bounds.dual) / result.cost
    sys.stdout.write(f"{result.cost:.1f}, bound {result.bounds.dual:.1f}, {gap:.1f} % ({result.stop})\n")
    return int(not result.feasible)


if __name__ == "__main__":
    sys.exit(main())
