"""How many people a made ward asks for: about what the hours of its staff allow."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PRESSURE", "DemandLevel", "demand_level"]

#: Demand in hours against supply in hours.
PRESSURE = 1.03


@dataclass(frozen=True)
class DemandLevel:
    """People wanted on a weekday, how many fewer at the weekend, and on how many weekdays one more is wanted."""

    day: int
    afternoon: int
    night: int
    quiet: int
    busy: int


def demand_level(supply: float, weekdays: int, weekend_days: int, *, tight: bool) -> DemandLevel:
    """The largest demand that is at most a little above the hours, so that a good roster leaves a few gaps to the bank.

    A place from morning to evening takes 11.5 h as a long day or 15 h as an early and a late; 12 h are reckoned
    (11.5 h where there are only long days), and 11.5 h for a night.

    Parameters
    ----------
    supply : float
        Hours that the staff can work in the plan.
    weekdays, weekend_days : int
        Days of each sort in the plan.
    tight : bool
        Whether all shifts of the day are long days.
    """
    place = 11.5 if tight else 12.0
    best, most = DemandLevel(1, 1, 1, 0, 0), 0.0
    for day in range(1, int(supply / max(1, weekdays + weekend_days) / 11.5) + 3):
        for night in range(max(1, round(0.5 * day)), max(1, round(0.7 * day)) + 1):
            for afternoon in sorted({day, max(1, day - 1)}):
                for busy in range(6):
                    quiet = round(0.2 * day)
                    both = (day + afternoon) / 2
                    hours = weekdays * (place * both + 11.5 * night) + weekdays * busy / 5 * 7.5
                    hours += weekend_days * (place * (both - min(quiet, day - 1)) + 11.5 * night)
                    if most < hours <= PRESSURE * supply:
                        best, most = DemandLevel(day, afternoon, night, quiet, busy), hours
    return best
