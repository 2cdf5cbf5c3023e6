"""What is told when no roster exists."""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimise.core.result import Violation
from optimise.roster.explain.pieces import Piece
from optimise.roster.problem import Roster

__all__ = ["Explanation"]

#: Longest printed way out; ``relaxation`` holds all of it.
MOST_LINES = 20


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why there is no plan and how to get one.

    Attributes
    ----------
    conflict : tuple of str
        Facts that cannot all hold, a sentence each; when counting alone shows it, the first sentence says so.
    relaxation : tuple of Violation
        What the nearest roster breaks: who, when and by how much, for each rule to relax.
    infeasible : bool
        Whether it is proven that no plan keeps all hard rules.
    irreducible : bool
        Whether dropping any one of ``parts`` certainly removes the conflict.
    price, price_bound : float
        Price of the relaxation, and a proven lower bound of the cheapest one.
    parts : tuple of Piece
        The conflict as data: :func:`optimise.roster.explain.only` makes a problem of it.
    nearest : Roster or None
        A roster that keeps every rule but those to relax.
    """

    conflict: tuple[str, ...]
    relaxation: tuple[Violation, ...]
    infeasible: bool
    irreducible: bool
    price: float = math.inf
    price_bound: float = 0.0
    parts: tuple[Piece, ...] = ()
    nearest: Roster | None = None

    @property
    def proven(self) -> bool:
        """Whether infeasibility is proven and the conflict named is irreducible."""
        return self.infeasible and self.irreducible

    @property
    def cheapest(self) -> bool:
        """Whether no cheaper relaxation exists."""
        return self.price - self.price_bound <= 1e-6 * max(1.0, self.price)

    @property
    def relaxed_rules(self) -> tuple[str, ...]:
        """Names of the rules to relax."""
        return tuple(dict.fromkeys(v.rule for v in self.relaxation))

    def as_lines(self) -> tuple[str, ...]:
        """The explanation as sentences to print."""
        lines: list[str] = []
        if self.conflict:
            lines.append("No plan can keep all hard rules. These cannot all hold:")
            for sentence in self.conflict:  # one that ends in a colon introduces those after it
                lines.append(f"  {sentence}" if sentence.endswith(":") else f"  - {sentence}")
            if not self.irreducible:
                lines.append("  (time ran out before this list was cut to the fewest; some of it may not matter)")
        elif self.infeasible:
            lines.append("No plan can keep all hard rules; time ran out before the rules in conflict were found.")
        else:
            lines.append("No plan was found; that none exists is not proven.")
        if self.relaxation:
            cheapest = "The cheapest way out" if self.cheapest else "A way out (perhaps not the cheapest)"
            lines.append(f"{cheapest} is to allow:")
            lines += [f"  - {v.message} ({v.rule})" for v in self.relaxation[:MOST_LINES]]
            if len(self.relaxation) > MOST_LINES:
                lines.append(f"  - and {len(self.relaxation) - MOST_LINES} more")
        return tuple(lines)
