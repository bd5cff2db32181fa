"""Shortest walks within a limit from many sources to many targets.

One source costs what lies within its limit: the labels it touched are wiped afterwards
one by one, so the size of the city around it does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from allocator.access.network.heap import pop, push
from allocator.kernels import compiled, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.network.walks import (
        Aims,
        Floats,
        Ints,
        Records,
        Stops,
        Walks,
    )

LABELLED, REACHED, WAITING = 0, 1, 2
"""Positions of the counters of `_Desk`."""
FIRST_ROOM = 4096
"""Room of a list that grows."""


class _Desk(NamedTuple):
    """What one search writes on; wiped after each source."""

    label: Floats
    """Least minutes found past each node, inf = none."""
    best: Floats
    """Least minutes found to each target, inf = none."""
    labelled: Ints
    reached: Ints
    keys: Floats
    """Heap of minutes, with their nodes."""
    nodes: Ints
    counts: Ints
    """How many are labelled, reached and waiting in the heap."""


@compiled
def _desk(walks: Walks, num_targets: int, most_stops: int) -> _Desk:
    """Return a desk with room for the largest search: no arc is taken twice."""
    num_nodes = len(walks.delay)
    waiting = len(walks.arcs) + 2 * most_stops + 1
    return _Desk(
        np.full(num_nodes, np.inf),
        np.full(num_targets, np.inf),
        np.empty(num_nodes, np.int64),
        np.empty(num_targets, np.int64),
        np.empty(waiting),
        np.empty(waiting, np.int64),
        np.zeros(3, np.int64),
    )


@kernel
def targets_within(
    sources: Ints,
    starts: Stops,
    beside: Stops,
    aims: Aims,
    walks: Walks,
    num_targets: int,
    limit: float,
) -> tuple[Ints, npt.NDArray[np.int32], Floats]:
    """Return how many targets each source reaches, which (ascending), and minutes.

    Parameters
    ----------
    sources
        Positions in `starts`.
    starts
        Stops of the sources by source.
    beside
        Stops of the targets by segment.
    aims
        Targets by node.
    walks
        The network in minutes.
    limit
        Longest walk in minutes, inclusive.
    """
    most_stops = 0
    for source in sources:
        stops = starts.start[source + 1] - starts.start[source]
        most_stops = max(most_stops, int(stops))
    desk = _desk(walks, num_targets, most_stops)
    number, total = np.zeros(len(sources), np.int64), 0
    found, walk = np.empty(FIRST_ROOM, np.int32), np.empty(FIRST_ROOM)
    for k in range(len(sources)):
        first, last = starts.start[sources[k]], starts.start[sources[k] + 1]
        for s in range(first, last):
            _depart(desk, starts.stops[s], walks, limit)
            _go_beside(desk, starts.stops[s], beside, limit)
        while desk.counts[WAITING] > 0:
            node = _step(desk, walks, limit)
            if node >= 0:
                _go_on(desk, aims, node, limit)
        number[k] = desk.counts[REACHED]
        found, walk = _with_space(found, walk, total, number[k])
        total = _collect(desk, found, walk, total)
    return number, found[:total].copy(), walk[:total].copy()


@kernel
def node_minutes(
    first: int, last: int, starts: Stops, walks: Walks, limit: float
) -> Floats:
    """Return the minutes past every node from stops `first` to `last`; inf = beyond."""
    desk = _desk(walks, 0, last - first)
    for s in range(first, last):
        _depart(desk, starts.stops[s], walks, limit)
    while desk.counts[WAITING] > 0:
        _step(desk, walks, limit)
    return desk.label


@compiled
def _depart(desk: _Desk, stop: Records, walks: Walks, limit: float) -> None:
    """Walk from a source's stop to both nodes of its segment."""
    segment = stop.owner
    for side in range(2):
        node = walks.ends[segment, side]
        part = stop.position if side == 0 else walks.minutes[segment] - stop.position
        _reach(desk, node, stop.leg + part + walks.delay[node], limit)


@compiled
def _go_beside(desk: _Desk, stop: Records, beside: Stops, limit: float) -> None:
    """Walk from a source's stop to the targets on its segment."""
    for t in range(beside.start[stop.owner], beside.start[stop.owner + 1]):
        other = beside.stops[t]
        along = abs(stop.position - other.position)
        _arrive(desk, other.owner, stop.leg + along + other.leg, limit)


@compiled
def _go_on(desk: _Desk, aims: Aims, node: int, limit: float) -> None:
    """Walk from a node to the targets along its segments.

    This is where most time goes: the arrays are taken out of their tuples first, since
    compiled code counts references whenever it reads one from a tuple.
    """
    at, best, reached = desk.label[node], desk.best, desk.reached
    target, minutes = aims.target, aims.minutes
    size = desk.counts[REACHED]
    for t in range(aims.start[node], aims.start[node + 1]):
        aim, way = target[t], at + minutes[t]
        if way <= limit and way < best[aim]:
            if best[aim] == np.inf:
                reached[size] = aim
                size += 1
            best[aim] = way
    desk.counts[REACHED] = size


@compiled
def _step(desk: _Desk, walks: Walks, limit: float) -> int:
    """Take the nearest node from the heap and walk along its arcs.

    Returns
    -------
    int
        The node; −1 if it had been taken with a shorter way.
    """
    at, node = desk.keys[0], desk.nodes[0]
    desk.counts[WAITING] = pop(desk.keys, desk.nodes, desk.counts[WAITING])
    if at > desk.label[node]:
        return -1
    for a in range(walks.arc_start[node], walks.arc_start[node + 1]):
        arc = walks.arcs[a]
        _reach(desk, arc.to, at + arc.minutes + walks.delay[arc.to], limit)
    return node


@compiled
def _reach(desk: _Desk, node: int, way: float, limit: float) -> None:
    """Label a node with a shorter way."""
    if way > limit or way >= desk.label[node]:
        return
    if desk.label[node] == np.inf:
        desk.labelled[desk.counts[LABELLED]] = node
        desk.counts[LABELLED] += 1
    desk.label[node] = way
    desk.counts[WAITING] = push(desk.keys, desk.nodes, desk.counts[WAITING], way, node)


@compiled
def _arrive(desk: _Desk, target: int, way: float, limit: float) -> None:
    """Keep a shorter way to a target."""
    if way > limit or way >= desk.best[target]:
        return
    if desk.best[target] == np.inf:
        desk.reached[desk.counts[REACHED]] = target
        desk.counts[REACHED] += 1
    desk.best[target] = way


@compiled
def _collect(
    desk: _Desk, found: npt.NDArray[np.int32], walk: Floats, total: int
) -> int:
    """Write the targets reached behind `total`, ascending, and wipe the desk."""
    for target in np.sort(desk.reached[: desk.counts[REACHED]]):
        found[total], walk[total] = target, desk.best[target]
        desk.best[target] = np.inf
        total += 1
    for k in range(desk.counts[LABELLED]):
        desk.label[desk.labelled[k]] = np.inf
    desk.counts[:] = 0
    return total


@compiled
def _with_space(
    found: npt.NDArray[np.int32], walk: Floats, size: int, more: int
) -> tuple[npt.NDArray[np.int32], Floats]:
    """Return the lists with room for `more`."""
    if size + more <= len(found):
        return found, walk
    room = max(2 * len(found), size + more)
    longer, minutes = np.empty(room, np.int32), np.empty(room)
    longer[:size], minutes[:size] = found[:size], walk[:size]
    return longer, minutes
