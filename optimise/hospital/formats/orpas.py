"""Admission scheduling with operating rooms (OR-PAS): instances as XML.

Source: S. Ceschia, A. Schaerf, "Dynamic patient admission scheduling with operating room constraints, flexible
horizons, and patient delays", Journal of Scheduling 19 (2016).
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions
from optimise.formats.text import LARGEST, contains, integer, placed
from optimise.formats.xmltree import Node, read_xml
from optimise.hospital.admissions.data import Needs, NightWish, Sessions
from optimise.hospital.admissions.problem import AdmissionPlan, AdmissionProblem
from optimise.hospital.beds import ANY_GENDER, SAME_GENDER, Patients, Rooms
from optimise.hospital.formats.orpas_plan import day_of, read_plan, write_plan

__all__ = ["OrPasFormat"]

log = logging.getLogger(__name__)

_ROOT = re.compile(rb"\A[^\0]{0,4000}?<OrPasu_instance[\s>]")
_POLICY = {"SameGender": SAME_GENDER, "MaleOnly": 1, "FemaleOnly": 0, "Any": ANY_GENDER}
_GENDER = {"Female": 0, "Male": 1}
#: Minutes beyond its sessions that a specialty may operate for each of them, and all theatres on a day.
_PER_SESSION, _PER_DAY = 30, 60
#: Longest horizon that is read, in days.
_LONGEST = 400
_WISHES = {
    "PreferredProperty": (20, "the room lacks equipment wished for"),
    "RoomSize": (10, "the room is larger than wished for"),
    "DepartmentSpecialism": (20, "the department treats the specialism only as a second one"),
    "RoomGenderPolicy": (50, "the room is kept for the other gender"),
}


def _number(node: Node, name: str, high: int = LARGEST, default: int | None = None) -> int:
    """A whole number from 0 in an attribute."""
    if default is not None and name not in node.attributes:
        return default
    with placed(node.file, node.line):
        return integer(node.attribute(name), f"<{node.tag} {name}>", 0, high)


def _word(node: Node, name: str, known: dict[str, int], what: str) -> int:
    """Position of what an attribute names."""
    return _known(node, node.attribute(name), known, what)


def _known(node: Node, word: str, known: dict[str, int], what: str) -> int:
    if word not in known:
        raise node.error(f"unknown {what} {word[:60]!r}")
    return known[word]


def _index(nodes: list[Node], names: list[str], what: str) -> dict[str, int]:
    """Positions by name; a name that occurs twice is refused."""
    found: dict[str, int] = {}
    for node, name in zip(nodes, names, strict=True):
        if not name or name in found:
            raise node.error(f"{what} {name[:60]!r} occurs twice" if name else f"{what} without a name")
        found[name] = len(found)
    return found


class _Instance:
    """One file, section after section."""

    def __init__(self, root: Node, name: str, mixing: str) -> None:
        if root.tag != "OrPasu_instance":
            raise root.error("expected <OrPasu_instance>")
        self.root, self.name, self.mixing = root, name, mixing
        horizon = root.one("descriptor").one("Horizon")
        self.start = day_of(horizon, "start_day", None)
        self.counted = _number(horizon, "num_days", _LONGEST)
        if not self.counted:
            raise horizon.error("the horizon needs at least one day")
        self.days = 2 * self.counted
        nodes = root.inside("specialisms", "specialism")
        self.specialisms = _index(nodes, [n.text for n in nodes], "specialism")
        nodes = root.inside("features", "feature")
        self.features = _index(nodes, [n.text for n in nodes], "feature")

    def problem(self) -> AdmissionProblem:
        self._departments()
        self._rooms()
        self._treatments()
        sessions = self._sessions()
        nodes = self._counted("patients", "patient", "Patients")
        people = [_Person(self, node) for node in nodes]
        ids = tuple(_index(nodes, [n.attribute("name") for n in nodes], "patient"))
        barred = np.array([p.barred for p in people]).reshape(len(people), -1)
        release, stay = np.array([p.admission for p in people]), np.array([p.stay for p in people])
        patients = Patients(
            ids=ids,
            gender=np.array([p.gender for p in people]),
            age_group=np.zeros(len(people), dtype=np.int64),
            release=release,
            due=np.array([p.due for p in people]),
            stay=stay,
            mandatory=np.ones(len(people), dtype=np.bool_),
            home=np.array([p.home for p in people]),
            forbidden=barred,
        )
        needs = Needs(
            specialty=np.array([p.specialty for p in people]),
            minutes=np.array([p.minutes for p in people]),
            offset=np.array([p.offset for p in people]),
            urgent=np.array([p.urgent for p in people]),
            longer=np.array([p.longer for p in people]),
            registered=np.array([p.registered for p in people]),
        )
        wishes = tuple(
            NightWish(rule, text, price, np.array([p.amounts[rule] for p in people]) * ~barred)
            for rule, (price, text) in _WISHES.items()
        )
        return AdmissionProblem(
            name=self.name,
            rooms=self.rooms,
            patients=patients,
            needs=needs,
            sessions=sessions,
            wishes=wishes,
            counted=self.counted,
            mixing=self.mixing,
            title=self.root.attributes.get("name", ""),
            start=self.start,
        )

    def _counted(self, group: str, tag: str, stated: str) -> list[Node]:
        """Elements of a group; more than the file states is an error, fewer is only said."""
        nodes = self.root.one(group).all(tag)
        count = self.root.one("descriptor").maybe(stated)
        if count is not None and len(nodes) > count.integer():
            raise count.error(f"states {count.integer()}, the file holds {len(nodes)}")
        if count is not None and len(nodes) < count.integer():
            log.warning("%s states %d %s and holds %d", self.name, count.integer(), group, len(nodes))
        if not nodes:
            raise self.root.one(group).error(f"there is no {tag}")
        return nodes

    def _departments(self) -> None:
        nodes = self._counted("departments", "department", "Departments")
        self.departments = _index(nodes, [n.attribute("name") for n in nodes], "department")
        self.main = np.zeros((len(nodes), len(self.specialisms)), dtype=np.bool_)
        self.second = self.main.copy()
        self.ages = [(_number(n, "min_age", default=0), _number(n, "max_age", default=LARGEST)) for n in nodes]
        for d, node in enumerate(nodes):
            for group, tag, table in (
                ("main_specialisms", "main_specialism", self.main),
                ("aux_specialisms", "aux_specialism", self.second),
            ):
                for each in node.inside(group, tag):
                    table[d, _known(each, each.word(), self.specialisms, "specialism")] = True

    def _rooms(self) -> None:
        nodes = self._counted("rooms", "room", "Rooms")
        self.room_ids = _index(nodes, [n.attribute("name") for n in nodes], "room")
        self.size = np.array([_number(n, "capacity", 1000) for n in nodes])
        self.ward = np.array([_word(n, "department", self.departments, "department") for n in nodes])
        policy = [_known(n, n.attributes.get("gender_policy", "Any"), _POLICY, "gender policy") for n in nodes]
        self.has = np.zeros((len(nodes), len(self.features)), dtype=np.bool_)
        for r, node in enumerate(nodes):
            for each in node.inside("features", "feature"):
                self.has[r, _known(each, each.word(), self.features, "feature")] = True
        self.rooms = Rooms(
            ids=tuple(self.room_ids),
            beds=np.repeat(self.size[:, None], self.days, axis=1),
            policy=np.array(policy),
            wards=tuple(self.departments),
            ward=self.ward,
        )

    def _treatments(self) -> None:
        nodes = self._counted("treatments", "treatment", "Treatments")
        self.treatments = _index(nodes, [n.attribute("name") for n in nodes], "treatment")
        self.treats = [_word(n, "specialism", self.specialisms, "specialism") for n in nodes]
        self.surgical = [_number(n, "surgery", 1) == 1 for n in nodes]
        self.length = [_number(n, "length", 10_000) if s else 0 for n, s in zip(nodes, self.surgical, strict=True)]

    def _sessions(self) -> Sessions:
        group = self.root.one("or_slots")
        length = _number(group, "slot_length", 10_000)
        slots = np.zeros((len(self.specialisms), self.counted), dtype=np.int64)
        for day in group.all("day"):
            d = day_of(day, "name", self.start)
            if not 0 <= d < self.counted:
                raise day.error("lies outside the horizon")
            for each in day.all("specialism_assignment"):
                slots[_word(each, "name", self.specialisms, "specialism"), d] += _number(each, "number_or_slots", 1000)
        both = np.tile(slots, 2)
        minutes = both * length
        limit = minutes + both * _PER_SESSION
        return Sessions(tuple(self.specialisms), minutes, limit, minutes.sum(axis=0) + _PER_DAY)


class _Person:
    """One patient element."""

    def __init__(self, file: _Instance, node: Node) -> None:
        a, start = node.attributes, file.start
        self.gender = _word(node, "gender", _GENDER, "gender")
        age = _number(node, "age", 200)
        treatment = _word(node, "treatment", file.treatments, "treatment")
        self.specialty = file.treats[treatment]
        self.registered = day_of(node, "registration", start)
        self.admission = day_of(node, "admission", start)
        self.stay = day_of(node, "discharge", start) - self.admission
        if self.stay < 1:
            raise node.error("leaves before a night has passed", item=f"patient {a.get('name', '')}")
        if not 0 <= self.admission < file.days:
            raise node.error("is admitted outside the horizon", item=f"patient {a.get('name', '')}")
        self.home = _word(node, "room", file.room_ids, "room") if "room" in a else -1
        last = file.days - self.stay
        self.due = day_of(node, "max_admission", start) if "max_admission" in a else last
        self.due = self.admission if self.home >= 0 else min(self.due, last)
        if self.due < self.admission:
            raise node.error("cannot be admitted and discharged in time", item=f"patient {a.get('name', '')}")
        fixed = "max_admission" in a and self.due == self.admission == self.registered
        self.urgent = fixed and self.home < 0
        self.longer = _number(node, "variability", 1, default=0) == 1
        self.offset = day_of(node, "surgery_day", start) - self.admission if "surgery_day" in a else 0
        self.minutes = file.length[treatment] if "surgery_day" in a else 0
        if "surgery_day" in a and not (file.surgical[treatment] and 0 <= self.offset < self.stay):
            raise node.error("has surgery without a surgical treatment, or outside the stay")
        self._rooms(file, node, age)

    def _rooms(self, file: _Instance, node: Node, age: int) -> None:
        """Rooms that cannot serve, and units of each wish by room."""
        needed, liked = (np.zeros(len(file.features), dtype=np.bool_) for _ in range(2))
        tables = {"needed": needed, "preferred": liked}
        for each in node.inside("room_properties", "room_property"):
            said = each.attribute("type")
            if said not in tables:
                raise each.error(f"type is {said[:40]!r}, expected needed or preferred")
            tables[said][_word(each, "name", file.features, "feature")] = True
        young = np.array([not low <= age <= high for low, high in file.ages])
        main, second = file.main[:, self.specialty], file.second[:, self.specialty]
        lacks = ~file.has
        self.barred: IntArray = (lacks & needed).any(axis=1) | (~(main | second) | young)[file.ward]
        wanted = _number(node, "preferred_capacity", 1000, default=1000)
        policy = file.rooms.policy
        self.amounts = {
            "PreferredProperty": (lacks & liked).sum(axis=1),
            "RoomSize": file.size > wanted,
            "DepartmentSpecialism": (~main)[file.ward],
            "RoomGenderPolicy": (policy >= 0) & (policy != self.gender),
        }


class OrPasFormat:
    """The XML format of the OR-PAS benchmark."""

    name = "orpas"
    description = "Patient admission with operating rooms, Ceschia and Schaerf (XML)"
    kind = "admissions"
    choices = ("mixing",)

    def detects(self, path: Path) -> bool:
        return contains(path, _ROOT)

    def read(self, path: Path, options: ReadOptions) -> AdmissionProblem:
        """Read an instance; ``options.extra["mixing"]`` is ``room`` (default, as published) or ``minority``."""
        path = Path(path)
        mixing = (options.extra or {}).get("mixing", "room")
        if mixing not in ("room", "minority"):
            raise InputError(f"mixing is {mixing!r}, expected room or minority", file=path)
        with placed(path):
            return _Instance(read_xml(path), path.stem, mixing).problem()

    def read_plan(self, path: Path, problem: AdmissionProblem) -> AdmissionPlan:
        """Read a solution, in the form of the schema or in that of Zhu and others, who break it."""
        return read_plan(Path(path), problem)

    def write_plan(self, plan: AdmissionPlan, problem: AdmissionProblem, stem: Path) -> list[Path]:
        """Write ``STEM.xml`` in the form of the schema."""
        stem = Path(stem)
        return [write_plan(plan, problem, stem.with_name(stem.name + ".xml"))]
