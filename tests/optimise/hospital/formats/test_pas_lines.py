"""Lines of a PAS file say where and what is wrong."""

from __future__ import annotations

import pytest

from optimise.core.errors import InputError
from optimise.hospital.formats.pas_lines import TextLine, TextLines, index

pytestmark = pytest.mark.quick

TEXT = "Rooms: 2\n\nROOMS:\n r1 a | 1 0 | 2 s1 0 0\nr2 b | 0 1 | 1 s2\n"


def read(text: str = TEXT) -> list[TextLine]:
    lines = TextLines(text)
    return lines.section("ROOMS", lines.head("Rooms"), "room", 3)


def read_wholly(text: str) -> None:
    for room in read(text):
        room.flags(1, 2)
        room.levels(2, {"s1": 0, "s2": 1})


def test_blank_lines_are_passed_over_and_lines_keep_their_numbers() -> None:
    first, second = read()
    assert (first.number, second.number) == (4, 5)
    assert (first.item, first.whole(0, 2), first.flags(1, 2)) == ("room r1", ["r1", "a"], [1, 0])
    assert index([first, second]) == {"r1": 0, "r2": 1}


def test_pairs_of_level_and_specialism_are_read_without_the_padding() -> None:
    first, second = read()
    assert first.levels(2, {"s1": 0, "s2": 1}) == {0: 2}
    assert second.levels(2, {"s1": 0, "s2": 1}) == {1: 1}


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("Rooms: 2", "Rooms: two", 1, "whole number"),
        ("Rooms: 2", "Rooms: 1000001", 1, "whole number"),
        ("Rooms: 2", "Beds: 2", 1, "expected 'Rooms:'"),
        ("Rooms: 2", "Rooms: 3", 4, "ends where a room"),
        ("ROOMS:", "ROOM:", 3, "expected 'ROOMS:'"),
        ("r2 b", "r1 b", 5, "occurs twice"),
        ("| 1 0 |", "| 1 0 1 |", 4, "3 entries, expected 2"),
        ("| 1 0 |", "| 2 0 |", 4, "0 and 1 only"),
        ("| 1 s2", "", 5, "2 fields"),
        ("1 s2", "0 s2", 5, "level 1 is the best"),
        ("1 s2", "1 s9", 5, "unknown specialism 's9'"),
        ("1 s2", "1 s2 3", 5, "pairs of level and specialism"),
    ],
)
def test_what_is_wrong_names_its_line(old: str, new: str, line: int, said: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match=said) as caught:
        read_wholly(TEXT.replace(old, new, 1))
    assert caught.value.line == line
