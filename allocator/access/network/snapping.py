"""Connections between points and streets: where a zone or site meets each segment."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.access.network.nearby import chunks_by_cell, pieces_near

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.ground import Ground
    from allocator.access.network.graph import Graph

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

POINTS_PER_BLOCK = 20_000
"""Points that one thread takes at a time."""


@dataclass(frozen=True)
class Connections:
    """Where points meet segments; sorted by point, then segment."""

    point: Ints
    segment: Ints
    position_m: Floats
    """Way along the segment from its first node."""
    leg_m: Floats
    """Straight way between the point and the segment."""

    def of_segments(self, keep: Bools) -> Connections:
        """Return the connections to some segments, `keep` by segment."""
        kept = keep[self.segment]
        return Connections(
            self.point[kept],
            self.segment[kept],
            self.position_m[kept],
            self.leg_m[kept],
        )


@dataclass(frozen=True)
class Points:
    """Zones or sites: coordinates in the scenario's system and on the plane."""

    xy: Floats
    flat: Floats

    def __len__(self) -> int:
        return len(self.xy)


def connect(
    graph: Graph, ground: Ground, points: Points, *, snap_m: float, stretch: float
) -> Connections:
    """Connect points to every segment within `snap_m`.

    A point meets a segment wherever the segment is nearer than just before and just
    behind, so a street that bends round a point is met on each side.

    Parameters
    ----------
    snap_m
        Longest straight way, measured on the ground.
    stretch
        Most by which lines on the plane are longer than on the ground.
    """
    radius_m = snap_m * stretch * (1 + 1e-9)
    cells = chunks_by_cell(graph, radius_m)

    def snapped(first: int) -> tuple[Ints, Ints, Floats, Floats]:
        block = slice(first, first + POINTS_PER_BLOCK)
        near = pieces_near(points.flat[block], graph, cells, radius_m)
        return _nearest(graph, ground, points.xy[block], near, snap_m, first)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        parts = list(pool.map(snapped, range(0, len(points), POINTS_PER_BLOCK)))
    if not parts:
        none, nothing = np.empty(0, np.int64), np.empty(0)
        return Connections(none, none, nothing, nothing)
    columns = zip(*parts, strict=True)
    return Connections(*(np.concatenate(column) for column in columns))


def _nearest(
    graph: Graph,
    ground: Ground,
    xy: Floats,
    near: tuple[Ints, Ints, Floats],
    snap_m: float,
    first_point: int,
) -> tuple[Ints, Ints, Floats, Floats]:
    """Keep the feet that are nearest on their stretch, measured on the ground."""
    point, piece, share = near
    order = np.argsort(point * len(graph.piece_from) + piece)
    point, piece, share = point[order], piece[order], share[order]
    kept = _is_nearest(point, piece, graph.piece_segment[piece], share)
    point, piece, share = point[kept], piece[kept], share[kept]
    start = graph.piece_from[piece]
    foot = graph.xy[start] + share[:, None] * (graph.xy[start + 1] - graph.xy[start])
    leg_m = ground.line_m(xy[point], foot)
    close = leg_m <= snap_m
    piece = piece[close]
    position_m = (
        graph.piece_offset_m[piece] + share[close] * graph.piece_length_m[piece]
    )
    segment = graph.piece_segment[piece]
    return first_point + point[close], segment, position_m, leg_m[close]


def _is_nearest(point: Ints, piece: Ints, segment: Ints, share: Floats) -> Bools:
    """Tell which feet are nearer than their segment's next stretch on either side.

    A foot inside a piece is. A foot at a vertex is when both pieces that meet there
    have it; then the earlier piece keeps it.
    """
    joined = (
        (point[1:] == point[:-1])
        & (piece[1:] == piece[:-1] + 1)
        & (segment[1:] == segment[:-1])
    )
    has_next, has_previous = np.append(joined, False), np.append(False, joined)
    next_share = np.append(share[1:], 0.0)
    kept: Bools = ~((share >= 1.0) & has_next & (next_share > 0.0))
    kept &= ~((share <= 0.0) & has_previous[: len(share)])
    return kept
