"""Prove that a roster rule of your own can be used by its name in documents.

    from optimise.testing import check_named_rule
    check_named_rule(MyRule, {"days": 2}, refused=[{"days": 0}])

Raises `AssertionError` that says what is broken. What the rule costs is held against its definition by `check_rule`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from optimise.core.errors import InputError
from optimise.core.options import knobs
from optimise.formats.table_cells import KINDS
from optimise.roster.formats.ward import Ward
from optimise.roster.rules.named import (
    NamedRule,
    Parameters,
    forget_roster_rule,
    named_rule,
    named_rules,
    register_roster_rule,
)
from optimise.roster.rules.primitives import RosterRule

__all__ = ["check_named_rule"]

_NAME = "rule-under-test"
_UNKNOWN = "no_such_parameter"
_WARD = {
    "name": "check",
    "start": "2026-01-09",
    "weeks": 2,
    "shifts": [{"id": "D", "start": "07:00", "end": "19:00"}, {"id": "N", "start": "19:00", "end": "07:00"}],
    "staff": [{"id": "Ann", "band": "6"}, {"id": "Bob", "band": "5"}],
}


def check_named_rule(
    rule: type[RosterRule] | str,
    parameters: Mapping[str, object] | None = None,
    *,
    refused: Sequence[Mapping[str, object]] = (),
    ward: Ward | None = None,
) -> None:
    """A roster rule as documents use it: described, checked, and the same in every form of the document.

    Parameters
    ----------
    rule : type of RosterRule or str
        The class, or the name of its entry point where it is installed.
    parameters : mapping, optional
        With which the rule asks for something.
    refused : sequence of mapping
        Parameters that make no sense; each must be refused.
    ward : Ward, optional
        Without the rule. By default two weeks from a Friday with shifts D (day) and N (night), and two people of bands
        5 and 6.
    """
    plain, given = ward or Ward.from_dict(_WARD), dict(parameters or {})
    with _named(rule) as name:
        known = named_rule(name)
        _described(known)
        asked = plain.with_own_rule(name, parameters=given)
        problem = _accepted(asked, name)
        assert problem.digest() != plain.problem().digest(), f"{name} adds nothing to the ward: give other parameters"
        for form in ("json", "yaml"):
            again = Ward.from_text(asked.to_text(form)).problem()
            assert again.digest() == problem.digest(), f"the ward written as {form} is another problem"
        cell = KINDS["parameters"]
        assert not given or cell.read(cell.write(given)) == given, f"a cell of a table cannot hold {given}"
        if known.weighted:
            assert plain.with_own_rule(name, hard=True, parameters=given).problem(), f"{name} cannot be hard"
        _refused(plain, name, {**given, _UNKNOWN: 1}, _UNKNOWN)
        for wrong in refused:
            _refused(plain, name, {**given, **wrong}, "rules.own[0]")
        added = problem.rules[-1].extended(0, len(plain.staff), problem)
        assert type(added) is known.rule, f"{name} for one person more is a {type(added).__name__}"


@contextmanager
def _named(rule: type[RosterRule] | str) -> Iterator[str]:
    """The name of the rule; of a class one of its own, for a while."""
    if isinstance(rule, str):
        assert rule in named_rules(), f"no rule is installed as {rule!r}: is the package installed again?"
        yield rule
        return
    register_roster_rule(_NAME, rule)
    try:
        yield _NAME
    finally:
        forget_roster_rule(_NAME)


def _described(rule: NamedRule) -> None:
    frozen = getattr(rule.rule, "__dataclass_params__").frozen  # noqa: B009 - dataclasses do not type it
    assert frozen, f"{rule.target} is not frozen: rules are shared and never change"
    assert rule.summary, f"{rule.target} has no docstring, from which 'wardwise rules' takes its sentence"
    for one in knobs(rule.parameters):
        assert one.text, f"parameter {one.name} has no description"
    assert issubclass(rule.parameters, Parameters)
    assert rule.parameters.model_json_schema(), "the parameters have no JSON Schema"


def _accepted(ward: Ward, name: str) -> Any:
    try:
        return ward.problem()
    except InputError as error:
        raise AssertionError(f"{name} is refused: {error}") from error


def _refused(ward: Ward, name: str, parameters: dict[str, object], said: str) -> None:
    """The parameters are refused, and the message says where."""
    try:
        ward.with_own_rule(name, parameters=parameters).problem()
        found = None
    except InputError as error:
        found = str(error)
    assert found is not None, f"{parameters} are not refused"
    assert said in found, f"{parameters} are refused without {said!r}: {found}"
