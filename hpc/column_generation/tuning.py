"""Numbers that steer the search of column generation and what comes before it, with the runs that chose them.

Instances are of Curtois (``Instance15``), INRC-I (``medium_hidden01``) and INRC-II (``n060w8``: 60 people, 8 weeks).
"""

from __future__ import annotations

import math

from hpc.column_generation.steps import Steps
from optimise.core.options import Tuning, knob
from optimise.roster.search.tuning import ReinsertionTuning, RelaxationTuning

__all__ = ["AnnealingTuning", "NeighbourhoodTuning", "OpeningTuning", "SearchTuning"]

_LEFT = "share of the time left"
#: Where neither a comment nor a page says what chose a number.
_NONE = "no run on record"


class AnnealingTuning(Tuning):
    """Chains of annealing: the first good plan, what dives left, one move of the search."""

    chains: int = knob(2, unit="chains", source=_NONE, ge=1, le=64)
    """Independent chains at the start, whatever the number of ranks (up to three); more ranks run one each."""
    moves: int = knob(20_000, unit="moves per person and day", source="n100w4: 2035-2555 at 2,000, 1600 at 8,000", ge=1)
    """Length of a full chain."""
    probe: int = knob(250_000, unit="moves", source=_NONE, ge=1)
    """Moves of the probe that tells how fast moves are and how many break hard rules."""
    share: float = knob(0.08, unit=_LEFT, source="8, 20 and 35 % do not differ on n100w4, n070w4, n040w4", ge=0, le=1)
    """For the first chains."""
    exact_share: float = knob(0.2, unit=_LEFT, source="medium_hidden01: dives do badly on exact cover", ge=0, le=1)
    """The same where most cover is exact."""
    long_share: float = knob(0.35, unit=_LEFT, source="60 s: n060w8_0 2895 -> 2820, n035w8_0 3055 -> 2955", ge=0, le=1)
    """What one full chain may take on long horizons: whether what comes after has the time it needs is uncertain."""
    long_days: int = knob(42, unit="days", source="four weeks gain nothing by it, eight do", ge=1)
    """Horizon from which that share counts."""
    mild: float = knob(0.06, unit="part of a full chain's heat", source="gains of the search at 0.06-0.2", gt=0, le=1)
    """Least heat of a chain of the search."""
    warm: float = knob(0.3, unit="part of a full chain's heat", source="gains of the search at 0.06-0.2", gt=0, le=1)
    """Most heat of a chain of the search."""
    weeks: int = knob(4, unit="weeks", source="60 s from 3865 (n110w8): whole horizon 3665, windows 3615", ge=1)
    """Longest window that a chain of the search walks on."""
    longer: float = knob(1.03, unit="factor", source=_NONE, ge=1, le=2)
    """Change of the moves of a chain of the search after one without gain."""
    shorter: float = knob(0.98, unit="factor", source=_NONE, gt=0, le=1)
    """The same after one with gain."""
    polish_moves: int = knob(4_000, unit="moves per person and day", source="n100w4 1750 -> 1260, n110w8 6405", ge=1)
    """Length of the chain after a dive."""
    polish_heat: float = knob(0.12, unit="part of a full chain's heat", source="n100w4 1750 -> 1260", ge=0, le=1)
    """Its first temperature."""
    free_moves: int = knob(20_000, unit="moves per free cell", source="medium_hidden01 132 -> 120", ge=1)
    """Length of the chain on what a dive left free when it stopped early; what it fixed stays."""
    free_heat: float = knob(0.25, unit="part of a full chain's heat", source="medium_hidden01 132 -> 120", ge=0, le=1)
    """Its first temperature."""
    brief_moves: int = knob(300, unit="moves per person and day", source=_NONE, ge=1)
    """Length of the chain after a window of days."""
    brief_heat: float = knob(0.06, unit="part of a full chain's heat", source=_NONE, ge=0, le=1)
    """Its first temperature."""
    given_moves: int = knob(1_000, unit="moves per person and day", source="why: 85, 62, 57 -> 55, 57, 55", ge=1)
    """Length of the first chain from a plan that was given; each further one is twice as long."""
    given_heats: tuple[float, ...] = knob(
        (0.03, 0.06, 0.06),
        unit="part of a full chain's heat",
        source="why, optimum 55: 55, 57, 55; all 0.03: 57, 125, 55; 0.03, 0.1, 0.2: 62, 57, 55",
    )
    """Their first temperatures: a full chain would lose what is good in the plan."""
    given_share: float = knob(0.6, unit=_LEFT, source=_NONE, ge=0, le=1)
    """What they may take."""
    most_broken: float = knob(0.75, unit="share of moves", source="Curtois 0.81-0.94, INRC 0.41-0.64", ge=0, le=1)
    """Share of moves that may break hard rules. Beyond it chains end far above dives, and none is run."""


class OpeningTuning(Tuning):
    """Reinsertion where annealing does not suit: a first plan from the rounded relaxation, bursts in the search."""

    least_work: float = knob(
        4e7, unit="table cells of all people", source="Instance12: 4297 instead of 4141 with an opening", ge=0
    )
    """Size from which it pays. Below, dives find a good plan nearly as soon, and an early cutoff makes them end
    without one."""
    steps: int = knob(400, unit="steps", source="each costs a small part of pricing everybody once", ge=1)
    """Of the relaxation with priced totals."""
    trials: int = knob(10, unit="neighbourhoods per person, day", source="Instance19, 60 s: 3272, 40: 3484", ge=1)
    """Length of the first reinsertion, the same under all limits: a dive ends lower than a longer one, which would
    leave the dive no time."""
    stretch: float = knob(2.0, unit="factor", source=_NONE, gt=0)
    """How much longer than a first annealing it may take."""
    moves: int = knob(120, unit="moves", source=_NONE, ge=1)
    """Moves of annealing that take as long as one neighbourhood."""
    burst: int = knob(48, unit="neighbourhoods per person and day", source=_NONE, ge=1)
    """Length of a full burst."""
    part: float = knob(0.3, unit="part of a full burst", source="1.5: 4045 after 25 s, short: 3950 after 4", gt=0, le=1)
    """Bursts in the search are this long."""
    mild: float = knob(0.08, unit="part of the first heat", source=_NONE, gt=0, le=1)
    """Least heat of a burst in the search."""
    wild: float = knob(0.3, unit="part of the first heat", source=_NONE, gt=0, le=1)
    """Most heat of a burst in the search."""
    near: float = knob(0.02, unit="part of the bound", source=_NONE, ge=0)
    """A plan this near the bound needs no other."""
    longer: float = knob(1.1, unit="factor", source=_NONE, ge=1, le=2)
    """Change of the length of bursts of the search after one without gain."""
    shorter: float = knob(0.95, unit="factor", source=_NONE, gt=0, le=1)
    """The same after one with gain."""
    relaxation: RelaxationTuning = RelaxationTuning()
    """Also of the first duals of the master."""
    reinsertion: ReinsertionTuning = ReinsertionTuning()


class NeighbourhoodTuning(Tuning):
    """A few people re-optimised together."""

    kept: int = knob(30, unit="rounds", source=_NONE, ge=1)
    """Last rounds of the ascent whose rosters the small master gets."""
    dear: float = knob(5e5, unit="table cells per person", source="Instance12 below, Instance15 above", ge=0)
    """Size of tables from which pricing takes longer than the master."""
    dear_ascent: int = knob(30, unit="rounds", source="Instance15: 33 s, with 80 rounds 44 and 64", ge=1)
    """Of the ascent where pricing is dear."""
    dear_columns: int = knob(4, unit="rosters per person and call", source="Instance15", ge=1)
    dear_smoothing: float = knob(0.5, unit="share of the old duals", source=_NONE, ge=0, lt=1)
    ascent: int = knob(80, unit="rounds", source="Instance12: 12.1 s, with 4 rosters a call 16.6", ge=1)
    """Of the ascent elsewhere."""
    columns: int = knob(2, unit="rosters per person and call", source="Instance12", ge=1)
    smoothing: float = knob(0.9, unit="share of the old duals", source=_NONE, ge=0, lt=1)
    loose: float = knob(0.2, unit="part of what may be gained", source=_NONE, ge=0, le=1)
    """Gap that ends the small master."""
    rounds: int = knob(80, unit="rounds", source=_NONE, ge=1)
    """Of the small master at most."""
    nodes: int = knob(50, unit="nodes", source="whole small masters take seconds to minutes", ge=1)
    """Of each restricted-master MIP."""
    columns_left: int = knob(20, unit="rosters per person", source="whole small masters take seconds to minutes", ge=1)
    """Most that it may have."""
    dives: tuple[Steps, ...] = knob(
        (
            Steps(whole=True, sure=0.95, iterations=6, rise=math.inf, reverts=0),
            Steps(whole=False, sure=0.95, iterations=20, rise=math.inf, reverts=0),
        ),
        unit="",
        source="single duties before whole rosters: 17.7 a unit of work instead of 18.0",
    )
    """Whole rosters first; single duties where that finds nothing."""


class SearchTuning(Tuning):
    """Rounds of neighbourhoods, and when other means come in."""

    round: int = knob(4, unit="neighbourhoods", source="more would work on a stale incumbent", ge=1)
    """Neighbourhoods of one round, whatever the number of ranks (up to it)."""
    most_work: float = knob(10.0, unit="work, about seconds", source="Instance15: 4093 with 4, 4005 with 10", gt=0)
    """Of one neighbourhood."""
    fade: float = knob(0.9, unit="factor per try", source=_NONE, ge=0, le=1)
    """How the gains of a kind of neighbourhood are forgotten."""
    hasty: float = knob(1e-3, unit="part of the cost", source="Instance12 4141 -> 4052, Instance15 4146 -> 4041", ge=0)
    """A round of bursts that brings less is followed by all kinds."""
    cheap_proof: float = knob(1.0, unit="work", source=_NONE, ge=0)
    """Work of a proof up to which neighbourhoods grow by a whole person."""
    dear: float = knob(0.7, unit="part of the most work", source="Instance15: shrinking left 5 people", ge=0, le=1)
    """Work without proof or gain from which they shrink."""
    cut: float = knob(0.15, unit="part of their size", source=_NONE, ge=0, lt=1)
    """How much they shrink when they were cut short."""
    area: float = knob(392.0, unit="people times days", source="28 days of 14 people", gt=0)
    """That one small master carries well: on horizons of more than nine weeks, more people on fewer days."""
    shortest: int = knob(5, unit="days", source=_NONE, ge=1)
    """Of a window of days."""
    longest: int = knob(14, unit="days", source=_NONE, ge=1)
    """The same at most."""
    most_people: int = knob(40, unit="people", source=_NONE, ge=2)
    """Largest neighbourhood."""
    burst: float = knob(0.3, unit="part of a full burst", source=_NONE, gt=0, le=2)
    """Length of the first bursts of reinsertion."""
    whole: int = knob(4000, unit="decisions", source="Instance1: 607 in 2 s; 15 days of long rests in 3 s", ge=0)
    """Size up to which the whole model gets its chance."""
    patience: int = knob(8, unit="rounds", source=_NONE, ge=1)
    """Rounds without gain after which the search is stuck."""
    whole_share: float = knob(0.6, unit=_LEFT, source=_NONE, gt=0, le=1)
    """For the whole model."""
    nodes: int = knob(200_000, unit="nodes", source="keeps the answer independent of the clock", ge=1)
    """Of the whole model."""
    descents: int = knob(10, unit="rounds over everybody", source=_NONE, ge=0)
    """Of re-optimising one person at a time after construction."""
    grace: float = knob(1.0, unit="s", source="a busy machine would cost the plan, and so would compiling", ge=0)
    """Past the limit, or past a request to stop, in which a first plan is brought to its end."""
    building: float = knob(0.25, unit="share of the time limit", source="ward30 with 48 h in 7 days, soft", gt=0, le=1)
    """In which people are built exactly for a first plan; those who are left get hard limits alone."""
    first: float = knob(0.4, unit=_LEFT, source=_NONE, gt=0, le=1)
    """For a first plan by the whole model, where pricing gives none, and for one in pieces."""
    group: int = knob(4, unit="ranks", source=_NONE, ge=1)
    """That share a plan between meetings, where ranks search without rounds."""
    meetings: tuple[float, ...] = knob((0.25, 0.5, 0.75), unit="shares of the time", source=_NONE)
    """Of the search, at which groups take the best plan of all; after the last they do so at once."""
    own: int = knob(4, unit="changes", source=_NONE, ge=0)
    """Own last ones that are tried on the plans of other ranks."""
    look: float = knob(0.05, unit="s", source="a look at no messages costs microseconds", gt=0)
    """Between two looks at the messages of others within an attempt."""
    waiting: int = knob(32, unit="messages", source=_NONE, ge=1)
    """Most that wait for one rank which does not listen; the oldest go first."""
