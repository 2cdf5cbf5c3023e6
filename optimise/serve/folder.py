"""The folder of a job: its input, its checkpoint, what it tells, its result. Names in it are ours, never a tenant's."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimise.core.atomic import create, make_folder
from optimise.core.errors import InputError, WardwiseError
from optimise.core.folder_lock import LOCK
from optimise.runs.writer import GOING_ON

__all__ = ["KINDS_OF_FILE", "JobFolder"]

#: What may be sent, by the end of its name: what such a file is.
KINDS_OF_FILE = {".json": "JSON", ".yaml": "YAML", ".yml": "YAML", ".xlsx": "a workbook"}
_ID = re.compile(r"[0-9a-f]{32}")
_TAIL = 20_000


@dataclass(frozen=True, slots=True)
class JobFolder:
    """Where a job lives.

    Parameters
    ----------
    root : Path
        Folder of all jobs.
    job : str
        32 hexadecimal digits.
    """

    root: Path
    job: str

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.job):
            raise InputError("is no id of a job", item=self.job[:40])

    @property
    def path(self) -> Path:
        return self.root / self.job

    @property
    def out(self) -> Path:
        """Result, plan and trace, as ``wardwise solve --output`` writes them."""
        return self.path / "out"

    @property
    def checkpoint(self) -> Path:
        return self.path / "checkpoint"

    @property
    def progress(self) -> Path:
        """One JSON object a line, as ``wardwise solve --progress-file`` writes them."""
        return self.path / "progress.jsonl"

    @property
    def errors(self) -> Path:
        """What the worker printed."""
        return self.path / "stderr.txt"

    @property
    def input(self) -> Path | None:
        """The document, whatever kind of file it is; None where there is none."""
        return next((file for kind in KINDS_OF_FILE if (file := self.path / f"input{kind}").is_file()), None)

    @property
    def document(self) -> Path:
        """The document; :class:`WardwiseError` where its file is gone."""
        if (file := self.input) is None:
            raise WardwiseError("the document of this job is gone")
        return file

    def keep(self, body: bytes, kind: str) -> Path:
        """Write the document of a new job."""
        make_folder(self.path)
        file = self.path / f"input{kind}"
        create(file).write_bytes(body)
        return file

    def sign_of_life(self) -> float:
        """When the worker last gave one, in seconds since 1970; 0 where none holds the checkpoint."""
        try:
            return (self.checkpoint / LOCK).stat().st_mtime
        except OSError:
            return 0.0

    def result(self) -> dict[str, Any] | None:
        """The object of ``result.json`` where the run has ended; None while it goes on or where it died."""
        try:
            made = json.loads((self.out / "result.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return None if not isinstance(made, dict) or GOING_ON in made.get("explanation", ()) else made

    def native_plan(self, result: dict[str, Any]) -> dict[str, Any] | None:
        """The plan of a result in the format of its kind of problem; None where there is none."""
        names = (result.get("files") or {}).get("native_plan") or []
        file = next((self.out / Path(name).name for name in names if name.endswith(".json")), None)
        made: dict[str, Any] | None = None if file is None else json.loads(file.read_text(encoding="utf-8"))
        return made

    def said(self) -> str:
        """The end of what the worker printed: its last error, or the last lines."""
        try:
            lines = self.errors.read_text(encoding="utf-8", errors="replace")[-_TAIL:].splitlines()
        except OSError:
            return ""
        told = [line for line in lines if line.startswith("error: ")]
        text = "\n".join(told[-50:] or lines[-5:])
        return text.replace(f"{self.path}/", "").replace("error: ", "", 1)

    def remove(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.path, ignore_errors=True)
