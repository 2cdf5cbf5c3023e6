"""Which sheets a ward has as a table, and which column holds what."""

from __future__ import annotations

from optimise.formats.sheets import Sheet, SheetColumn
from optimise.formats.sheets import column as _column
from optimise.roster.formats.ward_parts import WorkLimits

__all__ = ["SHEETS"]


def _kind(annotation: object) -> str:
    text = str(annotation)
    if "WeeklyRest" in text or "RunRest" in text:
        return "rest"
    return "window" if "Weekend" in text or "Average" in text else "switch" if "Toggle" in text else "limit"


_LIMITS = tuple(
    _column(name, _kind(field.annotation), note=field.description or "")
    for name, field in WorkLimits.model_fields.items()
    if name not in ("hours", "shift_limits", "forbidden_sequences")
)
_WEIGHT = SheetColumn("weight", (), "price", note="hard, or the price of each unit by which it is broken")
_OWNER = (
    _column("contract", note="only for this contract", empty="everybody"),
    _column("staff", note="only for this person", empty="everybody"),
)
_WORKING_DAYS = _column("working_days", "words", note="on which contract and leave are counted", empty="Mon to Fri")
_KINDS = ("annual", "study", "sick", "other", "unavailable")

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "ward",
        "",
        (
            _column("name"),
            _column("comment"),
            _column("start", "date", note="first day of the plan"),
            _column("weeks", "number", empty="4, unless days are given"),
            _column("days", "number", note="instead of weeks"),
            _column("weekend_days", "words"),
            _column("time_zone", note="such as Europe/London", empty="clocks never change"),
            _column("bank_holidays", at="bank_holidays.nation", note="england, wales, scotland, northern-ireland"),
            _column("bank_holiday_dates", "words", at="bank_holidays.dates", note="kept besides"),
            _column("bank_holiday_credit", "flag", at="bank_holidays.credit", note="counted by contracts"),
            _column("bank_holiday_price", "number", at="bank_holidays.weight", note="of each shift worked"),
            _column("skills", "words"),
            _column("groups", "words"),
            _column("published", "date", at="standards.published", note="day on which the roster is published"),
            _column("notice_days", "number", at="standards.notice_days", note="wanted from then on", empty="42"),
            _column("registered", "who", at="standards.registered", empty="skill or group registered or RN"),
            _column("annual_leave_least", "number", at="standards.annual_leave_least", empty="0.11"),
            _column("annual_leave_most", "number", at="standards.annual_leave_most", empty="0.17"),
            _column("headroom", "number", at="standards.headroom", note="0 to 1, leave of any kind"),
            _column("bank_hourly", "number", at="pay.bank_hourly", note="pounds"),
            _column("agency_hourly", "number", at="pay.agency_hourly", note="pounds"),
            _column("price_of_a_pound", "number", at="pay.price_of_a_pound", empty="pounds are reported only"),
        ),
        "pairs",
        "The ward and the period to plan.",
        ({"name": "My ward", "start": "2026-01-05", "weeks": "4", "skills": "in-charge"},),
    ),
    Sheet(
        "shifts",
        "shifts",
        (
            _column("id"),
            _column("name"),
            _column("start", "clock"),
            _column("end", "clock", note="at or before the start = on the next day"),
            _column("break_minutes", "number", note="unpaid"),
            _column("paid_minutes", "number", empty="length less break"),
            _column("split", "span", note="a split duty: the hours between its parts"),
            _column("kind", "text", "work", "sleep-in", "on-call", empty="work"),
            _column("working_minutes", "number", note="working time", empty="paid; all of a sleep-in; none on call"),
            _column("allowance", "number", note="pounds each time, beside paid minutes"),
            _column("allowance_at_weekends", "number", note="instead, on Saturdays, Sundays, bank holidays"),
            _column("unsocial", "flag", "yes", "no", note="paid minutes get unsocial hours", empty="yes; not on call"),
            _column("overnight", "flag", "yes", "no", note="only needed for very long shifts"),
            _column("night", "flag", "yes", "no", empty="3 h or more between 23:00 and 06:00"),
            _column("long", "flag", "yes", "no", note="a long day", empty="more than 10 h and no night"),
            _column("who", "who", note="who may work it", empty="everybody"),
            _column("wards", "words", note="where it is worked", empty="in all wards"),
        ),
        note="Shift types with clock times.",
        examples=(
            {"id": "E", "name": "Early", "start": "07:00", "end": "15:00", "break_minutes": "30"},
            {"id": "L", "name": "Late", "start": "13:00", "end": "21:00", "break_minutes": "30"},
            {"id": "N", "name": "Night", "start": "20:30", "end": "07:30", "break_minutes": "60"},
        ),
    ),
    Sheet(
        "contracts",
        "contracts",
        (
            _column("id"),
            _column("name"),
            _column("weekly_hours", "number"),
            _WORKING_DAYS,
            _column("terms", "words", note="work and contracted hours only then: 2026-01-05..2026-02-13"),
            _column("annual_hours", "number", note="instead of weekly hours"),
            _column("year_start", "date", note="of annual hours"),
            *_LIMITS,
        ),
        note="Terms that people share; an empty limit is that of the sheet rules.",
        examples=(
            {"id": "full-time", "weekly_hours": "37.5", "max_consecutive_nights": "4"},
            {"id": "part-time", "weekly_hours": "22.5", "max_weekends": "1 in 2 weeks weight 30"},
        ),
    ),
    Sheet(
        "rules",
        "rules",
        (_column("pack", note="nhs-agenda-for-change or nhs-resident-doctors-2016"), *_LIMITS),
        "pairs",
        "Limits for everybody whose contract says nothing else.",
        (
            {
                "min_rest_hours": "11",
                "max_average_weekly_hours": "48",
                "max_consecutive_days": "6",
                "no_night_before_leave": "yes",
            },
        ),
    ),
    Sheet(
        "staff",
        "staff",
        (
            _column("id"),
            _column("name"),
            _column("band"),
            _column("skills", "words"),
            _column("groups", "words"),
            _column("contract"),
            _column("ward", note="one's own, of several"),
            _column("weekly_hours", "number", note="instead of the contract's"),
            _WORKING_DAYS,
            _column("night_worker", "flag", "yes", "no", note="works nights as a normal course", empty="no"),
            _column("working_time_opt_out", "flag", "yes", "no", note="of the average week", empty="no"),
            _column("shifts", "words", note="the only shifts that this person may work"),
            _column("pattern", note="base pattern"),
            _column("line", "number", note="of the pattern, when it starts", empty="1"),
            _column("past_duties", "words", at="history.duties", note="oldest first: shift, off, work or ?"),
            _column("past_weekly_hours", "numbers", at="history.weekly_hours"),
            _column("past_weekends", "flags", at="history.weekends", note="worked or not"),
            _column("past_counts", "counts", at="history.counts", note="of what is shared fairly, nights: 5"),
            _column(
                "balance_hours", "number", at="history.balance_hours", note="worked above (+) or below (-) contract"
            ),
            _column("year_hours", "number", at="history.year_hours", note="paid so far of annual hours"),
        ),
        note="One row for each person.",
        examples=(
            {"id": "ann", "name": "Ann A.", "band": "6", "skills": "in-charge", "contract": "full-time"},
            {"id": "ben", "name": "Ben B.", "band": "5", "contract": "full-time", "past_duties": "off, N, N"},
            {"id": "chi", "name": "Chi C.", "band": "6", "skills": "in-charge", "contract": "full-time"},
            {"id": "dee", "name": "Dee D.", "band": "5", "contract": "part-time"},
        ),
    ),
    Sheet(
        "demand",
        "demand",
        (
            _column("name"),
            _column("shifts", "words", note="counted together; or give between"),
            _column("between", "span", note="at every moment of it"),
            _column("ward", empty="all wards together"),
            _column("who", "who", empty="everybody"),
            _column("days", "days", note="the most particular row holds", empty="every day"),
            _column("minimum", "number"),
            _column("maximum", "number"),
            _WEIGHT,
            _column("tiers", "tiers", note="how a gap is filled, instead of the sheet tiers"),
            SheetColumn("surplus", ("surplus",), "price", note="price of each person above the maximum"),
        ),
        note="How many people are wanted. A row of another name with minimum 1 makes the last one dearer, or hard.",
        examples=(
            {"shifts": "E", "minimum": "1"},
            {"shifts": "L", "minimum": "1", "days": "weekdays"},
            {"shifts": "N", "minimum": "1"},
        ),
    ),
    Sheet(
        "tiers",
        "cover_tiers",
        (_column("name"), _column("up_to", "number", empty="any number, in the last row only"), _WEIGHT),
        note="How gaps are filled, cheapest first.",
        examples=(
            {"name": "bank", "up_to": "2", "weight": "60"},
            {"name": "agency", "up_to": "2", "weight": "120"},
            {"name": "unfilled", "weight": "300"},
        ),
    ),
    Sheet(
        "skill_mix",
        "skill_mix",
        (
            _column("name"),
            _column("who", "who", empty="everybody"),
            _column("minimum", "number", note="or give share"),
            _column("share", "number", note="0 to 1, of all those of"),
            _column("of", "who", empty="everybody"),
            _column("shifts", "words", note="counted together", empty="each shift"),
            _column("between", "span"),
            _column("ward", empty="all wards together"),
            _column("days", "days", empty="every day"),
            _WEIGHT,
        ),
        note="Who must be among those on duty.",
        examples=(
            {"name": "in charge", "who": "skills: in-charge", "minimum": "1", "days": "weekdays", "shifts": "E"},
        ),
    ),
    Sheet("wards", "wards", (_column("id"), _column("name")), note="Only where there are several wards."),
    Sheet(
        "floats",
        "floats",
        (
            _column("who", "who", note="by default everybody"),
            _column("to", "words", note="wards", empty="all but one's own"),
            _column("duty_price", "number", note="of each duty there"),
            _column("maximum", "number", note="duties of a person there"),
            _column("weeks", "number", note="for each block of so many weeks", empty="the plan"),
            SheetColumn("weight", (), "price", note="of each duty above the maximum", empty="hard"),
        ),
        note="Who may work in other wards than one's own.",
    ),
    Sheet(
        "patterns",
        "patterns",
        (
            _column("id"),
            _column("start", "date", note="when everybody's own line begins", empty="first day of the plan"),
            _column("lines", "lines", note="followed one after the other"),
            _WEIGHT,
        ),
        note="Base patterns; the weight is the price of each day that differs.",
    ),
    Sheet(
        "leave",
        "leave",
        (
            _column("staff"),
            _column("first", "date"),
            _column("last", "date"),
            _column("kind", "text", *_KINDS),
            _column("hours_per_day", "number", note="credited", empty="a share of the week on each working day"),
        ),
        note="Days on which people are away.",
        examples=({"staff": "dee", "first": "2026-01-12", "last": "2026-01-18", "kind": "annual"},),
    ),
    Sheet(
        "unavailable",
        "unavailable",
        (
            _column("staff"),
            _column("days", "days", empty="every day"),
            _column("between", "span", note="or from 14:00, until 12:00", empty="the whole day"),
            _WEIGHT,
        ),
        note="Hours in which people cannot work; without a weight, no shift that overlaps them.",
        examples=({"staff": "chi", "days": "2026-01-14", "between": "14:00-24:00"},),
    ),
    Sheet(
        "requests",
        "requests",
        (
            _column("staff"),
            _column("days", "days", empty="every day"),
            _column("want", "duties"),
            _column("avoid", "duties", note="instead of want"),
            _WEIGHT,
        ),
        note="Wishes for or against shifts, work or days off.",
        examples=({"staff": "ann", "days": "2026-01-10", "want": "off", "weight": "10"},),
    ),
    Sheet(
        "pins",
        "pins",
        (_column("staff"), _column("date", "date"), _column("shift", note="or off")),
        note="Days that are settled.",
        examples=({"staff": "ben", "date": "2026-01-14", "shift": "E"},),
    ),
    Sheet(
        "pairs",
        "pairs",
        (
            _column("kind", "text", "apart", "together", "supervised"),
            _column("staff", "words"),
            _column("by", "who", note="supervised: by whom"),
            _column("limit", "number", note="apart: so many at most"),
            _column("shifts", "words", empty="all shifts"),
            _column("days", "days", empty="every day"),
            _WEIGHT,
        ),
        note="People who work together, apart, or under supervision; apart looks at the same shift, not at the clock.",
        examples=({"kind": "apart", "staff": "ann, ben", "weight": "5"},),
    ),
    Sheet(
        "pay_rates",
        "pay_rates",
        (
            _column("band"),
            _column("hourly", "number", note="pounds"),
            _column("saturday_and_night", "number", note="added, 0.3 is 30 %", empty="Agenda for Change"),
            _column("sunday_and_holiday", "number", note="added, 0.6 is 60 %", empty="Agenda for Change"),
        ),
        note="What each band is paid.",
    ),
    Sheet(
        "census",
        "census",
        (_column("date", "date"), _column("occupied", "number", note="beds, at 23:59")),
        note="Patients by day, where they are known; for care hours per patient day.",
    ),
    Sheet(
        "limits",
        "limits",
        (_column("staff"), *_LIMITS),
        "limits",
        "Limits of single people, instead of their contract's.",
    ),
    Sheet(
        "hours",
        "hours",
        (
            *_OWNER,
            _column("weekly", "number", empty="minimum and maximum, or where they are empty too the contract's"),
            _column("minimum", "number"),
            _column("maximum", "number"),
            _column("tolerance", "number", note="hours over the whole period"),
            _column("weeks", "number", note="reference period", empty="the plan"),
            _WEIGHT,
        ),
        "owned",
        "Average weekly hours.",
        ({"tolerance": "6", "weight": "4"},),
    ),
    Sheet(
        "shift_limits",
        "shift_limits",
        (
            *_OWNER,
            _column("shifts", "words"),
            _column("minimum", "number"),
            _column("maximum", "number"),
            _column("weeks", "number"),
            _WEIGHT,
        ),
        "owned",
        "How many of some shifts one person works.",
        ({"shifts": "N", "maximum": "8", "weight": "15"},),
    ),
    Sheet(
        "fairness",
        "fairness",
        (
            _column("name"),
            _column(
                "of",
                "text",
                "nights",
                "weekends",
                "long-days",
                "bank-holidays",
                "hours",
                note="hours: those over contract",
            ),
            _column("shifts", "words", note="instead of of"),
            _column("who", "who", empty="all who may do it"),
            _WEIGHT,
        ),
        "owned",
        "What is shared in proportion to contract and presence.",
        ({"of": "nights", "weight": "10"}, {"of": "weekends", "weight": "10"}),
    ),
    Sheet(
        "own_rules",
        "own",
        (
            _column("rule", note="as 'wardwise rules' lists it"),
            _column("name", empty="that of the rule"),
            _column("who", "who", empty="everybody"),
            SheetColumn("weight", (), "price", note="hard, or the price of each unit", empty="the rule's own"),
            _column("parameters", "parameters", note="as 'wardwise rules NAME' tells them"),
        ),
        "owned",
        "Rules of other packages.",
    ),
    Sheet(
        "sequences",
        "forbidden_sequences",
        (*_OWNER, _column("sequence", "words", note="shifts, off, work, night, any, E|L on days in a row"), _WEIGHT),
        "owned",
        "Duties on consecutive days that are not wanted.",
        ({"sequence": "N, off, N", "weight": "10"},),
    ),
)
