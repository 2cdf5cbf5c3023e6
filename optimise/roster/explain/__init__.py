"""Why a roster cannot exist: the rules in conflict and the cheapest way out, in the planner's words."""

from optimise.roster.explain.explanation import Explanation
from optimise.roster.explain.pieces import Piece, only, pieces
from optimise.roster.explain.roster import explain

__all__ = ["Explanation", "Piece", "explain", "only", "pieces"]
