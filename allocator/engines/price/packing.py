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
    rest = np.zeros(n + 1)
    for d in range(n - 1, -1, -1):
        unit = order[d]
        rest[d] = rest[d + 1]
        if patterns.unit[unit].count > 0:
            rest[d] += patterns.way[unit, 0].value
    choice = np.full(n + 1, -1, dtype=np.int64)
    earned = np.zeros(n + 1)
    best, nodes, d = 0.0, 0, n * 0
    for unit in range(low, high):
        patterns.unit[unit].chosen = patterns.unit[unit].count
    while d >= 0:
        choice[d] += 1
        value = earned[d]
        unit = order[d] if d < n else -1
        if d < n and choice[d] < patterns.unit[unit].count:
            value += patterns.way[unit, choice[d]].value
        if (
            d == n
            or choice[d] > patterns.unit[unit].count
            or value + rest[d + 1] <= best + 1e-12
        ):
            choice[d] = -1
            d -= 1
            continue
        nodes += 1
        if nodes > MOST_NODES:
            return max(best, open_bound(d, order, choice, earned, rest, patterns))
        if clashes(base, d, order, choice, rooms, offering, patterns):
            continue
        earned[d + 1] = value
        d += 1
        if d == n:
            best = value
            for e in range(n):
                patterns.unit[order[e]].chosen = choice[e]
    return best


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
    rooms: Rooms,
    offering: Offering,
    patterns: Patterns,
) -> bool:
    """Tell whether the choice at depth `d` conflicts with an earlier one."""
    unit = order[d]
    if choice[d] >= patterns.unit[unit].count:
        return False
    mask = patterns.way[unit, choice[d]].mask
    for e in range(d):
        other = order[e]
        if choice[e] < patterns.unit[other].count and masks_conflict(
            base + unit,
            mask,
            base + other,
            patterns.way[other, choice[e]].mask,
            rooms,
            offering,
        ):
            return True
    return False


@compiled
def open_bound(
    depth: int,
    order: Array,
    choice: Array,
    earned: Array,
    rest: Array,
    patterns: Patterns,
) -> float:
    """Return a bound on all that the search has not looked at yet."""
    bound = 0.0
    for d in range(depth + 1):
        unit = order[d]
        value = earned[d] + rest[d + 1]
        if choice[d] < patterns.unit[unit].count:
            value += patterns.way[unit, choice[d]].value
        bound = max(bound, value)
    return bound
