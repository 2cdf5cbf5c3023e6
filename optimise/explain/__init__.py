"""Why a roster cannot exist: the rules in conflict and the cheapest way out, in the planner's words."""

from optimise.explain.explanation import Explanation
from optimise.explain.pieces import Piece, only, pieces
from optimise.explain.roster import explain

__all__ = ["Explanation", "Piece", "explain", "only", "pieces"]
