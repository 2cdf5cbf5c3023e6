"""What the planner knows: horizon, shifts, people, rooms, patients, and plans. No solver words here."""

from optimise.core.horizon import Horizon
from optimise.roster.problem import OFF, Duty, Employee, Roster, RosterProblem, Shift

__all__ = ["OFF", "Duty", "Employee", "Horizon", "Roster", "RosterProblem", "Shift"]
