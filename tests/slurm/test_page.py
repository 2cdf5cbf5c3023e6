"""The commands and code of ``docs/cluster.md`` on a real Slurm of small nodes, with fewer ranks and less time."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cluster import Cluster

pytestmark = [pytest.mark.slurm, pytest.mark.timeout(420)]

ROOT = Path(__file__).resolve().parents[2]
#: What the page says for a real site, and what four nodes of four cores take.
SMALLER = {
    " --account myproject": "",
    "--ranks 64": "--ranks 2",
    "--ranks 8": "--ranks 2",
    "ranks=8": "ranks=2",
    "--nodes 4": "--nodes 2",
    "limit 3600": "limit 60",
    "limit 600": "limit 60",
    "time_limit=600": "time_limit=60",
}
#: Blocks that begin so are not run, and why.
ELSEWHERE = {
    "module load": "installs with the site's MPI",
    "wardwise scaling": "takes minutes; tests/hpc/scaling has its parts",
}


def blocks() -> list[tuple[str, str]]:
    """Language and text of each block, made smaller."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    found = re.findall(r"(?<!-->\n)^```(bash|python)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for old, new in SMALLER.items():
        found = [(language, text.replace(old, new)) for language, text in found]
    return [(language, text) for language, text in found if not text.startswith(tuple(ELSEWHERE))]


def test_the_blocks_of_the_cluster_page_run(cluster: Cluster, tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "minimal.yaml", tmp_path / "ward.yaml")
    shutil.copy(ROOT / "slurm" / "sites" / "generic.toml", tmp_path / "my.toml")
    (tmp_path / "wards.txt").write_text("ward.yaml\nward.yaml\n", encoding="utf-8")
    run = blocks()
    assert len(run) >= 5
    for number, (language, text) in enumerate(run):
        shell = ["bash", "-euo", "pipefail", "-c"] if language == "bash" else [sys.executable, "-c"]
        folder = f"out{number}"  # each block is a reader's first: a folder that a job still uses is refused
        text = re.sub(r"\bout\b", folder, text)
        done = subprocess.run([*shell, text], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    cluster.command("scancel", "--user=root")
