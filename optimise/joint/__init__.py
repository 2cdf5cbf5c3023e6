"""Rosters feed beds and back: nurses on duty decide what can be staffed, patients decide who is needed."""

from optimise.joint.link import Link, needed, on_duty, staffed_beds, wanted
from optimise.joint.planning import JointPlan, Round, plan_jointly
from optimise.joint.ward import ward_of

__all__ = ["JointPlan", "Link", "Round", "needed", "on_duty", "plan_jointly", "staffed_beds", "wanted", "ward_of"]
