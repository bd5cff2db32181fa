"""Find the straight pieces of streets near points, by a grid of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.kernels import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.network.graph import Graph

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

MAX_CELLS = 4_000_000
"""Cells of a grid; larger areas have larger cells."""


@dataclass(frozen=True)
class Cells:
    """Chunks of pieces by the cell that holds their middle.

    A piece is cut into equal chunks no longer than a cell is wide.
    """

    low: Floats
    """Lower corner of the grid, shape (2,)."""
    side_m: float
    shape: tuple[int, int]
    """Columns, rows."""
    start: Ints
    """Chunks of cell c are ``start[c]`` to ``start[c + 1]``."""
    piece: Ints
    """Piece of each chunk."""
    part: Ints
    """Which chunk of its piece it is, from 0."""
    num_parts: Ints
    """How many chunks its piece has."""


def chunks_by_cell(graph: Graph, radius_m: float) -> Cells:
    """Sort chunks of pieces into cells for searches within `radius_m`."""
    a = graph.flat[graph.piece_from]
    b = graph.flat[graph.piece_from + 1]
    low = np.minimum(a, b).min(axis=0, initial=np.inf)
    high = np.maximum(a, b).max(axis=0, initial=-np.inf)
    if not len(a):
        low, high = np.zeros(2), np.zeros(2)
    extent = high - low
    side_m = max(radius_m, float(np.sqrt(extent[0] * extent[1] / MAX_CELLS)))
    shape = tuple(int(cells) + 1 for cells in extent // side_m)
    parts = np.maximum(np.ceil(np.hypot(*(b - a).T) / side_m), 1).astype(np.int64)
    piece = np.repeat(np.arange(len(a)), parts)
    part = np.arange(len(piece)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = (part + 0.5) / parts[piece]
    middle = a[piece] + share[:, None] * (b - a)[piece]
    column, row = ((middle - low) // side_m).astype(np.int64).T
    cell = row * shape[0] + column
    order = np.argsort(cell, kind="stable")
    start = np.searchsorted(cell[order], np.arange(shape[0] * shape[1] + 1))
    chosen = piece[order]
    return Cells(
        low, side_m, (shape[0], shape[1]), start, chosen, part[order], parts[chosen]
    )


def pieces_near(
    points: Floats, graph: Graph, cells: Cells, radius_m: float
) -> tuple[Ints, Ints, Floats]:
    """Return (point, piece, share of the piece at the nearest spot) within a radius."""
    arguments = (
        points,
        graph.flat,
        graph.piece_from,
        cells.low,
        cells.side_m,
        cells.shape,
        cells.start,
        np.column_stack([cells.piece, cells.part, cells.num_parts]),
        radius_m,
    )
    none = np.empty((0, 2), np.int64), np.empty(0)
    count = _near(*arguments, *none)
    pairs, share = np.empty((count, 2), np.int64), np.empty(count)
    _near(*arguments, pairs, share)
    return pairs[:, 0], pairs[:, 1], share


@kernel
def _near(
    points: Floats,
    flat: Floats,
    piece_from: Ints,
    low: Floats,
    side_m: float,
    shape: tuple[int, int],
    start: Ints,
    chunks: Ints,
    radius_m: float,
    pairs: Ints,
    share: Floats,
) -> int:
    """Write the pairs within `radius_m`, or only count them where there is no room.

    A chunk's middle lies within half a cell of any of its points. A pair is taken with
    the chunk that holds the nearest spot, so that it is found once.
    """
    found = 0
    reach = radius_m + 0.5 * side_m
    for k in range(len(points)):
        x, y = points[k, 0], points[k, 1]
        left = max(0, int(np.floor((x - reach - low[0]) / side_m)))
        right = min(shape[0] - 1, int(np.floor((x + reach - low[0]) / side_m)))
        bottom = max(0, int(np.floor((y - reach - low[1]) / side_m)))
        top = min(shape[1] - 1, int(np.floor((y + reach - low[1]) / side_m)))
        for row in range(bottom, top + 1):
            for column in range(left, right + 1):
                cell = row * shape[0] + column
                for c in range(start[cell], start[cell + 1]):
                    piece, part, parts = chunks[c, 0], chunks[c, 1], chunks[c, 2]
                    a = piece_from[piece]
                    dx, dy = flat[a + 1, 0] - flat[a, 0], flat[a + 1, 1] - flat[a, 1]
                    along = (x - flat[a, 0]) * dx + (y - flat[a, 1]) * dy
                    t = min(max(along / (dx * dx + dy * dy), 0.0), 1.0)
                    if min(int(t * parts), parts - 1) != part:
                        continue
                    ox, oy = flat[a, 0] + t * dx - x, flat[a, 1] + t * dy - y
                    if ox * ox + oy * oy > radius_m * radius_m:
                        continue
                    if found < len(pairs):
                        pairs[found, 0], pairs[found, 1] = k, piece
                        share[found] = t
                    found += 1
    return found
