"""Rules of other packages in a ward document: an entry of ``rules.own`` as an object of the class that it names."""

from __future__ import annotations

from dataclasses import dataclass

from optimise.core.errors import InputError, InputErrors
from optimise.formats.document import ItemError, UnknownName, nearest, validated
from optimise.formats.examine import Findings
from optimise.roster.context import RosterContext
from optimise.roster.formats.ward_index import Path, WardIndex
from optimise.roster.formats.ward_limits import Names
from optimise.roster.formats.ward_own import OwnRule
from optimise.roster.rules import RosterRule
from optimise.roster.rules.named import NamedRule, named_rule, named_rules

__all__ = ["Named", "own_rules", "tried"]


@dataclass(frozen=True, slots=True)
class Named:
    """A rule made of an entry, and where the entry stands."""

    rule: RosterRule
    of: NamedRule
    path: Path


def own_rules(index: WardIndex, names: Names) -> list[Named]:
    """Rules of the entries, their parameters checked; what is wrong goes to the index's findings."""
    made: list[Named] = []
    for i, entry in enumerate(index.ward.rules.own):
        path: Path = ("rules", "own", i)
        with index.findings:
            named = _known(entry.rule, (*path, "rule"))
            people = index.who(entry.who, (*path, "who"))
            rule = _made(named, entry, people, path, names)
            if people != () and entry.weight != 0:
                made.append(Named(rule, named, path))
    return made


def _known(name: str, path: Path) -> NamedRule:
    known = list(named_rules())
    if name not in known:
        hint = nearest(name, known) if known else "; no package that is installed brings one"
        raise UnknownName(f"no rule is called {name!r}{hint}", path, name)
    try:
        return named_rule(name)
    except InputError as error:
        raise ItemError(str(error), path) from None


def _made(named: NamedRule, entry: OwnRule, people: tuple[int, ...] | None, path: Path, names: Names) -> RosterRule:
    stated = entry.hard or entry.weight is not None
    if stated and not named.weighted:
        raise ItemError(f"{named.name} has no weight of its own", (*path, "hard" if entry.hard else "weight"))
    inside = (*path, "parameters")
    if named.weighted and "weight" in entry.parameters:
        raise ItemError("stands beside rule, not among its parameters", (*inside, "weight"))
    try:
        given = validated(named.parameters, entry.parameters)
    except InputError as error:
        faults = error.errors if isinstance(error, InputErrors) else (error,)
        placed = [ItemError(e.message, (*inside, *(e.path if isinstance(e, ItemError) else ()))) for e in faults]
        raise InputErrors(placed) if len(placed) > 1 else placed[0] from None
    try:
        return named.make(names(entry.name or named.name), people, entry.price if stated else None, given)
    except ValueError as error:  # InputError is one
        raise ItemError(f"{named.name} refuses these parameters: {error}", inside) from None
    except TypeError as error:
        raise ItemError(f"{named.name} ({named.target}) cannot be made: {error}", path) from None


def tried(rules: list[Named], problem: RosterContext) -> tuple[list[RosterRule], list[str]]:
    """The rules, each tried once, so that what it refuses is told with its place.

    Parameters
    ----------
    rules : list of Named
    problem : RosterContext
        The ward without them.

    Returns
    -------
    list of RosterRule
        Those that say something.
    list of str
        Remarks on those that say nothing in this plan.

    Raises
    ------
    InputError
        Of every rule that refuses the ward or fails.
    """
    findings, kept, remarks = Findings(), list[RosterRule](), list[str]()
    for named in rules:
        with findings:
            if _says_something(named, problem):
                kept.append(named.rule)
            else:
                remarks.append(f"Rule {named.rule.name!r} asks for nothing in this plan.")
    findings.settle()
    return kept, remarks


def _says_something(named: Named, problem: RosterContext) -> bool:
    rule = named.rule
    try:
        return bool([*rule.patterns(problem), *rule.counters(problem), *rule.lines(problem)])
    except InputError as error:
        text = f"{named.of.name} refuses this ward: {error}"
        raise ItemError(text, (*named.path, "parameters")) from None
    except Exception as error:  # any fault of a plug-in
        text = f"{named.of.name} ({named.of.target}) failed: {type(error).__name__}: {error}"
        raise ItemError(text, named.path) from error
