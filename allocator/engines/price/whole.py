"""Best use of a whole space at given prices: one dedicated service, or one class.

Values are over-estimates of what any plan can earn there: places may be fractions,
and a session that meets others of its service in several sets of meeting sessions is
split over them. Everything else is exact, so the sum over spaces is a valid bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.price.compiled import compiled
from allocator.engines.price.lists import serve_best

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
        ("leader", np.int64),
    ],
    align=True,
)
"""A session of a unit at given prices, at the position of its bit: the range of its
arcs in `Heads`, yearly costs at their price, its most area, what it earns alone (fixed
cost paid), its candidate, and the first session that serves the same arcs."""

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

GROUP = np.dtype(
    [
        ("pointer", np.int64),
        ("high", np.int64),
        ("m2_per_visit", np.float64),
        ("cost_per_visit", np.float64),
        ("left_visits", np.float64),
        ("visits", np.float64),
    ],
    align=True,
)
"""Sessions that serve the same arcs, joined: the arc to serve next, m² and cost per
visit at best, visits they can still give and have given."""

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
    share: Array
    """Shape (sessions,): what a m² of each session counts towards the peak area."""
    group: Array
    """Shape (sessions,) of `GROUP`, at the first session of each."""


class Room(NamedTuple):
    """What is to be filled: a whole space, or a part of an open floor."""

    m2: float
    first_cand: int
    """First candidate of its space."""
    running: Array
    """Places that each candidate of the space has already; or empty: none has."""


class Patterns(NamedTuple):
    """Ways to run each unit of a space."""

    way: Array
    """Shape (units, ways) of `WAY`."""
    unit: Array
    """Shape (units,) of `CHOICE`."""


@compiled
def places_in(k: int, room: Room) -> float:
    """Return the places that a candidate has already."""
    if len(room.running) == 0:
        return 0.0
    return float(room.running[k - room.first_cand])


@compiled
def runs_already(unit: int, room: Room, rooms: Rooms) -> bool:
    """Tell whether a unit has places already, so that its equipment is there."""
    for k in range(rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start):
        if places_in(k, room) > 0.0:
            return True
    return False


@compiled
def load_sessions(
    unit: int,
    first_offer: int,
    room: Room,
    rooms: Rooms,
    offering: Offering,
    heads: Heads,
    annual_price: float,
    sessions: Array,
) -> int:
    """Fill `sessions` for one unit; return the bit mask of those worth running.

    A session that runs already has its fixed cost paid, and fewer places left.
    """
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
        had = places_in(k, room)
        places, fixed = rooms.cand[k].places - had, 0.0
        if had == 0.0:
            fixed = annual_price * offering.offer[offer].fixed
        most = np.inf
        if not offering.offer[offer].unlimited:
            most = places * offering.offer[offer].visits
        worth, _ = serve_best(low, high, per_visit, most, heads)
        earned = worth - fixed
        if earned <= 0.0:
            continue
        mask |= 1 << bit
        sessions[bit].low, sessions[bit].high = low, high
        sessions[bit].m2_per_visit = (
            offering.offer[offer].m2 / offering.offer[offer].visits
        )
        sessions[bit].cost_per_visit = per_visit
        sessions[bit].fixed = fixed
        sessions[bit].most_m2 = places * offering.offer[offer].m2
        sessions[bit].alone = earned
        sessions[bit].cand = k
        sessions[bit].leader = offering.offer[offer].leader
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
                holds = (templates.clique[first + c] >> bit) & 1
                if holds and cell[c, bit].slope > best:
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
def earn_best(
    mask: int,
    most_m2: float,
    peak_cost: float,
    template: int,
    templates: Templates,
    sessions: Array,
    heads: Heads,
    sweep: Sweep,
) -> tuple[float, float]:
    """Return the least of the over-estimates of what sessions earn together.

    Where sessions serve the same arcs, nobody is served twice: `earn_shared`. The
    peak area comes with it, and the areas in `sweep.area`.
    """
    first, last = templates.start[template + mask], templates.start[template + mask + 1]
    groups, members = 0, 0
    for bit in range(len(sessions)):
        if (mask >> bit) & 1:
            members += 1
            if is_first(bit, mask, sessions):
                groups += 1
    if groups == 1:
        return earn_as_one(
            mask, most_m2, peak_cost, first, last, templates, sessions, heads, sweep
        )
    if meet_alone(first, last, members, templates):
        best, peak = earn_apart(mask, most_m2, peak_cost, sessions, heads, sweep)
    else:
        best, peak = earn_together(
            mask, most_m2, peak_cost, first, last, templates, sessions, heads, sweep
        )
    if groups == members:
        return best, peak
    for bit in range(len(sessions)):
        if (mask >> bit) & 1 and is_first(bit, mask, sessions):
            area_share(bit, mask, first, last, templates, sessions, sweep.share)
            value, used = earn_shared(mask, most_m2, peak_cost, sessions, heads, sweep)
            if value < best:
                best, peak = value, used
                spread_areas(mask, sessions, sweep)
    return best, peak


@compiled
def meet_alone(first: int, last: int, members: int, templates: Templates) -> bool:
    """Tell whether no two sessions of a subset share a slot."""
    if last - first != members:
        return False
    for c in range(first, last):
        if templates.clique[c] & (templates.clique[c] - 1):
            return False
    return True


@compiled
def earn_apart(
    mask: int,
    most_m2: float,
    peak_cost: float,
    sessions: Array,
    heads: Heads,
    sweep: Sweep,
) -> tuple[float, float]:
    """Return what sessions that never meet earn, and their peak area: `earn_together`.

    What they earn is concave in the peak; its slope falls only where some session
    goes on to its next arc, so the best peak is the first such place where a further
    m² earns less than the equipment costs.
    """
    peak = most_m2
    if peak_cost > 0.0:
        if slope_at(0.0, mask, sessions, heads) <= peak_cost:
            peak = 0.0
        for bit in range(len(sessions)):
            if (mask >> bit) & 1:
                peak = first_dear(bit, peak, mask, peak_cost, sessions, heads)
    value, largest = 0.0, 0.0
    for bit in range(len(sweep.area)):
        sweep.area[bit] = 0.0
        if (mask >> bit) & 1:
            per_visit = sessions[bit].m2_per_visit
            earned, visits = serve_best(
                sessions[bit].low, sessions[bit].high, sessions[bit].cost_per_visit,
                min(peak, sessions[bit].most_m2) / per_visit, heads,
            )  # fmt: skip
            value += earned
            sweep.area[bit] = visits * per_visit
            largest = max(largest, sweep.area[bit])
    return value - peak_cost * largest, largest


@compiled
def slope_at(peak: float, mask: int, sessions: Array, heads: Heads) -> float:
    """Return what one more m² of peak earns, if all sessions have used `peak`."""
    slope = 0.0
    for bit in range(len(sessions)):
        if not (mask >> bit) & 1 or peak >= sessions[bit].most_m2:
            continue
        visits = peak / sessions[bit].m2_per_visit * (1.0 + 1e-12)
        low, high = sessions[bit].low, sessions[bit].high
        while low < high:
            middle = (low + high) // 2
            if heads.visits_before[middle] + heads.visits[middle] <= visits:
                low = middle + 1
            else:
                high = middle
        if low < sessions[bit].high:
            net = heads.value[low] - sessions[bit].cost_per_visit
            slope += max(net, 0.0) / sessions[bit].m2_per_visit
    return slope


@compiled
def first_dear(
    bit: int, peak: float, mask: int, peak_cost: float, sessions: Array, heads: Heads
) -> float:
    """Return the first end of an arc of a session, below `peak`, with a low slope.

    `peak` itself where there is none.
    """
    per_visit, most = sessions[bit].m2_per_visit, sessions[bit].most_m2
    low, high = sessions[bit].low, sessions[bit].high
    while low < high:
        middle = (low + high) // 2
        end = (heads.visits_before[middle] + heads.visits[middle]) * per_visit
        end = min(end, most)
        if end >= peak or slope_at(end, mask, sessions, heads) <= peak_cost:
            high = middle
        else:
            low = middle + 1
    if low == sessions[bit].high:
        return peak
    end = (heads.visits_before[low] + heads.visits[low]) * per_visit
    return min(end, most, peak)


@compiled
def earn_as_one(
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
    """Return what sessions that all serve the same arcs earn, and their peak area."""
    leader = 0
    while not (mask >> leader) & 1:
        leader += 1
    area_share(leader, mask, first, last, templates, sessions, sweep.share)
    load_groups(mask, sessions, sweep.share, sweep.group)
    group = sweep.group[leader]
    per_visit = group.m2_per_visit
    value, visits = serve_best(
        group.pointer,
        group.high,
        group.cost_per_visit + peak_cost * per_visit,
        min(group.left_visits, most_m2 / per_visit),
        heads,
    )
    group.visits = visits
    spread_areas(mask, sessions, sweep)
    return value, visits * per_visit


@compiled
def is_first(bit: int, mask: int, sessions: Array) -> bool:
    """Tell whether no earlier session of `mask` serves the same arcs."""
    for other in range(bit):
        if (mask >> other) & 1 and sessions[other].leader == sessions[bit].leader:
            return False
    return True


@compiled
def area_share(
    group: int,
    mask: int,
    first: int,
    last: int,
    templates: Templates,
    sessions: Array,
    share: Array,
) -> None:
    """Write which share of a m² of each session counts towards the peak area.

    The peak is at least any weighted mean of the areas of the sets of meeting
    sessions. Each set weighs as much as it can serve of the arcs of `group`.
    """
    share[:] = 0.0
    total = 0.0
    for c in range(first, last):
        weight = 0.0
        for bit in range(len(sessions)):
            holds = (templates.clique[c] >> bit) & 1
            if holds and sessions[bit].leader == sessions[group].leader:
                weight = max(weight, 1.0 / sessions[bit].m2_per_visit)
        total += weight
        for bit in range(len(sessions)):
            if (templates.clique[c] >> bit) & 1:
                share[bit] += weight
    for bit in range(len(sessions)):
        share[bit] = max(share[bit] / total, 1e-12)


@compiled
def load_groups(mask: int, sessions: Array, share: Array, group: Array) -> None:
    """Join the sessions that serve the same arcs; each at the best of their terms."""
    for bit in range(len(sessions)):
        group[bit].left_visits = 0.0
        if not (mask >> bit) & 1 or not is_first(bit, mask, sessions):
            continue
        group[bit].m2_per_visit = np.inf
        group[bit].cost_per_visit = np.inf
        group[bit].visits = 0.0
        for other in range(bit, len(sessions)):
            same = sessions[other].leader == sessions[bit].leader
            if not same or not (mask >> other) & 1:
                continue
            per_visit = sessions[other].m2_per_visit
            group[bit].left_visits += sessions[other].most_m2 / per_visit
            counted = share[other] * per_visit
            group[bit].m2_per_visit = min(group[bit].m2_per_visit, counted)
            if sessions[other].cost_per_visit < group[bit].cost_per_visit:
                group[bit].cost_per_visit = sessions[other].cost_per_visit
                group[bit].pointer = sessions[other].low
                group[bit].high = sessions[other].high


@compiled
def earn_shared(
    mask: int,
    most_m2: float,
    peak_cost: float,
    sessions: Array,
    heads: Heads,
    sweep: Sweep,
) -> tuple[float, float]:
    """Return the most that joined sessions earn in one pool of area, and the area."""
    group = sweep.group
    load_groups(mask, sessions, sweep.share, group)
    value, used = 0.0, 0.0
    while used < most_m2:
        slope, best = peak_cost, -1
        for bit in range(len(group)):
            if group[bit].left_visits > 0.0 and group[bit].pointer < group[bit].high:
                net = heads.value[group[bit].pointer] - group[bit].cost_per_visit
                if net / group[bit].m2_per_visit > slope:
                    slope, best = net / group[bit].m2_per_visit, bit
        if best < 0:
            break
        per_visit = group[best].m2_per_visit
        asked = heads.visits[group[best].pointer]
        served = min(asked, group[best].left_visits)
        if served * per_visit > most_m2 - used:
            served = (most_m2 - used) / per_visit
            group[best].left_visits = 0.0
        value += (slope - peak_cost) * served * per_visit
        used += served * per_visit
        group[best].visits += served
        group[best].left_visits -= served
        group[best].pointer += 1
    return value, used


@compiled
def spread_areas(mask: int, sessions: Array, sweep: Sweep) -> None:
    """Spread the visits of joined sessions over them, as far as each may go."""
    for bit in range(len(sessions)):
        sweep.area[bit] = 0.0
    for bit in range(len(sessions)):
        if not (mask >> bit) & 1 or not is_first(bit, mask, sessions):
            continue
        left = sweep.group[bit].visits
        for other in range(bit, len(sessions)):
            same = sessions[other].leader == sessions[bit].leader
            if same and (mask >> other) & 1:
                per_visit = sessions[other].m2_per_visit
                area = min(left * per_visit, sessions[other].most_m2)
                sweep.area[other] = area
                left -= area / per_visit


@compiled
def find_patterns(
    unit: int,
    at: int,
    mask: int,
    capital_price: float,
    room: Room,
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
    if runs_already(unit, room, rooms):
        equipment = 0.0
    template = templates.offset[rooms.unit[unit].template]
    most_m2 = min(rooms.unit[unit].most_area, room.m2)
    peak_cost = capital_price * rooms.unit[unit].peak_cost
    subset = mask
    while subset > 0:
        alone, fixed, slots = 0.0, equipment, 0 * unit
        for bit in range(len(sessions)):
            if (subset >> bit) & 1:
                alone += sessions[bit].alone
                fixed += sessions[bit].fixed
                slots |= offering.offer[rooms.cand[sessions[bit].cand].offer].slots
        value, peak = alone - equipment, 0.0
        if unlimited:
            value = earn_unlimited(subset, sessions) - fixed
        elif value > least:
            earned, peak = earn_best(
                subset, most_m2, peak_cost, template, templates, sessions, heads, sweep
            )
            value = min(value, earned - fixed)
        if value > least:
            if best_only:
                least = value
            insert_pattern(at, value, subset, slots, peak, patterns)
        subset = (subset - 1) & mask


@compiled
def earn_unlimited(mask: int, sessions: Array) -> float:
    """Return what sessions of unlimited capacity earn, nobody served twice."""
    value = 0.0
    for bit in range(len(sessions)):
        if (mask >> bit) & 1 and is_first(bit, mask, sessions):
            most = 0.0
            for other in range(bit, len(sessions)):
                same = sessions[other].leader == sessions[bit].leader
                if same and (mask >> other) & 1:
                    most = max(most, sessions[other].alone + sessions[other].fixed)
            value += most
    return value


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
