"""Numbers that steer the linear master, dives, windows and trees, with the runs that chose them.

Instances are of Curtois (``Instance15``), INRC-I (``medium_hidden01``) and INRC-II (``n060w8``: 60 people, 8 weeks).
"""

from __future__ import annotations

import math

from pydantic import PositiveInt

from hpc.column_generation.steps import Steps, brief_steps
from optimise.core.options import Tuning, knob

__all__ = ["AscentTuning", "DiveTuning", "RootTuning", "TreeTuning", "WindowTuning"]

_LEFT = "share of the time left"
#: Where neither a comment nor a page says what chose a number.
_NONE = "no run on record"
_CELLS = "table cells of all people"


class AscentTuning(Tuning):
    """First-order steps on the duals (Barahona, Anbil 2000)."""

    fresh: float = knob(0.2, unit="share of the new", source=_NONE, gt=0, le=1)
    """In the running mean of the priced rosters."""
    longer: float = knob(1.15, unit="factor", source=_NONE, ge=1)
    """Change of the length of steps after one that raises the bound."""
    longest: float = knob(2.0, unit="Polyak steps", source="Polyak 1969: below 2", gt=0, le=2)
    """Length of steps at most."""
    shorter: float = knob(0.6, unit="factor", source=_NONE, gt=0, lt=1)
    """Change of it after steps that do not."""
    vain: int = knob(6, unit="steps", source=_NONE, ge=1)
    """So many of those in a row."""
    least: float = knob(0.02, unit="Polyak steps", source=_NONE, ge=0)
    """Shorter steps end the ascent."""


class DiveTuning(Tuning):
    """What all dives have in common; see :class:`Steps` for each."""

    loose: float = knob(0.1, unit="part of what is left to the cutoff", source="n030w4 1835 -> 1675", ge=0, le=1)
    """A step's columns are good enough when its bound is this near its objective."""
    small: float = knob(0.1, unit="part of a step", source=_NONE, gt=0, le=1)
    """Length of a step after one that was taken back, in dives that do not grow their steps again."""
    shrink: float = knob(0.25, unit="part of a step", source=_NONE, gt=0, le=1)
    """The same in dives that do."""
    least: float = knob(0.01, unit="part of a step", source=_NONE, gt=0, le=1)
    """Shortest step; it is not taken back for what it costs."""
    more: int = knob(3, unit="steps", source=_NONE, ge=0)
    """Steps past the cutoff that are taken back beyond the number set."""
    crowd: int = knob(1000, unit="columns", source="late steps of n060w8 2.6 s instead of 160", ge=1)
    """Columns of a master from which those that a dive has shut are set aside: they slow the simplex down."""
    easy: float = knob(0.85, unit="share of the cells", source="n060w8: objective flat until 93 %", gt=0, le=1)
    """Where a dive in small steps has nearly all of its work behind it."""
    longer: float = knob(5.0, unit="factor per part of its time", source="n060w8_2: late dives cut short 2660", ge=0)
    """How much longer steps become, by the part of its time that a dive is late."""
    coarser: float = knob(10.0, unit="factor per part of its time", source="n060w8_2, as longer", ge=0)
    """How much coarser the columns of steps become."""
    planned: float = knob(0.75, unit="part of its time", source="n060w8_2, as longer", gt=0, le=1)
    """When the easy part should begin."""


class WindowTuning(Tuning):
    """Windows of days in which everybody is planned anew, on horizons of six weeks and more."""

    days: int = knob(28, unit="days", source="14: n110w8 stops near 4000; totals need longer ones", ge=7)
    """Length of the first windows."""
    step: int = knob(14, unit="days", source=_NONE, ge=1)
    """Between two windows, and by which they grow."""
    least_days: int = knob(42, unit="days", source=_NONE, ge=1)
    """Horizon from which they are worth while."""
    smoothing: float = knob(0.5, unit="share of the old duals", source=_NONE, ge=0, lt=1)
    """In those at which people are priced."""
    passes: int = knob(3, unit="passes", source=_NONE, ge=1)
    """Most passes of one width."""
    gain: float = knob(0.01, unit="part of the cost", source=_NONE, ge=0)
    """What a pass has to gain for another of its width."""
    share: float = knob(0.7, unit=_LEFT, source=_NONE, gt=0, le=1)
    """What passes may take."""
    ascent: int = knob(30, unit="rounds", source=_NONE, ge=1)
    """Of the ascent before a window's master."""
    kept: int = knob(10, unit="rounds", source=_NONE, ge=1)
    """Last rounds of it whose rosters the master gets."""
    rounds: int = knob(60, unit="rounds", source=_NONE, ge=1)
    """Of a window's master at most."""
    loose: float = knob(0.1, unit="part of what may be gained", source=_NONE, ge=0, le=1)
    """Gap that ends them."""
    dive: Steps = knob(
        Steps(whole=False, share=0.1, sure=0.95, iterations=5, rise=math.inf, reverts=3, level=0.85),
        unit="",
        source="n110w8: share 0.2 with 4 rounds is stuck at 4145, 0.1 with 5 reaches 3935 in 90 s",
    )
    """The dive of a window."""


class TreeTuning(Tuning):
    """Branch and price."""

    early: int = knob(4, unit="nodes", source="Instance9: 406 -> 439 (optimal) in 3", ge=0)
    """Nodes after the root."""
    nodes: int = knob(5000, unit="nodes", source="Instance5 closes in 205", ge=1)
    """Nodes when the search is stuck."""
    short: float = knob(0.1, unit=_LEFT, source=_NONE, gt=0, le=1)
    """What the early tree may take."""
    long: float = knob(0.3, unit=_LEFT, source=_NONE, gt=0, le=1)
    """The same where plan and bound are wide apart, and what the tree of a stuck search may take."""
    wide: float = knob(0.02, unit="part of the cost", source=_NONE, ge=0)
    """Gap that is wide."""
    most_gap: float = knob(0.1, unit="part of the cost", source=_NONE, ge=0)
    """Gap from which no tree is begun."""
    rounds: int = knob(100, unit="rounds", source=_NONE, ge=1)
    """Of the master of a node at most."""
    smoothing: float = knob(0.5, unit="share of the old duals", source=_NONE, ge=0, lt=1)
    """In those at which people are priced."""
    between: int = knob(4, unit="factor", source=_NONE, ge=2)
    """A dive is followed by another when there are so many times more nodes."""
    picking: int = knob(8, unit="nodes", source=_NONE, ge=1)
    """From here on, and each time that there are twice as many, branch and bound over the columns looks for a plan."""
    picked_nodes: int = knob(30, unit="nodes", source="keeps the answer independent of the clock", ge=1)
    """Of that."""
    picked: int = knob(15, unit="columns per person", source=_NONE, ge=1)
    """Most that it may have."""
    other: float = knob(0.1, unit="share", source=_NONE, ge=0, le=1)
    """What the stronger side of a branch counts beside the weaker one."""
    rows: int = knob(64, unit="rows", source=_NONE, ge=1)
    """Rows on sums of deviations that one tree may have."""
    tried: int = knob(6, unit="candidates", source=_NONE, ge=1)
    """Tried in the linear master before each branch."""
    whole: float = knob(0.02, unit="units of cover", source=_NONE, ge=0, le=0.5)
    """Distance from whole numbers below which a sum counts as whole."""
    dive: Steps = knob(
        Steps(whole=False, share=0.05, sure=0.95, iterations=20, rise=math.inf, reverts=2),
        unit="",
        source="Instance9: a dive where the sums are whole finds the optimum",
    )
    """Dives from nodes where all sums are whole."""


class RootTuning(Tuning):
    """The linear master of everybody, dives from it, enumeration."""

    share: float = knob(0.5, unit="share of the time limit", source=_NONE, gt=0, le=1)
    """What the bound may take; the option root_share goes before it."""
    starts: int = knob(2, unit="starts", source="40 people, starts of 20 s: each lost the same dive", ge=1)
    """Of a job in a row that were stopped in the root and brought nothing, until the search takes over."""
    dives: tuple[Steps, ...] = knob(
        (
            brief_steps(True, 0.25, 3),
            brief_steps(False, 0.05, 30),
            brief_steps(True, 0.2, 20),
            brief_steps(True, 0.03, 10),
            brief_steps(False, 0.02, 40),
            brief_steps(False, 0.05, 30),
            brief_steps(False, 0.03, 30),
        ),
        unit="",
        source="INRC-I: few rounds a step are quick but poor on hard equality cover, so both kinds are run",
    )
    """The first is quick, the second is the one that closes hard cover, the others bring variety."""
    guided: tuple[Steps, ...] = knob(
        (
            brief_steps(False, 0.2, 3),
            brief_steps(False, 0.1, 6, 0.8),
            brief_steps(False, 0.1, 10, 0.7),
            brief_steps(False, 0.05, 10, 0.9),
            brief_steps(False, 0.05, 20, 0.5),
        ),
        unit="",
        source="medium_hidden01: objective 104 at 81 % of the cells, 148 at the end",
    )
    """Dives after annealing, single duties all: large steps first; then dives that stop early, where annealing takes
    over, first on the free cells, then on all."""
    lasting: Steps = knob(
        Steps(False, 0.07, 0.95, 30, rise=0.02, reverts=1000, level=0.995, near=0.005, recover=2.0, nodes=500),
        unit="",
        source="n060w8_2 2555 (shorter steps 2535-2665), n110w8_0_3 3450 (3625)",
    )
    """The only dive on horizons that have windows, the first of many people: small steps, all columns made in each."""
    crowd: int = knob(1900, unit="people times days", source="n100w4_2 1850 -> 1800, n040w4_2 1780 -> 1810", ge=0)
    """Size from which that dive comes before the others after annealing, and the master converges before it."""
    many: int = knob(80, unit="people", source="120 people, 18 shifts: 291 -> 181; Instance19 3178 -> 3264", ge=0)
    """The same after one hasty dive where annealing does not suit."""
    enough: float = knob(0.1, unit="part of the cost", source="Instances 12, 15, 18 and 19", ge=0)
    """After two dives and within this of the bound only single duties are fixed, in a tenth of the time."""
    at_once: float = knob(0.01, unit="part of the cost", source="Instances 12, 15, 18 and 19", ge=0)
    """A plan this near the bound is left to neighbourhoods."""
    diving: float = knob(0.4, unit=_LEFT, source=_NONE, gt=0, le=1)
    """For dives."""
    lasting_share: float = knob(0.5, unit=_LEFT, source=_NONE, gt=0, le=1)
    """For the one on long horizons."""
    grace: float = knob(1.5, unit="factor", source="n060w8_2: cut short 2660-2875, to the end 2490", ge=1)
    """How much longer that one may take to come to its end: its last steps are cheap."""
    patience: float = knob(0.35, unit=_LEFT, source="n060w8_2 converges after 42 s, n110w8_0_3 after 34", gt=0, le=1)
    """Time after which windows come before the master of everybody."""
    converged: float = knob(0.02, unit="part of the cost", source=_NONE, ge=0)
    """Gap at which that master has converged."""
    part: float = knob(0.5, unit="part of the root's time", source=_NONE, ge=0)
    """A dive takes about this much, where there was an opening."""
    above: float = knob(0.25, unit="part of the gap", source=_NONE, ge=0)
    """How far above the best plan a dive may come."""
    passing: float = knob(0.05, unit="part of the cost", source="Instance15 3937 -> 3855, 19 3299 -> 3163", ge=0)
    """The same where that plan is near and annealing does not suit: a unit of cover that is missing for want of
    columns, which later steps find, may cost more than the gap."""
    vain: int = knob(2, unit="dives", source=_NONE, ge=1)
    """Dives after annealing that found nothing, until the neighbourhoods take over."""
    near: float = knob(0.05, unit="part of what is left to the cost", source=_NONE, ge=0)
    """The first dive of a large problem, after annealing or an opening, starts when the bound is this near."""
    nearer: float = knob(0.01, unit="part of what is left to the cost", source=_NONE, ge=0)
    """The same before a careful dive."""
    further: float = knob(0.1, unit=_LEFT, source=_NONE, ge=0, le=1)
    """For the master, which goes on after such a dive with the better plan, at least."""
    half: float = knob(0.5, unit="part of the plan's gap", source=_NONE, ge=0)
    """What the master's gap may be for dives after annealing."""
    rest: float = knob(0.4, unit=_LEFT, source=_NONE, ge=0, le=1)
    """For the master of everybody after windows, at least."""
    enumerated: int = knob(700, unit="people times days", source=_NONE, ge=0)
    """Size up to which cheap rosters are enumerated."""
    listing: float = knob(0.3, unit=_LEFT, source=_NONE, gt=0, le=1)
    """For that."""
    listed: int = knob(400, unit="rosters per person", source=_NONE, ge=1)
    """Most that are listed at one gap."""
    listed_nodes: int = knob(400, unit="nodes", source="keeps the answer independent of the clock", ge=1)
    """Of branch and bound over them."""
    gaps: tuple[PositiveInt, ...] = knob((1, 2, 4, 8), unit="steps of the cost", source=_NONE)
    """Gaps at which they are listed, one after the other."""
    beside: int = knob(10, unit="rosters per person", source=_NONE, ge=0)
    """Cheapest ones of people alike that each of them gets where a dive tells them apart."""
    descents: int = knob(3, unit="rounds over everybody", source=_NONE, ge=0)
    """Of re-optimising one person at a time after a dive."""
    idle: int = knob(8, unit="solves", source=_NONE, ge=1)
    """Without use, after which columns may go."""
    most_columns: int = knob(60, unit="columns per person", source=_NONE, ge=1)
    """Of the master, from which those that were without use go."""
    ascent: int = knob(60, unit="rounds", source="saves about half of the simplex iterations", ge=1)
    """Of the ascent before the master."""
    kept: int = knob(10, unit="rounds", source=_NONE, ge=1)
    """Last rounds of it whose rosters the master gets."""
    large: int = knob(1000, unit="people times days", source=_NONE, ge=0)
    """Size from which the relaxation with priced totals gives the first duals."""
    relaxed: int = knob(400, unit="steps", source="each costs a small part of pricing everybody once", ge=1)
    """Of that relaxation."""
    cheap: float = knob(3e7, unit=_CELLS, source="Instance19: an ascent costs more than it saves", ge=0)
    """Size up to which pricing is cheap: an ascent comes before the master, and trees are grown."""
    dear: float = knob(1e9, unit=_CELLS, source="INRC-II: 5/6 of the time in the simplex", ge=0)
    """The same for the ascent after annealing: the simplex takes several times as long as pricing there."""
