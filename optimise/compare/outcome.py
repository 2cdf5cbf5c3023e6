"""What a finished study leaves: tables, submission table, report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from optimise.compare import page, store
from optimise.compare.crossings import crossing_rows
from optimise.compare.qoblib import qoblib_rows
from optimise.compare.scaling import scaling_rows
from optimise.compare.study import Study
from optimise.compare.table import Row, run_rows, summary_rows
from optimise.compare.verdict import sentences
from optimise.core.atomic import write_text
from optimise.optional import require as require_modules

__all__ = ["Written", "require", "write_outcome"]


@dataclass(frozen=True, slots=True)
class Written:
    """Files of a study, its summary, and the verdict, headline first."""

    files: tuple[Path, ...]
    summary: tuple[Row, ...]
    verdict: tuple[str, ...]


def require() -> None:
    """Refuse before any run when something that writes the outcome is not installed.

    Raises
    ------
    MissingExtraError
    """
    require_modules("compare", "pyarrow", "matplotlib", "jinja2")


def write_outcome(study: Study, facts: Sequence[Mapping[str, object]], folder: str | Path) -> Written:
    """Write ``runs`` and ``summary`` (Parquet and CSV), ``qoblib.csv`` and ``report.html``.

    Parameters
    ----------
    facts : what `optimise.compare.run_study` returned
    """
    folder = Path(folder)
    rows = run_rows(facts, study.tolerance)
    summary = summary_rows(rows)
    files = [*store.write_tables(rows, folder / "runs"), *store.write_tables(summary, folder / "summary")]
    submission = qoblib_rows(facts, rows, study.submitter)
    if submission:
        write_text(folder / "qoblib.csv", store.csv_text(submission))
        files.append(folder / "qoblib.csv")
    fitted = scaling_rows(study.families, summary)
    if fitted:
        files += store.write_tables(fitted, folder / "scaling")
    met = crossing_rows(study.families, summary)
    if met:
        files += store.write_tables(met, folder / "crossings")
    write_text(folder / "report.html", page.page(study, facts, rows, summary, fitted, met))
    files.append(folder / "report.html")
    return Written(tuple(files), tuple(summary), tuple(sentences(summary)))
