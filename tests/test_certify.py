"""Certificates of bounds and the programs that check them: brute force over lines, HiGHS, and what they must refuse."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import optimise

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Found = dict[str, Any]


@pytest.fixture
def inrc2(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import certify_inrc2

    return certify_inrc2


@pytest.fixture
def curtois(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import certify_curtois

    return certify_curtois


def small_inrc2(folder: Path, seed: int) -> tuple[Path, str]:
    """Three nurses, two shift types, two skills, one week, with a history; folder and name."""
    rng = random.Random(seed)
    nurses = {"Ann": ("Full", "Head Nurse"), "Bob": ("Part", "Nurse"), "Cy": ("Full", "Nurse")}
    contracts = [f"{name} (2,{rng.randint(3, 5)}) (2,{rng.randint(3, 4)}) (1,2) {rng.randint(0, 1)} {rng.randint(0, 1)}"
                 for name in ("Full", "Part")]  # fmt: skip
    scenario = ["SCENARIO = n003w1", "", "WEEKS = 1", "", "SKILLS = 2", "Head", "Nurse", "", "SHIFT_TYPES = 2"]
    scenario += ["Early (1,3)", f"Night (2,{rng.randint(2, 4)})", "", "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS"]
    scenario += ["Early 0", "Night 1 Early", "", "CONTRACTS = 2", *contracts, "", "NURSES = 3"]
    scenario += [f"{name} {contract} {len(skills.split())} {skills}" for name, (contract, skills) in nurses.items()]
    history = ["HISTORY", "0 n003w1", "", "NURSE_HISTORY"]
    history += [
        f"{name} 0 0 {rng.choice(['None 0 0 1', 'None 0 0 2', 'Early 1 1 0', 'Night 1 2 0', 'Night 3 3 0'])}"
        for name in nurses
    ]
    week = ["WEEK_DATA", "n003w1", "", "REQUIREMENTS"]
    for shift, skill in product(("Early", "Night"), ("Head", "Nurse")):
        pairs = [f"(0,{rng.randint(0, 1 + (skill == 'Nurse'))})" for _ in DAYS]
        week.append(" ".join([shift, skill, *pairs]))
    week += ["", "SHIFT_OFF_REQUESTS = 3", "Ann Any Tue", "Bob Early Fri", "Cy Night Sat"]
    folder.mkdir(exist_ok=True)
    for name, lines in (("Sc-n003w1", scenario), ("H0-n003w1-0", history), ("WD-n003w1-0", week)):
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder, "n003w1_0_0"


def small_curtois(file: Path, seed: int, people: int = 3) -> Path:
    """A week of two shifts with all limits."""
    rng = random.Random(seed)
    lines = ["SECTION_HORIZON", "7", "SECTION_SHIFTS", "E,480,", "L,600,E", "SECTION_STAFF"]
    for p in range(people):
        limits = [rng.randint(2000, 2600), rng.randint(500, 1500), rng.randint(2, 4), rng.randint(1, 2)]
        lines.append(f"P{p},E={rng.randint(1, 4)}|L={rng.randint(0, 3)}," + ",".join(map(str, limits)) + ",2,1")
    lines += ["SECTION_DAYS_OFF", *(f"P{p},{rng.randrange(7)}" for p in range(people)), "SECTION_SHIFT_ON_REQUESTS"]
    lines += [f"P{p},{rng.randrange(7)},E,{rng.randint(1, 3)}" for p in range(people)]
    lines += ["SECTION_SHIFT_OFF_REQUESTS", *(f"P{p},{rng.randrange(7)},L,2" for p in range(people)), "SECTION_COVER"]
    lines += [f"{day},{shift},{rng.randint(0, 2)},100,1" for day in range(7) for shift in "EL"]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("seed", range(4))
def test_the_least_line_of_inrc2_is_that_of_all_lines(inrc2: ModuleType, tmp_path: Path, seed: int) -> None:
    data, rng = inrc2.verify_inrc2.read(*small_inrc2(tmp_path, seed)), random.Random(seed)
    for nurse in data["nurses"]:
        gain = [{shift: rng.randint(-20, 90) for shift in data["runs"]} for _ in DAYS]
        every = (
            sum(inrc2.verify_inrc2.cost_of_line(data, nurse, line).values())
            - sum(gain[day][shift] for day, shift in enumerate(line) if shift)
            for line in product((None, "Early", "Night"), repeat=7)
        )
        assert inrc2.cheapest(data, nurse, gain, 1) == min(every)


@pytest.mark.parametrize("seed", range(6))
def test_the_lines_of_curtois_below_a_value_are_those_of_all_lines(
    curtois: ModuleType, tmp_path: Path, seed: int
) -> None:
    data = curtois.verify_curtois.sections(small_curtois(tmp_path / "i.txt", seed, people=1))
    rng = random.Random(seed)
    earned = {(day, shift): Fraction(rng.randint(-200, 900), 8) for day in range(7) for shift in "EL"}
    alone = {key: rows for key, rows in data.items() if key != "SECTION_COVER"}
    values = []
    for line in product(("", "E", "L"), repeat=7):
        if not list(curtois.verify_curtois.broken(data, {"P0": line})):
            cost = curtois.verify_curtois.cost_of(alone, {"P0": line})
            values.append(8 * (cost - sum(earned[day, shift] for day, shift in enumerate(line) if shift)))
    (row,), price = data["SECTION_STAFF"], curtois.prices(data, "P0", earned, 8)
    if not values:
        assert curtois.below(data, row, price, 10**9) is None
        return
    assert curtois.below(data, row, price, min(values)) is None
    assert curtois.below(data, row, price, min(values) + 1) == min(values)


def certified(instance: Path, file: Path) -> tuple[Found, optimise.Result, float]:
    """The certificate of a run of column generation, the run, and the optimum by HiGHS."""
    problem = optimise.read(instance)
    run = optimise.solve(
        problem, "column-generation", limits=optimise.Limits(30), seed=1, options={"certificate": str(file)}
    )
    whole = optimise.solve(problem, "highs", limits=optimise.Limits(60))
    assert whole.stop is optimise.Stop.OPTIMAL
    found: Found = json.loads(file.read_text(encoding="utf-8"))
    return found, run, whole.cost


def tampered(found: Found) -> Iterator[Found]:
    """The certificate with one thing better than it is."""
    yield {**found, "bound": found["bound"] + 5 * max(1.0, found["step"])}
    for change in (Fraction(1), Fraction(1, 1024)):
        first, *rest = found["people"]
        yield {**found, "people": [{**first, "value": str(Fraction(first["value"]) + change)}, *rest]}
    yield {**found, "people": found["people"][1:]}
    first, *rest = found["duals"]
    terms = [{**first["terms"][0], "day": 99}]
    yield {**found, "duals": [{**first, "terms": terms}, *rest]}


def holds(check: Callable[[Any, Found], int], data: Any, found: Found, run: optimise.Result, best: float) -> None:
    assert check(data, found) == found["bound"] <= min(run.bounds.dual, best) + 1e-9
    for other in tampered(found):
        with pytest.raises(SystemExit):
            check(data, other)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_certificate_of_inrc2_holds_and_a_better_one_is_refused(inrc2: ModuleType, tmp_path: Path, seed: int) -> None:
    folder, name = small_inrc2(tmp_path / "n003w1", seed)
    found, run, best = certified(folder / name, tmp_path / "c.json")
    holds(inrc2.check, inrc2.verify_inrc2.read(folder, name), found, run, best)


@pytest.mark.parametrize("seed", [2, 4])
def test_a_certificate_of_curtois_holds_and_a_better_one_is_refused(
    curtois: ModuleType, tmp_path: Path, seed: int
) -> None:
    instance = small_curtois(tmp_path / "i.txt", seed, people=4)
    found, run, best = certified(instance, tmp_path / "c.json")
    holds(curtois.check, curtois.verify_curtois.sections(instance), found, run, best)


def test_the_line_of_a_person_cannot_be_below_the_least_of_all(inrc2: ModuleType, tmp_path: Path) -> None:
    folder, name = small_inrc2(tmp_path / "n003w1", 1)
    found, *_ = certified(folder / name, tmp_path / "c.json")
    data = inrc2.verify_inrc2.read(folder, name)
    for person in found["people"]:
        value = inrc2.line_value(data, person["id"], person["line"], inrc2.duals_of(found, data))
        assert value == Fraction(person["value"])
