"""Several wards in one document: each shift in each ward, and who may work where."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from optimise.formats.document import ItemError, UnknownName, nearest
from optimise.formats.examine import Findings
from optimise.roster.formats.ward_model import ShiftType, WardData
from optimise.roster.formats.ward_units import AT

__all__ = ["Places"]

Path = tuple[str | int, ...]


class Places:
    """Shifts of a ward document, one for each ward where a shift is worked; the shifts themselves without wards.

    Parameters
    ----------
    ward : WardData
    findings : Findings
        Take what names no ward.

    Attributes
    ----------
    shifts : list of ShiftType
        Those of the plan: ``E@north`` for shift ``E`` in ward ``north``, or the ward's own.
    origin : list of int
        For each of them its number in the document.
    unit : list of int
        For each of them the number of its ward; -1 without wards.
    home : list of int
        Number of each person's own ward; -1 for none.
    """

    def __init__(self, ward: WardData, findings: Findings) -> None:
        self.ward, self.findings = ward, findings
        self._numbers: dict[str, int] = {}
        for i, unit in enumerate(ward.wards):
            if unit.id in self._numbers:
                message = f"{unit.id!r} is also the id of wards[{self._numbers[unit.id]}]"
                findings.add(ItemError(message, ("wards", i, "id")))
            self._numbers.setdefault(unit.id, i)
        self.shifts: list[ShiftType] = []
        self.origin: list[int] = []
        self.unit: list[int] = []
        for i, shift in enumerate(ward.shifts):
            named = self.numbers(shift.wards, ("shifts", i, "wards"))
            for u in named if shift.wards else range(len(ward.wards)):
                self._add(i, u, _placed(shift, ward.wards[u].id, ward.wards[u].title))
            if not ward.wards:
                self._add(i, -1, shift)
        self.home = [-1] * len(ward.staff)
        for e, person in enumerate(ward.staff):
            if person.ward is not None:
                self.home[e] = next(iter(self.numbers([person.ward], ("staff", e, "ward"), one=True)), -1)
        if ward.wards:
            for key, ids in (("shifts", [s.id for s in ward.shifts]), ("wards", [u.id for u in ward.wards])):
                for i, each in enumerate(ids):
                    if AT in each:
                        message = f"{AT!r} stands between a shift and its ward and cannot be in a name"
                        findings.add(ItemError(message, (key, i, "id")))

    def _add(self, origin: int, unit: int, shift: ShiftType) -> None:
        self.shifts.append(shift)
        self.origin.append(origin)
        self.unit.append(unit)

    def numbers(self, names: list[str], path: Path, *, one: bool = False) -> list[int]:
        """Numbers of wards; names of none are noted.

        Parameters
        ----------
        names : list of str
        path : tuple
            Where they stand.
        one : bool
            Whether a single name stands there and no list.

        Returns
        -------
        list of int
        """
        made = []
        for j, name in enumerate(names):
            if name in self._numbers:
                made.append(self._numbers[name])
                continue
            some = nearest(name, list(self._numbers)) if self._numbers else "; the document lists no wards"
            where = path if one else (*path, j)
            self.findings.add(UnknownName(f"no ward is called {name!r}{some}", where, name))
        return made

    def duties(self, unit: int) -> int:
        """Mask of the duties in a ward.

        Parameters
        ----------
        unit : int
            Its number.

        Returns
        -------
        int
        """
        return sum(1 << (i + 1) for i, u in enumerate(self.unit) if u == unit)

    @cached_property
    def masks(self) -> dict[str, int]:
        """Duties of each name of a shift: ``E`` is worked in any ward, ``E@north`` in that one."""
        made: dict[str, int] = defaultdict(int)
        for i, shift in enumerate(self.shifts):
            made[shift.id] |= 1 << (i + 1)
            if self.unit[i] >= 0:
                made[self.ward.shifts[self.origin[i]].id] |= 1 << (i + 1)
        for shift in self.ward.shifts:  # one that names only wards that there are not
            made.setdefault(shift.id, 0)
        return dict(made)

    def settled(self, employee: int, word: str) -> str:
        """What a person does or did as it stands in the plan: a shift that names no ward is worked in one's own.

        Parameters
        ----------
        employee : int
        word : str
            A shift, or anything else, which stays as it is.

        Returns
        -------
        str
            Of somebody without a ward of one's own, the shift itself, unless it is worked in one ward only.
        """
        at = [i for i, origin in enumerate(self.origin) if self.ward.shifts[origin].id == word]
        mine = at if len(at) == 1 else [i for i in at if self.unit[i] == self.home[employee]]
        return self.shifts[mine[0]].id if len(mine) == 1 else word


def _placed(shift: ShiftType, unit: str, title: str) -> ShiftType:
    named = {"id": f"{shift.id}{AT}{unit}", "name": f"{shift.name or shift.id}, {title}"}
    return shift.model_copy(update=named)
