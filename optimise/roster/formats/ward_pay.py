"""What duties of a ward cost in pounds: hourly rates, and what unsocial hours add.

Agenda for Change (NHS Terms and Conditions of Service Handbook, section 2, England): time on Saturdays and on weekdays
between 20:00 and 06:00 is paid with one addition, time on Sundays and bank holidays with a higher one. A shift of which
more than half lies between 20:00 and 06:00 of a weekday is paid with the addition as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from optimise.formats.document import ItemError
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_limits import Names
from optimise.roster.formats.ward_shifts import ShiftType
from optimise.roster.formats.ward_standards import Rate
from optimise.roster.rules import Request, Requests

__all__ = ["PAID", "check_pay", "duty_pounds", "pay_rule", "rate_of"]

#: What duties do that cost pounds, by the rule of pay.
PAID = "is paid"
_DAY = 1440
_DARK = ((0, 360), (1200, 1440))
#: Additions of bands 1 to 3; those of all others are the last.
_ADDITIONS = {"1": (0.47, 0.94), "2": (0.41, 0.83), "3": (0.35, 0.69)}
_USUAL = (0.30, 0.60)


def check_pay(index: WardIndex) -> None:
    """Note bands that have two rates.

    Parameters
    ----------
    index : WardIndex
        Its findings take what is wrong.
    """
    seen: dict[str, int] = {}
    for i, rate in enumerate(index.ward.pay_rates):
        if rate.band in seen:
            message = f"band {rate.band} has a rate already by pay_rates[{seen[rate.band]}]"
            index.findings.add(ItemError(message, ("pay_rates", i, "band")))
        seen.setdefault(rate.band, i)


def rate_of(index: WardIndex, employee: int) -> tuple[float, float, float] | None:
    """Hourly rate of a person, and the additions.

    Parameters
    ----------
    index : WardIndex
    employee : int
        0-based.

    Returns
    -------
    tuple of float or None
        Pounds an hour, addition of Saturdays and nights, addition of Sundays and bank holidays; None where the ward
        gives no rate for the person's band.
    """
    band = index.ward.staff[employee].band
    rate: Rate | None = next((r for r in index.ward.pay_rates if r.band == band), None)
    if rate is None:
        return None
    night, sunday = _ADDITIONS.get(rate.band, _USUAL)
    return (
        rate.hourly,
        night if rate.saturday_and_night is None else rate.saturday_and_night,
        sunday if rate.sunday_and_holiday is None else rate.sunday_and_holiday,
    )


def duty_pounds(index: WardIndex, shift: int, day: int, rate: tuple[float, float, float]) -> tuple[float, float]:
    """What a shift on a day costs.

    Parameters
    ----------
    index : WardIndex
    shift : int
        0-based.
    day : int
        0-based.
    rate : tuple of float
        As :func:`rate_of` gives it.

    Returns
    -------
    tuple of float
        Basic pay, and what unsocial hours and allowances add, in pounds; a break is spread over the shift.
    """
    hourly, night, sunday = rate
    kind = index.shifts[shift]
    basic = hourly * index.paid(kind, day) / 60
    extra = _allowance(index, kind, day)
    if not (kind.present if kind.unsocial is None else kind.unsocial):
        return basic, extra
    length = sum(last - first for first, last in kind.parts)
    dark = high = low = 0
    for (first, last), part in product(kind.parts, range(3)):
        begin, end = max(first - _DAY * part, 0), min(last - _DAY * part, _DAY)
        if end <= begin:
            continue
        weekday = index.horizon.weekday(day + part)
        inside = sum(max(0, min(end, b) - max(begin, a)) for a, b in _DARK)
        if weekday == 6 or day + part in index.bank_holidays:
            high += end - begin
        elif weekday == 5:
            low += end - begin
        else:
            dark += inside
    if 2 * dark > length:
        dark = length - high - low
    return basic, extra + basic * (night * (dark + low) + sunday * high) / length


def _allowance(index: WardIndex, kind: ShiftType, day: int) -> float:
    """Pounds that a shift brings each time: each employer agrees them for being on call or asleep at work."""
    special = index.horizon.weekday(day) >= 5 or day in index.bank_holidays
    if special and kind.allowance_at_weekends is not None:
        return kind.allowance_at_weekends
    return kind.allowance or 0.0


def pay_rule(index: WardIndex, names: Names) -> Requests | None:
    """The price of pounds: each duty costs what it costs in pounds, times the ward's price of a pound.

    Parameters
    ----------
    index : WardIndex
    names : Names
        Gives the rule its name.

    Returns
    -------
    Requests or None
        None where pounds have no price.
    """
    price = index.ward.pay.price_of_a_pound
    if not price:
        return None
    cells = tuple(_priced(index, price))
    if not cells:
        return None
    return Requests(name=names("pay"), requests=cells, label=PAID, unit="duties", asked=False)


def _priced(index: WardIndex, price: float) -> Iterator[Request]:
    made: dict[tuple[int, int, tuple[float, float, float]], float] = {}
    for e in range(len(index.ward.staff)):
        rate = rate_of(index, e)
        if rate is None:
            continue
        for day in range(index.horizon.days):
            for shift in range(len(index.shifts)):
                key = (shift, day, rate)
                if key not in made:
                    made[key] = round(price * sum(duty_pounds(index, shift, day, rate)), 2)
                if made[key]:
                    yield Request(e, day, 1 << (shift + 1), made[key])
