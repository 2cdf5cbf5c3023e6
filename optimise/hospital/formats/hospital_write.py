"""Documents of the native hospital format from problems and plans, and plans from documents."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from optimise.core.errors import InputError
from optimise.formats.json_document import lookup
from optimise.hospital.beds import ANY_GENDER, SAME_GENDER, RoomWish
from optimise.hospital.formats.defaults import WISH_RULES, default_rules, recorded
from optimise.hospital.formats.hospital_schema import PlanFile
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.uncertain import MILLION

__all__ = ["document", "plan_document", "plan_of"]


def document(problem: HospitalProblem) -> dict[str, Any]:
    """A problem as a native document. Room wishes are written as tables (``room_costs``)."""
    beds = problem.beds
    made: dict[str, Any] = {
        "schema_version": 1,
        "kind": "hospital",
        "name": problem.name,
        "days": problem.days,
        "genders": [*beds.genders, *_other_genders(problem)],
        "age_groups": list(beds.age_groups),
        "wards": [{"id": name} for name in problem.rooms.wards],
        "rooms": [_room(problem, r) for r in range(len(problem.rooms.ids))],
        "patients": [_patient(problem, p) for p in np.flatnonzero(~problem.patients.operation).tolist()],
        "mixing": beds.mixing,
    }
    if problem.start is not None:
        made["start"] = problem.start.isoformat()
    uncertain = problem.patients.uncertain
    if uncertain is not None:
        said = {"scenarios": uncertain.scenarios, "seed": uncertain.seed}
        made["stays"] = {"holds_with": uncertain.holds / MILLION} | said
    if problem.theatres is not None:
        layer = problem.theatres
        made["theatres"] = _minutes(layer.ids, layer.minutes)
        made["surgeons"] = _minutes(layer.surgeon_ids, layer.surgeon_minutes)
    if problem.nursing is not None:
        made["shifts"] = list(problem.nursing.shifts)
        made["nurses"] = [_nurse(problem, n) for n in range(len(problem.nursing.ids))]
    made["room_costs"] = [_wish(problem, wish) for wish in beds.wishes]
    if beds.dates:
        own = ~problem.patients.operation
        made["date_costs"] = [{"rule": d.rule, "text": d.text, "amounts": d.amount[own].tolist()} for d in beds.dates]
    rules: dict[str, Any] = {s.rule: "hard" if s.weight is None else s.weight / problem.scale for s in problem.rules}
    wished = {wish.rule for wish in beds.wishes} | {date.rule for date in beds.dates}
    absent = [rule for rule in default_rules() if rule not in rules and (rule not in WISH_RULES or rule in wished)]
    absent += [rule for rule in recorded(beds) if rule not in rules]
    made["rules"] = rules | dict.fromkeys(absent, "off")
    return made


def _other_genders(problem: HospitalProblem) -> list[str]:
    """Genders recorded beside the two that share rooms, in order."""
    told = [str(each["gender"]) for each in problem.about.values() if "gender" in each]
    return [gender for gender in dict.fromkeys(told) if gender not in problem.beds.genders]


def _room(problem: HospitalProblem, r: int) -> dict[str, Any]:
    rooms, genders = problem.rooms, problem.beds.genders
    policy = int(rooms.policy[r])
    words = {ANY_GENDER: "any", SAME_GENDER: "same"}
    most = int(rooms.beds[r].max())
    names = list(rooms.bed_ids[r]) if rooms.bed_ids else []
    most = max(most, len(names))
    made: dict[str, Any] = {
        "id": rooms.ids[r],
        "beds": most,
        "ward": rooms.wards[rooms.ward[r]],
        "gender": words[policy] if policy < 0 else genders[policy],
    }
    closed = [
        {"first_day": int(d), "last_day": int(d), "beds": int(most - rooms.beds[r, d])}
        for d in np.flatnonzero(rooms.beds[r] < most)
    ]
    return made | ({"closed": closed} if closed else {}) | ({"bed_ids": names} if names else {})


def _patient(problem: HospitalProblem, p: int) -> dict[str, Any]:
    people, layer, nursing = problem.patients, problem.theatres, problem.nursing
    made: dict[str, Any] = {
        "id": people.ids[p],
        "gender": problem.gender_of(p),
        "age_group": problem.beds.age_groups[people.age_group[p]],
        "stay": int(people.stay[p]),
    }
    if people.home[p] >= 0:
        made["room"] = problem.rooms.ids[people.home[p]]
        made |= _operation(problem, p)
    else:
        made |= {"earliest": int(people.release[p]), "latest": int(people.due[p])}
        made["mandatory"] = bool(people.mandatory[p])
    for name in ("delay_factor", "refusal_factor"):
        if getattr(people, name)[p] != 1:
            made[name] = int(getattr(people, name)[p])
    if people.justified is not None and people.justified[p]:
        nights = int(people.justified[p])
        made["care"] = [{"nights": min(nights, int(people.stay[p])), "justified": True}]
    if people.cleaning is not None and people.cleaning[p]:
        made["cleaning_nights"] = int(people.cleaning[p])
    if people.uncertain is not None and people.uncertain.overstay[p].any():
        made["overstay"] = [int(chance) / MILLION for chance in people.uncertain.overstay[p] if chance]
    for key, value in problem.about.get(people.ids[p], {}).items():
        if key == "needs":  # the table of RequiredFeature says them
            continue
        made.setdefault(key, value.isoformat() if isinstance(value, date) else value)
    if not people.stay[p]:
        del made["stay"]  # goes home on the first day, as the expected discharge says
    told = problem.about.get(people.ids[p], {})
    alone = "gender" in told and "accommodated_as" not in told  # in any case, so nothing need say it
    if people.contact_of is not None and people.contact_of[p]:
        made.setdefault("contact_of", f"infection {people.contact_of[p]}")
    if people.isolation[p] and not alone:
        made["isolation"] = f"group {people.isolation[p]}"
    if people.forbidden[p].any():
        made["forbidden_rooms"] = [problem.rooms.ids[r] for r in np.flatnonzero(people.forbidden[p])]
    if layer is not None and layer.surgeon[p] >= 0:
        made["surgeon"] = layer.surgeon_ids[layer.surgeon[p]]
    if layer is not None and layer.duration[p]:
        made["surgery_minutes"] = int(layer.duration[p])
    if nursing is not None:
        need = int(people.stay[p]) * problem.shifts
        for name, table in (("workload", nursing.workload), ("skill", nursing.required)):
            values = table[p, :need].tolist()
            made[name] = values + [0] * (need - len(values))
    return made


def _operation(problem: HospitalProblem, p: int) -> dict[str, Any]:
    """What the entry of an in-patient says of the operation."""
    people, layer = problem.patients, problem.theatres
    mine = [] if people.operation_of is None else np.flatnonzero(people.operation_of == p).tolist()
    if not mine or layer is None:
        return {}
    days = {"surgery_earliest": int(people.release[mine[0]]), "surgery_latest": int(people.due[mine[0]])}
    who = {"surgeon": layer.surgeon_ids[layer.surgeon[mine[0]]], "surgery_minutes": int(layer.duration[mine[0]])}
    return days | who


def _minutes(ids: tuple[str, ...], minutes: Any) -> list[dict[str, Any]]:
    return [{"id": name, "minutes": row.tolist()} for name, row in zip(ids, minutes, strict=True)]


def _nurse(problem: HospitalProblem, n: int) -> dict[str, Any]:
    layer = problem.nursing
    assert layer is not None
    shifts = []
    for s in np.flatnonzero(layer.on_duty[n]):
        d, k = divmod(int(s), problem.shifts)
        shifts.append({"day": d, "shift": layer.shifts[k], "max_load": int(layer.max_load[n, s])})
    return {"id": layer.ids[n], "skill": int(layer.skill[n]), "shifts": shifts}


def _wish(problem: HospitalProblem, wish: RoomWish) -> dict[str, Any]:
    rows = []
    nights = np.minimum(problem.patients.stay, problem.days)
    for p in np.flatnonzero(~problem.patients.operation):
        mine = wish.row[p, : max(1, nights[p])].tolist() if nights[p] else [0]
        rows.append(mine[:1] if len(set(mine)) == 1 else mine)
    return {"rule": wish.rule, "text": wish.text, "amounts": wish.amount.tolist(), "rows": rows}


def plan_document(problem: HospitalProblem, plan: HospitalPlan) -> dict[str, Any]:
    """A plan as a native document."""
    people, rooms = problem.patients, problem.rooms
    patients = []
    operation = {} if people.operation_of is None else {int(q): i for i, q in enumerate(people.operation_of) if q >= 0}
    for p, name in enumerate(people.ids):
        if people.operation[p]:
            continue  # told with the in-patient
        if plan.admission[p] < 0:
            patients.append({"id": name})
            continue
        days = np.flatnonzero(plan.room[p] >= 0)
        nights = [rooms.ids[r] for r in plan.room[p, days]]
        entry: dict[str, Any] = {"id": name, "admission": int(plan.admission[p])}
        entry["rooms"] = nights[:1] if len(set(nights)) == 1 else nights
        if plan.theatre[p] >= 0 and problem.theatres is not None:
            entry["theatre"] = problem.theatres.ids[plan.theatre[p]]
        done = operation.get(p, p)
        if done != p and plan.theatre[done] >= 0 and problem.theatres is not None:
            entry |= {"theatre": problem.theatres.ids[plan.theatre[done]], "surgery_day": int(plan.admission[done])}
        if plan.bed is not None:
            entry["beds"] = plan.bed[p, days].tolist()
        patients.append(entry)
    made: dict[str, Any] = {
        "schema_version": 1,
        "kind": "hospital-plan",
        "name": problem.name,
        **({} if problem.start is None else {"start": problem.start.isoformat()}),
        "patients": patients,
    }
    if problem.nursing is not None:
        posts: dict[tuple[int, int], list[str]] = {}
        for r, s in np.argwhere(plan.nurse >= 0):
            posts.setdefault((int(plan.nurse[r, s]), int(s)), []).append(rooms.ids[r])
        made["nurses"] = [
            {
                "nurse": problem.nursing.ids[n],
                "day": s // problem.shifts,
                "shift": problem.nursing.shifts[s % problem.shifts],
                "rooms": names,
            }
            for (n, s), names in sorted(posts.items())
        ]
    return made


def plan_of(problem: HospitalProblem, data: PlanFile) -> HospitalPlan:
    """Plan of a native document; patients left out are not admitted."""
    people = problem.patients
    if data.start is not None and problem.start is not None and data.start != problem.start:
        text = f"is {data.start}, and the problem begins on {problem.start}; an earlier plan is for --from-plan"
        raise InputError(text, item="start")
    patients = {name: i for i, name in enumerate(people.ids)}
    rooms = {name: i for i, name in enumerate(problem.rooms.ids)}
    theatres = {} if problem.theatres is None else {name: i for i, name in enumerate(problem.theatres.ids)}
    start = problem.empty_plan()
    admission, room, theatre = start.admission.copy(), start.room.copy(), start.theatre.copy()
    nurse, bed = start.nurse.copy(), np.full(start.room.shape, -1)
    operation = {} if people.operation_of is None else {int(q): i for i, q in enumerate(people.operation_of) if q >= 0}
    seen: set[str] = set()
    for planned in data.patients:
        who = f"patient {planned.id}"
        p = lookup(patients, planned.id, "patient", "patients")
        if planned.id in seen:
            raise InputError("occurs twice", item=who)
        seen.add(planned.id)
        if planned.admission is None:
            if people.inpatient[p]:
                raise InputError("is in hospital already and needs a room", item=who)
            continue
        a = planned.admission
        if a >= problem.days:
            raise InputError(f"days run from 0 to {problem.days - 1}", item=who)
        nights = min(int(people.stay[p]), problem.days - a)
        if len(planned.rooms) not in (1, nights) or (planned.rooms and not nights):
            raise InputError(f"has {len(planned.rooms)} rooms, expected 1 or {nights}", item=who)
        if planned.beds and len(planned.beds) != nights:
            raise InputError(f"has {len(planned.beds)} beds, expected {nights}", item=who)
        admission[p] = a
        room[p] = -1
        if nights:
            room[p, a : a + nights] = [lookup(rooms, r, "room", who) for r in planned.rooms]
        if planned.theatre is not None:
            done = p if planned.surgery_day is None else operation.get(p, -1)
            if done < 0 or (planned.surgery_day or 0) >= problem.days:
                raise InputError("surgery_day is a day of the plan, for in-patients with an operation", item=who)
            theatre[done] = lookup(theatres, planned.theatre, "theatre", who)
            if done != p:
                admission[done] = planned.surgery_day or 0
        if planned.beds:
            bed[p, a : a + nights] = planned.beds
    layer = problem.nursing
    nurses = {} if layer is None else {name: i for i, name in enumerate(layer.ids)}
    shifts = {} if layer is None else {name: i for i, name in enumerate(layer.shifts)}
    for post in data.nurses:
        who = f"nurse {post.nurse}, day {post.day}, {post.shift}"
        n, k = lookup(nurses, post.nurse, "nurse", who), lookup(shifts, post.shift, "shift", who)
        if post.day >= problem.days:
            raise InputError(f"days run from 0 to {problem.days - 1}", item=who)
        for name in post.rooms:
            r, s = lookup(rooms, name, "room", who), post.day * problem.shifts + k
            if nurse[r, s] >= 0:
                raise InputError(f"room {name} already has a nurse in this shift", item=who)
            nurse[r, s] = n
    beds = bed if (bed >= 0).any() else None
    return HospitalPlan(admission, room, theatre, nurse, beds)
