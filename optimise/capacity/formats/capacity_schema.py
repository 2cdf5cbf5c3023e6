"""The native capacity file as pydantic models; the published JSON Schema is made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from optimise.formats.json_document import Strict

__all__ = ["CapacityFile", "CapacityPlanFile", "json_schema"]

SCHEMA = "wardwise-capacity/1"

Name = Annotated[str, Field(min_length=1, max_length=200)]
Price = Annotated[float, Field(ge=0, le=10**9)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Daily = Count | Annotated[list[Count], Field(min_length=1)]


class SpecialtyEntry(Strict):
    """A specialty: prices of what may happen to its patients, and its elective requests."""

    id: Name = Field(description="A group of the scenarios")
    boarding: Annotated[float, Field(gt=0, le=10**9)] = Field(description="Price of an hour without a bed")
    transfer: Price = Field(0.0, description="Price of moving a patient to another ward")
    requests: Daily = Field(0, description="Elective requests by day")
    refusal: Price = Field(0.0, description="Price of a request that is not accepted")
    cancellation: Price = Field(0.0, description="Price of an accepted admission that is cancelled on the day")


class WardEntry(Strict):
    """A ward, or beds of a unit that trusts share."""

    id: Name
    minimum: Daily = Field(0, description="Fewest beds that are open, by day")
    maximum: Daily = Field(description="Most beds that can be open, by day")
    price: Price = Field(0.0, description="Price of one open bed for one day")
    home: list[Name] = Field([], description="Specialties at home here")
    outlying: dict[Name, Price] = Field({}, description="Other specialties allowed, with the price of a patient's hour")
    occupied: dict[Name, Annotated[float, Field(ge=0)]] = Field({}, description="Patients before the first period")
    unit: str = Field("", description="Shared unit of the region whose beds these are; they come with staff")
    lends: str = Field("", description="Shared unit to which open beds of this ward may be lent")


class StaffEntry(Strict):
    """Who runs the beds."""

    beds: Daily = Field(description="Beds that own staff can run, by day")
    bank_beds: Annotated[int, Field(ge=1, le=10_000)] = Field(1, description="Further beds that one bank shift can run")
    bank_price: Price | Annotated[list[Price], Field(min_length=1)] = 0.0
    bank_maximum: Daily = 0


class RiskEntry(Strict):
    """(1 - weight) mean + weight CVaR."""

    weight: Annotated[float, Field(ge=0, le=1)] = 0.0
    level: Annotated[float, Field(ge=0, lt=1)] = 0.9


class ScenariosFile(Strict):
    """Scenarios in a file of their own, as ``wardwise`` forecasts write them."""

    file: Name = Field(description="An .npz file of scenarios; relative paths begin at this file's folder")


class ScenariosInline(Strict):
    """Scenarios written out."""

    groups: Annotated[list[Name], Field(min_length=1)]
    period: Literal["hour", "day"] = "hour"
    start: str = Field(description="First day, such as 2027-01-04")
    probabilities: list[float] | None = Field(None, description="Equal when left out")
    stay: list[list[float]] = Field(description="By group: probability of a stay of 1, 2, ... periods")
    arrivals: list[list[list[int]]] = Field(description="By scenario, group and period")
    remaining: list[list[list[int]]] | None = Field(None, description="In-patients still there; like arrivals")


def _told(given: object) -> str:
    """Which of the two forms of scenarios a file means."""
    return "file" if isinstance(given, ScenariosFile) or (isinstance(given, dict) and "file" in given) else "inline"


class CapacityFile(Strict):
    """A two-stage bed capacity problem."""

    schema_: Literal["wardwise-capacity/1"] = Field(alias="schema")
    name: Name
    step: Annotated[int, Field(ge=1, le=24)] | None = Field(
        None, description="Periods that a placement lasts; a day when left out"
    )
    elective_hour: Annotated[int, Field(ge=0, le=23)] = 9
    specialties: Annotated[list[SpecialtyEntry], Field(min_length=1)]
    wards: Annotated[list[WardEntry], Field(min_length=1)]
    staff: StaffEntry
    risk: RiskEntry = RiskEntry()
    shares: dict[Name, Daily] = Field({}, description="Beds of shared units that may be used when planned alone")
    scenarios: Annotated[
        Annotated[ScenariosFile, Tag("file")] | Annotated[ScenariosInline, Tag("inline")], Discriminator(_told)
    ]


class CapacityPlanFile(Strict):
    """A first stage: by ward or specialty, one number a day."""

    schema_: Literal["wardwise-plan/1"] = Field(alias="schema")
    kind: Literal["capacity"]
    problem: str = ""
    open: dict[Name, list[Count]]
    lent: dict[Name, list[Count]] = Field({})
    bank: list[Count]
    accept: dict[Name, list[Count]] = Field({})


def json_schema() -> dict[str, Any]:
    """JSON Schema of the capacity file."""
    made = CapacityFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "wardwise:capacity-1", **made}
