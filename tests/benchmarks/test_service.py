"""A small version of the service under fire; the whole one is ``python -m tests.benchmarks.service kills``."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from tests.benchmarks.service import kills


@pytest.mark.timeout(1200)
def test_no_job_is_lost_or_doubled_when_server_and_workers_are_killed(tmp_path: Path) -> None:
    found = kills(jobs=4, tenants=2, times=4, folder=tmp_path, pause=1.0)
    assert found["ended"] == {"finished": 4}
    assert (found["doubled"], found["strange"], found["seen"]) == (0, 0, 0)
