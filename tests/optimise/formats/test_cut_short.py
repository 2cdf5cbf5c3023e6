"""Files cut short, at any byte or line, are refused or are the whole file; formats whose keys come late are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimise.capacity.formats.capacity import write_capacity
from optimise.capacity.formats.region import write_region
from optimise.core.errors import InputError, WardwiseError
from optimise.formats.base import detect, read, read_plan, write_plan
from optimise.generate import ward
from optimise.generate.capacity import capacity
from optimise.generate.hospitals import write_hospital
from optimise.generate.region import region
from optimise.roster.formats.native import write_ward
from optimise.roster.formats.table import write_tables

_spec = util.spec_from_file_location("roster_texts", Path(__file__).parents[1] / "roster/formats/test_roster_fuzz.py")
assert _spec is not None
assert _spec.loader is not None
texts: Any = util.module_from_spec(_spec)
_spec.loader.exec_module(texts)

CURTOIS = """SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
L,600,E
SECTION_STAFF
A,E=14|L=3,4320,960,5,2,2,1
B,E=3|L=0,4320,0,3,3,3,2
SECTION_DAYS_OFF
A,3,5
B
SECTION_SHIFT_ON_REQUESTS
A,1,L,3
SECTION_SHIFT_OFF_REQUESTS
B,4,E,5
SECTION_COVER
""" + "".join(f"{d},{s},{d % 2 + 1},100,10\n" for d in range(7) for s in "EL")
PAS = """ARTICLE BENCHMARK DATA SET
Rooms: 2
Roomproperties: 1
Beds: 3
Departments: 1
Specialisms: 1
Patients: 2
Planning horizon: 4
SPECIALISMS:
1 S
DEPARTMENTS:
1 D 0 0 | 1 1
ROOMPROPERTIES:
1 tv
ROOMS:
1 r | 2 | 1 | N | 1 1 | 1
2 r | 1 | 1 | F | 1 1 | 0
BEDS:
1 1
2 1
11 2
PATIENTS:
1 a 40 F | 0 2 | 1 1 2 | 0 | 0 | 1
2 b 50 M | 1 3 | 1 1 2 | 0 | 0 | 0
END.
"""
Make = Callable[[Path], tuple[Path, dict[str, Any]]]


def text_file(name: str, text: str) -> Make:
    def make(folder: Path) -> tuple[Path, dict[str, Any]]:
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name, {}

    return make


def inrc2(form: str) -> Make:
    def make(folder: Path) -> tuple[Path, dict[str, Any]]:
        scenario = {"txt": texts.SCENARIO, "json": texts.SCENARIO_JSON}[form]
        (folder / f"Sc-tiny.{form}").write_text(scenario, encoding="utf-8")
        (folder / "H0-tiny-0.txt").write_text(texts.HISTORY, encoding="utf-8")
        (folder / "WD-tiny-0.txt").write_text(texts.WEEK, encoding="utf-8")
        return folder, {"format": "inrc2", "history": "0", "weeks": "0"}

    return make


def small_ward(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write_ward(ward(4, 1, 2), folder / "ward.json"), {}


def small_hospital(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write_hospital(folder / "hospital.json", patients=5, days=7, seed=1)[0], {}


def small_capacity(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write_capacity(capacity(2, 7, seed=1), folder / "capacity.json")[0], {}


def small_region(folder: Path) -> tuple[Path, dict[str, Any]]:
    made, trusts = region(seed=1, scenarios=2, days=7)
    return write_region(folder, made.name, dict(zip(made.units, made.supply, strict=True)), trusts)[0], {}


def small_book(folder: Path) -> tuple[Path, dict[str, Any]]:
    return write_tables(ward(4, 1, 2), folder / "ward.xlsx"), {}


FAMILIES: dict[str, Make] = {
    "curtois": text_file("small.txt", CURTOIS),
    "inrc1": text_file("small.xml", texts.XML),
    "inrc2 text": inrc2("txt"),
    "inrc2 json": inrc2("json"),
    "pas": text_file("small-pas.txt", PAS),
    "ward": small_ward,
    "hospital": small_hospital,
    "capacity": small_capacity,
    "region": small_region,
    "workbook": small_book,
}


def cuts(content: bytes, count: int = 40) -> Iterator[bytes]:
    """Beginnings of a file, cut at bytes (all of the last ones) and after lines."""
    ends = [i + 1 for i, c in enumerate(content[:-1]) if c == 10]
    places = {len(content) * i // count for i in range(count)} | set(range(max(0, len(content) - 30), len(content)))
    places |= {ends[len(ends) * i // count] for i in range(count)} if ends else set()
    for place in sorted(places):
        yield content[:place]


def same(made: Any, whole: Any) -> bool:
    return type(made) is type(whole) and made.digest() == whole.digest()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_beginning_of_an_instance_is_refused_or_is_all_of_it(family: str, tmp_path: Path) -> None:
    path, options = FAMILIES[family](tmp_path)
    whole = read(path, **options)
    refused = 0
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        content = file.read_bytes()
        for part in cuts(content):
            file.write_bytes(part)
            try:
                made = read(path, **options)
            except WardwiseError:
                refused += 1
                continue
            assert same(made, whole) or (family == "inrc2 text" and part[-1:].isdigit()), part[-60:]
        file.write_bytes(content)
    assert refused >= 40


@pytest.mark.parametrize(
    "name",
    [
        "curtois/instances/Instance1.txt",
        "inrc1/instances/sprint_hidden04.xml",
        "pas/instances/testdata01.txt",
        "ihtc2024/public/i01.json",
    ],
)
def test_the_first_bytes_of_a_real_instance_are_refused(name: str, benchmarks: Path, tmp_path: Path) -> None:
    source = benchmarks / name
    if not source.exists():
        pytest.skip(f"no {name}")
    content = source.read_bytes()
    file = tmp_path / source.name
    for part in cuts(content, 10):
        file.write_bytes(part)
        if part.strip() != content.strip():
            with pytest.raises(InputError):
                read(file)
    for size in (700, len(content) // 2):
        file.write_bytes(content[:size])
        with pytest.raises(InputError):
            read(file)


def test_every_cell_of_the_last_row_of_csv_is_wanted(tmp_path: Path) -> None:
    folder = write_tables(ward(4, 1, 2), tmp_path / "ward")
    whole, said = read(folder), list[str]()
    for file in sorted(folder.glob("*.csv")):
        content = file.read_text(encoding="utf-8").rstrip("\r\n")
        if "," not in content.rpartition("\n")[2]:
            continue
        cut = content[: content.rindex(",")]
        file.write_text(cut, encoding="utf-8")
        try:
            assert same(read(folder), whole)
        except InputError as error:
            said.append(str(error))
        file.write_text(content + "\n", encoding="utf-8")
    assert same(read(folder), whole)
    assert any("cut short" in text for text in said)


@pytest.mark.parametrize("name", ["shifts", "staff"])
def test_a_table_that_a_ward_always_has_is_missed(name: str, tmp_path: Path) -> None:
    folder = write_tables(ward(4, 1, 2), tmp_path / "ward")
    (folder / f"{name}.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=name):
        read(folder)


@pytest.mark.parametrize("tag", ["Skills", "Patterns", "CoverRequirements", "Contracts"])
def test_a_group_that_inrc1_always_has_is_missed(tag: str, tmp_path: Path) -> None:
    begin = texts.XML.index(f"\n<{tag}>")
    end = texts.XML.index(f"</{tag}>", begin) + len(tag) + 3
    path = tmp_path / "small.xml"
    path.write_text(texts.XML[:begin] + texts.XML[end:], encoding="utf-8")
    with pytest.raises(InputError, match=f"<{tag}> is missing"):
        read(path)


@pytest.mark.parametrize("section", ["DAYS_OFF", "SHIFT_ON_REQUESTS", "SHIFT_OFF_REQUESTS", "COVER"])
def test_a_section_that_curtois_always_has_is_missed(section: str, tmp_path: Path) -> None:
    head, _, rest = CURTOIS.partition(f"SECTION_{section}\n")
    after = rest[rest.index("SECTION_") :] if "SECTION_" in rest else ""
    path = tmp_path / "small.txt"
    path.write_text(head + after, encoding="utf-8")
    with pytest.raises(InputError, match=f"SECTION_{section} is missing"):
        read(path)


# ---- plans --------------------------------------------------------------------------------------------------------
def plan_of(problem: Any) -> Any:
    """Some plan: the first duty in turn, or everybody admitted at once."""
    if problem.kind == "roster":
        rows = [
            [(e + d) % len(problem.duties) for d in range(problem.horizon.days)] for e in range(len(problem.employees))
        ]
        return problem.roster([[problem.duties[a].id for a in row] for row in rows])
    return problem.empty_plan()


def equal(a: Any, b: Any) -> bool:
    names = ("duties",) if hasattr(a, "duties") else ("admission", "room", "theatre", "nurse")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


@pytest.mark.parametrize("family", ["curtois", "inrc1", "inrc2 text", "pas", "ward", "hospital"])
def test_every_beginning_of_a_plan_is_refused_or_is_all_of_it(family: str, tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    path, options = FAMILIES[family](tmp_path / "instance")
    problem = read(path, **options)
    plan = plan_of(problem)
    (tmp_path / "plans").mkdir()
    files = write_plan(plan, problem, tmp_path / "plans" / "plan")
    whole = read_plan(files[0], problem)
    refused = 0
    for file in files:
        content = file.read_bytes()
        for part in cuts(content):
            file.write_bytes(part)
            try:
                made = read_plan(file, problem)
            except WardwiseError:
                refused += 1
                continue
            assert equal(made, whole), part[-60:]
        file.write_bytes(content)
    assert refused


def test_a_pas_solution_without_a_patient_is_refused(tmp_path: Path) -> None:
    path, _ = FAMILIES["pas"](tmp_path)
    problem = read(path)
    file = tmp_path / "plan.sol"
    file.write_text("1 1 1\n2 2 2\n")
    assert read_plan(file, problem).admission.tolist() == [0, 1]  # type: ignore[attr-defined]
    for text, words in (
        ("1 1 1\n", "no line for patient 2"),
        ("1 1 1\n2", "has 0 beds"),
        ("2 2 2\n1 1 1", "may be the beginning of '11'"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=words):
            read_plan(file, problem)
    file.write_text("1 1 1\n2\n")
    assert read_plan(file, problem).admission.tolist() == [0, -1]  # type: ignore[attr-defined]


# ---- detection ----------------------------------------------------------------------------------------------------
LONG = "x" * 1_100_000


@pytest.mark.parametrize(
    ("family", "format"), [("ward", "native"), ("hospital", "hospital"), ("capacity", "capacity"), ("region", "region")]
)
def test_json_is_known_however_late_its_keys_come(family: str, format: str, tmp_path: Path) -> None:
    path, _ = FAMILIES[family](tmp_path)
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({"notes": LONG, **data}), encoding="utf-8")
    assert detect(path).name == format
    late = dict(reversed(data.items()))
    path.write_text(json.dumps({**late, "zzz": LONG}), encoding="utf-8")
    assert detect(path).name == format


def test_yaml_is_known_however_late_its_keys_come(tmp_path: Path) -> None:
    path = tmp_path / "ward.yaml"
    write_ward(ward(4, 1, 2), path)
    path.write_text("# " + LONG + "\n" + f"name: {LONG}\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert detect(path).name == "native"


@pytest.mark.parametrize(
    ("family", "format", "before"),
    [
        ("curtois", "curtois", "# " + LONG + "\n"),
        ("inrc1", "inrc1", "<!-- " + LONG + " -->\n"),
        ("pas", "pas", "\n" * 100_000),
    ],
)
def test_text_is_known_however_late_it_begins(family: str, format: str, before: str, tmp_path: Path) -> None:
    path, _ = FAMILIES[family](tmp_path)
    text = path.read_text(encoding="utf-8")
    first = text.index("\n") + 1 if text.startswith("<?xml") else 0
    path.write_text(text[:first] + before + text[first:], encoding="utf-8")
    assert detect(path).name == format
    assert read(path) is not None
