"""Figures of the README's comparison are those of the stored results, row by row."""

from __future__ import annotations

import csv
import re
import statistics
from pathlib import Path

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
