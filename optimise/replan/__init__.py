"""Planning again from an earlier plan: what is past stays, what is published changes only at a price."""

from optimise.replan.base import Change, Previous
from optimise.replan.changes import changes
from optimise.replan.method import Restoring
from optimise.replan.previous import read_previous
from optimise.replan.problem import Replanning, replan, replanning

__all__ = ["Change", "Previous", "Replanning", "Restoring", "changes", "read_previous", "replan", "replanning"]
