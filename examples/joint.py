"""Nurses and patients planned together, against one after the other.

    python examples/joint.py [SECONDS]

A hospital of 78 patients, 24 beds, a theatre and 19 nurses over 14 days. First the ward is rostered with even cover and
the patients are planned with whoever is on duty, as is done today; then both plans follow each other.
"""

import sys
from pathlib import Path

import optimise
from optimise.joint import Round, plan_jointly, ward_of

here = Path(__file__).parent
hospital = optimise.read_hospital(here / "hospital60.json")
ward = ward_of(hospital)


def tell(made: Round) -> None:
    print(f"ward {made.ward:6g}   hospital {made.hospital:6g}   together {made.total:6g}", flush=True)


seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
joint = plan_jointly(hospital, ward, rounds=4, limits=optimise.Limits(seconds=seconds), listen=tell)
first, best = joint.rounds[0].total, joint.rounds[joint.best].total
print(f"one after the other {first:g}, together {best:g}: {joint.gain / first:.1%} less")

out = Path("out/joint")
out.mkdir(parents=True, exist_ok=True)
optimise.write_plan(joint.roster, ward, out / "roster", format="native")
optimise.write_plan(joint.plan, joint.hospital, out / "hospital", format="hospital")
print(f"both plans are in {out}")
