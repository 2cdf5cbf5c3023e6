"""The ward document: what a ward manager knows, editable, saved as JSON or YAML.

>>> from optimise.roster.formats.ward import Staff, Ward
>>> ward = Ward.load("examples/ward30.json")            # doctest: +SKIP
>>> ward = ward.with_staff(Staff(id="new", contract="full-time"))  # doctest: +SKIP
>>> problem = ward.problem()                            # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path

from optimise.core.errors import UnsupportedError
from optimise.core.problem import Problem
from optimise.roster.formats.ward_asked import AskedEdits
from optimise.roster.formats.ward_files import read_as, save_ward
from optimise.roster.formats.ward_model import (
    SCHEMA_VERSION,
    BasePattern,
    Census,
    Contract,
    Demand,
    Floating,
    History,
    Leave,
    OwnRule,
    Pair,
    Pay,
    Pin,
    Rate,
    Request,
    Rules,
    ShiftType,
    SkillMix,
    Staff,
    Standards,
    Unit,
)
from optimise.roster.formats.ward_problem import to_problem
from optimise.roster.problem import RosterProblem

__all__ = [
    "SCHEMA_VERSION",
    "BasePattern",
    "Census",
    "Contract",
    "Demand",
    "Floating",
    "History",
    "Leave",
    "OwnRule",
    "Pair",
    "Pay",
    "Pin",
    "Rate",
    "Request",
    "Rules",
    "ShiftType",
    "SkillMix",
    "Staff",
    "Standards",
    "Unit",
    "Ward",
    "ward_of",
]


class Ward(AskedEdits):
    """A ward and the period to plan.

    ``start`` with ``weeks`` or ``days`` gives the horizon (4 weeks by default); both may be given where they agree.
    Lists of ``skills`` and ``groups`` are optional; where given, every other mention is checked against them.

    Examples
    --------
    >>> ward = Ward.from_dict(
    ...     {
    ...         "start": "2026-01-05",
    ...         "weeks": 1,
    ...         "shifts": [{"id": "D", "start": "07:00", "end": "19:00"}],
    ...         "staff": [{"id": "Ann"}, {"id": "Bob"}],
    ...     }
    ... )
    >>> ward = ward.pin("Ann", "2026-01-07", "D").with_leave("Bob", "2026-01-09", "2026-01-11")
    >>> ward.to_dict()["pins"]
    [{'staff': 'Ann', 'date': '2026-01-07', 'shift': 'D'}]
    """

    def problem(self) -> RosterProblem:
        """The ward as a problem to solve.

        Raises
        ------
        InputError
            If entries contradict each other or name what does not exist.
        """
        return to_problem(self)

    @classmethod
    def load(cls, path: str | Path) -> Ward:
        """Read a ward from JSON, YAML, a workbook or a folder of CSV files, and check that it makes sense.

        Parameters
        ----------
        path : path
            File or folder.

        Returns
        -------
        Ward

        Raises
        ------
        InputError
            Of every fault, naming file, line (or sheet and row), item and value.
        """
        return read_as(Path(path), cls)

    def save(self, path: str | Path) -> Path:
        """Write the ward.

        Parameters
        ----------
        path : path
            Its suffix decides: ``.json``, ``.yaml``, ``.xlsx``, or none for a folder of CSV files.

        Returns
        -------
        Path
            What was written.
        """
        return save_ward(self, Path(path))


def ward_of(problem: Problem) -> Ward:
    """The ward document that a problem was made from.

    Raises
    ------
    UnsupportedError
        If there is none, or the problem has been edited since.
    """
    ward = problem.meta.get("ward") if isinstance(problem, RosterProblem) else None
    if not isinstance(ward, Ward):
        raise UnsupportedError(f"only a ward can be written as one; {problem.name} is of the family {problem.family}")
    if ward.problem().digest() != problem.digest():
        raise UnsupportedError("the problem was edited since its ward was read; edit the ward and write that")
    return ward
