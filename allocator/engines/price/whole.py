"""Best use of a whole space at given prices: one dedicated service, or one class.

Values are over-estimates of what any plan can earn there: places may be fractions,
and a session that meets others of its service in several sets of meeting sessions is
split over them. Everything else is exact, so the sum over spaces is a valid bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.price.compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.price.layout import Offering
    from allocator.engines.price.lists import Heads
    from allocator.engines.price.rooms import Rooms, Templates

    Array = npt.NDArray[Any]


class Sessions(NamedTuple):
    """The sessions of one unit at given prices; arrays by bit, shape (MOST_SESSIONS,)."""

    low: Array
    """Range of the session's arcs in `Heads`."""
    high: Array
    m2_per_visit: Array
    cost_per_visit: Array
    fixed: Array
    most_m2: Array
    alone: Array
    """Most it can earn alone, its fixed cost paid; 0 = never worth running."""
    cand: Array


class Sweep(NamedTuple):
    """Working arrays of `earn_together`; shape (cliques, MOST_SESSIONS)."""

    share: Array
    pointer: Array
    left_m2: Array
    used_m2: Array
    top: Array
    """Shape (cliques,)."""
    area: Array
    """Shape (MOST_SESSIONS,): result, m² per session."""


class Patterns(NamedTuple):
    """Ways to run each unit of a space, best first; shape (units, patterns)."""

    value: Array
    mask: Array
    peak_m2: Array
    count: Array
    chosen: Array
    """Shape (units,): position of the chosen way; `count` = not run."""


@compiled
def load_sessions(
    unit: int,
    first_offer: int,
    rooms: Rooms,
    offering: Offering,
    heads: Heads,
    annual_price: float,
    sessions: Sessions,
) -> int:
    """Fill `sessions` for one unit; return the bit mask of those worth running."""
    mask = 0
    for k in range(rooms.cand_start[unit], rooms.cand_start[unit + 1]):
        offer, bit = rooms.cand_offer[k], rooms.cand_bit[k]
        at = rooms.cand_at[k] - first_offer
        low, high = heads.start[at], heads.start[at + 1]
        per_visit = annual_price * offering.per_place[offer] / offering.visits[offer]
        left = np.inf
        if not offering.unlimited[offer]:
            left = rooms.cand_places[k] * offering.visits[offer]
        earned = -annual_price * offering.fixed[offer]
        for h in range(low, high):
            if left <= 0.0:
                break
            earned += (heads.value[h] - per_visit) * min(left, heads.visits[h])
            left -= heads.visits[h]
        if earned <= 0.0:
            continue
        mask |= 1 << bit
        sessions.low[bit], sessions.high[bit] = low, high
        sessions.m2_per_visit[bit] = offering.m2[offer] / offering.visits[offer]
        sessions.cost_per_visit[bit] = per_visit
        sessions.fixed[bit] = annual_price * offering.fixed[offer]
        sessions.most_m2[bit] = rooms.cand_places[k] * offering.m2[offer]
        sessions.alone[bit] = earned
        sessions.cand[bit] = k
    return mask


@compiled
def share_out(
    mask: int,
    first: int,
    last: int,
    templates: Templates,
    sessions: Sessions,
    share: Array,
) -> None:
    """Split the value of a session over the sets it meets in, by their competition."""
    for bit in range(share.shape[1]):
        total = 0.0
        for c in range(first, last):
            share[c - first, bit] = 0.0
            if not (templates.clique[c] >> bit) & 1:
                continue
            weight = 1e-9
            for other in range(share.shape[1]):
                if other != bit and (templates.clique[c] >> other) & 1:
                    weight += sessions.alone[other]
            share[c - first, bit] = weight
            total += weight
        for c in range(first, last):
            if total > 0.0:
                share[c - first, bit] /= total


@compiled
def piece_m2(
    bit: int, h: int, used_m2: float, sessions: Sessions, heads: Heads
) -> float:
    """Return the area that the arc at `h` asks for, within what the session may have."""
    if h >= sessions.high[bit]:
        return 0.0
    wanted = heads.visits[h] * sessions.m2_per_visit[bit]
    return min(wanted, sessions.most_m2[bit] - used_m2)


@compiled
def earn_together(
    mask: int,
    most_m2: float,
    peak_cost: float,
    first: int,
    last: int,
    templates: Templates,
    sessions: Sessions,
    heads: Heads,
    sweep: Sweep,
) -> tuple[float, float]:
    """Return the most the sessions of `mask` earn together, and their peak area.

    The peak grows from 0; at every point each set of meeting sessions gives the area
    to its best arc; it stops when a further m² earns less than the equipment costs.
    """
    share_out(mask, first, last, templates, sessions, sweep.share)
    for c in range(first, last):
        for bit in range(sweep.share.shape[1]):
            if (templates.clique[c] >> bit) & 1:
                sweep.pointer[c - first, bit] = sessions.low[bit]
                sweep.used_m2[c - first, bit] = 0.0
                start = piece_m2(bit, sessions.low[bit], 0.0, sessions, heads)
                sweep.left_m2[c - first, bit] = start
    value, peak = 0.0, 0.0
    while peak < most_m2:
        slope, step = -peak_cost, most_m2 - peak
        for c in range(last - first):
            best = 0.0
            sweep.top[c] = -1
            for bit in range(sweep.share.shape[1]):
                if not (templates.clique[first + c] >> bit) & 1:
                    continue
                if sweep.left_m2[c, bit] <= 0.0:
                    continue
                net = heads.value[sweep.pointer[c, bit]] - sessions.cost_per_visit[bit]
                per_m2 = sweep.share[c, bit] * net / sessions.m2_per_visit[bit]
                if per_m2 > best:
                    best = per_m2
                    sweep.top[c] = bit
            if sweep.top[c] >= 0:
                slope += best
                step = min(step, sweep.left_m2[c, sweep.top[c]])
        if slope <= 0.0:
            break
        peak += step
        value += slope * step
        advance(last - first, step, sessions, heads, sweep)
    for bit in range(sweep.share.shape[1]):
        sweep.area[bit] = 0.0
        for c in range(last - first):
            if (templates.clique[first + c] >> bit) & 1:
                sweep.area[bit] += sweep.share[c, bit] * sweep.used_m2[c, bit]
    return value, peak


@compiled
def advance(
    cliques: int, step: float, sessions: Sessions, heads: Heads, sweep: Sweep
) -> None:
    """Use `step` m² of the best arc of every set of meeting sessions."""
    for c in range(cliques):
        bit = sweep.top[c]
        if bit < 0:
            continue
        sweep.used_m2[c, bit] += step
        sweep.left_m2[c, bit] -= step
        if sweep.left_m2[c, bit] <= 0.0:
            sweep.pointer[c, bit] += 1
            sweep.left_m2[c, bit] = piece_m2(
                bit, sweep.pointer[c, bit], sweep.used_m2[c, bit], sessions, heads
            )


@compiled
def find_patterns(
    unit: int,
    at: int,
    mask: int,
    capital_price: float,
    rooms: Rooms,
    templates: Templates,
    unlimited: bool,
    sessions: Sessions,
    heads: Heads,
    sweep: Sweep,
    patterns: Patterns,
) -> None:
    """List the profitable subsets of a unit's sessions with their value, best first."""
    patterns.count[at] = 0
    equipment = capital_price * rooms.unit_equipment[unit]
    template = templates.offset[rooms.unit_template[unit]]
    subset = mask
    while subset > 0:
        first, last = (
            templates.start[template + subset],
            templates.start[template + subset + 1],
        )
        alone, fixed = 0.0, equipment
        for bit in range(len(sessions.alone)):
            if (subset >> bit) & 1:
                alone += sessions.alone[bit]
                fixed += sessions.fixed[bit]
        value, peak = alone - equipment, 0.0
        if value > 0.0 and not unlimited:
            earned, peak = earn_together(
                subset,
                rooms.unit_area[unit],
                capital_price * rooms.unit_peak_cost[unit],
                first,
                last,
                templates,
                sessions,
                heads,
                sweep,
            )
            value = earned - fixed
        if value > 0.0:
            insert_pattern(at, value, subset, peak, patterns)
        subset = (subset - 1) & mask


@compiled
def insert_pattern(
    at: int, value: float, mask: int, peak_m2: float, patterns: Patterns
) -> None:
    """Insert a way of running a unit, keeping the best first."""
    j = patterns.count[at]
    while j > 0 and patterns.value[at, j - 1] < value:
        patterns.value[at, j] = patterns.value[at, j - 1]
        patterns.mask[at, j] = patterns.mask[at, j - 1]
        patterns.peak_m2[at, j] = patterns.peak_m2[at, j - 1]
        j -= 1
    patterns.value[at, j] = value
    patterns.mask[at, j] = mask
    patterns.peak_m2[at, j] = peak_m2
    patterns.count[at] += 1
