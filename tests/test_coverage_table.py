"""The table of coverage adds up what reports say."""

from __future__ import annotations

from tests.coverage_table import rooms, table


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
