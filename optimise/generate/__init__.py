"""Made instances, realistic in size and structure: the same arguments and seed give the same instance everywhere."""

from optimise.generate.hospitals import hospital, hospital_with_plan
from optimise.generate.wards import ward

__all__ = ["hospital", "hospital_with_plan", "ward"]
