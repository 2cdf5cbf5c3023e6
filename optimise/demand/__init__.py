"""Demand: data in, forecasts, scenarios, and replays of plans against days that were not used."""

from optimise.capacity.scenarios import HOURS, Period, Scenarios

__all__ = ["HOURS", "Period", "Scenarios"]
