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

MOST_NODES = 4000
"""Nodes of one search; beyond them its bound stands in for its value."""


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
    order = units_by_value(low, high, patterns)
    n = len(order)
    choice = np.full(n + 1, -1, dtype=np.int64)
    taken = np.zeros(n + 1, dtype=np.int64)
    earned = np.zeros(n + 1)
    rest = np.zeros(n + 1)
    rest[0] = value_of_rest(0 * n, order, taken[0], offering, patterns)
    best, nodes, d = 0.0, 0, n * 0
    for unit in range(low, high):
        patterns.unit[unit].chosen = patterns.unit[unit].count
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
    """Return the units low..high, those that earn most alone first."""
    order = np.arange(low, high)
    for j in range(1, high - low):
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
