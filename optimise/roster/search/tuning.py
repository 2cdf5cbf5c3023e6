"""Numbers that steer the searches on rosters: construction, relaxation, ruin and recreate, neighbourhoods."""

from __future__ import annotations

from pydantic import PositiveInt

from optimise.core.options import Tuning, knob

__all__ = ["ChooserTuning", "ConstructionTuning", "ReinsertionTuning", "RelaxationTuning"]

_NONE = "no run on record"
_CLOCK = "a listener must be heard four times a second"


class ConstructionTuning(Tuning):
    """A first roster, person by person; in pieces of the horizon where one table over all of it would be too large."""

    cells: int = knob(8_000_000, unit="table cells of one person", source=_NONE, ge=0)
    """Up to which the whole horizon is taken at once."""
    piece: int = knob(28, unit="days", source=_NONE, ge=1)
    """Days that a piece decides."""
    overlap: int = knob(7, unit="days", source=_NONE, ge=0)
    """Days beyond them that it looks at."""
    passes: int = knob(1, unit="rounds over everybody", source=_NONE, ge=0)
    """Of re-optimisation within a piece."""
    turns: int = knob(3, unit="turns", source=_NONE, ge=1)
    """Of a few people who are taken out and put back, the last one without noise."""
    guide: float = knob(4000.0, unit="cost per duty", source=_NONE, gt=0)
    """Price by which a hard total leaves its share of a bound before the end of the horizon."""


class RelaxationTuning(Tuning):
    """Steps of Kingma and Ba (2015) on the multipliers of cover and totals."""

    first: float = knob(0.4, unit="part of the dearest price of cover", source=_NONE, gt=0)
    """Length of the first step."""
    last: float = knob(0.0004, unit="part of the dearest price of cover", source=_NONE, gt=0)
    """Length of the last step; in between they fall geometrically."""
    mean: float = knob(0.1, unit="share of the new", source="Kingma, Ba 2015", gt=0, le=1)
    """In the running mean of slopes."""
    square: float = knob(0.01, unit="share of the new", source="Kingma, Ba 2015 have 0.001", gt=0, le=1)
    """In the running mean of their squares."""
    averaged: float = knob(0.3, unit="share of the steps", source=_NONE, gt=0, le=1)
    """The last ones, over which rosters are averaged."""
    fewest: int = knob(300, unit="steps", source=_NONE, ge=1)
    """Where the time sets their number."""
    most: int = knob(1500, unit="steps", source=_NONE, ge=1)
    """Where the time sets their number."""


class ReinsertionTuning(Tuning):
    """Ruin and recreate: a few people are taken out of a stretch of days and put back."""

    people: tuple[PositiveInt, ...] = knob((1, 2, 4, 7), unit="people", source=_NONE, min_length=1)
    """Taken out at once, one kind of neighbourhood each."""
    lengths: tuple[PositiveInt, ...] = knob((7, 14, 28), unit="days", source=_NONE, min_length=1)
    """Of the stretches, one kind each, in one piece and in two."""
    few: tuple[PositiveInt, ...] = knob((1, 2, 3), unit="people", source=_NONE, min_length=1)
    """Taken out of long stretches and of the whole horizon."""
    long: int = knob(84, unit="days", source=_NONE, ge=1)
    """Of a long stretch."""
    hot: float = knob(0.04, unit="part of the dearest price of cover", source=_NONE, gt=0)
    """First temperature."""
    cold: float = knob(0.004, unit="part of the dearest price of cover", source=_NONE, gt=0)
    """Last temperature."""
    call: float = knob(0.25, unit="s", source=_CLOCK, gt=0)
    """Of one call of the kernel, between looks at the clock."""
    chunk: int = knob(200, unit="neighbourhoods", source="keeps answers independent of the clock", ge=1)
    """Between two changes of temperature, where their number is given."""
    memory: float = knob(2000.0, unit="neighbourhoods", source=_NONE, gt=0)
    """After which what a kind has brought counts half."""
    piece: int = knob(28, unit="days", source=_NONE, ge=1)
    """Days that a window decides, for people whose table over the whole horizon would be too large."""
    overlap: int = knob(7, unit="days", source=_NONE, ge=0)
    """Days beyond them that it looks at."""
    noise: float = knob(1e-3, unit="cost", source="breaks ties only", ge=0)
    """Added to prices in construction."""
    rounds: int = knob(12, unit="rounds", source=_NONE, ge=1)
    """Of the repair of hard totals."""
    tries: int = knob(4, unit="neighbourhoods per person", source=_NONE, ge=1)
    """Of one such round."""


class ChooserTuning(Tuning):
    """Neighbourhoods that are solved as sub-models or made anew by dynamic programming."""

    cells: float = knob(140.0, unit="cells", source=_NONE, gt=0)
    """Free at first, people times days; in windows of days of all or many people twice as many."""
    span: int = knob(42, unit="days", source=_NONE, ge=1)
    """In which people are free."""
    shortest: int = knob(7, unit="days", source=_NONE, ge=1)
    """Of a window of many people."""
    longest: int = knob(14, unit="days", source=_NONE, ge=2)
    """Of a window, of many people or of everybody."""
    recreated: tuple[PositiveInt, PositiveInt] = knob((2, 6), unit="people", source=_NONE)
    """Fewest and most who are made anew."""
    turns: int = knob(10, unit="draws", source=_NONE, ge=1)
    """Of such people in one neighbourhood."""
    least: float = knob(0.1, unit="part of the best odds", source="no shape is given up for ever", gt=0, le=1)
    """Odds of a shape that brought nothing."""
    fresh: float = knob(0.2, unit="share of the new", source=_NONE, gt=0, le=1)
    """In what is known of the gains of a shape."""
    longer: float = knob(1.2, unit="factor", source=_NONE, ge=1)
    """Change of the size of a shape after a quick proof."""
    shorter: float = knob(0.6, unit="factor", source=_NONE, gt=0, le=1)
    """The same where the time was not enough."""
    smallest: float = knob(0.1, unit="part of the cells", source=_NONE, gt=0)
    """Size of a shape at least."""
    largest: float = knob(20.0, unit="times the cells", source=_NONE, gt=0)
    """Size of a shape at most."""
    nodes: int = knob(300, unit="nodes", source="keeps answers independent of the clock", ge=1)
    """Of one sub-model under a work limit."""
    small: int = knob(320, unit="people times days", source=_NONE, ge=0)
    """Size up to which the search ends where nothing is gained."""
    patience: int = knob(60, unit="neighbourhoods", source=_NONE, ge=1)
    """Without gain, after which it does."""
