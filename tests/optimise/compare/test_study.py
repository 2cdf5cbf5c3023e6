"""Study files: what they may say, and how mistakes are told."""

import json

import pytest

from optimise.compare import part_of, read_study, run_study, write_outcome
from optimise.compare.cells import cells_of
from optimise.compare.study import json_schema
from optimise.core.errors import InputError, WardwiseError

WARD = """
{"schema_version": 1, "name": "tiny", "start": "2026-01-05", "weeks": 1,
 "shifts": [{"id": "D", "start": "08:00", "end": "16:00"}],
 "demand": [{"shifts": ["D"], "minimum": 1}], "staff": [{"id": "A"}, {"id": "B"}]}
"""
STUDY = """
seeds = [0, 1]
time_limit = 5
[[instance]]
path = "ward.json"
[[method]]
method = "highs"
seeds = [0]
[[method]]
name = "pieces"
method = "qaoa"
iterations = 1
options = { people = 2, columns = 2, pieces = 1 }
grid = { sampler = ["random", "annealing"] }
"""


@pytest.fixture
def study(tmp_path):
    (tmp_path / "ward.json").write_text(WARD)

    def make(text=STUDY):
        (tmp_path / "study.toml").write_text(text)
        return read_study(tmp_path / "study.toml")

    return make


def test_every_combination_is_a_cell_with_its_own_file(study):
    cells = cells_of(study())
    assert [(c.contender.label, c.seed) for c in cells] == [
        ("highs", 0),
        ("pieces sampler=random", 0),
        ("pieces sampler=random", 1),
        ("pieces sampler=annealing", 0),
        ("pieces sampler=annealing", 1),
    ]
    assert len({c.file for c in cells}) == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("time_limit = 5", "time_limit = 0"), r"study.toml.*time_limit"),
        (('method = "highs"', 'method = "highs2"'), r"study.toml: method\[0\]: unknown method 'highs2'"),
        (('path = "ward.json"', 'path = "gone.json"'), r"gone.json"),
        (('path = "ward.json"', 'path = "$WARDWISE_NO_SUCH/x"'), r"instance\[0\].*WARDWISE_NO_SUCH is not set"),
        (('path = "ward.json"', 'path = "ward.json"\nsource = "cloud"'), r"unknown source 'cloud'"),
        (("seeds = [0, 1]", "seeds = [0, 0]"), r"distinct"),
        (("iterations = 1", "iteration = 1"), r"method\[1\]\.iteration: unknown key"),
        (("iterations = 1", 'instances = ["x*"]'), r"method pieces.*no instance is called x\*"),
        (('["random", "annealing"]', '["random", "random"]'), r"a second contender is called 'pieces sampler=random'"),
        (('["random", "annealing"]', "[]"), r"method\[1\]\.grid: the grid of sampler is empty"),
        (("[[method]]", "[[method"), r"study.toml:\d+: is not TOML"),
        (("[[method]]", '[[scaling]]\nname = "f"\ninstances = ["z*"]\n[[method]]'), r"scaling\[0\].*called z\*"),
    ],
)
def test_mistakes_name_file_and_entry(study, change, said):
    with pytest.raises(InputError, match=said):
        study(STUDY.replace(change[0], change[1], 1))


def test_runs_are_kept_and_not_repeated_and_parts_share_them(study, tmp_path):
    made = study()
    ran = []
    told = lambda done, todo, cell, row, fresh: ran.append((cell.file, fresh))  # noqa: E731
    out = tmp_path / "out"
    assert run_study(made, out, part=(0, 2), told=told) is None
    first = {name for name, fresh in ran if fresh}
    facts = run_study(made, out, part=(1, 2), told=told)
    assert facts is not None
    assert len(facts) == 5
    assert all(f["status"] == "done" for f in facts)
    assert not first & {name for name, fresh in ran[len(first) :] if fresh}
    before = len(ran)
    assert run_study(made, out, told=told) == facts
    assert not any(fresh for _, fresh in ran[before:])


def test_a_half_written_or_changed_run_is_made_again(study, tmp_path):
    made = study()
    facts = run_study(made, tmp_path / "out")
    cell = cells_of(made)[0]
    (tmp_path / "out" / "cells" / cell.file).write_text("{")
    ran = []
    again = run_study(made, tmp_path / "out", told=lambda d, t, c, r, fresh: ran.append(fresh))
    assert ran.count(True) == 1
    assert [f["objective"] for f in again] == [f["objective"] for f in facts]
    changed = cells_of(study(STUDY.replace("time_limit = 5", "time_limit = 6")))
    assert changed[0].file != cell.file


def test_outcome_is_tables_and_a_page_without_addresses(study, tmp_path):
    made = study()
    written = write_outcome(made, run_study(made, tmp_path / "out"), tmp_path / "out")
    assert {f.name for f in written.files} == {
        "runs.parquet",
        "runs.csv",
        "summary.parquet",
        "summary.csv",
        "report.html",
    }
    page = (tmp_path / "out" / "report.html").read_text()
    assert written.verdict[0] in page
    assert "Performance profile" in page
    assert "src=" not in page
    assert "<script" not in page
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(tmp_path / "out" / "runs.parquet")
    assert table.num_rows == 5
    assert json.loads(table["options"][1].as_py())["sampler"] == "random"


def test_a_refused_run_is_told_and_the_others_go_on(study, tmp_path):
    made = study(STUDY.replace('["random", "annealing"]', '["random", "no-such-sampler"]'))
    facts = run_study(made, tmp_path / "out")
    assert [f["status"] for f in facts] == ["done", "done", "done", "refused", "refused"]
    assert any("no-such-sampler" in s for s in write_outcome(made, facts, tmp_path / "out").verdict)


def test_part_is_given_or_taken_from_a_slurm_array():
    assert part_of(None, {}) == (0, 1)
    assert part_of("2/8", {}) == (1, 8)
    array = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "1"}
    assert part_of(None, array) == (2, 4)
    stepped = {"SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_STEP": "2"}
    assert part_of(None, stepped) == (2, 3)
    for text in ("0/4", "5/4", "2", "a/b", "/"):
        with pytest.raises(WardwiseError, match="i/n"):
            part_of(text, {})


def test_every_key_of_a_study_is_described() -> None:
    schema = json_schema()
    parts = [schema, *schema["$defs"].values()]
    assert len(parts) == 4
    assert not [key for part in parts for key, field in part["properties"].items() if not field.get("description")]
