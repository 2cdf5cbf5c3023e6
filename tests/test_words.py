"""The page of messages: the program says what it explains, and everything that runs tell has a meaning."""

from __future__ import annotations

import importlib.util
import math
import re
from pathlib import Path
from types import ModuleType

import pytest

import optimise

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def site() -> ModuleType:
    """``docs/site_words.py``, as the site imports it."""
    spec = importlib.util.spec_from_file_location("site_words", ROOT / "docs" / "site_words.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_message_that_is_explained_is_one_of_the_program(site: ModuleType) -> None:
    texts = site.said()
    explained = [each["says"] for group in site.words()["often"] for each in group["message"]]
    assert len(explained) >= 30
    assert not [message for message in explained if not any(message in text for text in texts)]


def test_messages_are_found_with_their_gaps_and_kinds(site: ModuleType) -> None:
    found = {each.text: each.kind for each in site.messages()}
    assert len(found) > 800
    assert found["another run works here (…); wait for it or name another folder"] == "error"
    assert found["job …: its worker died (code …); it goes on from its checkpoint"] == "warning"
    assert not [text for text in found if re.search(r"[{}]|%[sd]", text.replace("{}", "")) and "'{" not in text]


@pytest.mark.parametrize("what", ["phases", "events"])
def test_every_phase_and_event_has_a_meaning_and_is_one_of_the_program(what: str, site: ModuleType) -> None:
    assert getattr(site, what)() == set(site.words()[what])


@pytest.mark.parametrize(
    ("example", "method"),
    [
        ("ward4x7.json", "column-generation"),
        ("ward4x7.json", "matheuristic"),
        ("beds6.json", "auto"),
        ("hospital60.json", "auto"),
        ("annotated-capacity.yaml", "auto"),
    ],
)
def test_what_a_run_tells_is_explained(example: str, method: str, site: ModuleType) -> None:
    events: set[str] = set()

    def listen(now: optimise.Progress) -> bool:
        events.add(now.event)
        return math.isfinite(now.primal) and now.seconds > 2

    result = optimise.solve(
        optimise.read(ROOT / "examples" / example), method, limits=optimise.Limits(seconds=10), listen=listen
    )
    known = site.words()
    assert events - {""} <= set(known["events"])
    assert set(result.stats.phases) <= set(known["phases"])


def test_the_page_has_every_part(site: ModuleType) -> None:
    page = site.page()
    heads = re.findall(r"^##+ (.+)$", page, re.MULTILINE)
    assert {"Files", "Solving", "Phases", "Events of progress", "All messages", "Wards and rosters"} <= set(heads)
    widths = {line.count("|") - line.count("\\|") for line in page.splitlines() if line.startswith("|")}
    assert widths == {3}
