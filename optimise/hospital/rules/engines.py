"""What every engine asks before it runs: which rules in force it does not know."""

from __future__ import annotations

from optimise.hospital.context import HospitalContext
from optimise.hospital.rules import get_rule
from optimise.hospital.rules.base import Engine

__all__ = ["rechecked", "refusal", "unknown_rules"]


def unknown_rules(problem: HospitalContext, engine: Engine) -> tuple[str, ...]:
    """Names of the rules in force that an engine does not know exactly; empty where it may rely on its own costs."""
    found = []
    for setting in problem.rules:
        rule = get_rule(problem, setting.rule)
        if rule.applies(problem) and not rule.serves(problem, engine, setting.weight):
            found.append(setting.rule)
    return tuple(found)


def refusal(problem: HospitalContext, engine: Engine) -> str:
    """Why an engine is not used, in words; empty where it knows every rule."""
    found = unknown_rules(problem, engine)
    return f"the {engine} does not know {_listed(problem, found)}" if found else ""


def rechecked(problem: HospitalContext, engine: Engine) -> str:
    """What is said where an engine runs although it does not know every rule; empty where it does."""
    why = refusal(problem, engine)
    return f"{why}: its plans were checked again by the exact evaluation" if why else ""


def _listed(problem: HospitalContext, rules: tuple[str, ...]) -> str:
    return ", ".join(f"{rule} ({'hard' if problem.hard(rule) else 'priced'})" for rule in rules)
