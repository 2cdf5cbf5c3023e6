"""The workbook through LibreOffice: opened, saved in its own format and back, read again with its drop-downs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward import Ward

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The workbook of the annotated ward as we write it, and as LibreOffice saves it."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice on this machine: apt install libreoffice-calc")
    folder = tmp_path_factory.mktemp("office")
    ours = write_tables(Ward.load(ROOT / "examples" / "annotated.yaml"), folder / "ward.xlsx")
    back = folder / "back"
    file = ours
    for kind in ("ods", "xlsx:Calc MS Excel 2007 XML"):
        command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", kind, "--outdir", str(back), str(file)]
        subprocess.run(command, capture_output=True, timeout=300, check=True)
        file = back / f"ward.{kind.partition(':')[0]}"
    return ours, file


def choices(file: Path) -> dict[str, set[tuple[str, Any]]]:
    """What the cells of each column offer to choose from, by sheet: the first cell and the list."""
    book = openpyxl.load_workbook(file)
    return {
        sheet.title: {
            (str(one.sqref).split(":")[0], one.formula1)
            for one in sheet.data_validations.dataValidation
            if one.type == "list"
        }
        for sheet in book
    }


def test_the_ward_is_the_same(saved: tuple[Path, Path]) -> None:
    ours, theirs = saved
    assert read_tables(theirs, Ward) == read_tables(ours, Ward)


def test_every_drop_down_is_kept(saved: tuple[Path, Path]) -> None:
    ours, theirs = saved
    wanted = choices(ours)
    assert sum(map(len, wanted.values())) > 20
    assert choices(theirs) == wanted
