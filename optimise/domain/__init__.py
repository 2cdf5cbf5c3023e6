"""What the planner knows: horizon, shifts, people, rooms, patients, and plans. No solver words here."""

from optimise.domain.horizon import Horizon
from optimise.domain.roster import OFF, Duty, Employee, Roster, RosterProblem, Shift

__all__ = ["OFF", "Duty", "Employee", "Horizon", "Roster", "RosterProblem", "Shift"]
