"""Best use of one space at given prices: the kernel that bound and greedy share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.price.compiled import compiled
from allocator.engines.price.divisible import (
    Pieces,
    add_unit,
    add_unlimited,
    fill_floor,
    shift_weights,
    slot_share,
)
from allocator.engines.price.packing import pack_class
from allocator.engines.price.whole import (
    Patterns,
    Sessions,
    Sweep,
    earn_together,
    find_patterns,
    load_sessions,
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
def new_sessions() -> Sessions:
    """Return working arrays for the sessions of one unit."""
    return Sessions(
        np.zeros(SESSIONS, dtype=np.int64),
        np.zeros(SESSIONS, dtype=np.int64),
        np.zeros(SESSIONS),
        np.zeros(SESSIONS),
        np.zeros(SESSIONS),
        np.zeros(SESSIONS),
        np.zeros(SESSIONS),
        np.zeros(SESSIONS, dtype=np.int64),
    )


@compiled
def new_sweep() -> Sweep:
    """Return working arrays for `earn_together`."""
    return Sweep(
        np.zeros((CLIQUES, SESSIONS)),
        np.zeros((CLIQUES, SESSIONS), dtype=np.int64),
        np.zeros((CLIQUES, SESSIONS)),
        np.zeros((CLIQUES, SESSIONS)),
        np.zeros(CLIQUES, dtype=np.int64),
        np.zeros(SESSIONS),
    )


@compiled
def new_patterns(units: int) -> Patterns:
    """Return working arrays for the ways to run the units of a space."""
    return Patterns(
        np.zeros((units, 1 << SESSIONS)),
        np.zeros((units, 1 << SESSIONS), dtype=np.int64),
        np.zeros((units, 1 << SESSIONS)),
        np.zeros(units, dtype=np.int64),
        np.zeros(units, dtype=np.int64),
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
    low, high = rooms.unit_start[space], rooms.unit_start[space + 1]
    if low == high:
        return 0.0
    area[rooms.cand_start[low] : rooms.cand_start[high]] = 0.0
    used = np.zeros(4)
    used[YEARLY] = rooms.space_rent[space]
    rent = prices[YEARLY] * rooms.space_rent[space]
    if rooms.divisible[space]:
        earned = use_divisible(
            space, first_offer, heads, prices, rooms, offering,
            weights, weight_rate, area, used, rent,
        )  # fmt: skip
    else:
        earned = use_whole(
            space, first_offer, heads, prices, rooms, offering, templates, area, used
        )
    if earned <= rent:
        area[rooms.cand_start[low] : rooms.cand_start[high]] = 0.0
        return 0.0
    usage += used
    return earned - rent


@compiled
def use_whole(
    space: int,
    first_offer: int,
    heads: Heads,
    prices: Array,
    rooms: Rooms,
    offering: Offering,
    templates: Templates,
    area: Array,
    used: Array,
) -> float:
    """Return the most a whole space earns before its rent; choose class and sessions."""
    base, end = rooms.unit_start[space], rooms.unit_start[space + 1]
    sessions, sweep = new_sessions(), new_sweep()
    patterns = new_patterns(end - base)
    for unit in range(base, end):
        mask = load_sessions(
            unit, first_offer, rooms, offering, heads, prices[YEARLY], sessions
        )
        unlimited = offering.unlimited[rooms.cand_offer[rooms.cand_start[unit]]]
        find_patterns(
            unit, unit - base, mask, prices[CAPITAL], rooms, templates, unlimited,
            sessions, heads, sweep, patterns,
        )  # fmt: skip
    best, best_low, best_high = 0.0, 0, 0
    low = base
    while low < end:
        high = low + 1
        while high < end and rooms.unit_class[high] == rooms.unit_class[low]:
            high += 1
        value = pack_class(base, low - base, high - base, rooms, offering, patterns)
        if value > best:
            best, best_low, best_high = value, low, high
        low = high
    for unit in range(best_low, best_high):
        write_unit(
            unit, base, first_offer, heads, prices, rooms, offering, templates,
            sessions, sweep, patterns, area, used,
        )  # fmt: skip
    used[FLOOR] += rooms.area[space]
    used[CAPITAL] += rooms.renovation[space] * rooms.area[space]
    floor_price = prices[FLOOR] + prices[CAPITAL] * rooms.renovation[space]
    return best - floor_price * rooms.area[space]


@compiled
def write_unit(
    unit: int,
    base: int,
    first_offer: int,
    heads: Heads,
    prices: Array,
    rooms: Rooms,
    offering: Offering,
    templates: Templates,
    sessions: Sessions,
    sweep: Sweep,
    patterns: Patterns,
    area: Array,
    used: Array,
) -> None:
    """Write the areas and costs of the chosen way to run a unit of a whole space."""
    chosen = patterns.chosen[unit - base]
    if chosen >= patterns.count[unit - base]:
        return
    mask = patterns.mask[unit - base, chosen]
    peak = patterns.peak_m2[unit - base, chosen]
    load_sessions(unit, first_offer, rooms, offering, heads, prices[YEARLY], sessions)
    row = templates.offset[rooms.unit_template[unit]] + mask
    unlimited = offering.unlimited[rooms.cand_offer[rooms.cand_start[unit]]]
    if not unlimited:
        earn_together(
            mask, rooms.unit_area[unit], prices[CAPITAL] * rooms.unit_peak_cost[unit],
            templates.start[row], templates.start[row + 1], templates, sessions,
            heads, sweep,
        )  # fmt: skip
    used[CAPITAL] += rooms.unit_equipment[unit] + rooms.unit_peak_cost[unit] * peak
    for bit in range(SESSIONS):
        if (mask >> bit) & 1:
            cand = sessions.cand[bit]
            area[cand] = 1.0 if unlimited else sweep.area[bit]
            used[YEARLY] += running_cost(cand, area[cand], rooms, offering)


@compiled
def running_cost(cand: int, area_m2: float, rooms: Rooms, offering: Offering) -> float:
    """Return the yearly cost of a running candidate, fees left out."""
    offer = rooms.cand_offer[cand]
    if offering.unlimited[offer]:
        return float(offering.fixed[offer])
    places = area_m2 / offering.m2[offer]
    return float(offering.fixed[offer] + offering.per_place[offer] * places)


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
    base, end = rooms.unit_start[space], rooms.unit_start[space + 1]
    slots = offering.holds.shape[1]
    own = weights[rooms.weight_start[space] : rooms.weight_start[space + 1]]
    own_weights = own.reshape((len(own) // slots, slots))
    floor_price = prices[FLOOR] + prices[CAPITAL] * rooms.renovation[space]
    sessions = new_sessions()
    most = room_for_pieces(base, end, first_offer, rooms, heads)
    pieces = Pieces(
        np.empty(most), np.empty(most), np.empty(most, dtype=np.int64), np.empty(most)
    )
    count = 0
    for unit in range(base, end):
        mask = load_sessions(
            unit, first_offer, rooms, offering, heads, prices[YEARLY], sessions
        )
        if mask == 0:
            continue
        if offering.unlimited[rooms.cand_offer[rooms.cand_start[unit]]]:
            count = add_unlimited(
                unit, mask, count, floor_price, prices[CAPITAL], rooms, sessions, pieces
            )
        else:
            count = add_unit(
                unit, mask, count, floor_price, prices[CAPITAL],
                own_weights[rooms.unit_class[unit]], rooms, offering, sessions, heads,
                pieces,
            )  # fmt: skip
    earned, floor = fill_floor(count, rooms.area[space], pieces, area)
    if earned > rent:
        used[FLOOR] += floor
        used[CAPITAL] += rooms.renovation[space] * floor
        charge_units(base, end, own_weights, rooms, offering, area, used)
        if weight_rate > 0.0:
            shift_classes(base, end, own_weights, area, rooms, offering, weight_rate)
    return earned


@compiled
def room_for_pieces(
    base: int, end: int, first_offer: int, rooms: Rooms, heads: Heads
) -> int:
    """Return the most pieces the units of a space can have."""
    most = end - base
    for k in range(rooms.cand_start[base], rooms.cand_start[end]):
        at = rooms.cand_at[k] - first_offer
        most += heads.start[at + 1] - heads.start[at]
    return most


@compiled
def charge_units(
    base: int,
    end: int,
    own_weights: Array,
    rooms: Rooms,
    offering: Offering,
    area: Array,
    used: Array,
) -> None:
    """Add equipment and running costs of the units of a divisible space."""
    for unit in range(base, end):
        peak, runs = 0.0, False
        for k in range(rooms.cand_start[unit], rooms.cand_start[unit + 1]):
            if area[k] <= 0.0:
                continue
            runs = True
            offer = rooms.cand_offer[k]
            if offering.unlimited[offer]:
                area[k] = 1.0
            else:
                weights = own_weights[rooms.unit_class[unit]]
                peak += area[k] * slot_share(offer, weights, offering)
            used[YEARLY] += running_cost(k, area[k], rooms, offering)
        if runs:
            used[CAPITAL] += rooms.unit_equipment[unit]
            used[CAPITAL] += rooms.unit_peak_cost[unit] * peak


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
        while high < end and rooms.unit_class[high] == rooms.unit_class[low]:
            high += 1
        weights = own_weights[rooms.unit_class[low]]
        shift_weights(weights, low, high, area, rooms, offering, rate)
        low = high
