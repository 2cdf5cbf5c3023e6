"""Entries of a document of several wards: which wards there are, and who may work in which besides their own."""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from optimise.roster.formats.ward_parts import Id, Part, Priced, Weight, Who

__all__ = ["AT", "Floating", "Unit"]

#: Between a shift and the ward where it is worked: ``E@north``.
AT = "@"


class Unit(Part):
    """One of several wards in a document."""

    id: Id
    name: str = ""

    @property
    def title(self) -> str:
        """Its name, or its id."""
        return self.name or self.id


class Floating(Priced):
    """People who may work in other wards than their own: where, at what price, and how often.

    Entries add up: somebody may go wherever one of them says, pays the price of each that speaks of the ward, and keeps
    the maximum of each. Somebody without a ward of one's own works where entries say, and nowhere else.
    """

    default_price = math.inf

    who: Who = Field(default_factory=Who, description="by default everybody")
    to: list[Id] = Field(default_factory=list, description="wards; by default all but one's own")
    duty_price: Weight = Field(default=0.0, description="of each duty there")
    maximum: Annotated[int, Field(ge=0, le=1000)] | None = Field(default=None, description="duties of a person there")
    weeks: Annotated[int, Field(ge=1, le=104)] | None = Field(
        default=None, description="the maximum is for each block of so many weeks, not for the plan"
    )

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if self.maximum is None and (self.hard or self.weight is not None or self.weeks is not None):
            raise ValueError("hard, weight and weeks speak of the maximum, which is not given")
        return self
