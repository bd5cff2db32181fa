"""Turn crossings of lines into vertices that both lines share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocator.kernels import compiled, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.scenario.street_lines import StreetLines

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

TOUCH_M = 0.01
"""A vertex this near to another line lies on it."""
MAX_CELLS = 4_000_000
"""Cells of the grid in which crossings are looked for."""


def with_crossings(lines: StreetLines, flat: Floats) -> StreetLines:
    """Return the lines with a vertex wherever lines of one layer cross or touch.

    Parameters
    ----------
    lines
        Street lines.
    flat
        Their vertices on a plane, in metres.
    """
    line = lines.line_of_point()
    first = np.flatnonzero(line[1:] == line[:-1])
    cuts = _cuts(flat, first, lines.layer[line[first]])
    if cuts is None:
        return lines
    piece, share, host, host_share = cuts
    start = first[host]
    xy = lines.xy[start] + host_share[:, None] * (lines.xy[start + 1] - lines.xy[start])
    after = first[piece]
    order = np.lexsort((share, after))
    points = np.insert(lines.xy, after[order] + 1, xy[order], axis=0)
    added = np.bincount(line[after], minlength=len(lines))
    grown = lines.start + np.concatenate([np.zeros(1, np.int64), np.cumsum(added)])
    return replace(lines, xy=points, start=grown)


def _cuts(
    flat: Floats, first: Ints, layer: Ints
) -> tuple[Ints, Floats, Ints, Floats] | None:
    """Return (piece, share along it, piece that gives the spot, share along that).

    Both pieces of a crossing take the spot from the same one, so they share it exactly.
    """
    if not len(first):
        return None
    a, b = flat[first], flat[first + 1]
    low, high = np.minimum(a, b) - TOUCH_M, np.maximum(a, b) + TOUCH_M
    corner = low.min(axis=0)
    width, height = high.max(axis=0) - corner
    median_m = float(np.median(np.hypot(*(b - a).T)))
    side_m = max(2.0 * median_m, float(np.sqrt(width * height / MAX_CELLS)), 1.0)
    columns, rows = int(width // side_m) + 1, int(height // side_m) + 1
    left, bottom = ((low - corner) // side_m).astype(np.int64).T
    right, top = ((high - corner) // side_m).astype(np.int64).T
    boxes = np.column_stack([left, bottom, right, top])
    start = np.zeros(columns * rows + 1, np.int64)
    listed = _by_cell(boxes, columns, start)
    arguments = a, b, layer, boxes, columns, start, listed
    none = np.empty((0, 2), np.int64), np.empty((0, 2))
    count = _crossings(*arguments, *none)
    pieces, shares = np.empty((count, 2), np.int64), np.empty((count, 2))
    _crossings(*arguments, pieces, shares)
    return pieces[:, 0], shares[:, 0], pieces[:, 1], shares[:, 1]


@kernel
def _by_cell(boxes: Ints, columns: int, start: Ints) -> Ints:
    """List the boxes that overlap each cell; fill `start` with where lists begin."""
    for left, bottom, right, top in boxes:
        for row in range(bottom, top + 1):
            for column in range(left, right + 1):
                start[row * columns + column + 1] += 1
    for cell in range(len(start) - 1):
        start[cell + 1] += start[cell]
    listed, at = np.empty(start[-1], np.int64), start[:-1].copy()
    for k in range(len(boxes)):
        for row in range(boxes[k, 1], boxes[k, 3] + 1):
            for column in range(boxes[k, 0], boxes[k, 2] + 1):
                cell = row * columns + column
                listed[at[cell]] = k
                at[cell] += 1
    return listed


@kernel
def _crossings(
    a: Floats,
    b: Floats,
    layer: Ints,
    boxes: Ints,
    columns: int,
    start: Ints,
    listed: Ints,
    pieces: Ints,
    shares: Floats,
) -> int:
    """Write the cuts, or only count them where there is no room.

    A pair is looked at in the lower left cell that both share.
    """
    found = 0
    for cell in range(len(start) - 1):
        for p in range(start[cell], start[cell + 1]):
            for q in range(p + 1, start[cell + 1]):
                i, j = listed[p], listed[q]
                column = max(boxes[i, 0], boxes[j, 0])
                row = max(boxes[i, 1], boxes[j, 1])
                if layer[i] == layer[j] and row * columns + column == cell:
                    found = _meet(a, b, i, j, pieces, shares, found)
    return found


@compiled
def _meet(
    a: Floats, b: Floats, i: int, j: int, pieces: Ints, shares: Floats, found: int
) -> int:
    """Note where two pieces cross, and where an end of one touches the other."""
    for host, guest in ((i, j), (j, i)):
        for end in range(2):
            x, y = (
                (a[guest, 0], a[guest, 1]) if end == 0 else (b[guest, 0], b[guest, 1])
            )
            t, off = _foot(a, b, host, x, y)
            if 0.0 < t < 1.0 and off <= TOUCH_M:
                found = _note(pieces, shares, found, host, t, guest, float(end))
    ux, uy = b[i, 0] - a[i, 0], b[i, 1] - a[i, 1]
    vx, vy = b[j, 0] - a[j, 0], b[j, 1] - a[j, 1]
    wx, wy = a[j, 0] - a[i, 0], a[j, 1] - a[i, 1]
    area = ux * vy - uy * vx
    if area == 0.0:
        return found
    s, t = (wx * vy - wy * vx) / area, (wx * uy - wy * ux) / area
    length_i, length_j = np.hypot(ux, uy), np.hypot(vx, vy)
    inside_i = TOUCH_M < s * length_i < length_i - TOUCH_M
    inside_j = TOUCH_M < t * length_j < length_j - TOUCH_M
    if inside_i and inside_j:
        found = _note(pieces, shares, found, i, s, i, s)
        found = _note(pieces, shares, found, j, t, i, s)
    return found


@compiled
def _foot(a: Floats, b: Floats, k: int, x: float, y: float) -> tuple[float, float]:
    """Return the share along piece k nearest to a point, and the way to it."""
    dx, dy = b[k, 0] - a[k, 0], b[k, 1] - a[k, 1]
    length2 = dx * dx + dy * dy
    t = ((x - a[k, 0]) * dx + (y - a[k, 1]) * dy) / length2 if length2 > 0.0 else 0.0
    return t, np.hypot(a[k, 0] + t * dx - x, a[k, 1] + t * dy - y)


@compiled
def _note(
    pieces: Ints,
    shares: Floats,
    found: int,
    piece: int,
    share: float,
    host: int,
    host_share: float,
) -> int:
    """Write one cut where there is room; return how many there are."""
    if found < len(pieces):
        pieces[found, 0], pieces[found, 1] = piece, host
        shares[found, 0], shares[found, 1] = share, host_share
    return found + 1
