"""axe-core, the checker of accessibility, from the npm registry; nothing of it lies in this repository."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from tests.chromium import Page

__all__ = ["VERSION", "fetched", "serious"]

VERSION = "4.10.3"


def fetched(folder: Path) -> str | None:
    """The script of axe-core.

    Parameters
    ----------
    folder : Path
        Where the package may lie.

    Returns
    -------
    str or None
        None where npm or its registry is out of reach.
    """
    npm = shutil.which("npm")
    if npm is None:
        return None
    command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--fetch-timeout=30000", "--fetch-retries=1"]
    try:
        subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=True)
        with tarfile.open(folder / f"axe-core-{VERSION}.tgz") as package:
            member = package.extractfile("package/axe.min.js")
            return None if member is None else member.read().decode()
    except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError):
        return None


def serious(page: Page, script: str) -> list[str]:
    """Serious and critical faults of the page that is open, a line each.

    Parameters
    ----------
    page : Page
        Of a browser.
    script : str
        That of axe-core.

    Returns
    -------
    list of str
        Rule, impact, how many elements, and the first of them.
    """
    page.eval(script + ";0")
    found: list[dict[str, Any]] = page.eval(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => ({id: v.id, "
        "impact: v.impact, help: v.help, count: v.nodes.length, first: v.nodes[0].html, "
        "why: v.nodes[0].failureSummary})))"
    )
    return [
        f"{one['id']} ({one['impact']}, {one['count']}): {one['help']}; {one['first'][:200]}; {one['why'][:300]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
