"""What a plan amounts to, in plain sentences, good news and bad news alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from optimise.core.quantities import number, quantity
from optimise.core.result import Evaluation, Result, RuleCost, Stop

__all__ = [
    "Sentence",
    "count",
    "gap_in_words",
    "listed",
    "number",
    "price_sentence",
    "rules_sentence",
    "vouching",
]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and how it sounds.

    Attributes
    ----------
    tone : str
        ``fact``, ``good`` (a tick stands before it), ``note`` (something to look at), ``bad`` (a hard rule).
    rules : frozenset of str
        The rules that the sentence speaks of. A good one vouches that every one of them is kept.
    """

    text: str
    tone: str = "fact"
    rules: frozenset[str] = frozenset()


def broken(evaluation: Evaluation, rules: Collection[str] | None = None) -> list[RuleCost]:
    """The rules (of these names) that a plan breaks, the hard ones first, then the dearest."""
    found = [r for r in evaluation.rules if r.amount and (rules is None or r.rule in rules)]
    return sorted(found, key=lambda r: (not r.hard, -r.cost))


def vouching(text: str, evaluation: Evaluation, rules: Collection[str], *, otherwise: str = "") -> Sentence:
    """A sentence with a tick before it if all of these rules are kept.

    Else ``otherwise`` and what is broken, or, without that, the sentence as a mere fact.
    """
    about, found = frozenset(rules), broken(evaluation, rules)
    if not found:
        return Sentence(text, "good", about)
    if not otherwise:
        return Sentence(text, "fact", about)
    return Sentence(f"{otherwise}: {_amounts(found)}.", "bad" if found[0].hard else "note", about)


def _amounts(found: Sequence[RuleCost], most: int = 5) -> str:
    told = [f"{r.rule} ({quantity(r.amount, r.unit)}{'' if r.hard else f', cost {number(r.cost)}'})" for r in found]
    return listed(told, most)


def count(value: int, noun: str, plural: str = "") -> str:
    """``1 nurse``, ``no nurses``, ``3 nurses``."""
    if value == 1:
        return f"1 {noun}"
    return f"{value if value else 'no'} {plural or noun + 's'}"


def listed(parts: Sequence[str], most: int = 3) -> str:
    shown = list(parts[:most])
    if len(parts) > most:
        shown.append(f"and {len(parts) - most} more")
        return ", ".join(shown)
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def gap_in_words(result: Result) -> Sentence:
    """How good the plan is proven to be."""
    bounds = result.bounds
    told = f" ({bounds.hearsay})" if bounds.hearsay else ""  # the bound, and with it every proof, comes from a file
    if result.stop is Stop.INFEASIBLE:
        return Sentence(f"No plan exists that keeps every hard rule{told or '; this is proven'}.", "bad")
    if not result.feasible and result.evaluation is not None:
        broken = number(result.evaluation.hard)
        return Sentence(f"This plan breaks rules that must be kept, by {broken}: it cannot be used as it is.", "bad")
    if not result.feasible:
        return Sentence("No plan that keeps every hard rule was found within the limits given.", "bad")
    cost = number(result.cost)
    if result.proven:
        if told:
            return Sentence(
                f"The plan costs {cost}, and no plan costs less{told}.", "good" if bounds.vouched else "note"
            )
        return Sentence(f"The plan costs {cost}, and it is proven that no plan costs less.", "good")
    if not math.isfinite(bounds.dual):
        return Sentence(f"The plan costs {cost}. How much better a plan could be is not known.", "note")
    saved, part = bounds.saving
    share = "" if part is None else f" ({100 * part:.1f} %)"
    return Sentence(
        f"The plan costs {cost}. No plan costs less than {number(bounds.dual)}{told}, so at most "
        f"{number(saved)}{share} could still be saved; much of that may not be there to save.",
        "note" if bounds.gap > 0.05 else "fact",
    )


def rules_sentence(evaluation: Evaluation) -> Sentence:
    """Whether every rule that must be kept is kept, and if not, which are broken."""
    hard = [r.rule for r in evaluation.rules if r.hard]
    return vouching(
        "Every rule that must be kept is kept.",
        _only(evaluation, lambda r: r.hard),
        hard,
        otherwise="Rules that must be kept are broken",
    )


def price_sentence(evaluation: Evaluation) -> Sentence:
    """Whether the rules that have a price are kept, and if not, which of them cost most."""
    soft = [r.rule for r in evaluation.rules if not r.hard]
    return vouching(
        "Every rule that may be broken at a price is kept too.",
        _only(evaluation, lambda r: not r.hard),
        soft,
        otherwise="Rules that may be broken at a price are broken",
    )


def _only(evaluation: Evaluation, those: Callable[[RuleCost], bool]) -> Evaluation:
    return replace(evaluation, rules=tuple(r for r in evaluation.rules if those(r)))
