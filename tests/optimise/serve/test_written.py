"""Parts of answers that are written once."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("orjson")

from optimise.serve.written import WrittenAnswer


def test_a_part_is_written_once_and_stands_in_every_answer() -> None:
    written, asked = WrittenAnswer(), list[str]()

    def plain(thing: tuple[str, float]) -> dict[str, float]:
        asked.append(thing[0])
        return {thing[0]: thing[1]}

    one, two = ("é", 1.5), ("b", 2.0)
    for _ in range(2):
        answer = {"parts": [written.part(one, plain), written.part(two, plain)], "none": None}
        assert json.loads(written.whole(answer)) == {"parts": [{"é": 1.5}, {"b": 2.0}], "none": None}
    assert asked == ["é", "b"]


def test_no_more_parts_are_kept_than_may_be() -> None:
    written = WrittenAnswer(most=2)
    things = [(str(k),) for k in range(7)]
    texts = [json.loads(written.whole(written.part(thing, lambda each: each[0]))) for thing in things]
    assert texts == [str(k) for k in range(7)]
