"""The page of coverage, made from ``tests/benchmarks/results/coverage.csv``."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["page"]

_HEAD = """# Coverage

Made by `python -m tests.benchmarks.log` from `coverage.csv` in `tests/benchmarks/results/`. Do not edit it by hand.

Statements that the tests run, of the latest measurement of each package. CONTRIBUTING has the commands.
Kernels run compiled, where no line is seen; they count where their tests ran as plain Python.
"""


def page(rows: Iterable[dict[str, str]]) -> str:
    """Text of the page.

    Parameters
    ----------
    rows : iterable of dict
        ``package``, ``statements``, ``covered``, ``date``, ``commit`` and ``remark``; later rows of a package replace
        earlier ones.

    Returns
    -------
    str
        Markdown, a table for each measurement, the newest first.
    """
    latest = {row["package"]: row for row in rows}
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in latest.values():
        groups.setdefault((row["date"], row["commit"], row["remark"]), []).append(row)
    parts = [_HEAD]
    for (day, commit, remark), some in sorted(groups.items(), reverse=True):
        parts.append(
            f"\n## {day}, {commit}: {remark}\n\n| package | statements | run by tests |\n| --- | ---: | ---: |\n"
        )
        parts += [_row(f"`{row['package']}`", int(row["covered"]), int(row["statements"])) for row in some]
        if len(some) > 1 and not any(row["package"].endswith(".py") for row in some):  # rooms add up
            covered, statements = (sum(int(row[key]) for row in some) for key in ("covered", "statements"))
            parts.append(_row("**all**", covered, statements))
    return "".join(parts)


def _row(name: str, covered: int, statements: int) -> str:
    return f"| {name} | {statements} | {100 * covered / statements:.0f} % |\n" if statements else f"| {name} | 0 | |\n"
