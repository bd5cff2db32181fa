"""Best use of a divisible space at given prices: a fractional knapsack on floor used.

The floor a class uses is the largest of its loads over the slots; here it is the mean
of its loads with slot weights that sum to 1, which is never more. Fixed costs are
spread by concave envelopes. Both only over-estimate what the space can earn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.price.compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.price.layout import Offering
    from allocator.engines.price.lists import Heads
    from allocator.engines.price.rooms import Rooms
    from allocator.engines.price.whole import Sessions

    Array = npt.NDArray[Any]


class Pieces(NamedTuple):
    """Linear pieces of what area earns, of all units of a space."""

    slope: Array
    """Per m² of floor used."""
    width: Array
    """m² of floor used."""
    cand: Array
    per_floor: Array
    """m² of the session per m² of floor used (1 ÷ its share of the slot weights)."""


@compiled
def slot_share(offer: int, weights: Array, offering: Offering) -> float:
    """Return the slot weights an offer holds; at least a little."""
    share = 0.0
    for t in range(len(weights)):
        if offering.holds[offer, t]:
            share += weights[t]
    return max(share, 1e-6)


@compiled
def flatten_start(low: int, high: int, fixed: float, pieces: Pieces) -> int:
    """Spread a fixed cost over the first pieces, as far as that is the best average.

    The result is the concave envelope of earnings less the fixed cost, 0 at 0.
    Returns the new end: `low` where nothing can be earned.
    """
    total, width, j = -fixed, 0.0, low
    while j < high:
        if width > 0.0 and pieces.slope[j] * width <= total:
            break
        total += pieces.slope[j] * pieces.width[j]
        width += pieces.width[j]
        j += 1
    if total <= 0.0:
        return low
    for i in range(low, j):
        pieces.slope[i] = total / width
    return high


@compiled
def sort_pieces(low: int, high: int, pieces: Pieces) -> None:
    """Sort pieces by slope, best first."""
    order = np.argsort(-pieces.slope[low:high], kind="mergesort") + low
    pieces.slope[low:high] = pieces.slope[order]
    pieces.width[low:high] = pieces.width[order]
    pieces.cand[low:high] = pieces.cand[order]
    pieces.per_floor[low:high] = pieces.per_floor[order]


@compiled
def cut_off(low: int, high: int, most_m2: float, pieces: Pieces) -> int:
    """Keep the first `most_m2` of the pieces; return the new end."""
    left = most_m2
    for j in range(low, high):
        if pieces.width[j] >= left:
            pieces.width[j] = left
            return j + 1
        left -= pieces.width[j]
    return high


@compiled
def add_session(
    bit: int,
    at: int,
    share: float,
    price_per_m2: float,
    sessions: Sessions,
    heads: Heads,
    pieces: Pieces,
) -> int:
    """Append the pieces of one session that are worth their floor; return the end."""
    start = at
    left = sessions.most_m2[bit]
    for h in range(sessions.low[bit], sessions.high[bit]):
        net = heads.value[h] - sessions.cost_per_visit[bit]
        slope = net / sessions.m2_per_visit[bit] / share - price_per_m2
        if left <= 0.0 or slope <= 0.0:
            break
        area = min(left, heads.visits[h] * sessions.m2_per_visit[bit])
        pieces.slope[at], pieces.width[at] = slope, area * share
        pieces.cand[at], pieces.per_floor[at] = sessions.cand[bit], 1.0 / share
        left -= area
        at += 1
    return flatten_start(start, at, sessions.fixed[bit], pieces)


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
    sessions: Sessions,
    heads: Heads,
    pieces: Pieces,
) -> int:
    """Append the pieces of one service with limited capacity; return the end."""
    start = at
    price = floor_price + capital_price * rooms.unit_peak_cost[unit]
    for bit in range(len(sessions.low)):
        if (mask >> bit) & 1:
            offer = rooms.cand_offer[sessions.cand[bit]]
            share = slot_share(offer, weights, offering)
            at = add_session(bit, at, share, price, sessions, heads, pieces)
    sort_pieces(start, at, pieces)
    at = cut_off(start, at, rooms.unit_area[unit], pieces)
    return flatten_start(start, at, capital_price * rooms.unit_equipment[unit], pieces)


@compiled
def add_unlimited(
    unit: int,
    mask: int,
    at: int,
    floor_price: float,
    capital_price: float,
    rooms: Rooms,
    sessions: Sessions,
    pieces: Pieces,
) -> int:
    """Append one piece for a service of unlimited capacity; return the end."""
    earned = -capital_price * rooms.unit_equipment[unit]
    cand = -1
    for bit in range(len(sessions.low)):
        if (mask >> bit) & 1:
            earned += sessions.alone[bit]
            cand = sessions.cand[bit]
    area = max(rooms.unit_least_area[unit], 1e-9)
    if cand < 0 or earned <= floor_price * area:
        return at
    pieces.slope[at], pieces.width[at] = earned / area - floor_price, area
    pieces.cand[at], pieces.per_floor[at] = cand, 1.0
    return at + 1


@compiled
def fill_floor(
    count: int, most_m2: float, pieces: Pieces, area: Array
) -> tuple[float, float]:
    """Fill the floor with the best pieces; return what it earns and the floor used.

    `area` gets the m² of each candidate.
    """
    sort_pieces(0, count, pieces)
    earned, used = 0.0, 0.0
    for j in range(count):
        width = min(pieces.width[j], most_m2 - used)
        if width <= 0.0 or pieces.slope[j] <= 0.0:
            break
        earned += pieces.slope[j] * width
        used += width
        area[pieces.cand[j]] += width * pieces.per_floor[j]
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
        for k in range(rooms.cand_start[unit], rooms.cand_start[unit + 1]):
            if area[k] > 0.0:
                for t in range(len(weights)):
                    if offering.holds[rooms.cand_offer[k], t]:
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
