"""From street lines to a graph: nodes where lines meet or end, segments between them.

Lines meet at vertices they share, to the millimetre. Lines of different layers meet at
such a vertex only if one of them ends there, as a ramp ends on a bridge; so a bridge
whose deck has a vertex above a road's does not touch it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.errors import AllocatorError

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.ground import Ground
    from allocator.scenario.street_lines import StreetLines

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

VERTEX_M = 0.001
"""Vertices this near are one."""
_HALF = 1 << 31
CURVE_BITS = 16
"""Cells of the curve that orders nodes: 2 ** 16 in each direction."""


@dataclass(frozen=True)
class Graph:
    """Streets as segments between nodes; each segment is a chain of straight pieces.

    A piece runs from vertex ``piece_from[p]`` to the vertex after it. The pieces of a
    segment are consecutive and lead from its first node to its second.
    """

    num_nodes: int
    ends: Ints
    """First and second node of each segment, shape (segments, 2)."""
    length_m: Floats
    """Shape (segments,)."""
    line: Ints
    """Street line of each segment, shape (segments,)."""
    xy: Floats
    """Vertices in the scenario's coordinate system, shape (vertices, 2)."""
    flat: Floats
    """The same on a plane, in metres; shape (vertices, 2)."""
    piece_from: Ints
    """First vertex of each piece, shape (pieces,)."""
    piece_segment: Ints
    """Shape (pieces,)."""
    piece_offset_m: Floats
    """Way from the segment's first node to the piece, shape (pieces,)."""
    piece_length_m: Floats
    """Shape (pieces,)."""

    @property
    def num_segments(self) -> int:
        """How many segments there are."""
        return len(self.length_m)

    def degree(self) -> Ints:
        """Return how many segment ends meet at each node."""
        return np.bincount(self.ends.ravel(), minlength=self.num_nodes)


@dataclass(frozen=True)
class _Vertices:
    """Vertices of all lines one after the other, without repeated ones."""

    xy: Floats
    flat: Floats
    line: Ints
    place: Ints
    """Same number, same place and met."""
    is_end: Bools


def build_graph(lines: StreetLines, ground: Ground, flat: Floats) -> Graph:
    """Build the graph of street lines.

    Parameters
    ----------
    lines
        Street lines; crossings without a shared vertex are no junctions.
    ground
        Measures their lengths.
    flat
        The lines' vertices on a plane, in metres; shape (points, 2).
    """
    vertices = _vertices(lines, flat)
    count = np.bincount(vertices.place)
    is_node = vertices.is_end | (count[vertices.place] > 1)
    same_line = vertices.line[1:] == vertices.line[:-1]
    piece_from = np.flatnonzero(same_line)
    starts = is_node[piece_from]
    segment = np.cumsum(starts) - 1
    xy = vertices.xy
    length_m = ground.line_m(xy[piece_from], xy[piece_from + 1])
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(piece_from))[: len(first)] - 1
    ends = np.column_stack(
        [vertices.place[piece_from[first]], vertices.place[piece_from[last] + 1]]
    )
    total = np.cumsum(length_m)
    before = total - length_m
    nodes, ends = _numbered(ends, vertices)
    return Graph(
        num_nodes=nodes,
        ends=ends,
        length_m=np.bincount(segment, length_m, len(first)).astype(np.float64),
        line=vertices.line[piece_from[first]],
        xy=xy,
        flat=vertices.flat,
        piece_from=piece_from,
        piece_segment=segment,
        piece_offset_m=before - before[first][segment] if len(first) else before,
        piece_length_m=length_m,
    )


def _vertices(lines: StreetLines, flat: Floats) -> _Vertices:
    """Give places numbers; leave out vertices that repeat the one before."""
    line = lines.line_of_point()
    place = _places(flat)
    again = np.zeros(len(place), bool)
    again[1:] = (place[1:] == place[:-1]) & (line[1:] == line[:-1])
    kept = ~again
    line, place = line[kept], place[kept]
    is_first = np.ones(len(line), bool)
    is_first[1:] = line[1:] != line[:-1]
    is_end = is_first | np.append(is_first[1:], True)[: len(line)]
    # A line whose vertices are all in one place leads nowhere.
    alone = is_first & np.append(is_first[1:], True)[: len(line)]
    place = _met(place, lines.layer[line], is_end & ~alone)
    keep = ~alone
    return _Vertices(
        lines.xy[kept][keep], flat[kept][keep], line[keep], place[keep], is_end[keep]
    )


def _places(flat: Floats) -> Ints:
    """Give vertices in one place one number."""
    grid = np.rint(flat / VERTEX_M).astype(np.int64)
    grid -= (grid.min(axis=0) + grid.max(axis=0)) // 2 if len(grid) else 0
    if len(grid) and int(np.abs(grid).max()) >= _HALF:
        msg = "the streets reach over more than 4,000 km; cut them to the city"
        raise AllocatorError(msg)
    key = (grid[:, 0] + _HALF) * (2 * _HALF) + grid[:, 1] + _HALF
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def _met(place: Ints, layer: Ints, is_end: Bools) -> Ints:
    """Split places by layer where no line ends."""
    joined = np.zeros(int(place.max(initial=-1)) + 1, bool)
    joined[place[is_end]] = True
    level = np.unique(layer, return_inverse=True)[1] + 1
    level[joined[place]] = 0
    key = place * (int(level.max(initial=0)) + 1) + level
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def _numbered(ends: Ints, vertices: _Vertices) -> tuple[int, Ints]:
    """Give the nodes numbers along a curve, so that neighbours lie near in memory."""
    where = np.zeros((int(vertices.place.max(initial=-1)) + 1, 2))
    where[vertices.place] = vertices.flat
    used = np.unique(ends)
    order = np.argsort(_along_curve(where[used]), kind="stable")
    number = np.full(len(where), -1, np.int64)
    number[used[order]] = np.arange(len(used))
    return len(used), number[ends]


def _along_curve(flat: Floats) -> Ints:
    """Return the position of points on a Z-order curve."""
    if not len(flat):
        return np.empty(0, np.int64)
    low = flat.min(axis=0)
    span = max(float(np.ptp(flat, axis=0).max()), 1e-9)
    cells = ((flat - low) / span * ((1 << CURVE_BITS) - 1)).astype(np.int64)
    key = np.zeros(len(flat), np.int64)
    for bit in range(CURVE_BITS):
        key |= ((cells[:, 0] >> bit) & 1) << (2 * bit)
        key |= ((cells[:, 1] >> bit) & 1) << (2 * bit + 1)
    return key
