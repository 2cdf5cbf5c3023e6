"""Numbers that steer the solve of long rosters, with the runs that chose them."""

from __future__ import annotations

from optimise.core.options import Tuning, knob
from optimise.roster.search.tuning import ReinsertionTuning, RelaxationTuning

__all__ = ["LongTuning"]


class LongTuning(Tuning):
    """Bound with priced totals, chains, ruin and recreate in lanes."""

    most_work: float = knob(4e8, unit="table cells of all people", source="a year of Instance22: 130 s a round", ge=0)
    """Size beyond which one round of exact pricing takes too long, and a horizon counts as long."""
    exact_days: int = knob(63, unit="days", source="ward of 30, fair shares: 17 % from its bound before", ge=0)
    """Longest horizon on which soft totals become lines, where tables without them are small enough."""
    light_work: float = knob(
        6e7, unit="table cells of all people", source="30 people: root 29 -> 11 s, bound 2063", ge=0
    )
    """Size below which tables shall be where soft totals become lines."""
    exact_people: int = knob(60, unit="people", source="200 people, 40 s: 17375, as long 14066", ge=0)
    """Most people for whom they do: the linear master of more has not converged when a plan is wanted."""
    bound_share: float = knob(0.2, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For the bound; the option root_share goes before it."""
    bound_steps: int = knob(300, unit="steps", source="no run on record", ge=1)
    """Of the relaxation under work limits."""
    starts: int = knob(2, unit="plans", source="no run on record", ge=1)
    """First plans that are made and compared."""
    round: float = knob(4.0, unit="s", source="ranks wait for one another at its end", gt=0)
    """Longest a round of neighbourhoods lasts."""
    lanes: int = knob(4, unit="lanes", source="keeps answers independent of the ranks", ge=1)
    """Under work limits, whatever the number of ranks."""
    trials: int = knob(400, unit="neighbourhoods", source="keeps answers independent of the ranks", ge=1)
    """Per lane of a round under work limits."""
    gap: int = knob(7, unit="days", source="lets sequences meet again", ge=1)
    """Days between lanes that nobody changes."""
    least: int = knob(21, unit="days", source="no run on record", ge=1)
    """Fewest days of a lane."""
    chain_share: float = knob(0.8, unit="share of the time left", source="n030w32 in 45 s: 12745 -> 10605", ge=0, le=1)
    """For chains of annealing where they suit; the option anneal_share goes before it."""
    whole_share: float = knob(0.25, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For the whole model, where the problem is small (tuning.search.whole)."""
    chains: int = knob(2, unit="chains", source="no run on record", ge=1)
    """Their number under work limits; else every rank runs one."""
    probe: int = knob(200_000, unit="moves", source="no run on record", ge=1)
    """Moves of the probe that tells how fast they are."""
    moves: int = knob(500, unit="moves per person and day", source="keeps answers independent of the clock", ge=1)
    """Length of a chain under work limits."""
    most_broken: float = knob(0.6, unit="share of changes", source="INRC-II 0.54, Curtois 0.64-0.70", ge=0, le=1)
    """Share of changes of one duty that may break a person's sequence rules for annealing to suit."""
    relaxation: RelaxationTuning = RelaxationTuning()
    reinsertion: ReinsertionTuning = ReinsertionTuning()
