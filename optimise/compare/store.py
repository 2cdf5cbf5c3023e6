"""Tables on disk: Parquet and CSV. The only module that imports pyarrow (extra ``compare``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optimise.core.atomic import replacing, write_text
from optimise.core.csvfile import table_text
from optimise.optional import require

__all__ = ["csv_text", "write_tables"]


def csv_text(rows: Sequence[dict[str, object]]) -> str:
    """Rows as CSV with the first row's columns; unknown is empty, infinity is ``inf``."""
    return table_text(rows)


def write_tables(rows: Sequence[dict[str, object]], stem: Path) -> list[Path]:
    """Write ``STEM.parquet`` and ``STEM.csv``, each whole or not at all."""
    require("compare", "pyarrow")
    import pyarrow as pa
    import pyarrow.parquet as pq

    parquet, text = stem.with_suffix(".parquet"), stem.with_suffix(".csv")
    with replacing(parquet) as temporary:
        pq.write_table(pa.table({column: [row[column] for row in rows] for column in rows[0]}), temporary)
    write_text(text, csv_text(rows))
    return [parquet, text]
