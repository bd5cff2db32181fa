"""Streets and connections in minutes, in the arrays that the search reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.kernels import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.network.snapping import Connections

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Records = npt.NDArray[Any]

ARC = np.dtype([("to", np.int64), ("minutes", np.float64)], align=True)
"""A segment seen from one of its nodes."""
STOP = np.dtype(
    [("owner", np.int64), ("position", np.float64), ("leg", np.float64)], align=True
)
"""A connection: what it leads to, minutes along its segment, minutes to it."""


class Walks(NamedTuple):
    """Segments in minutes for one profile."""

    arc_start: Ints
    """Arcs of node v are ``arc_start[v]`` to ``arc_start[v + 1]``."""
    arcs: Records
    ends: Ints
    """Nodes of each segment, shape (segments, 2)."""
    minutes: Floats
    """Minutes along each segment; inf where it is not walked."""
    delay: Floats
    """Minutes lost by who passes a node."""


class Stops(NamedTuple):
    """Connections in minutes, grouped by point or by segment."""

    start: Ints
    """Stops of group g are ``start[g]`` to ``start[g + 1]``."""
    stops: Records


class Aims(NamedTuple):
    """Targets by the node from which a segment leads to them."""

    start: Ints
    """Targets of node v are those from ``start[v]`` to ``start[v + 1]``."""
    target: npt.NDArray[np.int32]
    minutes: Floats
    """Least minutes from the node to the target along one segment."""


def aims_by_node(
    connections: Connections, position: Floats, leg: Floats, walks: Walks
) -> Aims:
    """Say for each node how far it is to the targets along its segments."""
    segment = connections.segment
    back = walks.minutes[segment] - position
    minutes = np.column_stack([position + leg, back + leg])
    node = walks.ends[segment]
    start = _aim_starts(connections.point, node, len(walks.delay))
    target, least = np.empty(start[-1], np.int32), np.empty(start[-1])
    _fill_aims(connections.point, node, minutes, start[:-1].copy(), target, least)
    return Aims(start, target, least)


@kernel
def _aim_starts(point: Ints, node: Ints, num_nodes: int) -> Ints:
    """Count the targets of each node; those of one point follow each other."""
    last = np.full(num_nodes, -1)
    start = np.zeros(num_nodes + 1, np.int64)
    for k in range(len(point)):
        for side in range(2):
            if last[node[k, side]] != point[k]:
                last[node[k, side]] = point[k]
                start[node[k, side] + 1] += 1
    return np.cumsum(start)


@kernel
def _fill_aims(
    point: Ints,
    node: Ints,
    minutes: Floats,
    at: Ints,
    target: npt.NDArray[np.int32],
    least: Floats,
) -> None:
    """Write the targets of each node with their least minutes."""
    last = np.full(len(at), -1)
    for k in range(len(point)):
        for side in range(2):
            v = node[k, side]
            if last[v] != point[k]:
                last[v] = point[k]
                target[at[v]], least[at[v]] = point[k], minutes[k, side]
                at[v] += 1
            else:
                least[at[v] - 1] = min(least[at[v] - 1], minutes[k, side])


def walks_of(ends: Ints, minutes: Floats, delay: Floats) -> Walks:
    """Sort the segments that are walked by node; see `Walks`."""
    walked = np.flatnonzero(np.isfinite(minutes))
    tail = np.concatenate([ends[walked, 0], ends[walked, 1]])
    order = np.argsort(tail, kind="stable")
    arcs = np.empty(len(tail), ARC)
    arcs["to"] = np.concatenate([ends[walked, 1], ends[walked, 0]])
    arcs["minutes"] = np.tile(minutes[walked], 2)
    start = np.searchsorted(tail[order], np.arange(len(delay) + 1)).astype(np.int64)
    return Walks(start, arcs[order], np.ascontiguousarray(ends), minutes, delay)


def stops_by_point(
    connections: Connections, position: Floats, leg: Floats, points: int
) -> Stops:
    """Group connections by point; each leads to its segment."""
    start = np.searchsorted(connections.point, np.arange(points + 1))
    stops = _stops(connections.segment, position, leg)
    return Stops(start.astype(np.int64), stops)


def stops_by_segment(
    connections: Connections, position: Floats, leg: Floats, segments: int
) -> Stops:
    """Group connections by segment; each leads to its point."""
    order = np.argsort(connections.segment, kind="stable")
    start = np.searchsorted(connections.segment[order], np.arange(segments + 1))
    stops = _stops(connections.point, position, leg)[order]
    return Stops(start.astype(np.int64), stops)


def _stops(owner: Ints, position: Floats, leg: Floats) -> Records:
    stops = np.empty(len(owner), STOP)
    stops["owner"], stops["position"], stops["leg"] = owner, position, leg
    return stops
