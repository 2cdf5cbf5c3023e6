"""Demand, skill mix and pairs of a ward as cover rules.

A demand between two clock times is cut at every start and end of a shift. In each piece the same shifts are on
throughout, so one head count says how many are there. The price of a person missing, or too many, is spread over the
pieces by their time, so that one who is missing throughout costs the full price. A piece whose shifts include all those
of another piece is covered whenever that one is, and its share of the time goes to it. That holds for a minimum only: a
maximum and a share are counted in every piece.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from optimise.core.quantities import clock_time
from optimise.formats.document import ItemError, OfAll
from optimise.roster.formats.ward_index import DATE, Path, WardIndex
from optimise.roster.formats.ward_limits import Names
from optimise.roster.formats.ward_model import Demand, Pair, SkillMix
from optimise.roster.formats.ward_parts import Tier, minutes_of
from optimise.roster.rules import HARD, Apart, Cover, Line, RosterRule, Segment, Term, Together
from optimise.roster.rules import Demand as Wanted
from optimise.roster.rules.compound import Compound, Headcounts

__all__ = ["additional", "cover_rules", "tier_prices"]

People = tuple[int, ...] | None
#: Price of what is missing when the ward says nothing.
_UNFILLED = 100.0


@dataclass(frozen=True)
class _Piece:
    """A stretch of one day's clock and who covers it: (days after, mask), share of the interval's time, its begin."""

    terms: tuple[tuple[int, int], ...]
    share: float
    label: str
    begin: int = 0


#: A piece as a minimum and as a maximum see it; None where one of them does not.
_Sides = tuple[_Piece | None, _Piece | None]


def cover_rules(index: WardIndex, names: Names) -> list[RosterRule]:
    """Rules of demand, skill mix and pairs, in this order."""
    made: list[RosterRule] = []
    for key, entries in _grouped(index).items():
        with index.findings:
            made.append(_demand(index, key, entries, names))
    for i, mix in enumerate(index.ward.skill_mix):
        with index.findings:
            made.append(_mix(index, mix, i, names))
    for i, pair in enumerate(index.ward.pairs):
        with index.findings:
            made.append(_pair(index, pair, ("pairs", i), names))
    return made


# ---------------------------------------------------------------------------------------------- demand


def _grouped(index: WardIndex) -> dict[tuple[object, ...], list[tuple[int, Demand]]]:
    made: dict[tuple[object, ...], list[tuple[int, Demand]]] = defaultdict(list)
    for i, entry in enumerate(index.ward.demand):
        with index.findings:
            index.places.numbers([entry.ward] if entry.ward else [], ("demand", i, "ward"), one=True)
            mask = index.mask(entry.shifts, ("demand", i, "shifts"), entry.ward)
            who = index.who(entry.who, ("demand", i, "who"))
            made[mask, tuple(entry.between or ()), who, entry.name, entry.ward].append((i, entry))
    return made


def _demand(index: WardIndex, key: tuple[object, ...], entries: list[tuple[int, Demand]], names: Names) -> RosterRule:
    """One rule of all entries that speak of the same shifts and people; for each day the most particular holds."""
    holds: dict[int, tuple[int, int, Demand]] = {}
    for i, entry in entries:
        with index.findings:
            for day, rank in index.days(entry.days, ("demand", i, "days")).items():
                if day in holds and holds[day][0] == rank:
                    when = index.horizon.label(day)
                    raise ItemError(
                        f"asks for the same on {when} as demand[{holds[day][1]}]; give them names to have both",
                        ("demand", i),
                    )
                if day not in holds or holds[day][0] < rank:
                    holds[day] = (rank, i, entry)
    first = entries[0][1]
    title = _title(first)
    under = {i: _tiers(index, entry, i) for i, entry in entries}
    who = index.who(first.who, ("demand", entries[0][0], "who"))
    if first.between is not None:
        rows: list[Line] = []
        asked: dict[int, list[_Sides]] = {}
        for day, (_, i, entry) in sorted(holds.items()):
            if i not in asked:
                asked[i] = _sides(index, i, entry, under[i])
            for sides in asked[i]:
                rows += _timed_line(index, day, sides, who, under[i], entry, title)
        return Headcounts(name=names(f"cover {title}"), rows=tuple(rows))
    wanted = tuple(
        Wanted(
            day=day,
            mask=index.mask(entry.shifts, ("demand", i, "shifts"), entry.ward),
            minimum=entry.minimum,
            maximum=math.inf if entry.maximum is None else entry.maximum,
            under=under[i],
            over=_surplus(entry),
            employees=who,
            label=title,
        )
        for day, (_, i, entry) in sorted(holds.items())
    )
    return Cover(name=names(f"cover {title}"), demands=wanted)


def additional(index: WardIndex) -> list[tuple[int, str, int]]:
    """Duties that single dates ask for above what is asked for on other such days.

    Parameters
    ----------
    index : WardIndex

    Returns
    -------
    list of (int, str, int)
        Day, what is asked for, and how many more; dates with nothing to compare them with are left out.
    """
    made: list[tuple[int, str, int]] = []
    for entries in _grouped(index).values():
        asked: dict[int, dict[int, int]] = defaultdict(dict)
        for i, entry in entries:
            for day, rank in index.days(entry.days, ("demand", i, "days")).items():
                asked[day][rank] = entry.minimum
        title = _title(entries[0][1])
        for day, by_rank in asked.items():
            usual = max((rank for rank in by_rank if rank < DATE), default=None)
            if usual is not None and by_rank.get(DATE, 0) > by_rank[usual]:
                made.append((day, title, by_rank[DATE] - by_rank[usual]))
    return sorted(made)


def _title(entry: Demand) -> str:
    if entry.name:
        return entry.name
    when = "/".join(entry.shifts) if entry.between is None else "-".join(entry.between)
    who = entry.who.text()
    return (f"{entry.ward} " if entry.ward else "") + when + (f" ({who})" if who else "")


def _surplus(entry: Demand) -> tuple[Segment, ...]:
    if entry.maximum is None:
        return ()
    price = 10.0 if entry.surplus is None else entry.surplus.price
    return (Segment(math.inf, price),) if price else ()


def _tiers(index: WardIndex, entry: Demand, i: int) -> tuple[Segment, ...]:
    """Prices of the people missing: the entry's tiers, its own price, the ward's tiers, or the usual price."""
    if entry.tiers:
        return _segments(entry.tiers, ("demand", i, "tiers"))
    if entry.hard or entry.weight is not None:
        return (Segment(math.inf, entry.price),) if entry.price else ()
    if index.ward.cover_tiers:
        return _segments(index.ward.cover_tiers, ("cover_tiers",))
    return (Segment(math.inf, _UNFILLED),)


def tier_prices(index: WardIndex) -> tuple[Segment, ...]:
    """Prices of the ward's own tiers, by which gaps are filled where a demand says nothing else.

    Parameters
    ----------
    index : WardIndex

    Returns
    -------
    tuple of Segment
        Empty without tiers.
    """
    return _segments(index.ward.cover_tiers, ("cover_tiers",)) if index.ward.cover_tiers else ()


def _segments(tiers: list[Tier], path: Path) -> tuple[Segment, ...]:
    made: list[Segment] = []
    for i, tier in enumerate(tiers):
        if made and tier.price < made[-1].price:
            raise ItemError("is cheaper than the tier before it; the cheapest must come first", (*path, i))
        if tier.up_to is None and i < len(tiers) - 1:
            raise ItemError("has no up_to, so the tiers after it would never be used", (*path, i))
        made.append(Segment(math.inf if tier.up_to is None else tier.up_to, tier.price))
    if math.isfinite(made[-1].width):
        made.append(Segment(math.inf, HARD))
    return tuple(made)


def _shared(segments: tuple[Segment, ...], share: float) -> tuple[Segment, ...]:
    return tuple(Segment(s.width, s.price * share) for s in segments)


# ---------------------------------------------------------------------------------------------- clock times
def _pieces(index: WardIndex, entry: Demand | SkillMix, item: Path, *, least: bool) -> list[_Piece]:
    """Pieces between two clock times; with ``least`` those alone that a minimum needs, which cover every moment."""
    between, inside = entry.between or [], index.inside_ward(entry.ward)
    begin, end = minutes_of(between[0]), minutes_of(between[1])
    if end <= begin:
        end += 1440
    shifts = [
        (1 << (i + 1), first + 1440 * lag, last + 1440 * lag, lag)
        for i, s in enumerate(index.shifts)
        for first, last in s.present
        for lag in (-2, -1, 0, 1)
        if inside >> (i + 1) & 1
    ]
    cuts = sorted({begin, end, *(t for _, a, b, _ in shifts for t in (a, b) if begin < t < end)})
    on: list[tuple[frozenset[tuple[int, int]], int, int]] = []
    for a, b in pairwise(cuts):
        covering = frozenset((lag, bit) for bit, s, e, lag in shifts if s <= a and b <= e)
        if covering:
            on.append((covering, a, b))
        elif least:
            raise OfAll(f"no shift covers {clock_time(a)} to {clock_time(b)}", item, ("shifts",))
    minimal: dict[frozenset[tuple[int, int]], list[tuple[int, int]]] = {}
    for covering, a, b in sorted(on, key=lambda piece: (len(piece[0]), piece[1])):
        inner = next((c for c in minimal if c <= covering), covering) if least else covering
        minimal.setdefault(inner, []).append((a, b))
    made = []
    for covering, times in minimal.items():
        masks: dict[int, int] = defaultdict(int)
        for lag, bit in covering:
            masks[lag] |= bit
        share = sum(b - a for a, b in times) / (end - begin)
        label = f"{clock_time(times[0][0])}-{clock_time(times[0][1])}"
        made.append(_Piece(tuple(sorted(masks.items())), share, label, times[0][0]))
    return made


def _terms(index: WardIndex, day: int, piece: _Piece, who: People) -> tuple[tuple[Term, ...], int] | None:
    """Terms inside the horizon, and how many people of history cover the piece; None when that is unknown."""
    terms: list[Term] = []
    known = 0
    for lag, mask in piece.terms:
        at = day + lag
        if 0 <= at < index.horizon.days:
            terms.append(Term(at, mask, who))
        elif at < 0:
            staff = index.ward.staff
            if not any(len(s.history.duties) >= -at for s in staff):
                return None
            ids = {s.id for i, s in enumerate(index.shifts) if mask >> (i + 1) & 1}
            some = range(len(staff)) if who is None else who
            known += sum(len(staff[e].history.duties) >= -at and index.past(e)[at] in ids for e in some)
    return (tuple(terms), known) if terms else None


def _sides(index: WardIndex, i: int, entry: Demand, under: tuple[Segment, ...]) -> list[_Sides]:
    """Pieces of a demand: that of its minimum and that of its maximum, together where they take the same time."""
    item = ("demand", i, "between")
    asked = bool(under) and (entry.minimum > 0 or entry.maximum is None)
    short = {piece.terms: piece for piece in _pieces(index, entry, item, least=True)} if asked else {}
    full = {piece.terms: piece for piece in _pieces(index, entry, item, least=False)} if _surplus(entry) else {}
    made: list[_Sides] = []
    for terms in sorted({*short, *full}, key=lambda terms: (full.get(terms) or short[terms]).begin):
        low, high = short.get(terms), full.get(terms)
        together = low is None or high is None or low.share == high.share
        made += [(low, high)] if together else [(low, None), (None, high)]
    return made


def _timed_line(
    index: WardIndex,
    day: int,
    pieces: _Sides,
    who: People,
    under: tuple[Segment, ...],
    entry: Demand,
    title: str,
) -> list[Line]:
    """The line of a piece: who is missing, who is too many, or both."""
    low, high = pieces
    piece = low or high
    assert piece is not None
    found = _terms(index, day, piece, who)
    if found is None:
        return []
    terms, known = found
    lower = entry.minimum - known if low is not None and entry.minimum > known else -math.inf
    upper = math.inf if high is None or entry.maximum is None else max(entry.maximum - known, 0)
    if math.isinf(lower) and math.isinf(upper):
        return []
    label = title if piece.share == 1 else f"{title} at {piece.label}"
    over, shared = _shared(_surplus(entry), piece.share), _shared(under, piece.share)
    return [Line("", terms, lower, upper, shared, over, day, label, already=known)]


# ---------------------------------------------------------------------------------------------- skill mix


def _mix(index: WardIndex, mix: SkillMix, i: int, names: Names) -> RosterRule:
    path: Path = ("skill_mix", i)
    who, of = index.who(mix.who, (*path, "who")), index.who(mix.of, (*path, "of"))
    index.places.numbers([mix.ward] if mix.ward else [], (*path, "ward"), one=True)
    what = mix.name or (f"{mix.minimum} {mix.who.text()}" if mix.minimum else f"{mix.share:.0%} {mix.who.text()}")
    rows: list[Line] = []
    if mix.price:
        if mix.between is not None:
            pieces = _pieces(index, mix, (*path, "between"), least=mix.minimum is not None)
        elif mix.shifts:
            mask = index.mask(mix.shifts, (*path, "shifts"), mix.ward)
            pieces = [_Piece(((0, mask),), 1.0, (f"{mix.ward} " if mix.ward else "") + "/".join(mix.shifts))]
        else:
            inside = index.inside_ward(mix.ward)
            each = [(1 << (k + 1), s.id) for k, s in enumerate(index.shifts)]
            pieces = [_Piece(((0, bit),), 1.0, name) for bit, name in each if bit & inside]
        for day in sorted(index.days(mix.days, (*path, "days"))):
            for piece in pieces:
                rows += _mix_line(index, mix, day, piece, (who, of), f"{what} on {piece.label}")
    return Headcounts(name=names(what), rows=tuple(rows))


def _mix_line(
    index: WardIndex, mix: SkillMix, day: int, piece: _Piece, people: tuple[People, People], label: str
) -> list[Line]:
    who, of = people
    if mix.minimum is not None:
        found = _terms(index, day, piece, who)
        if found is None or mix.minimum <= found[1]:
            return []
        under = (Segment(math.inf, mix.price * piece.share),)
        return [Line("", found[0], lower=mix.minimum - found[1], under=under, day=day, label=label, already=found[1])]
    # share p/q of those on duty: (q - p) for each of who, -p for each other one, at least 0
    share = Fraction(mix.share or 0).limit_denominator(100)
    p, q = share.numerator, share.denominator
    staff = range(len(index.ward.staff))
    wanted = set(staff if who is None else who)
    others = tuple(e for e in (staff if of is None else of) if e not in wanted)
    mine = _terms(index, day, piece, tuple(sorted(wanted)))
    rest = _terms(index, day, piece, others)
    if mine is None or rest is None:
        return []
    terms = tuple(Term(t.day, t.mask, t.employees, float(q - p)) for t in mine[0] if q > p)
    terms += tuple(Term(t.day, t.mask, t.employees, -float(p)) for t in rest[0])
    lower = float(p * rest[1] - (q - p) * mine[1])
    under = (Segment(math.inf, mix.price * piece.share / q),)
    return [
        Line("", terms, lower=lower, under=under, day=day, label=label, heads=mine[0], already=mine[1], scale=float(q))
    ]


# ---------------------------------------------------------------------------------------------- pairs


def _pair(index: WardIndex, pair: Pair, path: Path, names: Names) -> RosterRule:
    people = tuple(index.employee(name, (*path, "staff", i)) for i, name in enumerate(pair.staff))
    if len(set(people)) < len(people):
        raise ItemError("names somebody twice", (*path, "staff"))
    chosen = index.mask(pair.shifts, (*path, "shifts")) if pair.shifts else index.work
    masks = tuple(1 << a for a in range(1, len(index.shifts) + 1) if chosen >> a & 1)
    days = tuple(sorted(index.days(pair.days, (*path, "days"))))
    title = ", ".join(pair.staff)
    match pair.kind:
        case "apart":
            label, most = names(f"apart: {title}"), pair.limit
            return Apart(name=label, employees=people, masks=masks, days=days, limit=most, weight=pair.price)
        case "together":
            parts = tuple(
                Together(name="", employees=people, dependant=e, masks=masks, days=days, weight=pair.price)
                for e in people
            )
            return Compound(name=names(f"together: {title}"), parts=parts)
    assert pair.by is not None
    mentors = index.who(pair.by, (*path, "by"))
    rows: list[Line] = []
    for e in people:
        by = tuple(m for m in (range(len(index.ward.staff)) if mentors is None else mentors) if m != e)
        label = f"{index.ward.staff[e].id} without supervision"
        title = f"supervisors of {index.ward.staff[e].id}"
        spanning = {mask: _spanning(index, mask) for mask in masks}
        for day in days:
            for mask in masks:
                terms = (Term(day, spanning[mask], by), Term(day, mask, (e,), -1.0))
                under = (Segment(math.inf, pair.price),)
                rows.append(Line("", terms, lower=0.0, under=under, day=day, label=label, title=title))
    return Headcounts(name=names(f"supervised: {title}"), rows=tuple(rows), grows=False)


def _spanning(index: WardIndex, mask: int) -> int:
    """Duties in the same ward whose shift is on for the whole of the shift of ``mask``."""
    this, unit = mask.bit_length() - 2, index.places.unit
    spans = (
        unit[i] == unit[this]
        and all(any(a <= first and last <= b for a, b in s.present) for first, last in index.shifts[this].parts)
        for i, s in enumerate(index.shifts)
    )
    return sum(1 << (i + 1) for i, spanning in enumerate(spans) if spanning)
