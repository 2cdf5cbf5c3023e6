"""The entry of a ward document that names a rule of another package."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from optimise.roster.formats.ward_parts import Id, Priced, Who

__all__ = ["OwnRule"]


class OwnRule(Priced):
    """A rule of another package, by its name; ``wardwise rules`` lists those that are installed.

    Without ``hard`` and ``weight`` the rule has the weight that its package gave it.
    """

    rule: Id = Field(description="as `wardwise rules` lists it")
    name: Annotated[str, StringConstraints(max_length=80)] = Field(
        default="", description="in evaluations and reports; by default that of the rule"
    )
    who: Who = Field(default_factory=Who, description="for whom it holds")
    parameters: dict[Id, Any] = Field(default_factory=dict, description="as `wardwise rules NAME` tells them")
