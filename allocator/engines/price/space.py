"""Best use of one space at given prices: the kernel that bound and greedy share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.price.compiled import compiled
from allocator.engines.price.divisible import (
    BLOCK,
    PIECE,
    add_unit,
    add_unlimited,
    fill_floor,
    shift_weights,
)
from allocator.engines.price.packing import pack_class
from allocator.engines.price.whole import (
    CELL,
    CHOICE,
    GROUP,
    SESSION,
    WAY,
    Patterns,
    Room,
    Sweep,
    earn_best,
    find_patterns,
    is_first,
    load_sessions,
    runs_already,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.price.layout import Offering
    from allocator.engines.price.lists import Heads
    from allocator.engines.price.rooms import Rooms, Templates

    Array = npt.NDArray[Any]

CAPITAL, YEARLY, FLOOR, OPENED = 0, 1, 2, 3
"""Positions in `layout.RESOURCES`."""
SESSIONS = 5
"""`rooms.MOST_SESSIONS`, as a constant of the compiled code."""
CLIQUES = 10
"""Most maximal meeting sets of five sessions: the 10 pairs (or triples) of five."""


@compiled
def new_sweep() -> Sweep:
    """Return working memory for `earn_best`."""
    return Sweep(
        np.zeros((CLIQUES, SESSIONS), dtype=CELL),
        np.zeros(CLIQUES, dtype=np.int64),
        np.zeros(SESSIONS),
        np.zeros(SESSIONS),
        np.zeros(SESSIONS, dtype=GROUP),
    )


@compiled
def new_patterns(units: int) -> Patterns:
    """Return working memory for the ways to run the units of a space."""
    return Patterns(
        np.zeros((units, 1 << SESSIONS), dtype=WAY), np.zeros(units, dtype=CHOICE)
    )


@compiled
def use_space(
    space: int,
    first_offer: int,
    heads: Heads,
    prices: Array,
    rooms: Rooms,
    offering: Offering,
    templates: Templates,
    weights: Array,
    weight_rate: float,
    area: Array,
    usage: Array,
) -> float:
    """Return the most a space can earn (0 = leave it unused) and how.

    Parameters
    ----------
    first_offer
        First position of the building's offers in `rooms.offer_at`.
    heads
        The building's arcs worth serving, per offer.
    prices
        Shape (4,): prices of `RESOURCES` at the building, none below 0.
    weights, weight_rate
        Slot weights of all divisible spaces and how fast to shift them (0 = not).
    area
        Result, shape (k,): m² of each candidate in kernel order; 1 where unlimited.
    usage
        Result, shape (4,): resources used, added to what is there.
    """
    low, high = rooms.space[space].unit_start, rooms.space[space + 1].unit_start
    if low == high:
        return 0.0
    area[rooms.unit[low].cand_start : rooms.unit[high].cand_start] = 0.0
    used = np.zeros(4)
    used[YEARLY] = rooms.space[space].rent
    rent = prices[YEARLY] * rooms.space[space].rent
    if rooms.space[space].divisible:
        earned = use_divisible(
            space, first_offer, heads, prices, rooms, offering,
            weights, weight_rate, area, used, rent,
        )  # fmt: skip
    else:
        room = Room(rooms.space[space].area, rooms.unit[low].cand_start, np.zeros(0))
        earned = use_whole(
            space, first_offer, room, heads, prices, rooms, offering, templates, area,
            used,
        )  # fmt: skip
    if earned <= rent:
        area[rooms.unit[low].cand_start : rooms.unit[high].cand_start] = 0.0
        return 0.0
    usage += used
    return earned - rent


@compiled
def use_whole(
    space: int,
    first_offer: int,
    room: Room,
    heads: Heads,
    prices: Array,
    rooms: Rooms,
    offering: Offering,
    templates: Templates,
    area: Array,
    used: Array,
) -> float:
    """Return the most a room earns before its rent, used whole; choose its sessions."""
    base, end = rooms.space[space].unit_start, rooms.space[space + 1].unit_start
    sessions, sweep = np.zeros(SESSIONS, dtype=SESSION), new_sweep()
    patterns = new_patterns(end - base)
    hope = np.zeros(end - base)
    for unit in range(base, end):
        mask = load_sessions(
            unit, first_offer, room, rooms, offering, heads, prices[YEARLY], sessions
        )
        alone = -prices[CAPITAL] * rooms.unit[unit].equipment
        if runs_already(unit, room, rooms):
            alone = 0.0
        for bit in range(SESSIONS):
            if (mask >> bit) & 1:
                alone += sessions[bit].alone
        hope[unit - base] = max(alone, 0.0)
    best, best_low, best_high = 0.0, 0, 0
    while True:
        low, high = most_hopeful(base, end, rooms, hope)
        if hope[low - base : high - base].sum() <= best:
            break
        for unit in range(low, high):
            hope[unit - base] = 0.0
            mask = load_sessions(
                unit, first_offer, room, rooms, offering, heads, prices[YEARLY],
                sessions,
            )  # fmt: skip
            find_patterns(
                unit, unit - base, mask, prices[CAPITAL], room, rooms, offering,
                templates, high == low + 1, sessions, heads, sweep, patterns,
            )  # fmt: skip
        value = pack_class(base, low - base, high - base, rooms, offering, patterns)
        if value > best:
            best, best_low, best_high = value, low, high
    for unit in range(best_low, best_high):
        write_unit(
            unit, base, first_offer, room, heads, prices, rooms, offering, templates,
            sessions, sweep, patterns, area, used,
        )  # fmt: skip
    used[FLOOR] += room.m2
    used[CAPITAL] += rooms.space[space].renovation * room.m2
    floor_price = prices[FLOOR] + prices[CAPITAL] * rooms.space[space].renovation
    return best - floor_price * room.m2


@compiled
def most_hopeful(base: int, end: int, rooms: Rooms, hope: Array) -> tuple[int, int]:
    """Return the units of the class that could earn most, nothing shared by them."""
    best, best_low, best_high = -1.0, base, base
    low = base
    while low < end:
        high, total = low, 0.0
        while high < end and rooms.unit[high].class_at == rooms.unit[low].class_at:
            total += hope[high - base]
            high += 1
        if total > best:
            best, best_low, best_high = total, low, high
        low = high
    return best_low, best_high


@compiled
def write_unit(
    unit: int,
    base: int,
    first_offer: int,
    room: Room,
    heads: Heads,
    prices: Array,
    rooms: Rooms,
    offering: Offering,
    templates: Templates,
    sessions: Array,
    sweep: Sweep,
    patterns: Patterns,
    area: Array,
    used: Array,
) -> None:
    """Write the areas and costs of the chosen way to run a unit of a whole space."""
    chosen = patterns.unit[unit - base].chosen
    if chosen >= patterns.unit[unit - base].count:
        return
    mask = patterns.way[unit - base, chosen].mask
    peak = patterns.way[unit - base, chosen].peak_m2
    load_sessions(
        unit, first_offer, room, rooms, offering, heads, prices[YEARLY], sessions
    )
    template = templates.offset[rooms.unit[unit].template]
    unlimited = offering.offer[rooms.cand[rooms.unit[unit].cand_start].offer].unlimited
    if not unlimited:
        earn_best(
            mask, min(rooms.unit[unit].most_area, room.m2),
            prices[CAPITAL] * rooms.unit[unit].peak_cost, template, templates,
            sessions, heads, sweep,
        )  # fmt: skip
    used[CAPITAL] += rooms.unit[unit].equipment + rooms.unit[unit].peak_cost * peak
    for bit in range(SESSIONS):
        if (mask >> bit) & 1:
            cand = sessions[bit].cand
            area[cand] = 1.0 if unlimited else sweep.area[bit]
            used[YEARLY] += running_cost(cand, area[cand], rooms, offering)


@compiled
def running_cost(cand: int, area_m2: float, rooms: Rooms, offering: Offering) -> float:
    """Return the yearly cost of a running candidate, fees left out."""
    offer = rooms.cand[cand].offer
    if offering.offer[offer].unlimited:
        return float(offering.offer[offer].fixed)
    places = area_m2 / offering.offer[offer].m2
    return float(offering.offer[offer].fixed + offering.offer[offer].per_place * places)


@compiled
def use_divisible(
    space: int,
    first_offer: int,
    heads: Heads,
    prices: Array,
    rooms: Rooms,
    offering: Offering,
    weights: Array,
    weight_rate: float,
    area: Array,
    used: Array,
    rent: float,
) -> float:
    """Return the most a divisible space earns before its rent; choose the areas."""
    base, end = rooms.space[space].unit_start, rooms.space[space + 1].unit_start
    slots = offering.holds.shape[1]
    own = weights[rooms.space[space].weight_start : rooms.space[space + 1].weight_start]
    own_weights = own.reshape((len(own) // slots, slots))
    floor_price = prices[FLOOR] + prices[CAPITAL] * rooms.space[space].renovation
    sessions = np.zeros(SESSIONS, dtype=SESSION)
    room = Room(rooms.space[space].area, rooms.unit[base].cand_start, np.zeros(0))
    most = room_for_pieces(base, end, first_offer, rooms, heads)
    pieces, block = np.empty(most, dtype=PIECE), np.empty(end - base, dtype=BLOCK)
    count, blocks = base - base, base - base
    for unit in range(base, end):
        mask = load_sessions(
            unit, first_offer, room, rooms, offering, heads, prices[YEARLY], sessions
        )
        if mask == 0:
            continue
        start = count
        if offering.offer[rooms.cand[rooms.unit[unit].cand_start].offer].unlimited:
            count = add_unlimited(
                unit, mask, blocks, count, floor_price, prices[CAPITAL], rooms,
                offering, sessions, pieces, block,
            )  # fmt: skip
        else:
            count = add_unit(
                unit, mask, is_alone(unit, base, end, rooms), blocks, count,
                floor_price, prices[CAPITAL], own_weights[rooms.unit[unit].class_at],
                rooms, offering, sessions, heads, pieces, block,
            )  # fmt: skip
        if count > start:
            blocks += 1
    earned, floor = fill_floor(blocks, rooms.space[space].area, pieces, block)
    if earned > rent:
        used[FLOOR] += floor
        used[CAPITAL] += rooms.space[space].renovation * floor
        for b in range(blocks):
            charge_block(b, rooms, pieces, block, area, used)
        spread_units(
            base, end, first_offer, room, heads, prices, rooms, offering, sessions,
            area,
        )  # fmt: skip
        if weight_rate > 0.0:
            shift_classes(base, end, own_weights, area, rooms, offering, weight_rate)
    return earned


@compiled
def is_alone(unit: int, base: int, end: int, rooms: Rooms) -> bool:
    """Tell whether no other unit of a space is of the same class."""
    own = rooms.unit[unit].class_at
    before = unit > base and rooms.unit[unit - 1].class_at == own
    return not before and (unit + 1 == end or rooms.unit[unit + 1].class_at != own)


@compiled
def charge_block(
    b: int, rooms: Rooms, pieces: Array, block: Array, area: Array, used: Array
) -> None:
    """Write the areas of a service's sessions and add its costs.

    A part of a service (the knapsack was cut short) pays that part of its equipment.
    """
    left, unit = block[b].taken, block[b].unit
    if left <= 0.0:
        return
    runs = min(1.0, left / block[b].head) if block[b].head > 0.0 else 1.0
    if left >= block[b].least:
        runs = 1.0
    used[CAPITAL] += rooms.unit[unit].equipment * runs
    for j in range(block[b].low, block[b].high):
        width = min(left, pieces[j].width)
        if width <= 0.0:
            break
        area[pieces[j].cand] += width * pieces[j].per_floor
        used[YEARLY] += width * pieces[j].yearly
        used[CAPITAL] += rooms.unit[unit].peak_cost * block[b].peak * width
        left -= width


@compiled
def spread_units(
    base: int,
    end: int,
    first_offer: int,
    room: Room,
    heads: Heads,
    prices: Array,
    rooms: Rooms,
    offering: Offering,
    sessions: Array,
    area: Array,
) -> None:
    """Spread the area of sessions that serve the same arcs over all of them."""
    for unit in range(base, end):
        low = rooms.unit[unit].cand_start
        if offering.offer[rooms.cand[low].offer].unlimited:
            continue
        mask = load_sessions(
            unit, first_offer, room, rooms, offering, heads, prices[YEARLY], sessions
        )
        for bit in range(SESSIONS):
            if (mask >> bit) & 1 and is_first(bit, mask, sessions):
                spread_group(bit, mask, sessions, area)


@compiled
def spread_group(group: int, mask: int, sessions: Array, area: Array) -> None:
    """Spread the area of one group of sessions in proportion to what each can give."""
    visits, most = 0.0, 0.0
    for bit in range(SESSIONS):
        if (mask >> bit) & 1 and sessions[bit].leader == sessions[group].leader:
            visits += area[sessions[bit].cand] / sessions[bit].m2_per_visit
            most += sessions[bit].most_m2 / sessions[bit].m2_per_visit
    for bit in range(SESSIONS):
        if (mask >> bit) & 1 and sessions[bit].leader == sessions[group].leader:
            area[sessions[bit].cand] = visits / most * sessions[bit].most_m2


@compiled
def room_for_pieces(
    base: int, end: int, first_offer: int, rooms: Rooms, heads: Heads
) -> int:
    """Return the most pieces the units of a space can have."""
    most = end - base
    for k in range(rooms.unit[base].cand_start, rooms.unit[end].cand_start):
        at = rooms.cand[k].at - first_offer
        most += heads.start[at + 1] - heads.start[at]
    return most


@compiled
def shift_classes(
    base: int,
    end: int,
    own_weights: Array,
    area: Array,
    rooms: Rooms,
    offering: Offering,
    rate: float,
) -> None:
    """Move the slot weights of every class of a divisible space."""
    low = base
    while low < end:
        high = low + 1
        while high < end and rooms.unit[high].class_at == rooms.unit[low].class_at:
            high += 1
        weights = own_weights[rooms.unit[low].class_at]
        shift_weights(weights, low, high, area, rooms, offering, rate)
        low = high
