"""Figures on pages: the README's comparison is that of the stored results, and every other one has a source.

``tests/figures.toml`` lists the figures outside of pages and tables that are made from data.
"""

from __future__ import annotations

import csv
import re
import statistics
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "tests" / "benchmarks" / "results"


def rows(name: str) -> list[dict[str, str]]:
    with (RESULTS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def group(family: str, pattern: str = "") -> tuple[list[float], int, int]:
    """Per cent above the best known value, proven, instances."""
    found = [row for row in rows("families.csv") if row["family"] == family and re.search(pattern, row["instance"])]
    above = [float(row["above best %"]) for row in found if row["above best %"]]
    return above, sum(row["stop"] == "optimal" for row in found), len(found)


def proven(method: str) -> int:
    return sum(row["method"] == method and float(row["gap %"]) == 0 for row in rows("sample-curtois.csv"))


def planned(method: str) -> int:
    """Whole hospitals for which a method had a plan; a missing cost reads as infinity."""
    costs = [row["cost"] for row in rows("sample-ihtc.csv") if row["method"] == method]
    return sum(cost not in ("", "inf", "-") for cost in costs)


def expected() -> dict[str, str]:
    """Result by the first cell of each row of the README's table, as the data say it."""
    words = {0: "none", 1: "one", 2: "two", 3: "all three"}
    curtois, shut, many = group("curtois")
    first, _, _ = group("inrc1")
    four, _, _ = group("inrc2", r"w4_")
    eight, _, _ = group("inrc2", r"w8_")
    whole, closed, _ = group("ihtc2024", r"^i\d")
    beds, _, _ = group("pas")
    text = (RESULTS / "forecast.md").read_text(encoding="utf-8")
    naive = re.search(r"CRPS (\S+) % below seasonal-naive with spread", text)
    hourly = re.search(r"CRPS (\S+) % below hour-of-week climatology", text)
    assert naive is not None
    assert hourly is not None
    ours, highs, cpsat = (proven(method) for method in ("column-generation", "highs", "cpsat"))
    return {
        "HiGHS and CP-SAT on the same rosters": f"proves {words[ours]}; HiGHS proves {words[highs]}; "
        f"CP-SAT proves {words[cpsat]}",
        "HiGHS and CP-SAT on whole hospitals": f"plans for {planned('auto')} of 4, they for {planned('highs')} of 4",
        "best known, Curtois": f"median {statistics.median(curtois):.2f} % above, {shut} of {many} proven; "
        f"worst {max(curtois):.0f} %",
        "best known, INRC-I,": f"median {statistics.median(first):.0f} % above; worst {max(first):.0f} %",
        "best known, INRC-II": f"4 weeks: median {statistics.median(four):.1f} % above; "
        f"8 weeks: {statistics.median(eight):.0f} % (worst {max(eight):.0f} %",
        "best known, IHTC 2024": f"median {statistics.median(whole):.1f} % above, worst {max(whole):.1f} %, "
        f"{closed if closed else 'none'} proven",
        "reference, PAS": f"median {-statistics.median(beds):.1f} % below; worst {max(beds):.1f} % above",
        "seasonal-naive forecasts": f"CRPS {naive[1]} % lower; {hourly[1]} % lower than hour-of-week climatology",
    }


def table() -> list[tuple[str, str]]:
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## How it compares")[2].partition("\n## ")[0]
    return re.findall(r"^\| (?!against|---)(.+?) \| (.+?) \|$", text, re.MULTILINE)


@pytest.mark.parametrize(("against", "result"), table())
def test_a_row_of_the_comparison_is_what_the_data_say(against: str, result: str) -> None:
    said = [text for start, text in expected().items() if against.startswith(start)]
    assert said, f"{against}: no stored result is compared with this row"
    assert result.startswith(said[0])


def test_the_comparison_leaves_no_result_out() -> None:
    assert all(any(against.startswith(start) for against, _ in table()) for start in expected())


# ---- figures outside of tables --------------------------------------------------------------------------------------
LIST = tomllib.loads((ROOT / "tests" / "figures.toml").read_text(encoding="utf-8"))
#: A number with a unit of running.
FIGURE = re.compile(r"\b\d[\d.,]* ?(?:s|ms|seconds?|minutes?|%|GiB|GB|MiB|MB|times|per cent)(?!\w)")
DESIGNS = [file for top in ("optimise", "hpc", "quantum") for file in (ROOT / top).rglob("DESIGN.md")]
DOCS = [file for file in (ROOT / "docs").rglob("*.md") if file.parent.name != "benchmarks"]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS, *DESIGNS])


def told(page: Path) -> str:
    """A page without code blocks and without what tests compute: the README's comparison, the table of coverage."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"## How it compares.*?(?=\n## )", "", text, flags=re.DOTALL) if page.name == "README.md" else text
    return re.sub(r"^\| `[\w/.]+\.py`.*$", "", text, flags=re.MULTILINE)


def listed(page: str) -> list[str]:
    """Words on a page whose figures have a source or are none that were measured."""
    entries: list[dict[str, Any]] = [*LIST["measured"], *LIST["captured"]]
    found = [entry["text"] for entry in entries if entry["page"] == page]
    return [*found, *LIST["said"].get(page, ())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_figure_of_a_page_has_a_source(page: Path) -> None:
    sentences = re.split(r"(?<=[.:;!?]) |\n", told(page))
    known = listed(page.relative_to(ROOT).as_posix())
    unknown = [s for s in sentences if FIGURE.search(s) and not any(words in s for words in known)]
    assert not unknown, "say in tests/figures.toml where these come from:\n" + "\n".join(unknown)


def test_the_list_of_figures_speaks_of_what_is_there() -> None:
    pages = {page.relative_to(ROOT).as_posix(): told(page) for page in PAGES}
    named = {entry["page"] for entry in (*LIST["measured"], *LIST["captured"])} | {*LIST["said"]}
    gone = [f"{page}: {words}" for page in sorted(named) for words in listed(page) if words not in pages[page]]
    assert not gone


def in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def paragraph(entry: dict[str, Any]) -> str:
    """The paragraph in which a figure stands."""
    text = (ROOT / entry["page"]).read_text(encoding="utf-8")
    return next(part for part in text.split("\n\n") if entry["text"] in part)


@pytest.mark.parametrize("entry", LIST["measured"], ids=lambda entry: entry["text"])
def test_a_measured_figure_has_a_row_with_date_and_commit_and_says_its_day(entry: dict[str, str]) -> None:
    with (ROOT / entry["source"]).open(encoding="utf-8", newline="") as lines:
        found = [row for row in csv.DictReader(lines) if any(entry["row"] in str(cell) for cell in row.values())]
    assert found
    assert all(re.fullmatch(r"[0-9a-f]{7,}", row["commit"]) for row in found)
    assert any(in_words(date.fromisoformat(row["date"])) in paragraph(entry) for row in found)


@pytest.mark.parametrize("entry", LIST["captured"], ids=lambda entry: entry["text"])
def test_a_captured_figure_has_its_command_and_says_its_day(entry: dict[str, Any]) -> None:
    assert entry["command"] in (ROOT / entry["page"]).read_text(encoding="utf-8")
    assert in_words(entry["taken"]) in paragraph(entry)


#: Day of each code that tables name.
DAYS = {row["code"]: date.fromisoformat(row["date"]) for row in rows("codes.csv")}


@pytest.mark.parametrize("name", ["families", "families-earlier", "runs", "peers", "target-600s", "certificates"])
def test_every_code_of_a_table_has_its_day(name: str) -> None:
    named = {row.get("code") or row.get("commit") or "earlier" for row in rows(f"{name}.csv")}
    assert not {code.partition("-")[0] for code in named} - DAYS.keys()


def test_the_comparison_says_between_which_days_its_code_was_written() -> None:
    days = [DAYS[row.get("code") or "earlier"] for row in rows("families.csv")]
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## How it compares")[2].partition("\n|")[0]
    assert f"code of {min(days).day} to {in_words(max(days))}" in text
