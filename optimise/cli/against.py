"""What a plan costs otherwise than another one of the same problem, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from optimise.cli.progress import amount
from optimise.core.quantities import quantity
from optimise.core.result import Evaluation, RuleCost, Violation
from optimise.core.serialise import violation_object

__all__ = ["against_lines", "against_object"]

#: Breaches of each kind that are listed where not all are asked for.
_MOST = 20


def against_object(before: Evaluation, after: Evaluation) -> dict[str, Any]:
    """What changed, as JSON.

    Parameters
    ----------
    before, after : Evaluation

    Returns
    -------
    dict
        Of plain values.
    """
    return {
        "cost": before.cost,
        "hard": before.hard,
        "added_cost": after.cost - before.cost,
        "rules": [
            {"rule": new.rule, "hard": new.hard, "amount_before": old.amount, "amount": new.amount, "unit": new.unit}
            | {"cost_before": old.cost, "cost": new.cost}
            for old, new in _changed(before, after)
        ],
        "new": [violation_object(v) for v in _only(after, before)],
        "gone": [violation_object(v) for v in _only(before, after)],
    }


def against_lines(before: Evaluation, after: Evaluation, *, every: bool = False) -> list[str]:
    """What changed, as lines to print.

    Parameters
    ----------
    before, after : Evaluation
    every : bool
        List every breach, not only the dearest.

    Returns
    -------
    list of str
        Without line ends.
    """
    added = after.cost - before.cost
    more = "the same" if abs(added) < 1e-9 else f"{amount(abs(added))} {'more' if added > 0 else 'less'}"
    lines = [f"cost {amount(before.cost)} before, {amount(after.cost)} now: {more}"]
    if before.hard or after.hard:
        lines.append(f"hard rules broken by {amount(before.hard)} before, {amount(after.hard)} now")
    for old, new in _changed(before, after):
        told = "" if new.hard else f", cost {amount(old.cost)} -> {amount(new.cost)}"
        lines.append(f"  {new.rule}: {quantity(old.amount, old.unit)} -> {quantity(new.amount, new.unit)}{told}")
    for title, found in (("new", _only(after, before)), ("gone", _only(before, after))):
        lines.append(f"{title}: {len(found) or 'none'}")
        shown = found if every else found[:_MOST]
        lines += [f"  {v.message} ({v.rule}, {'hard' if v.hard else amount(v.cost)})" for v in shown]
        if len(shown) < len(found):
            lines.append(f"  and {len(found) - len(shown)} more (--all lists them)")
    return lines


def _changed(before: Evaluation, after: Evaluation) -> list[tuple[RuleCost, RuleCost]]:
    """Rules of which amount or cost differs, as they were and are; hard ones first, then what changes most."""
    old, new = ({(r.rule, r.hard): r for r in found.rules} for found in (before, after))
    made = []
    for key in dict.fromkeys([*new, *old]):
        known = new.get(key) or old[key]
        none = RuleCost(known.rule, known.hard, 0.0, 0.0, known.unit)
        pair = old.get(key, none), new.get(key, none)
        if abs(pair[0].amount - pair[1].amount) > 1e-9 or abs(pair[0].cost - pair[1].cost) > 1e-9:
            made.append(pair)
    return sorted(made, key=lambda p: (not p[1].hard, -abs(p[1].cost - p[0].cost)))


def _only(here: Evaluation, there: Evaluation) -> Sequence[Violation]:
    """Breaches of one plan that the other has not, hard ones first, then the dearest; an amount that grew is one."""
    left = Counter((v.rule, v.message) for v in there.violations)
    found = []
    for v in here.violations:
        if left[v.rule, v.message]:
            left[v.rule, v.message] -= 1
        else:
            found.append(v)
    return sorted(found, key=lambda v: (not v.hard, -v.cost))
