"""``wardwise rules``: rules that documents may name, those of other packages included."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimise.cli.arguments import Json
from optimise.cli.info import show_knob, told_knob
from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.hospital.rules.base import HospitalRule
    from optimise.roster.rules.named import NamedRule

__all__ = ["rules"]


def rules(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Tell this rule's parameters.")] = None,
    as_json: Json = False,
) -> None:
    """List the rules that documents may name, those of other packages included; with NAME, what one takes."""
    from optimise.hospital.rules import rules_by_name
    from optimise.roster.rules.named import named_rule, named_rules

    rosters, beds = named_rules(), rules_by_name()
    if name is None:
        _all(rosters, beds, as_json=as_json)
    elif name in rosters:
        _roster_rule(named_rule(name), as_json=as_json)
    elif name in beds:
        _bed_rule(beds[name], as_json=as_json)
    else:
        from optimise.formats.document import nearest

        raise WardwiseError(f"no rule is called {name!r}{nearest(name, [*rosters, *beds])}")


def _all(rosters: dict[str, str], beds: dict[str, HospitalRule], *, as_json: bool) -> None:
    if as_json:
        told = {rule: {"from": target, "summary": _summary(rule)} for rule, target in rosters.items()}
        print(json.dumps({"roster": told, "hospital": {n: _bed_told(r) for n, r in beds.items()}}, indent=1))
        return
    print("roster rules of other packages, for rules.own of a ward")
    width = max(map(len, (*rosters, *beds)))
    for rule in rosters:
        print(f"  {rule:<{width}}  {_summary(rule)}")
    if not rosters:
        print("  none is installed; 'wardwise schema ward' tells the limits that every ward has")
    print("\nbed rules, for rules of a hospital")
    for rule, one in beds.items():
        print(f"  {rule:<{width}}  {one.text} ({_default(one)})")


def _summary(rule: str) -> str:
    """First sentence of the rule's docstring, or why it cannot be used: a broken plug-in must not hide the others."""
    from optimise.core.errors import InputError
    from optimise.roster.rules.named import named_rule

    try:
        return named_rule(rule).summary
    except InputError as error:
        return f"({error})"


def _roster_rule(rule: NamedRule, *, as_json: bool) -> None:
    from optimise.core.options import knobs
    from optimise.core.wording import plain_value

    listed = list(knobs(rule.parameters))
    if as_json:
        told: dict[str, Any] = {"name": rule.name, "kind": "roster", "from": rule.target, "summary": rule.summary}
        told |= {"weighted": rule.weighted, "weight": plain_value(rule.weight)}
        print(json.dumps(told | {"parameters": [told_knob(one) for one in listed]}, indent=1))
        return
    print(f"{rule.name}  {rule.summary}")
    print(f"\nfrom {rule.target}; takes rule, name, who{', weight or hard' if rule.weighted else ''}, parameters")
    if rule.weight is not None:
        print(f"\nweight = {'hard' if math.isinf(rule.weight) else f'{rule.weight:g}'} when left out")
    if listed:
        print("\nparameters")
    for one in listed:
        show_knob(one)


def _bed_rule(rule: HospitalRule, *, as_json: bool) -> None:
    told = {"name": rule.name, "kind": "hospital", **_bed_told(rule)}
    if as_json:
        print(json.dumps(told, indent=1))
        return
    print(f"{rule.name}  {rule.text}")
    print(f"\nfrom {told['from']}; takes a price, 'hard' or 'off'")
    print(f"  price = {_default(rule)}")
    print(f"  counts {rule.unit}, of {rule.layer}")
    print(f"  known exactly to: {', '.join(['evaluation', 'model', *sorted(rule.engines)])}")


def _bed_told(rule: HospitalRule) -> dict[str, object]:
    made = type(rule)
    told = {"from": f"{made.__module__}:{made.__qualname__}", "summary": rule.text, "unit": rule.unit}
    return told | {"layer": rule.layer, "default": rule.default, "engines": sorted(rule.engines)}


def _default(rule: HospitalRule) -> str:
    if isinstance(rule.default, str):
        return f"{rule.default} when left out"
    return f"{rule.default:g} for each unit when left out"
