"""The table of coverage adds up what reports say."""

from __future__ import annotations

from datetime import date

from tests.benchmarks.log import coverage
from tests.coverage_table import RESULTS, record, rooms, table


def report(**files: tuple[list[int], list[int]]) -> dict[str, object]:
    return {
        "files": {
            name.replace("_", "/") + ".py": {"executed_lines": run, "missing_lines": missing}
            for name, (run, missing) in files.items()
        }
    }


def test_parts_of_the_suite_add_up() -> None:
    one = report(optimise_roster_rules_runs=([1, 2], [3, 4]), hpc_work=([1], []))
    other = report(optimise_roster_rules_runs=([2, 3], [1, 4]), optimise_roster_kind=([], [1, 2]))
    assert rooms([one, other]) == {"hpc": (1, 1), "optimise/roster": (3, 6)}
    assert table([one, other]).splitlines()[2:] == [
        "| `hpc` | 1 | 100 % |",
        "| `optimise/roster` | 6 | 50 % |",
        "| `all` | 7 | 57 % |",
    ]


def test_a_measurement_is_recorded_room_by_room() -> None:
    made = record([report(hpc_work=([1], [2]))], "whole suite", date(2026, 11, 29), "abc1234")
    assert made == [["hpc", "2", "1", "2026-11-29", "abc1234", "whole suite"]]


def test_the_page_has_the_latest_measurement_of_each_package_and_their_sum() -> None:
    rows = [
        {"package": "hpc", "statements": "9", "covered": "1", "date": "2026-01-01", "commit": "a", "remark": "old"},
        {"package": "hpc", "statements": "10", "covered": "7", "date": "2026-02-01", "commit": "b", "remark": "new"},
        {
            "package": "quantum",
            "statements": "10",
            "covered": "10",
            "date": "2026-02-01",
            "commit": "b",
            "remark": "new",
        },
    ]
    lines = coverage.page(rows).splitlines()
    assert "| `hpc` | 10 | 70 % |" in lines
    assert "| **all** | 20 | 85 % |" in lines
    assert not any("| 9 |" in line for line in lines)


def test_the_file_of_results_has_the_columns_that_are_written() -> None:
    assert RESULTS.read_text(encoding="utf-8").splitlines()[0] == "package,statements,covered,date,commit,remark"
