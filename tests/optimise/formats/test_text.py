"""Numbered lines, integers with their place, and files written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.formats.text import LARGEST, Row, beside, clip, head, integer, look_up, rows, separator


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\n\r\n# two\rthree \n")
    assert [(r.line, r.text) for r in rows(path)] == [(1, "one"), (4, "three")]
    assert [r.line for r in rows(path, comment=None)] == [1, 3, 4]


@pytest.mark.parametrize("text", ["7", " 7 ", "+7", "007"])
def test_integers_in_plain_digits(text: str) -> None:
    assert integer(text, "n") == 7


@pytest.mark.parametrize("text", ["", "7.0", "1e3", "1_0", "\u0663", "0x7", "seven", "9" * 30, "-1", str(LARGEST + 1)])
def test_other_numbers_are_refused_with_their_place(text: str) -> None:
    row = Row(Path("f.txt"), 3, text)
    with pytest.raises(InputError, match=r"f\.txt:3: staff: ") as caught:
        row.integer(text, "staff")
    assert caught.value.line == 3


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(InputError, match="unknown shift 'Q'; known: E, L"):
        look_up({"E": 1, "L": 2}, "Q", "shift")


def test_long_texts_are_cut() -> None:
    assert clip("abc") == "abc"
    assert clip("x" * 100, 10) == "xxxxxxx..."


def test_files_are_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = write_text(tmp_path / "new" / "a.txt", "one\n")
    assert path.read_text() == "one\n"
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "two \ud800")
    assert path.read_text() == "one\n"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]
    with pytest.raises(InputError, match="cannot be written"):
        write_text(path / "below a file" / "b.txt", "x")


def test_dots_in_a_stem_are_kept(tmp_path: Path) -> None:
    assert beside(tmp_path / "plan.v1", ".csv").name == "plan.v1.csv"


def test_head_never_raises(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"\xff\xfe\x00A")
    assert head(tmp_path / "b").endswith("A")
    assert head(tmp_path) == head(tmp_path / "none") == head(Path("a\0b")) == ""


def test_the_separator_is_told_by_what_follows_the_first_word_and_not_by_remarks() -> None:
    assert separator("# shifts; one, a, line\nid;start;end\nE;07:00;15:00\n") == ";"
    assert separator("# shifts; one; a; line\nid,start,end\n") == ","
    assert separator("name\n") == ","
