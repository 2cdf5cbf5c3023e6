"""The native roster plan as a pydantic model; the published JSON Schema is made from it.

Reading is more lenient than this (see :mod:`optimise.roster.formats.native_plan`): names as people write them, too.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from optimise.formats.json_document import Loose

__all__ = ["RosterPlanFile"]

Name = Annotated[str, Field(min_length=1, max_length=1000)]
Row = dict[Name, str | None] | list[str | None]


class RosterPlanFile(Loose):
    """Who works which shift on which day."""

    schema_: Literal["wardwise-plan/1"] = Field("wardwise-plan/1", alias="schema")
    problem: str = Field("", description="Name of what is planned")
    family: str = ""
    days: int = Field(0, ge=0, description="Length of the horizon; 0 is not said")
    start: str | None = Field(None, description="First day, ISO 8601")
    roster: dict[Name, Row] = Field(
        description="By person: shifts by day (a date, or its number where there are no dates), days off left out; "
        "or a list with an entry a day. Everybody has a row."
    )
