"""Best duties of one person on a stretch of days, the other days fixed.

Sequence rules are followed by the automaton from the state reached before the stretch; what each state at its end costs
until the sequence meets the old one again is known before. Two totals (the *inner* and the *outer* counter) are
dimensions of a small dense table over the stretch alone: what they may take is what the other days leave. Before the
table is filled, a pass in each direction finds the corridor of inner totals from which both ends can be reached: where
hard limits leave little slack, a whole year of one person fits in a few megabytes. Further totals are checked
afterwards, and duties that broke them are excluded in another try.
"""

# Numba's generator inside compiled functions is the legacy one.
# ruff: noqa: NPY002
# mypy: disable-error-code="no-untyped-def, assignment, unused-ignore"

from __future__ import annotations

import numpy as np

from optimise.core.jit import compiled
from optimise.roster.kernels.standing import line_price, total_price

__all__ = ["best_duties", "cover_prices", "standing_prices"]

#: Free days up to which the corridor is not narrowed from the front as well (it costs as much as the table).
NARROW = 60


@compiled
def cover_prices(staff, plan, kind, cuts, pieces, noise, room):  # type: ignore[no-untyped-def]
    """What each duty on the free days adds to the cover cost, with some noise."""
    duties = staff.letter.shape[1]
    for i in range(pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            for a in range(duties):
                cell = d * duties + a
                v = 0.0
                for p in range(staff.pointer[kind, cell], staff.pointer[kind, cell + 1]):
                    line = staff.row[p]
                    v += line_price(staff, line, plan.lines[line] + staff.value[p])
                    v -= line_price(staff, line, plan.lines[line])
                if noise > 0.0:
                    v += noise * np.random.random()
                room.price[d, a] = v


@compiled
def standing_prices(staff, plan, kind, cuts, pieces, noise, room):  # type: ignore[no-untyped-def]
    """:func:`cover_prices` of a plan whose ``rise`` is in step."""
    duties = staff.letter.shape[1]
    for i in range(pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            for a in range(duties):
                cell = d * duties + a
                v = 0.0
                for p in range(staff.pointer[kind, cell], staff.pointer[kind, cell + 1]):
                    line = staff.row[p]
                    if staff.value[p] == 1.0:
                        v += plan.rise[line]
                    else:
                        v += line_price(staff, line, plan.lines[line] + staff.value[p])
                        v -= line_price(staff, line, plan.lines[line])
                if noise > 0.0:
                    v += noise * np.random.random()
                room.price[d, a] = v


@compiled
def _ahead(staff, plan, e, day, until, outer, room):  # type: ignore[no-untyped-def]
    """Follow the fixed duties from every state before ``day`` up to ``until`` (or until the old states are met).

    Writes, for each state, the state reached (-1 = broken), the cost and the hits of the outer counter, both less
    what the old sequence has there.
    """
    k = staff.automaton[e]
    width = staff.width[k]
    days = plan.words.shape[1]
    calendar = -1
    if outer >= 0:
        calendar = staff.calendar[outer]
    here = 1 if day == days else staff.states[staff.layer[k, day]]
    # the old sequence, summed up to each day, is subtracted only over the part walked
    for s in range(here):
        now, was, d = s, plan.states[e, day], day
        price, extra = 0.0, 0
        while d < until and now != was:
            at = staff.at[staff.layer[k, d]]
            x = staff.letter[k, plan.words[e, d]]
            r = at + now * width + x
            q = at + was * width + x
            price += staff.cost[r] - staff.cost[q]
            if calendar >= 0:
                extra += staff.hits[r, calendar] - staff.hits[q, calendar]
            now = staff.move[r]
            was = staff.move[q]
            if now < 0:
                break
            d += 1
        room.over[s] = price
        room.moved[s] = extra
        room.onto[s] = now if now < 0 or d == until else plan.states[e, until]
    return here


@compiled
def _end(staff, plan, e, last, open_end, outer, room):  # type: ignore[no-untyped-def]
    """What each state at the end of the stretch leads to; returns the number of states."""
    days = plan.words.shape[1]
    if open_end or last == days:
        here = 1 if last == days else staff.states[staff.layer[staff.automaton[e], last]]
        for s in range(here):
            room.over[s] = 0.0
            room.moved[s] = 0
            room.onto[s] = 0
        return here
    return _ahead(staff, plan, e, last, days, outer, room)


@compiled
def _corridor(staff, plan, e, cuts, pieces, open_end, room, inner, inner_base, outer, strict):  # type: ignore[no-untyped-def]
    """Inner totals of each (level, state) from which the end can be reached within hard limits, and at what cost.

    Written to ``room.reach[level, state] = (base, top, ..)`` and ``room.ahead[level, state]``, the least cost to the
    end whatever the totals; levels are free days, one more for each gap between
    pieces. Returns the largest width of a row (0 if there is no way).
    """
    k = staff.automaton[e]
    width = staff.width[k]
    days = plan.words.shape[1]
    reach, ahead = room.reach, room.ahead
    table = -1 if inner < 0 else staff.table[inner]
    far = np.int32(1 << 28)
    free, work = 0, 0
    for i in range(pieces):
        free += cuts[2 * i + 1] - cuts[2 * i]
    levels = free + pieces - 1
    start = plan.states[e, cuts[0]]
    narrow = free > NARROW
    # from the front: within short stretches only the most that the days bring counts
    level, f, top_sum = 0, 0, 0
    if narrow:
        reach[0, :, 0] = far
        reach[0, :, 1] = -far
        reach[0, start, 0] = 0
        reach[0, start, 1] = 0
    else:
        reach[0, :, 0] = 0
        reach[0, :, 1] = 0
    for i in range(pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            if not narrow:
                most = 0
                for o in range(room.count[f]):
                    most = max(most, room.options[f, o, 1])
                top_sum += most
                reach[level + 1, :, 0] = 0
                reach[level + 1, :, 1] = top_sum
            else:
                reach[level + 1, :, 0] = far
                reach[level + 1, :, 1] = -far
                at = staff.at[staff.layer[k, d]]
                for s in range(staff.states[staff.layer[k, d]]):
                    if reach[level, s, 1] < 0:
                        continue
                    work += room.count[f]
                    for o in range(room.count[f]):
                        to = staff.move[at + s * width + room.options[f, o, 0]]
                        if to >= 0:
                            dj = room.options[f, o, 1]
                            reach[level + 1, to, 0] = min(reach[level + 1, to, 0], reach[level, s, 0] + dj)
                            reach[level + 1, to, 1] = max(reach[level + 1, to, 1], reach[level, s, 1] + dj)
            level += 1
            f += 1
        if i + 1 < pieces:
            if narrow:
                here = _ahead(staff, plan, e, cuts[2 * i + 1], cuts[2 * i + 2], outer, room)
                reach[level + 1, :, 0] = far
                reach[level + 1, :, 1] = -far
                for s in range(here):
                    to = room.onto[s]
                    if to >= 0 and reach[level, s, 1] >= 0:
                        reach[level + 1, to, 0] = min(reach[level + 1, to, 0], reach[level, s, 0])
                        reach[level + 1, to, 1] = max(reach[level + 1, to, 1], reach[level, s, 1])
            else:
                reach[level + 1, :, 0] = 0
                reach[level + 1, :, 1] = top_sum
            level += 1
    last = cuts[2 * pieces - 1]
    here = _end(staff, plan, e, last, open_end, outer, room)
    reach[level, :, 2] = far
    reach[level, :, 3] = -far
    ahead[level, :] = np.inf
    for s in range(here):
        if room.onto[s] >= 0 and reach[level, s, 1] >= 0:
            reach[level, s, 2] = 0
            reach[level, s, 3] = 0
            ahead[level, s] = room.over[s]
    # from the end
    for i in range(pieces - 1, -1, -1):
        for d in range(cuts[2 * i + 1] - 1, cuts[2 * i] - 1, -1):
            level -= 1
            f -= 1
            at = staff.at[staff.layer[k, d]]
            here = staff.states[staff.layer[k, d]]
            count = room.count[f]
            work += 2 * here * count
            reach[level, here:, 3] = -far
            for s in range(here):
                low, high, least = far, -far, np.inf
                if reach[level, s, 1] >= 0:
                    for o in range(count):
                        r = at + s * width + room.options[f, o, 0]
                        to = staff.move[r]
                        if to >= 0 and reach[level + 1, to, 3] >= 0:
                            dj = room.options[f, o, 1]
                            low = min(low, reach[level + 1, to, 2] + dj)
                            high = max(high, reach[level + 1, to, 3] + dj)
                            least = min(least, ahead[level + 1, to] + (room.dear[f, o] + staff.cost[r]))
                reach[level, s, 2] = low
                reach[level, s, 3] = high
                ahead[level, s] = least
        if i > 0:
            here = _ahead(staff, plan, e, cuts[2 * i - 1], cuts[2 * i], outer, room)
            level -= 1
            reach[level, :, 2] = far
            reach[level, :, 3] = -far
            ahead[level, :] = np.inf
            for s in range(here):
                to = room.onto[s]
                if to >= 0 and reach[level + 1, to, 3] >= 0 and reach[level, s, 1] >= 0:
                    reach[level, s, 2] = reach[level + 1, to, 2]
                    reach[level, s, 3] = reach[level + 1, to, 3]
                    ahead[level, s] = ahead[level + 1, to] + room.over[s]
    room.work[0] += work
    least_total, most_total = reach[0, start, 2], reach[0, start, 3]
    if most_total < 0:
        return 0
    need, cap = -far, far
    if table >= 0 and strict:
        unit = staff.unit_of[inner]
        if staff.price_lower[inner] == np.inf and (not open_end or last == days):
            # where it cannot be met here: as near as possible, and the shortfall is priced
            need = min(most_total, max(-far, -(-staff.lower[inner] // unit) - inner_base))
        if staff.price_upper[inner] == np.inf:
            cap = max(least_total, min(far, staff.upper[inner] // unit - inner_base))
    span = 0
    for level in range(levels + 1):
        for s in range(reach.shape[1]):
            if reach[level, s, 1] < 0 or reach[level, s, 3] < 0:
                reach[level, s, 1] = -1
                reach[level, s, 0] = 0
                continue
            base = max(reach[level, s, 0], need - reach[level, s, 3])
            top = min(reach[level, s, 1], cap - reach[level, s, 2])
            reach[level, s, 0], reach[level, s, 1] = base, top
            span = max(span, top - base + 1)
    return span


@compiled
def _table(
    staff,
    plan,
    e,
    cuts,
    pieces,
    open_end,
    hard,
    room,
    inner,
    inner_base,
    outer,
    outer_base,
    outer_size,
    free,
    strict,
    cutoff,
):  # type: ignore[no-untyped-def]
    """Fill the table over the pieces and read back the best duties into ``room.new``.

    Cells from which no answer within ``cutoff`` can be reached are left out; ``room.work[1]`` says whether there were
    any. What the rest costs at least is known from the corridor.
    """
    k = staff.automaton[e]
    width = staff.width[k]
    duties = staff.letter.shape[1]
    table, low, high, reach = room.table, room.low, room.high, room.reach
    inner_table = -1 if inner < 0 else staff.table[inner]
    outer_table = -1 if outer < 0 else staff.table[outer]
    outer_calendar = -1 if outer < 0 else staff.calendar[outer]
    # options of each free day: duties that neither the automaton nor a counter of the table tells apart
    f = 0
    widest = 1
    for i in range(pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            n = 0
            widest = max(widest, staff.states[staff.layer[k, d]])
            for a in range(duties):
                if room.shut[d, a]:
                    continue
                x = staff.letter[k, a]
                dj = 0 if inner_table < 0 else staff.values[inner_table, d, a]
                dh = 0 if outer_table < 0 else staff.values[outer_table, d, a]
                v = room.price[d, a] + staff.unit[e, d, a]
                hit = False
                for o in range(n):
                    if room.options[f, o, 0] == x and room.options[f, o, 1] == dj and room.options[f, o, 2] == dh:
                        hit = True
                        if v < room.dear[f, o]:
                            room.dear[f, o] = v
                            room.options[f, o, 3] = a
                        break
                if not hit:
                    room.options[f, n, 0], room.options[f, n, 1], room.options[f, n, 2] = x, dj, dh
                    room.options[f, n, 3] = a
                    room.dear[f, n] = v
                    n += 1
            room.count[f] = n
            f += 1
    last = cuts[2 * pieces - 1]
    if last < plan.words.shape[1]:
        widest = max(widest, staff.states[staff.layer[k, last]])
    size = _corridor(staff, plan, e, cuts, pieces, open_end, room, inner, inner_base, outer, strict)
    if size <= 0:
        return np.inf
    limit = cutoff + 1e-7
    if room.ahead[0, plan.states[e, cuts[0]]] > limit:
        room.work[1] = 1.0
        return np.inf
    work = 0
    rows = widest * outer_size
    stride = rows * size
    if stride * (free + pieces) > len(table) or rows * (free + pieces) > len(low):
        return np.nan  # too large
    for r in range(rows):
        high[r] = -1
        low[r] = size
    start = plan.states[e, cuts[0]] * outer_size
    if reach[0, plan.states[e, cuts[0]], 1] < 0:
        return np.inf
    table[start * size] = 0.0
    low[start] = 0
    high[start] = 0
    level, f = 0, 0
    for i in range(pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            a0, b0 = level * stride, (level + 1) * stride
            ra, rb = level * rows, (level + 1) * rows
            for r in range(rows):
                high[rb + r] = -1
                low[rb + r] = size
            at = staff.at[staff.layer[k, d]]
            here = staff.states[staff.layer[k, d]]
            for s in range(here):
                if reach[level, s, 1] < 0:
                    continue
                if limit < np.inf:
                    # leave out the cells that lead to nothing good enough
                    some = False
                    value = limit - room.ahead[level, s]
                    for h in range(outer_size):
                        p = s * outer_size + h
                        if high[ra + p] < 0:
                            continue
                        x = a0 + p * size
                        begin, stop = low[ra + p], high[ra + p]
                        while begin <= stop and table[x + begin] > value:
                            begin += 1
                        while stop >= begin and table[x + stop] > value:
                            stop -= 1
                        if begin > low[ra + p] or stop < high[ra + p]:
                            room.work[1] = 1.0
                        low[ra + p] = begin if begin <= stop else size
                        high[ra + p] = stop if begin <= stop else -1
                        some = some or begin <= stop
                        work += stop - begin + 1
                    if not some:
                        continue
                work += 2 * room.count[f]
                for o in range(room.count[f]):
                    r = at + s * width + room.options[f, o, 0]
                    to = staff.move[r]
                    if to < 0 or reach[level + 1, to, 1] < 0:
                        continue
                    dh = room.options[f, o, 2]
                    if outer_calendar >= 0:
                        dh = staff.hits[r, outer_calendar]
                    # the row of the next day starts at its own base
                    dj = room.options[f, o, 1] + reach[level, s, 0] - reach[level + 1, to, 0]
                    room_up = reach[level + 1, to, 1] - reach[level + 1, to, 0] - dj
                    c = room.dear[f, o] + staff.cost[r]
                    for h in range(outer_size - dh):
                        p = s * outer_size + h
                        if high[ra + p] < 0:
                            continue
                        q = to * outer_size + h + dh
                        begin = max(low[ra + p], -dj)
                        stop = min(high[ra + p], room_up)
                        if begin > stop:
                            continue
                        x, y = a0 + p * size, b0 + q * size + dj
                        if high[rb + q] < 0:
                            table[b0 + q * size : b0 + (q + 1) * size] = np.inf
                        for j in range(begin, stop + 1):
                            v = table[x + j] + c
                            if v < table[y + j]:
                                table[y + j] = v
                        low[rb + q] = min(low[rb + q], begin + dj)
                        high[rb + q] = max(high[rb + q], stop + dj)
                        work += stop - begin + 1
            level += 1
            f += 1
        if i + 1 < pieces:
            here = _ahead(staff, plan, e, cuts[2 * i + 1], cuts[2 * i + 2], outer, room)
            a0, b0 = level * stride, (level + 1) * stride
            ra, rb = level * rows, (level + 1) * rows
            for r in range(rows):
                high[rb + r] = -1
                low[rb + r] = size
            for s in range(here):
                to, dh, c = room.onto[s], room.moved[s], room.over[s]
                if to < 0 or reach[level, s, 1] < 0 or reach[level + 1, to, 1] < 0:
                    continue
                dj = reach[level, s, 0] - reach[level + 1, to, 0]
                room_up = reach[level + 1, to, 1] - reach[level + 1, to, 0] - dj
                for h in range(outer_size):
                    p = s * outer_size + h
                    if high[ra + p] < 0 or not 0 <= h + dh < outer_size:
                        continue
                    q = to * outer_size + h + dh
                    begin = max(low[ra + p], -dj)
                    stop = min(high[ra + p], room_up)
                    if begin > stop:
                        continue
                    x, y = a0 + p * size, b0 + q * size + dj
                    if high[rb + q] < 0:
                        table[b0 + q * size : b0 + (q + 1) * size] = np.inf
                    for j in range(begin, stop + 1):
                        v = table[x + j] + c
                        if v < table[y + j]:
                            table[y + j] = v
                    low[rb + q] = min(low[rb + q], begin + dj)
                    high[rb + q] = max(high[rb + q], stop + dj)
            level += 1
    room.work[0] += work
    # the end: what each state costs until the old sequence is met, and the totals
    here = _end(staff, plan, e, last, open_end, outer, room)
    best, best_s, best_h, best_j = np.inf, -1, 0, 0
    a0, ra = level * stride, level * rows
    for s in range(here):
        if room.onto[s] < 0 or reach[level, s, 1] < 0:
            continue
        for h in range(outer_size):
            p = s * outer_size + h
            if high[ra + p] < 0:
                continue
            c = room.over[s]
            if outer >= 0:
                c += total_price(staff, outer, outer_base + h + room.moved[s], hard)
            for j in range(low[ra + p], high[ra + p] + 1):
                v = table[a0 + p * size + j] + c
                if inner >= 0 and v < best:
                    v += total_price(staff, inner, inner_base + reach[level, s, 0] + j, hard)
                if v < best:
                    best, best_s, best_h, best_j = v, s, h, j
    if best_s < 0:
        return np.inf
    # back: the predecessor is found by comparing sums, which are the same sums as above
    s, h, j = best_s, best_h, best_j
    for i in range(pieces - 1, -1, -1):
        for d in range(cuts[2 * i + 1] - 1, cuts[2 * i] - 1, -1):
            level -= 1
            f -= 1
            value = table[(level + 1) * stride + (s * outer_size + h) * size + j]
            at = staff.at[staff.layer[k, d]]
            here = staff.states[staff.layer[k, d]]
            found = False
            for t in range(here):
                if reach[level, t, 1] < 0:
                    continue
                for o in range(room.count[f]):
                    r = at + t * width + room.options[f, o, 0]
                    if staff.move[r] != s:
                        continue
                    dh = room.options[f, o, 2]
                    if outer_calendar >= 0:
                        dh = staff.hits[r, outer_calendar]
                    dj = room.options[f, o, 1] + reach[level, t, 0] - reach[level + 1, s, 0]
                    if h < dh:
                        continue
                    p = t * outer_size + h - dh
                    if not low[level * rows + p] <= j - dj <= high[level * rows + p]:
                        continue
                    c = room.dear[f, o] + staff.cost[r]
                    if table[level * stride + p * size + j - dj] + c == value:
                        room.new[d] = room.options[f, o, 3]
                        s, h, j = t, h - dh, j - dj
                        found = True
                        break
                if found:
                    break
            if not found:
                return np.inf
        if i > 0:
            here = _ahead(staff, plan, e, cuts[2 * i - 1], cuts[2 * i], outer, room)
            value = table[level * stride + (s * outer_size + h) * size + j]
            level -= 1
            found = False
            for t in range(here):
                dh = room.moved[t]
                if room.onto[t] != s or reach[level, t, 1] < 0 or not 0 <= h - dh < outer_size:
                    continue
                p = t * outer_size + h - dh
                dj = reach[level, t, 0] - reach[level + 1, s, 0]
                if not low[level * rows + p] <= j - dj <= high[level * rows + p]:
                    continue
                if table[level * stride + p * size + j - dj] + room.over[t] == value:
                    s, h, j = t, h - dh, j - dj
                    found = True
                    break
            if not found:
                return np.inf
    return best


@compiled
def best_duties(staff, plan, e, cuts, pieces, open_end, hard, slack, room):  # type: ignore[no-untyped-def]
    """Best duties of a person on the days of the pieces ``[cuts[2i], cuts[2i+1])``, the others fixed.

    ``room.price`` holds what each duty costs. Writes ``room.new``; returns the least cost, infinite if none is found
    that costs at most ``slack`` more than the person's duties so far (where ``slack`` is finite).
    """
    k = staff.automaton[e]
    width = staff.width[k]
    duties = staff.letter.shape[1]
    begin, end = staff.own[e], staff.own[e + 1]
    free = 0
    for i in range(pieces):
        for d in range(cuts[2 * i], cuts[2 * i + 1]):
            free += 1
            for a in range(duties):
                room.shut[d, a] = not staff.allowed[e, d, a]
    inner, outer = np.int64(-1), np.int64(-1)
    inner_base, outer_base, inner_size, outer_size = np.int64(0), np.int64(0), np.int64(1), np.int64(1)
    inner_weight, outer_weight = -1.0, -1.0
    for turn in range(2):
        for c in range(begin, end):
            table = staff.table[c]
            if (turn == 0) != (table >= 0):
                continue
            # what this counter has on the free days now, and the most it can have there
            mine, most, least, groups = 0, 0, 0, 0
            if table >= 0:
                for i in range(pieces):
                    most += staff.top[c, cuts[2 * i + 1]] - staff.top[c, cuts[2 * i]]
                    least += staff.bottom[c, cuts[2 * i + 1]] - staff.bottom[c, cuts[2 * i]]
                if (
                    not open_end
                    and staff.lower[c] <= (plan.amounts[c] - most + least) * staff.unit_of[c]
                    and (plan.amounts[c] - least + most) * staff.unit_of[c] <= staff.upper[c]
                ):
                    continue
            for i in range(pieces):
                for d in range(cuts[2 * i], cuts[2 * i + 1]):
                    if table >= 0:
                        if not open_end:
                            mine += staff.values[table, d, plan.words[e, d]]
                    else:
                        r = staff.at[staff.layer[k, d]]
                        if not open_end:
                            x = plan.states[e, d] * width + staff.letter[k, plan.words[e, d]]
                            mine += staff.hits[r + x, staff.calendar[c]]
                        g = staff.group[k, staff.calendar[c], d]
                        if g >= 0 and g != groups - 1:
                            most += 1
                            groups = g + 1
            base = plan.amounts[c] - mine
            if (
                staff.lower[c] <= (base + least) * staff.unit_of[c]
                and (base + most) * staff.unit_of[c] <= staff.upper[c]
            ):
                continue
            size = most + 1
            if staff.price_upper[c] == np.inf:
                room_left = staff.upper[c] // staff.unit_of[c] - base
                if room_left < most:
                    if table >= 0:
                        for i in range(pieces):
                            for d in range(cuts[2 * i], cuts[2 * i + 1]):
                                for a in range(duties):
                                    if staff.values[table, d, a] > max(0, room_left):
                                        room.shut[d, a] = True
                    size = max(0, room_left) + 1
                    if size == 1 and table >= 0 and staff.lower[c] <= (base + least) * staff.unit_of[c]:
                        continue
            weight = 0.0
            if staff.lower[c] > base * staff.unit_of[c]:
                weight = 1e6 + most
            elif staff.price_upper[c] < np.inf:
                weight = 1e3 + most
            else:
                weight = 1.0 + 1.0 / size
            if table >= 0 and weight > inner_weight:
                if inner >= 0 and inner_weight > outer_weight:
                    outer, outer_base, outer_size, outer_weight = inner, inner_base, inner_size, inner_weight
                inner, inner_base, inner_size, inner_weight = c, base, size, weight
            elif table < 0:
                outer, outer_base, outer_size, outer_weight = c, base, size, 1e9
            elif weight > outer_weight:
                outer, outer_base, outer_size, outer_weight = c, base, size, weight
    cutoff = np.inf
    if slack < np.inf and not open_end:
        cutoff = slack
        for i in range(pieces):
            for d in range(cuts[2 * i], cuts[2 * i + 1]):
                a = plan.words[e, d]
                r = staff.at[staff.layer[k, d]] + plan.states[e, d] * width + staff.letter[k, a]
                cutoff += room.price[d, a] + staff.unit[e, d, a] + staff.cost[r]
        for c in (inner, outer):
            if c >= 0:
                cutoff += total_price(staff, c, plan.amounts[c], hard)
    # flags as variables: a literal would be compiled as a function of its own
    strict, loose = free > 0, free <= 0
    for attempt in range(8):
        room.work[1] = 0.0
        value = _table(
            staff,
            plan,
            e,
            cuts,
            pieces,
            open_end,
            hard,
            room,
            inner,
            inner_base,
            outer,
            outer_base,
            outer_size,
            free,
            strict,
            cutoff,
        )
        if np.isnan(value) and outer >= 0:
            outer, outer_size = np.int64(-1), np.int64(1)
            continue
        if np.isnan(value):
            return np.inf
        if value == np.inf:
            if attempt == 0 and room.work[1] == 0.0:
                # perhaps a total is out of reach: without its limits the shortfall is priced
                value = _table(
                    staff,
                    plan,
                    e,
                    cuts,
                    pieces,
                    open_end,
                    hard,
                    room,
                    inner,
                    inner_base,
                    outer,
                    outer_base,
                    outer_size,
                    free,
                    loose,
                    cutoff,
                )
            if not value < np.inf:
                return np.inf
        # totals that the table does not hold
        broken = False
        for c in range(begin, end):
            table = staff.table[c]
            if table < 0 or c in (inner, outer) or staff.price_upper[c] < np.inf:
                continue
            total, before = 0, 0
            for i in range(pieces):
                for d in range(cuts[2 * i], cuts[2 * i + 1]):
                    total += staff.values[table, d, room.new[d]]
                    if not open_end:
                        before += staff.values[table, d, plan.words[e, d]]
            left = staff.upper[c] // staff.unit_of[c] - (plan.amounts[c] - before)
            if total <= max(left, before, 0):
                continue
            broken = True
            # keep what fits of the duties found, in order of days from a random one, and exclude the rest
            begin_at = np.random.randint(0, free)
            for around in range(2):
                seen = 0
                for i in range(pieces):
                    for d in range(cuts[2 * i], cuts[2 * i + 1]):
                        turn_now = (seen < begin_at) == (around == 1)
                        seen += 1
                        if not turn_now:
                            continue
                        here = staff.values[table, d, room.new[d]]
                        keep = here > 0 and here <= left and attempt < 6
                        if keep:
                            left -= here
                        for a in range(duties):
                            if staff.values[table, d, a] > 0 and not (keep and staff.values[table, d, a] <= here):
                                room.shut[d, a] = True
        if not broken:
            return value
    return np.inf
