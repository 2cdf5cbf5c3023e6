"""Whole files of every kind that the command reads, made small, and the commands that read them.

They are made once (a roster and a bed plan are solved for it) and kept in a folder, so that every worker has the same.
The two families that need many lines (PAS, IHTC) come from the public benchmarks, where those are found.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

__all__ = ["Case", "make_cases", "quick_cases"]

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    """A kind of input: its files, those that may be damaged, and commands (``@`` stands for their folder)."""

    name: str
    files: dict[str, bytes]
    targets: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]
    weight: float = 1.0


def make_cases(cache: Path, *, families: bool = True, read_only: bool = False) -> list[Case]:
    """All cases; what is made once is kept in ``cache``. With ``read_only``, no command of a case solves."""
    kept = cache / f"cases-{int(families)}.pickle"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        if not read_only:  # compiles what workers will find compiled
            _run("solve", str(ROOT / "examples" / "annotated.yaml"), "--time-limit", "1", "-q")
        kept.write_bytes(pickle.dumps([*_made(cache / "made"), *(_public() if families else ())]))
    made: list[Case] = pickle.loads(kept.read_bytes())
    if read_only:
        kept_commands = [tuple(c for c in each.commands if c[0] not in ("solve", "compare")) for each in made]
        made = [replace(each, commands=c) for each, c in zip(made, kept_commands, strict=True) if c]
    return made


def quick_cases(folder: Path) -> list[Case]:
    """Cases that take no solver to make, with commands that only read."""
    made = [*_wards(folder / "ward"), *_hospitals(folder / "hospital"), *_texts()]
    return [replace(each, commands=tuple(c for c in each.commands if c[0] != "solve")) for each in made]


def _made(folder: Path) -> Iterator[Case]:
    yield from _wards(folder / "ward")
    yield from _hospitals(folder / "hospital")
    yield from _capacities(folder / "capacity")
    yield from _demands(folder / "demand")
    yield from _texts()
    yield from _runs(folder / "run")


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _solve(name: str, seconds: str = "0.5") -> tuple[str, ...]:
    return ("solve", f"@{name}", "--time-limit", seconds, "--iterations", "1", "-q", "-o", "@out")


def _uses(name: str, plan: str) -> tuple[tuple[str, ...], ...]:
    """Commands on an instance; one in ten solves, which takes ten times as long."""
    check = ("check", f"@{name}", f"@{plan}")
    read = (check, check, (*check, "--json"))
    return (*read, *read, *read, *read, *read, *read, _solve(name), (*_solve(name), "--start", f"@{plan}"))


def _run(*arguments: str) -> None:
    from optimise.cli import main

    try:
        main(arguments)
    except SystemExit as left:
        if left.code not in (0, 1, None):
            raise RuntimeError(f"{arguments} left with {left.code}") from None


# ---------------------------------------------------------------------------------------------- wards


def _wards(folder: Path) -> Iterator[Case]:
    from optimise.formats.base import write_plan
    from optimise.generate import ward
    from optimise.roster.formats.table import template
    from optimise.roster.formats.ward import Ward

    folder.mkdir(parents=True, exist_ok=True)
    rich = Ward.load(ROOT / "examples" / "annotated.yaml")
    small = ward(6, 1, 5)
    for name, each in (("small", small), ("rich", rich)):
        for suffix in (".json", ".yaml", ".xlsx", ""):
            each.save(folder / f"{name}{suffix}")
        problem = each.problem()
        plan = problem.roster([["-"] * problem.horizon.days] * len(problem.employees))
        write_plan(plan, problem, folder / f"{name}-plan", format="native")
        write_plan(plan, problem, folder / f"{name}-rows", format="table")
        book = folder / f"{name}.xlsx"
        import optimise

        write_plan(plan, optimise.read(book), folder / f"{name}-book", format="table")
    template(folder / "template.xlsx")
    files = _files(folder)
    for name in ("small", "rich"):
        plans = (f"{name}-plan.json", f"{name}-rows.csv", f"{name}-book.xlsx")
        for suffix in (".json", ".yaml", ".xlsx"):
            mine = {n: files[n] for n in (name + suffix, *plans)}
            convert = ("convert", f"@{name}{suffix}", "@new.yaml", "--to", "native")
            commands = (*_uses(name + suffix, plans[0]), convert)
            yield Case(f"ward{suffix}", mine, (name + suffix,), commands, 2.0)
        sheets = {n: data for n, data in files.items() if n.startswith(f"{name}/")}
        mine = {**sheets, plans[0]: files[plans[0]]}
        yield Case("ward folder", mine, tuple(sheets), _uses(name, plans[0]), 2.0)
        for plan_file in plans:
            mine = {n: files[n] for n in (f"{name}.json", plan_file)}
            checks = (("check", f"@{name}.json", f"@{plan_file}"),)
            again = (*_solve(f"{name}.json"), "--from-plan", f"@{plan_file}", "--freeze-until", "2")
            where = plan_file.rpartition(".")[2]
            commands = (checks[0],) if where != "xlsx" else (("check", f"@{name}.xlsx", f"@{plan_file}"),)
            if where == "xlsx":
                mine = {n: files[n] for n in (f"{name}.xlsx", plan_file)}
            yield Case(
                f"plan {where}", mine, (plan_file,), (*commands, *commands, again) if where == "json" else commands
            )
    only = {"template.xlsx": files["template.xlsx"]}
    yield Case(
        "template.xlsx", only, ("template.xlsx",), (("convert", "@template.xlsx", "@new.json", "--to", "native"),)
    )


# ---------------------------------------------------------------------------------------------- beds


def _hospitals(folder: Path) -> Iterator[Case]:
    from optimise.formats.base import get_format, write_plan
    from optimise.generate.hospitals import hospital_with_plan

    folder.mkdir(parents=True, exist_ok=True)
    problem, plan = hospital_with_plan(12, 7, 3)
    getattr(get_format("hospital"), "write")(problem, folder / "h.json")  # noqa: B009
    write_plan(plan, problem, folder / "plan", format="hospital")
    files = _files(folder)
    yield Case("hospital.json", files, ("h.json",), _uses("h.json", "plan.json"), 3.0)
    yield Case("hospital plan", files, ("plan.json",), (("check", "@h.json", "@plan.json"),))


def _capacities(folder: Path) -> Iterator[Case]:
    import optimise
    from optimise.capacity.formats.capacity import write_capacity
    from optimise.capacity.formats.region import write_region
    from optimise.core.method import Limits
    from optimise.formats.base import write_plan
    from optimise.generate.capacity import capacity
    from optimise.generate.region import region

    folder.mkdir(parents=True, exist_ok=True)
    write_capacity(capacity(2, 7, seed=1), folder / "c.json")
    problem = optimise.read(folder / "c.json")
    plan = optimise.solve(problem, "highs", limits=Limits(20)).plan
    assert plan is not None
    write_plan(plan, problem, folder / "plan", format="capacity")
    files = _files(folder)
    instance = tuple(n for n in files if n != "plan.json")
    yield Case("capacity", files, instance, _uses("c.json", "plan.json")[:-2], 3.0)
    lp = ("convert", "@c.json", "@m.lp", "--to", "lp")
    yield Case("capacity model", files, instance, (lp, _solve("c.json", "2")), 0.3)
    yield Case("capacity plan", files, ("plan.json",), (("check", "@c.json", "@plan.json"),))
    north = folder / "north"
    made, trusts = region(seed=1, scenarios=2, days=7)
    write_region(north, made.name, dict(zip(made.units, made.supply, strict=True)), trusts)
    files = _files(north)
    whole = (
        "solve",
        "@region.json",
        "--method",
        "federated",
        "--time-limit",
        "1",
        "--iterations",
        "1",
        "-q",
        "-o",
        "@out",
    )
    yield Case("region", files, tuple(files), (whole,), 1.5)


def _demands(folder: Path) -> Iterator[Case]:

    from optimise.demand.synthetic import write

    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "d.csv", beds=12, weeks=8, seed=1)
    (folder / "counts.csv").write_text(
        "date;group;count\n" + "".join(f"2025-01-{d:02d};A;{d % 4}\n" for d in range(1, 29)), encoding="utf-8"
    )
    (folder / "stay.csv").write_text("days,group\n1,A\n2,A\n7,A\n", encoding="utf-8")
    quick = ("--model", "climatology", "--origins", "2", "--horizon", "2d", "--json")
    with_stays = ("forecast", "@counts.csv", "--stay", "@stay.csv", *quick)
    files = _files(folder)
    yield Case("demand CSV", files, ("d.csv",), (("forecast", "@d.csv", *quick),), 1.5)
    yield Case("counts CSV", files, ("counts.csv", "stay.csv"), (with_stays,), 1.5)
    made = folder / "made"
    for arguments in (
        ("forecast", f"{folder}/d.csv", "-o", str(made), *quick[:-1]),
        ("scenarios", str(made), "-o", str(made / "s.npz"), "--n", "5"),
    ):
        _run(*arguments)
    forecast = {"forecast.npz": (made / "forecast.npz").read_bytes()}
    draw = ("scenarios", "@forecast.npz", "-o", "@new.npz", "--n", "4")
    yield Case("forecast.npz", forecast, ("forecast.npz",), (draw,))
    mine = {"s.npz": (made / "s.npz").read_bytes(), "c.json": json.dumps(_capacity(made / "s.npz")).encode()}
    yield Case("scenarios.npz", mine, ("s.npz",), (("convert", "@c.json", "@m.lp", "--to", "lp"),))


def _capacity(scenarios: Path) -> dict[str, Any]:
    """A capacity problem of one ward for all groups of some scenarios."""
    from optimise.capacity.scenarios import Scenarios

    found = Scenarios.load(scenarios)
    days = found.horizon
    kind = {"boarding": 60.0, "transfer": 150.0, "requests": [0] * days, "refusal": 700.0, "cancellation": 1500.0}
    ward = {"id": "W", "minimum": [2] * days, "maximum": [9] * days, "price": 100.0, "home": list(found.groups)}
    staff = {"beds": [8] * days, "bank_beds": 1, "bank_price": [900.0] * days, "bank_maximum": [2] * days}
    return {
        "schema": "wardwise-capacity/1",
        "name": "one ward",
        "step": 1,
        "elective_hour": 9,
        "specialties": [{"id": name, **kind} for name in found.groups],
        "wards": [{**ward, "outlying": {}, "occupied": {}}],
        "staff": staff,
        "risk": {"weight": 0.0, "level": 0.9},
        "shares": {},
        "scenarios": {"file": "s.npz"},
    }


# ---------------------------------------------------------------------------------------------- families


def _texts() -> Iterator[Case]:
    from tests.optimise.roster.formats import test_roster_fuzz as tiny

    def case(name: str, files: dict[str, str], instance: str, plan: str, targets: tuple[str, ...] = ()) -> Case:
        data = {file: text.encode() for file, text in files.items()}
        return Case(name, data, targets or tuple(files), _uses(instance, plan), 1.5)

    yield case("curtois", {"a.txt": tiny.CURTOIS, "plan.csv": tiny.CSV_PLAN}, "a.txt", "plan.csv")
    yield case("inrc1", {"a.xml": tiny.XML, "plan.xml": tiny.XML_PLAN}, "a.xml", "plan.xml")
    yield case("inrc2", {**tiny.WEEKLY, "Sol-tiny-0-0.txt": tiny.WEEK_PLAN}, "tiny_0_0", "Sol-tiny-0-0.txt")
    yield case("inrc2 json", {**tiny.WITH_JSON, "Sol-tiny-0-0.txt": tiny.WEEK_PLAN}, "tiny_0_0", "Sol-tiny-0-0.txt")


def _public() -> Iterator[Case]:
    places = (os.environ.get("WARDWISE_DATA", ""), ROOT.parent / "shared" / "benchmarks")
    data = next((Path(p) for p in places if p and Path(p).is_dir()), None)
    if data is None:
        return
    small = data / "ihtc2024" / "small" / "small01.json"
    plan = data / "ihtc2024" / "vectors" / "v13_small01_optimal.json"
    files = {"i.json": small.read_bytes(), "plan.json": plan.read_bytes()}
    yield Case("ihtc", files, ("i.json", "plan.json"), _uses("i.json", "plan.json"), 1.5)
    instance = data / "pas" / "instances" / "testdata01.txt"
    plan = data / "pas" / "fixtures" / "testdata01_good.sol"
    files = {"p.txt": instance.read_bytes(), "plan.sol": plan.read_bytes()}
    yield Case("pas", files, ("p.txt", "plan.sol"), (("check", "@p.txt", "@plan.sol"),), 1.5)
    listed = json.loads(sorted((data / "quantum" / "inh").glob("*.json"))[0].read_bytes())[:2]
    study = '[[instance]]\nsource = "inh"\npath = "q.json"\n[[method]]\nmethod = "random-feasible"\n'
    files = {"q.json": json.dumps(listed).encode(), "s.toml": study.encode()}
    yield Case("inh", files, ("q.json", "s.toml"), (("compare", "@s.toml", "-q", "-o", "@out"),), 0.5)


# ---------------------------------------------------------------------------------------------- runs


def _runs(folder: Path) -> Iterator[Case]:
    from optimise.generate import ward

    folder.mkdir(parents=True, exist_ok=True)
    ward(4, days=7, seed=2).save(folder / "w.json")
    arguments = ("solve", f"{folder}/w.json", "-t", "5", "--iterations", "2", "-q", "-o", f"{folder}/out")
    _run(*arguments, "--checkpoint", f"{folder}/state")
    files = _files(folder)
    run = tuple(n for n in files if n.startswith("out/"))
    reports = tuple(
        ("report", "@out", "--only", kind, "--instance", "@w.json")
        for kind in ("html", "html", "html", "html", "excel")
    )
    yield Case("result folder", files, run, reports, 1.5)
    state = tuple(n for n in files if n.startswith("state/"))
    again = (*_solve("w.json"), "--checkpoint", "@state", "--resume")
    yield Case("checkpoint", files, state, (again,), 1.0)
    card = {"job_id": "17", "kind": "solve", "target": "w.json", "site": "generic", "request": {"nodes": 1}}
    files = {"job.json": json.dumps(card).encode(), "w.json": files["w.json"]}
    yield Case(
        "job.json", files, ("job.json",), (("slurm", "status", "@"), ("slurm", "fetch", "@"), ("slurm", "cancel", "@"))
    )
    study = (
        'title = "s"\nseeds = [0]\ntime_limit = 0.5\n[[instance]]\npath = "w.json"\n'
        '[[method]]\nmethod = "highs"\nkinds = ["roster"]\ngrid = { threads = [1] }\n'
    )
    files = {"s.toml": study.encode(), "w.json": files["w.json"]}
    yield Case("study.toml", files, ("s.toml",), (("compare", "@s.toml", "-q", "-o", "@out"),), 1.0)
