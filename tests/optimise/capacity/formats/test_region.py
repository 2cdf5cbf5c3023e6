"""Agreements of regions: the annotated example, the published schema, and slips told with line and item."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimise import formats
from optimise.capacity.formats.region import RegionFile, json_schema
from optimise.capacity.region import RegionProblem
from optimise.core.errors import InputError
from optimise.formats.base import detect, read
from optimise.formats.document import Document, validated

ANNOTATED = Path(__file__).resolve().parents[4] / "examples" / "annotated-region.yaml"


def test_the_annotated_example_shows_every_key() -> None:
    data = validated(RegionFile, Document.parse(ANNOTATED.read_text(encoding="utf-8"), ANNOTATED).data)
    for part in (data, *data.trusts):
        assert part.model_fields_set == type(part).model_fields.keys()


def test_the_trusts_of_the_annotated_example_are_read() -> None:
    region = read(ANNOTATED)
    assert detect(ANNOTATED).name == "region"
    assert isinstance(region, RegionProblem)
    assert region.trusts == ("North", "South")
    assert [region.member(t).days for t in range(2)] == [region.days] * 2


def test_the_published_schema_is_current() -> None:
    stored = Path(formats.__file__).parent / "schema" / "region-1.json"
    assert json.loads(stored.read_text(encoding="utf-8")) == json.loads(json.dumps(json_schema()))


@pytest.mark.parametrize(
    ("old", "new", "item", "words"),
    [
        ("[3, 3, 3]", "[3, -3, 3]", "units.critical care[1]", "greater than or equal to 0"),
        ("id: South, file:", "id: South, path:", "trusts[1].path", "unknown key"),
        ("critical care: [3, 3, 3]", "critical care: [3], theatres: [1, 1]", "units", "one number for each day"),
    ],
)
def test_a_slip_is_told_with_its_line_and_item(tmp_path: Path, old: str, new: str, item: str, words: str) -> None:
    text = ANNOTATED.read_text(encoding="utf-8").replace("  critical care: [3, 3, 3]", "  {critical care: [3, 3, 3]}")
    file = tmp_path / "region.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(file)
    first = getattr(caught.value, "errors", (caught.value,))[0]
    assert (first.item, first.file) == (item, file)
    assert first.line is not None
    assert words in first.message
