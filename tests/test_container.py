"""The container of the service: what its files promise, and the service as an ordinary user on a read-only system.

Images cannot be built where the tests run. The same command runs instead in a mount namespace of its own, by a user
who owns nothing but a data folder and the temporary folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
USER = "10001"
#: Root is read-only but for a data folder and the temporary folder. The capability reads, so that Python may lie in a
#: home that is closed to others; it does not write.
NAMESPACE = f"""
mount --make-rprivate / && mount -t tmpfs none /mnt
mkdir /mnt/data /mnt/tmp && chown {USER}:{USER} /mnt/data /mnt/tmp
mount --bind /mnt/tmp /tmp && mount -o remount,ro,bind /
export HOME=/mnt/data XDG_CACHE_HOME=/mnt/data/cache PYTHONDONTWRITEBYTECODE=1
cd /mnt/data
exec setpriv --reuid {USER} --regid {USER} --clear-groups --no-new-privs \\
  --inh-caps -all,+dac_read_search --ambient-caps -all,+dac_read_search --bounding-set -all,+dac_read_search "$@"
"""


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "examples" / "container" / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in lines]


def compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    text = (ROOT / "examples" / "container" / "compose.yaml").read_text(encoding="utf-8")
    made: dict[str, Any] = yaml.safe_load(text)
    return made


def test_images_are_pinned_and_the_last_user_is_no_root() -> None:
    found = instructions()
    assert all(re.search(r":\d+\.\d+\.\d+", value) for name, value in found if name == "FROM")
    assert [value for name, value in found if name == "USER"] == [f"{USER}:{USER}"]
    last = [name for name, _ in found]
    assert last.index("USER") > len(last) - 1 - last[::-1].index("FROM")
    assert "ADD" not in last


def test_the_entry_is_a_command_of_ours_with_options_that_there_are() -> None:
    line = json.loads(dict(instructions())["ENTRYPOINT"])
    assert line[:2] == ["wardwise", "serve"]
    told = subprocess.run(
        [sys.executable, "-m", "optimise", "serve", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200"},
    ).stdout
    words = " ".join([*line, *compose()["services"]["wardwise"]["command"]])
    for option in re.findall(r"--[a-z]+", words):
        assert option in told


def test_the_service_of_the_compose_file_writes_nowhere_else() -> None:
    made = compose()
    service = made["services"]["wardwise"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["volumes"] == ["data:/data"]
    assert "ports" not in service
    assert "ports" not in made["services"]["database"]
    assert made["networks"]["inside"]["internal"] is True


def test_the_image_gets_what_the_package_needs_and_no_more() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert {"pyproject.toml", "constraints.txt", "optimise", "hpc", "quantum"} <= set(kept)
    assert all((ROOT / name).exists() for name in kept)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Address and token of a service that an ordinary user runs on a read-only system."""
    if os.getuid() != 0 or shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("mount namespaces need root, unshare and setpriv")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine gives no mount namespace")
    serve = [sys.executable, "-m", "optimise", "serve", "--data", "/mnt/data/service", "--port", "0"]
    line = ["unshare", "-m", "sh", "-euc", NAMESPACE, "sh", *serve]
    service = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert service.stdout is not None
    assert service.stderr is not None
    told = [service.stdout.readline() for _ in range(2)]
    try:
        if not all(told):
            pytest.fail(service.stderr.read())
        yield told
        status = Path(f"/proc/{service.pid}/status").read_text(encoding="utf-8")
        assert f"Uid:\t{USER}" in status
        assert "NoNewPrivs:\t1" in status
    finally:
        service.terminate()
        service.communicate(timeout=60)


@pytest.mark.timeout(600)
def test_it_runs_as_an_ordinary_user_on_a_read_only_system(lines: list[str]) -> None:
    pytest.importorskip("fastapi")
    from optimise.serve.client import Client
    from optimise.serve.samples import WARD

    address, token = lines[0].split()[3], lines[1].split()[-1]
    with Client(address, token) as client:
        *_, last = client.watch(client.submit(WARD, seconds=60, method="highs"))
        assert last["state"] == "finished"
        assert "Ann" in client.report(last["id"])
