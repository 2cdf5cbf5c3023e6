"""The JSON Schema of the ward document with the rules of installed packages and their parameters."""

from __future__ import annotations

from typing import Any

from optimise.core.errors import InputError
from optimise.roster.rules.named import NamedRule, named_rule, named_rules

__all__ = ["with_named_rules"]


def with_named_rules(published: dict[str, Any]) -> dict[str, Any]:
    """The schema of a ward in which entries of ``rules.own`` are held against the rules that are installed.

    Parameters
    ----------
    published : dict
        As it stands in the file; it is not changed.

    Returns
    -------
    dict
        The same where no rule is installed. Rules that cannot be loaded have their name only.
    """
    names = list(named_rules())
    if not names:
        return published
    defs, cases = dict(published["$defs"]), []
    for name in names:
        try:
            case, inside = _case(named_rule(name))
        except InputError:
            continue
        cases.append(case)
        defs |= inside
    entry = defs["OwnRule"]
    rule = {**entry["properties"]["rule"], "enum": names}
    defs["OwnRule"] = {**entry, "properties": {**entry["properties"], "rule": rule}, "allOf": cases}
    return {**published, "$defs": defs}


def _case(rule: NamedRule) -> tuple[dict[str, Any], dict[str, Any]]:
    """What holds where the entry names this rule, and the definitions that it needs."""
    prefix = f"{rule.name}."
    made = rule.parameters.model_json_schema(ref_template=f"#/$defs/{prefix}{{model}}")
    inside = {prefix + name: each for name, each in made.pop("$defs", {}).items()}
    then: dict[str, Any] = {"properties": {"parameters": {**made, "title": f"Parameters of {rule.name}"}}}
    if rule.summary:
        then["description"] = rule.summary
    if made.get("required"):
        then["required"] = ["parameters"]
    if not rule.weighted:
        then["properties"] |= {"weight": False, "hard": False}
    return {"if": {"properties": {"rule": {"const": rule.name}}}, "then": then}, inside
