"""The gap told by people and lines, against its definition and against lists of rosters."""

from __future__ import annotations

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.gap import Guide
from hpc.column_generation.generation import LocalPricing, generate
from hpc.column_generation.incumbent import Incumbent, construct
from hpc.column_generation.master import Master
from hpc.column_generation.neighbourhood import choose_people
from hpc.column_generation.subproblem import Subproblem
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows

PENALTY = 1e4


def guided(seed: int, people: int = 6) -> tuple[Guide, Incumbent, float]:
    """A guide at the best duals, a plan and the bound at these duals."""
    problem = small(seed, people=people)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    everybody = list(range(people))
    plan = construct(cover, pricer, everybody, PENALTY)
    assert plan is not None
    master = Master(Subproblem.whole(cover), PENALTY)
    master.add([master.make(e, plan.words[e], float(plan.personal[e])) for e in everybody])
    root = generate(master, master.subproblem, LocalPricing(pricer, cover))
    return Guide(cover, pricer, root.duals), plan, root.bound


@pytest.mark.parametrize("seed", range(4))
def test_people_and_lines_add_up_to_the_gap(seed: int) -> None:
    guide, plan, bound = guided(seed)
    told = guide.people(plan).sum() + guide.lines(plan).sum()
    assert told == pytest.approx(plan.cost - bound, abs=1e-3)
    assert (guide.people(plan) >= 0).all()
    assert (guide.lines(plan) >= 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_rise_of_helpers_is_the_cheapest_roster_that_mends_the_line(seed: int) -> None:
    guide, plan, _ = guided(seed)
    cover, pricer = guide.cover, guide.pricer
    short = np.flatnonzero(cover.line_costs(plan.values, PENALTY) > 0)
    seen = 0
    for line in short.tolist():
        rise, now = guide.helpers(plan, line), guide.values(plan)
        for e in np.flatnonzero(np.isfinite(rise)).tolist():
            prices = guide.prices[cover.kind[e]]
            top = float(guide.bounds[e]) + 1e3
            listed = pricer.price(e, prices, limit=top, columns=20_000, every=True)
            before = cover.counts(plan.words[[e]], np.array([e]))[line]
            able = [
                value
                for value, word in zip(listed.values, listed.words, strict=True)
                if cover.counts(word[None], np.array([e]))[line] != before
            ]
            assert rise[e] == pytest.approx(min(able) - now[e], abs=1e-4)
            seen += 1
    assert seen


def crowded(seed: int, people: int = 6) -> tuple[Guide, Incumbent]:
    """A guide, and a plan in which everybody works as many days as they may: lines hold more than they want."""
    guide, _, _ = guided(seed, people)
    eager = np.zeros((guide.cover.days, guide.cover.alphabet))
    eager[:, 1:] = -64.0
    words = np.array([guide.pricer.price(e, eager).words[0] for e in range(people)])
    personal = np.array([guide.pricer.cost(e, words[e]) for e in range(people)])
    return guide, Incumbent(guide.cover, words, personal, PENALTY)


@pytest.mark.parametrize("seed", range(2))
def test_too_many_are_mended_by_rosters_that_leave_the_line(seed: int) -> None:
    """Over-cover: the rise is that of the cheapest roster without the line; who is not on it cannot help."""
    guide, plan = crowded(seed)
    cover, pricer = guide.cover, guide.pricer
    wanted = np.array([line.upper for line in cover.compiled.lines])
    over = np.flatnonzero(plan.values > wanted)
    seen = 0
    for line in over.tolist():
        rise, now = guide.helpers(plan, line), guide.values(plan)
        for e in range(len(plan.words)):
            if not cover.counts(plan.words[[e]], np.array([e]))[line]:
                assert rise[e] == np.inf
                continue
            top = float(guide.bounds[e]) + 1e3
            listed = pricer.price(e, guide.prices[cover.kind[e]], limit=top, columns=20_000, every=True)
            away = [
                value
                for value, word in zip(listed.values, listed.words, strict=True)
                if not cover.counts(word[None], np.array([e]))[line]
            ]
            assert rise[e] == pytest.approx(min(away) - now[e], abs=1e-4)
            seen += 1
    assert seen


@pytest.mark.parametrize("crowd_first", [True, False])
def test_a_line_that_has_too_many_now_and_too_few_later_is_told_apart(crowd_first: bool) -> None:
    """What is remembered of a line belongs to one side: the other is priced anew."""
    guide, plan = crowded(1)
    nobody = Incumbent(guide.cover, np.zeros_like(plan.words), np.zeros(len(plan.words)), PENALTY)
    wanted = np.array([guide._wanted(line, nobody) for line in range(guide.cover.lines)])
    line = int(np.flatnonzero((wanted > 0) & (plan.values > wanted))[0])
    assert guide._wanted(line, plan) < plan.values[line]
    plans = (plan, nobody) if crowd_first else (nobody, plan)
    together = [guide.helpers(each, line) for each in plans]
    for each, told in zip(plans, together, strict=True):
        fresh = Guide(guide.cover, guide.pricer, guide.duals)
        assert told == pytest.approx(fresh.helpers(each, line))


def test_neighbourhood_of_a_line_takes_those_who_mend_it_cheaply() -> None:
    guide, plan, _ = guided(2, people=9)
    line = int(np.argmax(guide.lines(plan)))
    rise = guide.helpers(plan, line)
    picked = np.zeros(9)
    for k in range(60):
        picked[choose_people(plan, 3, np.random.default_rng(k), 2, guide=guide, line=line)] += 1
    cheap, dear = np.argsort(rise, kind="stable")[:3], np.argsort(rise, kind="stable")[-3:]
    assert picked[cheap].sum() > 2 * picked[dear].sum()
    for style in range(4):
        people = choose_people(plan, 4, np.random.default_rng(1), style, guide=guide, line=line, busy={0, 1})
        assert len(set(people)) == 4
        assert not {0, 1} & set(people)
