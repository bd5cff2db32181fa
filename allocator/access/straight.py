"""Straight lines between sites and zones within a distance, block by block."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocator.access.ground import Ground

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

SLACK = 1e-9
"""Relative slack of the neighbour search; the exact lines decide afterwards."""


class LineFinder:
    """Finds the zones whose straight line to a site is at most `max_line_m`.

    The zones stand in a k-d tree; sites are asked in blocks, so that no more than
    about `max_pairs` pairs per core are held at a time (a single site may exceed it).
    """

    def __init__(
        self, ground: Ground, site_xy: Floats, zone_xy: Floats, max_line_m: float
    ) -> None:
        self._ground = ground
        self._site_xy, self._zone_xy = site_xy, zone_xy
        self._max_line_m = max_line_m
        chord_m = ground.embedded_m(max_line_m)
        # Embedding rounds in proportion to the coordinates themselves.
        size_m = max(
            (np.abs(ground.embed(xy)).max(initial=0.0) for xy in (site_xy, zone_xy)),
            default=0.0,
        )
        self._radius_m = chord_m * (1 + SLACK) + 1e-12 * size_m + SLACK
        self._site_points = ground.embed(site_xy)
        self._tree = cKDTree(ground.embed(zone_xy), balanced_tree=False)

    def blocks(self, max_pairs: int) -> Iterator[tuple[int, int, Ints, Floats]]:
        """Yield (first site, end site, key, line in m), in order of the sites.

        The key of a pair is (site − first site) × zones + zone, ascending.
        """
        ranges = self._site_ranges(max_pairs)
        cores = os.cpu_count() or 1
        with ThreadPoolExecutor(cores) as pool:
            for at in range(0, len(ranges), cores):
                yield from pool.map(self._block, ranges[at : at + cores])

    def _site_ranges(self, max_pairs: int) -> list[tuple[int, int]]:
        """Cut the sites into ranges of at most `max_pairs` pairs where possible."""
        if len(self._site_points) == 0:
            return []
        pairs = self._tree.query_ball_point(
            self._site_points, self._radius_m, return_length=True, workers=-1
        )
        total = np.concatenate([[0], np.cumsum(pairs)])
        ranges, first = [], 0
        while first < len(pairs):
            end = int(np.searchsorted(total, total[first] + max_pairs, side="right"))
            end = max(first + 1, end - 1)
            ranges.append((first, end))
            first = end
        return ranges

    def _block(self, sites: tuple[int, int]) -> tuple[int, int, Ints, Floats]:
        """Return one block."""
        first, end = sites
        near = cKDTree(self._site_points[first:end]).sparse_distance_matrix(
            self._tree, self._radius_m, output_type="ndarray"
        )
        zones = len(self._zone_xy)
        key = near["i"].astype(np.int64) * zones + near["j"]
        del near
        key.sort()
        site, zone = np.divmod(key, max(zones, 1))
        line_m = self._ground.line_m(self._site_xy[first + site], self._zone_xy[zone])
        return first, end, key, line_m
