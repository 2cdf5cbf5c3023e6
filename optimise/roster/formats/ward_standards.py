"""What a ward is measured by: the standards of its trust, and how many patients there are."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from optimise.roster.formats.ward_parts import Id, Part, Who

__all__ = ["Census", "Pay", "Rate", "Standards"]


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


class Rate(Part):
    """What a band is paid."""

    band: Id
    hourly: Annotated[float, Field(ge=0, le=10000)] = Field(description="pounds")
    saturday_and_night: Annotated[float, Field(ge=0, le=10)] | None = Field(
        default=None, description="added to time on Saturdays, and on weekdays from 20:00 to 06:00; Agenda for Change"
    )
    sunday_and_holiday: Annotated[float, Field(ge=0, le=10)] | None = Field(
        default=None, description="added to time on Sundays and bank holidays; Agenda for Change"
    )


class Pay(Part):
    """What gaps cost, and what pounds are worth to the plan."""

    bank_hourly: Annotated[float, Field(ge=0, le=10000)] | None = Field(default=None, description="of the tier bank")
    agency_hourly: Annotated[float, Field(ge=0, le=10000)] | None = Field(
        default=None, description="of the tier agency"
    )
    price_of_a_pound: Annotated[float, Field(ge=0, le=1000)] = Field(
        default=0.0, description="in the plan's cost; 0: pounds are reported and not planned for"
    )
