"""``docs/cluster.md``: every message it explains is one that the program really writes, every file it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")


#: How messages begin that are the MPI library's, not ours.
FOREIGN = ("MPIDI_",)


def messages() -> list[str]:
    table = PAGE.partition("## 7.")[2]
    cells = re.findall(r"^\| (.+?) \| ", table, flags=re.MULTILINE)
    found = [found for cell in cells for found in re.findall(r"`([^`]{20,})`", cell)]
    return [message for message in found if not message.startswith(FOREIGN)]


@pytest.fixture(scope="module")
def source() -> str:
    """All texts of the program, with strings that are split over lines joined."""
    files = [*ROOT.glob("optimise/**/*.py"), *ROOT.glob("hpc/**/*.py"), *ROOT.glob("slurm/*.sbatch")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return re.sub(r"[\"']\s*\n\s*f?[\"']", "", text)


def test_there_are_messages() -> None:
    assert len(messages()) >= 12


@pytest.mark.parametrize("message", messages())
def test_a_message_is_real(message: str, source: str) -> None:
    words = message.split()
    pieces = [" ".join(words[i : i + 4]).strip(";:,.") for i in range(len(words) - 3)]
    assert any(piece in source for piece in pieces if not re.search(r"\d|\.\.\.", piece))


@pytest.mark.parametrize("link", re.findall(r"\]\(\.\./([^)]+)\)", PAGE))
def test_a_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
