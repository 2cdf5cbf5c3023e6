"""What a ward is measured by: the standards of its trust, and how many patients there are."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from optimise.roster.formats.ward_parts import Part, Who

__all__ = ["Census", "Standards"]


class Standards(Part):
    """What the ward is measured by."""

    published: date | None = Field(default=None, description="day on which the roster was, or will be, published")
    notice_days: Annotated[int, Field(ge=0, le=366)] = Field(default=42, description="wanted from then to the start")
    registered: Who = Field(
        default_factory=Who, description="the registered nurses; else who has a skill or group called registered or RN"
    )
    annual_leave_least: Annotated[float, Field(ge=0, le=1)] = Field(default=0.11, description="of contracted hours")
    annual_leave_most: Annotated[float, Field(ge=0, le=1)] = 0.17
    headroom: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="contracted hours that may be leave of any kind"
    )

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.annual_leave_least > self.annual_leave_most:
            raise ValueError(f"annual_leave_least {self.annual_leave_least:g} is above {self.annual_leave_most:g}")
        return self


class Census(Part):
    """Beds that are occupied at 23:59 of a day."""

    date: date
    occupied: Annotated[int, Field(ge=0, le=10000)]
