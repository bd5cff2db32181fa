"""Which services of one class take turns in a whole space: a small exact search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.price.compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.price.layout import Offering
    from allocator.engines.price.rooms import Rooms
    from allocator.engines.price.whole import Patterns

    Array = npt.NDArray[Any]

MOST_NODES = 4096
"""Nodes of one search; beyond them its bound stands in for its value."""
MOST_BITS = 14
"""Contested slots for which a table of all sets of them is kept."""
NODE = np.dtype(
    [
        ("value", np.float64),
        ("taken", np.int64),
        ("parent", np.int32),
        ("way", np.int32),
    ],
    align=True,
)
"""Units decided so far: what they earn, contested slots taken, the node before the
last of them was decided, and how."""


@compiled
def pack_class(
    base: int,
    low: int,
    high: int,
    rooms: Rooms,
    offering: Offering,
    patterns: Patterns,
) -> float:
    """Choose at most one way to run each unit `low..high` without conflicts.

    Units count from the space's first unit, `base`. Returns the exact best value, or,
    when the search is cut short, a bound on it; `patterns.chosen` is the best found.
    """
    for unit in range(low, high):
        patterns.unit[unit].chosen = patterns.unit[unit].count
    order = units_by_value(low, high, patterns)
    if len(order) == 0:
        return 0.0
    if len(order) == 1:
        patterns.unit[order[0]].chosen = 0
        return first_value(order[0], patterns)
    if offering.by_slots[0]:
        contested = contested_slots(order, patterns)
        if count_bits(contested) <= MOST_BITS:
            return pack_by_slots(order, contested, patterns)
    return pack_by_pairs(base, order, rooms, offering, patterns)


@compiled
def count_bits(mask: int) -> int:
    """Return how many bits are set."""
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


@compiled
def contested_slots(order: Array, patterns: Patterns) -> int:
    """Return the slots that ways of two different units hold."""
    seen, contested = 0 * order[0], 0 * order[0]
    for unit in order:
        own = 0 * unit
        for j in range(patterns.unit[unit].count):
            own |= patterns.way[unit, j].slots
        contested |= seen & own
        seen |= own
    return int(contested)


@compiled
def compact(slots: int, contested: int) -> int:
    """Return the contested ones among `slots`, moved together to the lowest bits."""
    found, at = 0 * slots, 0
    while contested:
        lowest = contested & -contested
        if slots & lowest:
            found |= 1 << at
        at += 1
        contested ^= lowest
    return int(found)


@compiled
def pack_by_slots(order: Array, contested: int, patterns: Patterns) -> float:
    """Decide unit after unit, keeping the best node for every set of slots taken."""
    n = len(order)
    node = np.empty(MOST_NODES, dtype=NODE)
    table = np.full(1 << count_bits(contested), -1, dtype=np.int32)
    rest = np.zeros(n + 1)
    for d in range(n - 1, -1, -1):
        rest[d] = rest[d + 1] + first_value(order[d], patterns)
    node[0].value, node[0].taken, node[0].parent, node[0].way = 0.0, 0, -1, -1
    low, high, best = 0, 1, 0
    for d in range(n):
        unit, end = order[d], high
        count = patterns.unit[unit].count
        for j in range(count + 1):
            slots, value = 0 * unit, 0.0
            if j < count:
                slots = compact(patterns.way[unit, j].slots, contested)
                value = patterns.way[unit, j].value
                if is_dominated(unit, j, contested, patterns):
                    continue
            for e in range(low, high):
                total = node[e].value + value
                if (
                    node[e].taken & slots
                    or total + rest[d + 1] <= node[best].value + 1e-12
                ):
                    continue
                taken = node[e].taken | slots
                at = table[taken]
                if at < 0:
                    if end == MOST_NODES:
                        return bound_of_nodes(low, high, node, rest[d])
                    at, end = end, end + 1
                    table[taken] = at
                elif node[at].value >= total:
                    continue
                node[at].value, node[at].taken = total, taken
                node[at].parent, node[at].way = e, j
                if total > node[best].value:
                    best = at
        for e in range(high, end):
            table[node[e].taken] = -1
        low, high = high, end
    read_nodes(best, order, node, patterns)
    return float(node[best].value)


@compiled
def is_dominated(unit: int, way: int, contested: int, patterns: Patterns) -> bool:
    """Tell whether a better way to run a unit takes no other contested slot."""
    slots = patterns.way[unit, way].slots & contested
    for j in range(way):
        if patterns.way[unit, j].slots & contested & ~slots == 0:
            return True
    return False


@compiled
def bound_of_nodes(low: int, high: int, node: Array, rest: float) -> float:
    """Return what the best of some nodes may still become."""
    best = 0.0
    for e in range(low, high):
        best = max(best, node[e].value + rest)
    return best


@compiled
def read_nodes(best: int, order: Array, node: Array, patterns: Patterns) -> None:
    """Write the decisions that led to a node."""
    depth, e = 0, best
    while node[e].parent >= 0:
        depth += 1
        e = node[e].parent
    e = best
    while node[e].parent >= 0:
        depth -= 1
        patterns.unit[order[depth]].chosen = node[e].way
        e = node[e].parent


@compiled
def masks_conflict(
    unit: int, mask: int, other: int, other_mask: int, rooms: Rooms, offering: Offering
) -> bool:
    """Tell whether sessions of two units may not both run in one whole space."""
    for k in range(rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start):
        if not (mask >> rooms.cand[k].bit) & 1:
            continue
        for j in range(rooms.unit[other].cand_start, rooms.unit[other + 1].cand_start):
            if not (other_mask >> rooms.cand[j].bit) & 1:
                continue
            if offering.conflict[rooms.cand[k].offer, rooms.cand[j].offer]:
                return True
    return False


@compiled
def pack_by_pairs(
    base: int, order: Array, rooms: Rooms, offering: Offering, patterns: Patterns
) -> float:
    """Search in depth, comparing every pair of ways: for conflicts beyond slots."""
    n = len(order)
    choice = np.full(n + 1, -1, dtype=np.int64)
    taken = np.zeros(n + 1, dtype=np.int64)
    earned = np.zeros(n + 1)
    rest = np.zeros(n + 1)
    rest[0] = value_of_rest(0 * n, order, taken[0], offering, patterns)
    best, nodes, d = 0.0, 0, n * 0
    while d >= 0:
        if d == n:
            if earned[n] > best:
                best = earned[n]
                for e in range(n):
                    patterns.unit[order[e]].chosen = choice[e]
            d -= 1
            continue
        choice[d] += 1
        if (
            earned[d] + rest[d] <= best + 1e-12
            or choice[d] > patterns.unit[order[d]].count
        ):
            choice[d] = -1
            d -= 1
            continue
        nodes += 1
        if nodes > MOST_NODES:
            for e in range(d + 1):
                best = max(best, earned[e] + rest[e])
            return best
        if clashes(base, d, order, choice, taken, rooms, offering, patterns):
            continue
        earned[d + 1] = earned[d] + chosen_value(order[d], choice[d], patterns)
        rest[d + 1] = value_of_rest(d + 1, order, taken[d + 1], offering, patterns)
        d += 1
    return best


@compiled
def chosen_value(unit: int, choice: int, patterns: Patterns) -> float:
    """Return what a way to run a unit earns; 0 when it does not run."""
    if choice >= patterns.unit[unit].count:
        return 0.0
    return float(patterns.way[unit, choice].value)


@compiled
def value_of_rest(
    d: int, order: Array, taken: int, offering: Offering, patterns: Patterns
) -> float:
    """Return a bound on what the units from depth `d` earn beside slots taken."""
    total = 0.0
    for e in range(d, len(order)):
        unit = order[e]
        for j in range(patterns.unit[unit].count):
            if not offering.by_slots[0] or patterns.way[unit, j].slots & taken == 0:
                total += patterns.way[unit, j].value
                break
    return total


@compiled
def units_by_value(low: int, high: int, patterns: Patterns) -> Array:
    """Return the units low..high that can earn, those that earn most alone first."""
    order = np.array([u for u in range(low, high) if patterns.unit[u].count > 0])
    for j in range(1, len(order)):
        unit = order[j]
        i = j - 1
        while i >= 0 and first_value(order[i], patterns) < first_value(unit, patterns):
            order[i + 1] = order[i]
            i -= 1
        order[i + 1] = unit
    return order


@compiled
def first_value(unit: int, patterns: Patterns) -> float:
    """Return what the best way to run a unit earns."""
    if patterns.unit[unit].count == 0:
        return 0.0
    return float(patterns.way[unit, 0].value)


@compiled
def clashes(
    base: int,
    d: int,
    order: Array,
    choice: Array,
    taken: Array,
    rooms: Rooms,
    offering: Offering,
    patterns: Patterns,
) -> bool:
    """Tell whether the choice at depth `d` conflicts with an earlier one.

    `taken[d]` are the slots of the earlier ones; `taken[d + 1]` is written.
    """
    unit = order[d]
    taken[d + 1] = taken[d]
    if choice[d] >= patterns.unit[unit].count:
        return False
    way = patterns.way[unit, choice[d]]
    if offering.by_slots[0]:
        taken[d + 1] |= way.slots
        return bool(taken[d] & way.slots)
    for e in range(d):
        other = order[e]
        if choice[e] < patterns.unit[other].count:
            other_mask = patterns.way[other, choice[e]].mask
            if masks_conflict(
                base + unit, way.mask, base + other, other_mask, rooms, offering
            ):
                return True
    return False
