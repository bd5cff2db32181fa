"""Best use of a divisible space at given prices: a fractional knapsack on floor used.

The floor a class uses is the largest of its loads over the slots; here it is the mean
of its loads with slot weights that sum to 1, which is never more. Fixed costs are
spread by concave envelopes. Both only over-estimate what the space can earn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.price.compiled import compiled
from allocator.engines.price.lists import heap_sort
from allocator.engines.price.whole import GROUP, is_first, load_groups

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.price.layout import Offering
    from allocator.engines.price.lists import Heads
    from allocator.engines.price.rooms import Rooms

    Array = npt.NDArray[Any]


PIECE = np.dtype(
    [
        ("slope", np.float64),
        ("width", np.float64),
        ("per_floor", np.float64),
        ("cand", np.int64),
    ],
    align=True,
)
"""A linear piece of what floor earns: per m² of floor used, so many m² of it, m² of
the session per m² of floor used (1 ÷ its share of the slot weights), its candidate."""


@compiled
def slot_share(offer: int, weights: Array, offering: Offering) -> float:
    """Return the slot weights an offer holds; at least a little."""
    share = 0.0
    for t in range(len(weights)):
        if offering.holds[offer, t]:
            share += weights[t]
    return max(share, 1e-6)


@compiled
def flatten_start(low: int, high: int, fixed: float, pieces: Array) -> int:
    """Spread a fixed cost over the first pieces, as far as that is the best average.

    The result is the concave envelope of earnings less the fixed cost, 0 at 0.
    Returns the new end: `low` where nothing can be earned.
    """
    total, width, j = -fixed, 0.0, low
    while j < high:
        if width > 0.0 and pieces[j].slope * width <= total:
            break
        total += pieces[j].slope * pieces[j].width
        width += pieces[j].width
        j += 1
    if total <= 0.0:
        return low
    for i in range(low, j):
        pieces[i].slope = total / width
    return high


@compiled
def sort_pieces(low: int, high: int, pieces: Array) -> None:
    """Sort pieces by slope, best first."""
    order = np.arange(low, high)
    slope = np.empty(high)
    for j in range(low, high):
        slope[j] = pieces[j].slope
    heap_sort(slope, order)
    sorted_pieces = pieces[low:high].copy()
    for j in range(low, high):
        piece = pieces[order[j - low]]
        sorted_pieces[j - low].slope = piece.slope
        sorted_pieces[j - low].width = piece.width
        sorted_pieces[j - low].per_floor = piece.per_floor
        sorted_pieces[j - low].cand = piece.cand
    pieces[low:high] = sorted_pieces


@compiled
def cut_off(low: int, high: int, most_m2: float, pieces: Array) -> int:
    """Keep the first `most_m2` of the pieces; return the new end."""
    left = most_m2
    for j in range(low, high):
        if pieces[j].width >= left:
            pieces[j].width = left
            return j + 1
        left -= pieces[j].width
    return high


@compiled
def add_group(
    bit: int,
    at: int,
    group: Array,
    fixed: float,
    price_per_m2: float,
    sessions: Array,
    heads: Heads,
    pieces: Array,
) -> int:
    """Append the pieces of joined sessions that are worth their floor; return the end.

    `group` is a record of `GROUP`; its m² per visit are m² of floor used.
    """
    start = at
    left = group.left_visits
    for h in range(group.pointer, group.high):
        net = heads.value[h] - group.cost_per_visit
        slope = net / group.m2_per_visit - price_per_m2
        if left <= 0.0 or slope <= 0.0:
            break
        visits = min(left, heads.visits[h])
        pieces[at].slope, pieces[at].width = slope, visits * group.m2_per_visit
        pieces[at].cand = sessions[bit].cand
        pieces[at].per_floor = sessions[bit].m2_per_visit / group.m2_per_visit
        left -= visits
        at += 1
    return flatten_start(start, at, fixed, pieces)


@compiled
def add_unit(
    unit: int,
    mask: int,
    at: int,
    floor_price: float,
    capital_price: float,
    weights: Array,
    rooms: Rooms,
    offering: Offering,
    sessions: Array,
    heads: Heads,
    pieces: Array,
) -> int:
    """Append the pieces of one service with limited capacity; return the end."""
    start = at
    price = floor_price + capital_price * rooms.unit[unit].peak_cost
    share, group = np.zeros(len(sessions)), np.zeros(len(sessions), dtype=GROUP)
    for bit in range(len(sessions)):
        if (mask >> bit) & 1:
            offer = rooms.cand[sessions[bit].cand].offer
            share[bit] = slot_share(offer, weights, offering)
    load_groups(mask, sessions, share, group)
    for bit in range(len(sessions)):
        if (mask >> bit) & 1 and is_first(bit, mask, sessions):
            fixed = least_fixed(bit, mask, sessions)
            at = add_group(bit, at, group[bit], fixed, price, sessions, heads, pieces)
    sort_pieces(start, at, pieces)
    at = cut_off(start, at, rooms.unit[unit].most_area, pieces)
    return flatten_start(start, at, capital_price * rooms.unit[unit].equipment, pieces)


@compiled
def least_fixed(group: int, mask: int, sessions: Array) -> float:
    """Return the least fixed cost among the sessions of one group."""
    least = np.inf
    for bit in range(len(sessions)):
        if (mask >> bit) & 1 and sessions[bit].leader == sessions[group].leader:
            least = min(least, sessions[bit].fixed)
    return least


@compiled
def add_unlimited(
    unit: int,
    mask: int,
    at: int,
    floor_price: float,
    capital_price: float,
    rooms: Rooms,
    sessions: Array,
    pieces: Array,
) -> int:
    """Append one piece for a service of unlimited capacity; return the end."""
    earned = -capital_price * rooms.unit[unit].equipment
    cand = -1
    for bit in range(len(sessions)):
        if (mask >> bit) & 1 and is_first(bit, mask, sessions):
            most = 0.0
            for other in range(bit, len(sessions)):
                same = sessions[other].leader == sessions[bit].leader
                if same and (mask >> other) & 1:
                    most = max(most, sessions[other].alone)
            earned += most
            cand = sessions[bit].cand
    area = max(rooms.unit[unit].least_area, 1e-9)
    if cand < 0 or earned <= floor_price * area:
        return at
    pieces[at].slope, pieces[at].width = earned / area - floor_price, area
    pieces[at].cand, pieces[at].per_floor = cand, 1.0
    return at + 1


@compiled
def fill_floor(
    count: int, most_m2: float, pieces: Array, area: Array
) -> tuple[float, float]:
    """Fill the floor with the best pieces; return what it earns and the floor used.

    `area` gets the m² of each candidate.
    """
    sort_pieces(count - count, count, pieces)
    earned, used = 0.0, 0.0
    for j in range(count):
        width = min(pieces[j].width, most_m2 - used)
        if width <= 0.0 or pieces[j].slope <= 0.0:
            break
        earned += pieces[j].slope * width
        used += width
        area[pieces[j].cand] += width * pieces[j].per_floor
    return earned, used


@compiled
def shift_weights(
    weights: Array,
    low: int,
    high: int,
    area: Array,
    rooms: Rooms,
    offering: Offering,
    rate: float,
) -> None:
    """Move the slot weights of one class towards the slots it loads most."""
    load = np.zeros(len(weights))
    for unit in range(low, high):
        for k in range(rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start):
            if area[k] > 0.0:
                for t in range(len(weights)):
                    if offering.holds[rooms.cand[k].offer, t]:
                        load[t] += area[k]
    most = load.max()
    if most <= 0.0:
        return
    total = 0.0
    for t in range(len(weights)):
        weights[t] = max(weights[t] * np.exp(rate * (load[t] / most - 1.0)), 1e-4)
        total += weights[t]
    for t in range(len(weights)):
        weights[t] /= total
