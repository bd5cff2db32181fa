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


SESSION = np.dtype(
    [
        ("low", np.int64),
        ("high", np.int64),
        ("m2_per_visit", np.float64),
        ("cost_per_visit", np.float64),
        ("fixed", np.float64),
        ("most_m2", np.float64),
        ("alone", np.float64),
        ("cand", np.int64),
    ],
    align=True,
)
"""A session of a unit at given prices, at the position of its bit: the range of its
arcs in `Heads`, yearly costs at their price, its most area, what it earns alone (fixed
cost paid) and its candidate."""

CELL = np.dtype(
    [
        ("share", np.float64),
        ("slope", np.float64),
        ("pointer", np.int64),
        ("left_m2", np.float64),
        ("used_m2", np.float64),
    ],
    align=True,
)
"""A session within one set of meeting sessions, while area is handed out: its share of
the session, what its next m² earns, the arc it goes to and how much that arc takes."""

WAY = np.dtype(
    [
        ("value", np.float64),
        ("mask", np.int64),
        ("slots", np.int64),
        ("peak_m2", np.float64),
    ],
    align=True,
)
"""A way to run a unit: what it earns, which sessions, their slots, its peak area."""

CHOICE = np.dtype([("count", np.int64), ("chosen", np.int64)], align=True)
"""How many ways a unit has, best first, and which is chosen (`count` = not run)."""


class Sweep(NamedTuple):
    """Working memory of `earn_together`."""

    cell: Array
    """Shape (cliques, sessions) of `CELL`."""
    top: Array
    """Shape (cliques,): session that gets the next m²."""
    area: Array
    """Shape (sessions,): result, m² per session."""


class Patterns(NamedTuple):
    """Ways to run each unit of a space."""

    way: Array
    """Shape (units, ways) of `WAY`."""
    unit: Array
    """Shape (units,) of `CHOICE`."""


@compiled
def load_sessions(
    unit: int,
    first_offer: int,
    rooms: Rooms,
    offering: Offering,
    heads: Heads,
    annual_price: float,
    sessions: Array,
) -> int:
    """Fill `sessions` for one unit; return the bit mask of those worth running."""
    mask = 0
    for k in range(rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start):
        offer, bit = rooms.cand[k].offer, rooms.cand[k].bit
        at = rooms.cand[k].at - first_offer
        low, high = heads.start[at], heads.start[at + 1]
        per_visit = (
            annual_price
            * offering.offer[offer].per_place
            / offering.offer[offer].visits
        )
        left = np.inf
        if not offering.offer[offer].unlimited:
            left = rooms.cand[k].places * offering.offer[offer].visits
        earned = -annual_price * offering.offer[offer].fixed
        for h in range(low, high):
            if left <= 0.0:
                break
            earned += (heads.value[h] - per_visit) * min(left, heads.visits[h])
            left -= heads.visits[h]
        if earned <= 0.0:
            continue
        mask |= 1 << bit
        sessions[bit].low, sessions[bit].high = low, high
        sessions[bit].m2_per_visit = (
            offering.offer[offer].m2 / offering.offer[offer].visits
        )
        sessions[bit].cost_per_visit = per_visit
        sessions[bit].fixed = annual_price * offering.offer[offer].fixed
        sessions[bit].most_m2 = rooms.cand[k].places * offering.offer[offer].m2
        sessions[bit].alone = earned
        sessions[bit].cand = k
    return mask


@compiled
def share_out(
    first: int, last: int, templates: Templates, sessions: Array, cell: Array
) -> None:
    """Split the value of a session over the sets it meets in, by their competition."""
    for bit in range(cell.shape[1]):
        total, sets = 0.0, 0
        for c in range(first, last):
            if (templates.clique[c] >> bit) & 1:
                weight = 1e-9
                for other in range(cell.shape[1]):
                    if other != bit and (templates.clique[c] >> other) & 1:
                        weight += sessions[other].alone
                cell[c - first, bit].share = weight
                total += weight
                sets += 1
        for c in range(first, last):
            if (templates.clique[c] >> bit) & 1:
                cell[c - first, bit].share /= total
                if sets == 1:
                    cell[c - first, bit].share = 1.0


@compiled
def load_piece(
    bit: int, c: int, h: int, sessions: Array, heads: Heads, cell: Array
) -> None:
    """Let a session of a set ask for area for the arc at `h`."""
    cell[c, bit].pointer = h
    left = sessions[bit].most_m2 - cell[c, bit].used_m2
    if h >= sessions[bit].high or left <= 0.0:
        cell[c, bit].slope = 0.0
        return
    m2_per_visit = sessions[bit].m2_per_visit
    net = heads.value[h] - sessions[bit].cost_per_visit
    cell[c, bit].slope = cell[c, bit].share * net / m2_per_visit
    cell[c, bit].left_m2 = min(heads.visits[h] * m2_per_visit, left)


@compiled
def earn_together(
    mask: int,
    most_m2: float,
    peak_cost: float,
    first: int,
    last: int,
    templates: Templates,
    sessions: Array,
    heads: Heads,
    sweep: Sweep,
) -> tuple[float, float]:
    """Return the most the sessions of `mask` earn together, and their peak area.

    The peak grows from 0; at every point each set of meeting sessions gives the area
    to its best arc; it stops when a further m² earns less than the equipment costs.
    """
    cell, area = sweep.cell, sweep.area
    share_out(first, last, templates, sessions, cell)
    for c in range(last - first):
        for bit in range(len(area)):
            if (templates.clique[first + c] >> bit) & 1:
                cell[c, bit].used_m2 = 0.0
                load_piece(bit, c, sessions[bit].low, sessions, heads, cell)
    value, peak = 0.0, 0.0
    while peak < most_m2:
        slope, step = -peak_cost, most_m2 - peak
        for c in range(last - first):
            best, top = 0.0, -1
            for bit in range(len(area)):
                if (templates.clique[first + c] >> bit) & 1:
                    if cell[c, bit].slope > best:
                        best, top = cell[c, bit].slope, bit
            sweep.top[c] = top
            if top >= 0:
                slope += best
                step = min(step, cell[c, top].left_m2)
        if slope <= 0.0:
            break
        peak += step
        value += slope * step
        advance(last - first, step, sessions, heads, sweep)
    for bit in range(len(area)):
        area[bit] = 0.0
        for c in range(last - first):
            if (templates.clique[first + c] >> bit) & 1:
                area[bit] += cell[c, bit].share * cell[c, bit].used_m2
    return value, peak


@compiled
def advance(
    cliques: int, step: float, sessions: Array, heads: Heads, sweep: Sweep
) -> None:
    """Use `step` m² of the best arc of every set of meeting sessions."""
    cell = sweep.cell
    for c in range(cliques):
        bit = sweep.top[c]
        if bit >= 0:
            cell[c, bit].used_m2 += step
            cell[c, bit].left_m2 -= step
            if cell[c, bit].left_m2 <= 0.0:
                load_piece(bit, c, cell[c, bit].pointer + 1, sessions, heads, cell)


@compiled
def find_patterns(
    unit: int,
    at: int,
    mask: int,
    capital_price: float,
    rooms: Rooms,
    offering: Offering,
    templates: Templates,
    best_only: bool,
    sessions: Array,
    heads: Heads,
    sweep: Sweep,
    patterns: Patterns,
) -> None:
    """List the profitable subsets of a unit's sessions with their value, best first.

    With `best_only` (nothing else takes turns with the unit) only the best must be
    among them.
    """
    patterns.unit[at].count = 0
    unlimited = offering.offer[rooms.cand[rooms.unit[unit].cand_start].offer].unlimited
    least = 0.0
    equipment = capital_price * rooms.unit[unit].equipment
    template = templates.offset[rooms.unit[unit].template]
    subset = mask
    while subset > 0:
        first, last = (
            templates.start[template + subset],
            templates.start[template + subset + 1],
        )
        alone, fixed, slots = 0.0, equipment, 0 * unit
        for bit in range(len(sessions)):
            if (subset >> bit) & 1:
                alone += sessions[bit].alone
                fixed += sessions[bit].fixed
                slots |= offering.offer[rooms.cand[sessions[bit].cand].offer].slots
        value, peak = alone - equipment, 0.0
        if value > least and not unlimited:
            earned, peak = earn_together(
                subset,
                rooms.unit[unit].most_area,
                capital_price * rooms.unit[unit].peak_cost,
                first,
                last,
                templates,
                sessions,
                heads,
                sweep,
            )
            value = earned - fixed
        if value > least:
            if best_only:
                least = value
            insert_pattern(at, value, subset, slots, peak, patterns)
        subset = (subset - 1) & mask


@compiled
def insert_pattern(
    at: int, value: float, mask: int, slots: int, peak_m2: float, patterns: Patterns
) -> None:
    """Insert a way of running a unit, keeping the best first."""
    way = patterns.way[at]
    j = patterns.unit[at].count
    while j > 0 and way[j - 1].value < value:
        way[j].value, way[j].mask = way[j - 1].value, way[j - 1].mask
        way[j].slots, way[j].peak_m2 = way[j - 1].slots, way[j - 1].peak_m2
        j -= 1
    way[j].value, way[j].mask = value, mask
    way[j].slots, way[j].peak_m2 = slots, peak_m2
    patterns.unit[at].count += 1
