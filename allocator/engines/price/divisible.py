"""Best use of a divisible space at given prices: a knapsack on floor used.

The floor a class uses is the largest of its loads over the slots; here it is the mean
of its loads with slot weights that sum to 1, which is never more. Fixed costs of
sessions are spread by concave envelopes. Both only over-estimate what the space can
earn. Equipment and least areas of services are decided one way or the other.
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
        ("yearly", np.float64),
        ("cand", np.int64),
    ],
    align=True,
)
"""A linear piece of what floor earns: per m² of floor used, so many m² of it, m² of
the session per m² of floor used (1 ÷ its share of the slot weights), yearly cost per
m² of floor used, its candidate."""

BLOCK = np.dtype(
    [
        ("unit", np.int64),
        ("peak", np.float64),
        ("low", np.int64),
        ("high", np.int64),
        ("least", np.float64),
        ("value_at_least", np.float64),
        ("head", np.float64),
        ("value_of_head", np.float64),
        ("taken", np.float64),
        ("at", np.int64),
        ("left", np.float64),
    ],
    align=True,
)
"""A service that may run: its unit, its peak area per m² of floor used, and its range
of pieces; the least floor it uses and what that earns, equipment paid; the floor at
which its mean earning per m² is best and what that earns. While floor is handed out:
floor taken, the next piece and how much of it is left (before anything is taken, the
head counts as one piece)."""

MOST_BRANCHES = 200
"""Branches of one knapsack; beyond them its bound stands in for its value."""
MOST_BLOCKS = 62
"""Services of one space that are decided one way or the other; others stay mixed."""


@compiled
def slot_share(offer: int, weights: Array, offering: Offering) -> float:
    """Return the slot weights an offer holds; at least a little."""
    share = 0.0
    for t in range(len(weights)):
        if offering.holds[offer, t]:
            share += weights[t]
    return max(share, 1e-6)


@compiled
def flatten_start(
    low: int, high: int, fixed: float, yearly: float, pieces: Array
) -> int:
    """Spread a fixed cost over the first pieces, as far as that is the best average.

    The result is the concave envelope of earnings less the fixed cost, 0 at 0.
    Returns the new end: `low` where nothing can be earned. `yearly` is the fixed cost
    in money.
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
        pieces[i].yearly += yearly / width
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
        sorted_pieces[j - low].yearly = piece.yearly
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
    mask: int,
    at: int,
    group: Array,
    price_per_m2: float,
    rooms: Rooms,
    offering: Offering,
    sessions: Array,
    heads: Heads,
    pieces: Array,
) -> int:
    """Append the pieces of joined sessions that are worth their floor; return the end.

    `group` is a record of `GROUP`; its m² per visit are m² of floor used.
    """
    start = at
    left = group.left_visits
    per_visit, fixed = least_yearly(bit, mask, rooms, offering, sessions)
    for h in range(group.pointer, group.high):
        net = heads.value[h] - group.cost_per_visit
        slope = net / group.m2_per_visit - price_per_m2
        if left <= 0.0 or slope <= 0.0:
            break
        visits = min(left, heads.visits[h])
        pieces[at].slope, pieces[at].width = slope, visits * group.m2_per_visit
        pieces[at].cand = sessions[bit].cand
        pieces[at].per_floor = sessions[bit].m2_per_visit / group.m2_per_visit
        pieces[at].yearly = per_visit / group.m2_per_visit
        left -= visits
        at += 1
    cost = least_fixed(bit, mask, sessions)
    return flatten_start(start, at, cost, fixed, pieces)


@compiled
def add_unit(
    unit: int,
    mask: int,
    alone: bool,
    blocks: int,
    at: int,
    floor_price: float,
    capital_price: float,
    weights: Array,
    rooms: Rooms,
    offering: Offering,
    sessions: Array,
    heads: Heads,
    pieces: Array,
    block: Array,
) -> int:
    """Append one service with limited capacity as a block; return the end of pieces.

    Its peak area is at least the mean of its loads over its own slots, by their
    weights: the floor it uses over the weight of these slots. The block has no pieces
    where the service cannot earn. `alone` in its class, a service uses at least its
    least area; else at least the share of it that its session of least slot weight
    counts.
    """
    start = at
    own_weight = weight_of_slots(mask, weights, rooms, offering, sessions)
    price = floor_price + capital_price * rooms.unit[unit].peak_cost / own_weight
    share, group = np.zeros(len(sessions)), np.zeros(len(sessions), dtype=GROUP)
    for bit in range(len(sessions)):
        if (mask >> bit) & 1:
            offer = rooms.cand[sessions[bit].cand].offer
            share[bit] = slot_share(offer, weights, offering)
    # a session that earns nothing may still be what reaches the least area
    least_share = 1.0
    for k in range(rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start):
        counted = slot_share(rooms.cand[k].offer, weights, offering)
        least_share = min(least_share, counted)
    load_groups(mask, sessions, share, group)
    for bit in range(len(sessions)):
        if (mask >> bit) & 1 and is_first(bit, mask, sessions):
            at = add_group(
                bit, mask, at, group[bit], price, rooms, offering, sessions, heads,
                pieces,
            )  # fmt: skip
    sort_pieces(start, at, pieces)
    at = cut_off(start, at, rooms.unit[unit].most_area * own_weight, pieces)
    block[blocks].peak = 1.0 / own_weight
    least = rooms.unit[unit].sure_area * (1.0 if alone else least_share)
    fixed = capital_price * rooms.unit[unit].equipment
    # floor that serves nobody pays no peak: the peak is counted over what is served
    return close_block(
        unit, start, at, least, fixed, floor_price, pieces, block[blocks]
    )


@compiled
def weight_of_slots(
    mask: int, weights: Array, rooms: Rooms, offering: Offering, sessions: Array
) -> float:
    """Return the weight of the slots that any session of a unit holds."""
    total = 0.0
    for t in range(len(weights)):
        for bit in range(len(sessions)):
            runs = (mask >> bit) & 1
            if runs and offering.holds[rooms.cand[sessions[bit].cand].offer, t]:
                total += weights[t]
                break
    return min(max(total, 1e-6), 1.0)


@compiled
def close_block(
    unit: int,
    low: int,
    high: int,
    least: float,
    fixed: float,
    price: float,
    pieces: Array,
    block: Array,
) -> int:
    """Fill in what a service earns at its least floor and at its best mean.

    Returns the end of its pieces, `low` where it cannot earn. `price` is what a m²
    costs that serves nobody.
    """
    block.unit, block.low, block.high, block.least = unit, low, high, least
    width, value, j = 0.0, -fixed, low
    while j < high and width + pieces[j].width <= least:
        width += pieces[j].width
        value += pieces[j].slope * pieces[j].width
        j += 1
    part = 0.0
    if width < least:
        slope = -price
        if j < high:
            slope, part = pieces[j].slope, least - width
        value += slope * (least - width)
        width = least
    block.value_at_least = value
    while j < high and (width <= 0.0 or pieces[j].slope * width > value):
        value += pieces[j].slope * (pieces[j].width - part)
        width += pieces[j].width - part
        part = 0.0
        j += 1
    block.head, block.value_of_head = width, value
    return high if value > 0.0 else low


@compiled
def least_fixed(group: int, mask: int, sessions: Array) -> float:
    """Return the least fixed cost among the sessions of one group."""
    least = np.inf
    for bit in range(len(sessions)):
        if (mask >> bit) & 1 and sessions[bit].leader == sessions[group].leader:
            least = min(least, sessions[bit].fixed)
    return least


@compiled
def least_yearly(
    group: int, mask: int, rooms: Rooms, offering: Offering, sessions: Array
) -> tuple[float, float]:
    """Return the least yearly cost per visit and fixed cost of one group, in money."""
    per_visit, fixed = np.inf, np.inf
    for bit in range(len(sessions)):
        if (mask >> bit) & 1 and sessions[bit].leader == sessions[group].leader:
            offer = offering.offer[rooms.cand[sessions[bit].cand].offer]
            per_visit = min(per_visit, offer.per_place / offer.visits)
            fixed = min(fixed, offer.fixed)
    return per_visit, fixed


@compiled
def add_unlimited(
    unit: int,
    mask: int,
    blocks: int,
    at: int,
    floor_price: float,
    capital_price: float,
    rooms: Rooms,
    offering: Offering,
    sessions: Array,
    pieces: Array,
    block: Array,
) -> int:
    """Append a service of unlimited capacity as a block; return the end of pieces."""
    earned, yearly, cand = 0.0, 0.0, -1
    for bit in range(len(sessions)):
        if (mask >> bit) & 1 and is_first(bit, mask, sessions):
            most = 0.0
            for other in range(bit, len(sessions)):
                same = sessions[other].leader == sessions[bit].leader
                if same and (mask >> other) & 1 and sessions[other].alone > most:
                    most, cand = sessions[other].alone, sessions[other].cand
            earned += most
            yearly += least_yearly(bit, mask, rooms, offering, sessions)[1]
    area = max(rooms.unit[unit].least_area, 1e-9)
    if cand < 0:
        return at
    block[blocks].peak = 1.0
    pieces[at].slope, pieces[at].width = earned / area - floor_price, area
    pieces[at].cand, pieces[at].per_floor = cand, 1.0
    pieces[at].yearly = yearly / area
    fixed = capital_price * rooms.unit[unit].equipment
    return close_block(
        unit, at, at + 1, area, fixed, floor_price, pieces, block[blocks]
    )


@compiled
def hand_out(
    blocks: int, inside: int, outside: int, most_m2: float, pieces: Array, block: Array
) -> tuple[float, float, int]:
    """Give the floor to the best pieces, some services decided (by bit).

    Returns what the floor earns, the floor left, and the service of which only a part
    would run, −1 = none. A floor too small for the services inside earns −inf.
    """
    left, value = most_m2, 0.0
    for b in range(blocks):
        block[b].taken, block[b].at, block[b].left = 0.0, block[b].low, 0.0
        if b < MOST_BLOCKS and (inside >> b) & 1:
            left -= block[b].least
            value += block[b].value_at_least
            move_to(b, block[b].least, pieces, block)
    if left < -1e-9 * most_m2:
        return -np.inf, 0.0, -1
    while left > 1e-9 * most_m2:
        best, top = 0.0, -1
        for b in range(blocks):
            if b < MOST_BLOCKS and (outside >> b) & 1:
                continue
            slope = next_slope(b, inside, pieces, block)
            if slope > best:
                best, top = slope, b
        if top < 0:
            break
        if block[top].taken == 0.0 and not is_inside(top, inside):
            width = min(block[top].head, left)
            value += best * width
            left -= width
            if width < block[top].head * (1.0 - 1e-9):
                block[top].taken = width
                return value, left, top
            move_to(top, block[top].head, pieces, block)
            continue
        width = min(block[top].left, left)
        value += best * width
        left -= width
        block[top].taken += width
        block[top].left -= width
        if block[top].left <= 0.0:
            block[top].at += 1
            if block[top].at < block[top].high:
                block[top].left = pieces[block[top].at].width
    return value, max(left, 0.0), -1


@compiled
def is_inside(b: int, inside: int) -> bool:
    """Tell whether a service is decided to run."""
    return b < MOST_BLOCKS and bool((inside >> b) & 1)


@compiled
def next_slope(b: int, inside: int, pieces: Array, block: Array) -> float:
    """Return what the next m² of a service earns."""
    if block[b].taken == 0.0 and not is_inside(b, inside):
        return float(block[b].value_of_head / block[b].head)
    if block[b].at >= block[b].high:
        return 0.0
    return float(pieces[block[b].at].slope)


@compiled
def move_to(b: int, width: float, pieces: Array, block: Array) -> None:
    """Let a service have taken so much floor, and stand at the piece after it."""
    block[b].taken = width
    left, j = width, block[b].low
    while j < block[b].high and pieces[j].width <= left + 1e-9 * width:
        left -= pieces[j].width
        j += 1
    block[b].at = j
    block[b].left = 0.0
    if j < block[b].high:
        block[b].left = pieces[j].width - max(left, 0.0)


@compiled
def fill_floor(
    blocks: int, most_m2: float, pieces: Array, block: Array
) -> tuple[float, float]:
    """Hand out the floor at best; return what it earns and the floor used.

    Branches on the service of which only a part would run; `block.taken` is the best
    found. When the search is cut short, what it earns is a bound.
    """
    stack = np.zeros((MOST_BRANCHES + 2, 2), dtype=np.int64)
    bound = np.zeros(MOST_BRANCHES + 2)
    bound[0] = np.inf
    depth, best, inside, outside, cut = 1, 0.0, 0 * blocks, (1 << 62) - 1, 0.0
    for _ in range(MOST_BRANCHES):
        if depth == 0:
            break
        depth -= 1
        if bound[depth] <= best:
            continue
        some, without = stack[depth, 0], stack[depth, 1]
        value, left, part = hand_out(blocks, some, without, most_m2, pieces, block)
        if value <= best:
            continue
        if part < 0 or part >= MOST_BLOCKS:
            best, inside, outside = value, some, without
            continue
        stack[depth, 0], stack[depth, 1] = some, without | (1 << part)
        stack[depth + 1, 0], stack[depth + 1, 1] = some | (1 << part), without
        bound[depth], bound[depth + 1] = value, value
        depth += 2
    for d in range(depth):
        cut = max(cut, min(bound[d], 1e300))
    value, left, _ = hand_out(blocks, inside, outside, most_m2, pieces, block)
    return max(best, cut), most_m2 - left


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
