"""Rosters as one-hot blocks.

``Block`` is one person and the rosters (words) open to that person: all that the hard rules allow over a short
horizon (sequence blocks), those that pricing found (column blocks), or those that change only a window of a fixed
plan (neighbourhood). Personal rules are then costs of single choices: hard ones need no penalty. Only cover links
blocks. `encode_direct` has a block for every person and day instead, and every rule is a cost of sums.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from optimise.roster.arrays import lenient_arrays
from optimise.roster.compiled import CompiledRoster, member_table
from optimise.roster.kernels.cost import line_costs
from optimise.roster.kernels.pricing import Pricer
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.primitives import Line, Segment
from optimise.roster.search.construct import hard_price
from quantum.encode.assembly import Assembled, Assembly, Cover
from quantum.onehot import OneHot

Words = NDArray[np.int16]
_LEAN = 0.5  # probability of the present roster in the mean that pairs of blocks are fitted in


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One person's open rosters: words (k, days), each of another duty sequence."""

    employee: int
    words: Words


@dataclass(frozen=True, slots=True, eq=False)
class RosterEncoding:
    """A roster problem (or the open part of one) as a one-hot energy.

    The energy of a choice is the cost of the decoded roster plus `hard_price` for every unit of broken hard rules.

    Attributes
    ----------
    encoding : Assembled
    hard_price : float
    """

    problem: RosterProblem
    encoding: Assembled
    base: Words
    cells: tuple[tuple[int, NDArray[np.int64], Words], ...]  # by block: employee, days, words over these days
    hard_price: float

    @property
    def onehot(self) -> OneHot:
        """The energy."""
        return self.encoding.onehot

    def duties(self, choices: NDArray[np.int64]) -> Words:
        """Duties (employees, days) of choices (blocks,); slack blocks are ignored."""
        made = self.base.copy()
        for (employee, days, words), choice in zip(self.cells, choices[: self.encoding.decisions].tolist()):
            made[employee, days] = words[choice]
        return made

    def decode(self, choices: NDArray[np.int64]) -> Roster:
        """The roster of a choice."""
        return Roster.from_array(self.duties(choices))

    def decode_bits(self, bits: NDArray[np.int8]) -> Roster:
        """The roster of measured bits (n,), feasible or not: a block without exactly one 1 takes its cheapest choice
        among the ones set (or among all)."""
        choices = []
        for start, k in zip(self.onehot.starts.tolist(), self.onehot.sizes):
            part, costs = bits[start : start + k] != 0, self.onehot.qubo.linear[start : start + k]
            choices.append(int(np.argmin(np.where(part | (not part.any()), costs, np.inf))))
        return self.decode(np.array(choices))

    def hard(self, choices: NDArray[np.int64]) -> float:
        """Amount of hard rules that the plan of a choice breaks."""
        return self.problem.evaluate(self.decode(choices)).hard

    def cost(self, choices: NDArray[np.int64]) -> float:
        """Domain cost of a choice: evaluated cost plus `hard_price` times the hard amount."""
        return self.problem.evaluate(self.decode(choices)).penalised(self.hard_price)


def default_hard_price(compiled: CompiledRoster) -> float:
    """A price per hard unit above what one duty can gain elsewhere."""
    return hard_price(compiled)


def personal_costs(compiled: CompiledRoster, employee: int, words: Words, hard_price: float) -> NDArray[np.float64]:
    """Cost (k,) of a person's patterns and counters for words (k, days)."""
    cost, hard = line_costs(lenient_arrays(compiled), employee, words)
    return cost + hard_price * hard


def sequence_blocks(problem: RosterProblem, most: int = 200, employees: Sequence[int] | None = None) -> list[Block]:
    """Every roster that a person's hard rules allow, for each person (short horizons).

    Raises
    ------
    UnsupportedError
        When a person has more than `most`; take columns or a neighbourhood then.
    """
    free = np.ones((len(problem.employees), problem.horizon.days), dtype=np.bool_)
    everyone = range(len(problem.employees)) if employees is None else employees
    base = Roster.from_array(np.zeros(free.shape, dtype=np.int16))
    return neighbourhood_blocks(problem, base, free, most, everyone)


def neighbourhood_blocks(
    problem: RosterProblem,
    plan: Roster,
    free: NDArray[np.bool_],
    most: int = 200,
    employees: Sequence[int] | None = None,
) -> list[Block]:
    """Every feasible roster of each person that differs from `plan` in the `free` cells (employees, days) only.

    Raises
    ------
    UnsupportedError
        When a person has none, or more than `most`, or when they cannot all be listed.
    """
    pricer = Pricer(problem.compiled)
    zero = np.zeros((problem.horizon.days, len(problem.duties)))
    blocks = []
    for e in np.flatnonzero(free.any(axis=1)).tolist() if employees is None else employees:
        shut = np.ones(zero.shape, dtype=np.bool_)
        shut[free[e]] = False
        fixed = np.flatnonzero(~free[e])
        shut[fixed, plan.duties[e, fixed]] = False
        found = pricer.price(e, zero, columns=most + 1, forbidden=shut, every=True)
        name = problem.employees[e].id
        if not found.complete and len(found.words) <= most:
            raise UnsupportedError(f"the rosters of {name} are too many to be listed; open fewer days or use columns")
        if len(found.words) == 0:
            raise UnsupportedError(f"no feasible roster for {name} in the open days")
        if len(found.words) > most:
            raise UnsupportedError(f"more than {most} feasible rosters for {name}; open fewer days or use columns")
        blocks.append(Block(int(e), found.words))
    return blocks


def encode_blocks(
    problem: RosterProblem,
    blocks: Sequence[Block],
    plan: Roster | None = None,
    *,
    cover: Cover = "exact",
    hard_price: float | None = None,
) -> RosterEncoding:
    """Encode one block per person; people without a block keep their row of `plan` (or all days off)."""
    compiled = problem.compiled
    price = default_hard_price(compiled) if hard_price is None else hard_price
    base = np.zeros((compiled.employees, compiled.days), np.int16) if plan is None else plan.duties.copy()
    first = plan is not None and all((block.words[0] == base[block.employee]).all() for block in blocks)
    assembly = Assembly(cover, lean=_LEAN if first else 0.0)
    cells = []
    every_day = np.arange(compiled.days)
    for block in blocks:
        name = problem.employees[block.employee].id
        costs = personal_costs(compiled, block.employee, block.words, price)
        assembly.add_block(costs, [f"{name}: {_text(problem, word)}" for word in block.words])
        cells.append((block.employee, every_day, block.words))
    open_ = {block.employee for block in blocks}
    for e in range(compiled.employees):
        if e not in open_:
            assembly.add_constant(float(personal_costs(compiled, e, base[e : e + 1], price)[0]))
    present = None if plan is None else compiled.line_table.values(plan.duties, compiled.alphabet)
    for number, line in enumerate(compiled.lines):
        shares, constant = _shares(line, compiled, cells, base, open_)
        around = None if present is None else float(present[number])
        assembly.add_sum(shares, partial(priced, line, price), constant, line.label or line.rule, around, row=True)
    return RosterEncoding(problem, assembly.build(), base, tuple(cells), price)


def encode_direct(
    problem: RosterProblem,
    plan: Roster | None = None,
    free: NDArray[np.bool_] | None = None,
    *,
    cover: Cover = "exact",
    hard_price: float | None = None,
) -> RosterEncoding:
    """Encode a block for every free cell (person, day) over the duties that are allowed there.

    Every pattern is the cost of a sum too: it matches when the number of its days that lie in their sets reaches
    its length. Rules over groups of days (weekends) are not sums over days and are refused.
    """
    compiled = problem.compiled
    price = default_hard_price(compiled) if hard_price is None else hard_price
    base = np.zeros((compiled.employees, compiled.days), np.int16) if plan is None else plan.duties.copy()
    opened = np.ones(base.shape, dtype=np.bool_) if free is None else free
    assembly, cells = Assembly(cover), []
    block_at = np.full(base.shape, -1, dtype=np.int64)
    for e, d in np.argwhere(opened).tolist():
        duties = np.flatnonzero(compiled.allowed[e, d]).astype(np.int16)
        duties = duties[np.argsort(duties != base[e, d], kind="stable")]  # the plan's duty first
        if duties.size == 0:
            raise UnsupportedError(f"no duty is allowed for {problem.employees[e].id} on day {d}")
        name = f"{problem.employees[e].id} day {d}"
        block_at[e, d] = assembly.add_block(np.zeros(duties.size), [f"{name}: {problem.duties[a].id}" for a in duties])
        cells.append((e, np.array([d]), duties[:, None]))

    def add(values: NDArray[np.float64], e: int, line_cost_of: Line, rule: str, constant: float) -> None:
        """`values` (days, duties) are what each duty of person e adds to the sum."""
        shares = {}
        for d in np.flatnonzero(values.any(axis=1)).tolist():
            if block_at[e, d] >= 0:
                words = cells[block_at[e, d]][2][:, 0]
                shares[int(block_at[e, d])] = values[d, words]
            else:
                constant += float(values[d, base[e, d]])
        assembly.add_sum(shares, partial(priced, line_cost_of, price), constant, rule)

    for pattern in compiled.patterns:
        if pattern.groups is not None and len(pattern.starts):
            raise UnsupportedError(f"rule {pattern.rule} speaks of groups of days; use sequence or column blocks")
        if pattern.regular is not None and len(pattern.masks) > 1 and len(pattern.starts):
            raise UnsupportedError(f"rule {pattern.rule} is no sum over days; use sequence or column blocks")
        table, length = member_table(pattern.masks, compiled.alphabet).astype(np.float64), len(pattern.masks)
        weight = price if pattern.hard else pattern.weight
        match = Line(pattern.rule, (), upper=length - 1.0, over=(Segment(math.inf, weight * pattern.amount),))
        for e, start in zip(pattern.employees.tolist(), pattern.starts.tolist()):
            values = np.zeros((compiled.days, compiled.alphabet))
            values[start : start + length] = table
            add(values, e, match, pattern.rule, 0.0)
    for counter in compiled.counters:
        if counter.groups is not None and len(counter.employees):
            raise UnsupportedError(f"rule {counter.rule} speaks of groups of days; use sequence or column blocks")
        per_day = np.zeros((compiled.days, compiled.alphabet)) if counter.values is None else counter.values
        for i, e in enumerate(counter.employees.tolist()):
            limits = Line(
                counter.rule, (), float(counter.lower[i]), float(counter.upper[i]),
                (Segment(math.inf, counter.weight_lower),), (Segment(math.inf, counter.weight_upper),),
            )  # fmt: skip
            add(per_day.astype(np.float64), e, limits, counter.rule, float(counter.offset[i]))
    for line in compiled.lines:
        shares, constant = _shares(line, compiled, cells, base, set(), opened)
        assembly.add_sum(shares, partial(priced, line, price), constant, line.label or line.rule, row=True)
    return RosterEncoding(problem, assembly.build(), base, tuple(cells), price)


def _shares(
    line: Line,
    compiled: CompiledRoster,
    cells: Sequence[tuple[int, NDArray[np.int64], Words]],
    base: Words,
    open_: set[int],
    opened: NDArray[np.bool_] | None = None,
) -> tuple[dict[int, NDArray[np.float64]], float]:
    """What each block's choices add to a line, and what the fixed cells add."""
    constant, shares = 0.0, {}
    for term in line.terms:
        inside = member_table((term.mask,), compiled.alphabet)[0]
        members = range(compiled.employees) if term.employees is None else term.employees
        for e in members:
            fixed = e not in open_ if opened is None else not opened[e, term.day]
            if fixed and inside[base[e, term.day]]:
                constant += term.coefficient
    for b, (e, days, words) in enumerate(cells):
        value = np.zeros(len(words))
        for term in line.terms:
            if (term.employees is None or e in term.employees) and term.day in days:
                column = int(np.flatnonzero(days == term.day)[0])
                inside = member_table((term.mask,), compiled.alphabet)[0]
                value += term.coefficient * inside[words[:, column]]
        if value.any():
            shares[b] = value
    return shares, constant


def priced(line: Line, hard_price: float, value: float) -> float:
    """Cost of a line at a value, hard units priced."""
    cost, hard = line.price(value)
    return cost + hard_price * hard


def _text(problem: RosterProblem, word: NDArray[np.int16]) -> str:
    return " ".join("-" if a == 0 else problem.duties[a].id for a in word.tolist())
