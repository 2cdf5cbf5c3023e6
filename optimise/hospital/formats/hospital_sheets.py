"""Which sheets a hospital has as a table, and which column holds what."""

from __future__ import annotations

from optimise.formats.sheets import Sheet, column

__all__ = ["LISTS", "NEEDED", "SHEETS"]

#: Header -> sheet whose first column its cells offer.
LISTS = {"ward": "?wards"}
#: Sheets without which a folder of CSV files is no hospital.
NEEDED = ("rooms", "bed-state")

_PERSON = (
    column("sex", note="F, M, other or unknown; the last two lie alone", empty="unknown"),
    column("age", "number"),
    column("infection", note="shares rooms with the same infection only"),
    column("specialty"),
)
_MORE = (
    column("needs", "words", note="features of the room"),
    column("exposed_to", note="infection; shares rooms with its other contacts only"),
    column("alone", "flag", "yes", "no", note="shares no room"),
    column("accommodated_as", "text", "F", "M", note="whose rooms", empty="whoever is neither F nor M lies alone"),
    column("surgeon"),
    column("surgery_minutes", "number"),
    column("note"),
)

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "hospital",
        "",
        (
            column("name"),
            column(
                "start", "date", empty="the earliest expected discharge",
                note="day of the bed state; a row dates, day first says how 01/12/2026 is read",
            ),
            column("days", "number", empty="7"),
            column("unknown_stay", "number", note="nights of those whose discharge is missing or past"),
            column("holds_with", "number", note="chance of a bed for everybody, by discharge_chance"),
            column("scenarios", "number", note="of longer stays, for holds_with", empty="100"),
            column("seed", "number", note="of these scenarios", empty="1"),
            column("shifts", "words", note="nursing shifts of a day, in order"),
        ),
        "pairs",
        "The hospital and the days to plan.",
        ({"name": "My hospital", "start": "2026-11-30", "days": "5"},),
    ),
    Sheet(
        "wards",
        "wards",
        (
            column("id"),
            column("specialties", "words", empty="all"),
            column("minimum_age", "number"),
            column("maximum_age", "number"),
            column("closed_to_admissions", "flag", "yes", "no", note="who lies there may stay", empty="no"),
        ),
        note="Wards and what they treat.",
        examples=(
            {"id": "Ward 1", "specialties": "General medicine", "minimum_age": "16"},
            {"id": "ICU", "specialties": "Critical care"},
        ),
    ),
    Sheet(
        "rooms",
        "rooms",
        (
            column("ward"),
            column("room"),
            column("beds", "number", empty="those in the sheet beds"),
            column("sex", "text", note="same (one a day), any, F or M", empty="same"),
            column("features", "words"),
        ),
        note="Bays and side rooms.",
        examples=(
            {"ward": "Ward 1", "room": "Bay A", "beds": "4", "features": "oxygen"},
            {"ward": "Ward 1", "room": "Bay B", "beds": "4", "features": "oxygen"},
            {"ward": "Ward 1", "room": "Side room 1", "beds": "1", "features": "side room, oxygen"},
            {"ward": "Ward 1", "room": "Side room 2", "beds": "1", "features": "side room, oxygen"},
            {"ward": "ICU", "room": "ICU", "beds": "2", "sex": "any", "features": "oxygen, ventilator"},
        ),
    ),
    Sheet(
        "beds",
        "beds",
        (
            column("ward"),
            column("room"),
            column("bed"),
            column("status", "text", "open", "closed", "reserved", "being cleaned", empty="open"),
            column("until", "date", note="first day on which it can be used again", empty="the end; cleaned: tomorrow"),
        ),
        note="Beds that are not open (or all of them).",
        examples=({"ward": "Ward 1", "room": "Bay B", "bed": "4", "status": "closed", "until": "2026-12-02"},),
    ),
    Sheet(
        "bed-state",
        "bed_state",
        (
            column("ward"),
            column("room"),
            column("bed"),
            column("patient"),
            *_PERSON,
            column("expected_discharge", "date", clock="leaves_at"),
            *_MORE,
            column("nights", "number", note="still to come, instead of the expected discharge"),
            column("discharge_chance", "number", note="to go home as expected, and on each day after", empty="1"),
            column("leaves_at", "clock", note="hour of the discharge, for the bed board and BedTurnover"),
            column("fit_for_ward", "date", note="critical care justifies a mixed room until then"),
            column("surgery_from", "date"),
            column("surgery_until", "date"),
        ),
        note="Who lies where at 07:00.",
        examples=(
            {"ward": "Ward 1", "room": "Bay A", "bed": "1", "patient": "P1", "sex": "F", "age": "72",
             "exposed_to": "flu A", "specialty": "General medicine", "expected_discharge": "2026-12-01",
             "needs": "oxygen"},
            {"ward": "Ward 1", "room": "Bay A", "bed": "2", "patient": "P2", "sex": "F", "age": "81",
             "infection": "flu A", "specialty": "General medicine", "expected_discharge": "2026-12-02"},
            {"ward": "ICU", "room": "ICU", "bed": "1", "patient": "P3", "sex": "M", "age": "66",
             "specialty": "General medicine", "expected_discharge": "2026-12-03"},
        ),
    ),
    Sheet(
        "electives",
        "electives",
        (
            column("patient"),
            *_PERSON,
            column("earliest", "date", clock="arrives_at"),
            column("latest", "date", empty="the last day"),
            column("nights", "number", empty="1"),
            column("must_come", "flag", "yes", "no", empty="no"),
            column("discharge_chance", "number", note="to go home as expected, and on each day after", empty="1"),
            column("arrives_at", "clock", note="hour of the arrival, for the bed board and BedTurnover"),
            *_MORE,
        ),
        note="Who is on the waiting list.",
        examples=(
            {"patient": "E1", "sex": "M", "age": "58", "specialty": "General medicine", "earliest": "2026-12-01",
             "latest": "2026-12-02", "nights": "2", "surgeon": "Kay", "surgery_minutes": "90"},
        ),
    ),
    Sheet(
        "emergencies",
        "emergencies",
        (
            column("date", "date"),
            column("count", "number", empty="1"),
            column("sex", note="F, M, other or unknown; the last two lie alone", empty="unknown"),
            column("specialty"),
            column("nights", "number"),
            column("needs", "words"),
        ),
        note="Emergencies that the forecast expects.",
        examples=(
            {"date": "2026-11-30", "count": "1", "sex": "F", "specialty": "General medicine", "nights": "2"},
        ),
    ),
    Sheet(
        "care",
        "care",
        (
            column("patient"),
            column("nights", "number"),
            column("specialty"),
            column("needs", "words"),
            column("justified", "flag", "yes", "no", note="critical care: a mixed room is justified"),
        ),
        note="First nights of a stay that need something else, row by row; then the patient's own needs hold.",
        examples=({"patient": "P3", "nights": "1", "specialty": "Critical care", "needs": "ventilator"},),
    ),
    Sheet(
        "infections",
        "infections",
        (
            column("infection"),
            column("cleaning_nights", "number", note="nights before anybody else lies in the bed", empty="0"),
        ),
        note="Infections after which a bed cannot be used the same night.",
        examples=({"infection": "C. diff", "cleaning_nights": "1"},),
    ),
    Sheet(
        "theatres",
        "theatres",
        (column("id"), column("date", "date"), column("minutes", "number")),
        note="Theatre lists.",
        examples=(
            {"id": "T1", "date": "2026-12-01", "minutes": "480"},
            {"id": "T1", "date": "2026-12-02", "minutes": "240"},
        ),
    ),
    Sheet(
        "surgeons",
        "surgeons",
        (column("id"), column("date", "date"), column("minutes", "number")),
        note="When surgeons operate.",
        examples=({"id": "Kay", "date": "2026-12-01", "minutes": "240"},),
    ),
    Sheet(
        "nurses",
        "nurses",
        (
            column("nurse"),
            column("date", "date"),
            column("shift"),
            column("max_load", "number", empty="100"),
            column("skill", "number", empty="0"),
        ),
        note="Shifts that nurses work; the sheet hospital lists the shifts.",
    ),
    Sheet(
        "rules",
        "rules",
        (column("rule"), column("price", note="hard, off, or the price of one unit")),
        note="Prices of rules where they are not the usual ones.",
        examples=({"rule": "Transfer", "price": "20"}, {"rule": "RoomGenderMix", "price": "hard"}),
    ),
)  # fmt: skip
