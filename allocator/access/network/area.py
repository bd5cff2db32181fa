"""Walking areas: which stretches of street are reached from a site, and how soon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.access.network.cache import network_of
from allocator.access.network.search import node_minutes
from allocator.access.network.walks import stops_by_point
from allocator.errors import AllocatorError

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.network.graph import Graph
    from allocator.access.network.network import Network
    from allocator.scenario.scenario import Scenario

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

WIDTH_M = 30.0
"""Land on either side of a street that counts as reached when a polygon is drawn."""


@dataclass(frozen=True)
class WalkingArea:
    """Straight stretches of street within reach of one site."""

    start: Floats
    """In the scenario's coordinate system, shape (stretches, 2)."""
    end: Floats
    minutes: Floats
    """Minutes at the start and the end of each stretch, shape (stretches, 2)."""

    def polygon(self, width: float = WIDTH_M) -> Any:
        """Return the land within `width` of the stretches, as a shapely geometry.

        Parameters
        ----------
        width
            In units of the scenario's coordinate system.
        """
        import shapely

        lines = shapely.linestrings(np.stack([self.start, self.end], axis=1))
        return shapely.unary_union(shapely.buffer(lines, width))


def walking_area(
    scenario: Scenario, site_id: str, limit_min: float, profile: str | None = None
) -> WalkingArea:
    """Return the stretches of street within `limit_min` of a site.

    Parameters
    ----------
    profile
        Walking profile; default: the scenario's first.

    Raises
    ------
    AllocatorError
        If there is no such site.
    """
    if site_id not in scenario.site_ids:
        msg = f"there is no site {site_id!r}"
        raise AllocatorError(msg)
    network = network_of(scenario)
    chosen = scenario.spec.access.profiles[profile or scenario.default_profile]
    walks = network.walks(chosen)
    near, position, leg = network.stops(network.sites, chosen, walks)
    starts = stops_by_point(near, position, leg, network.num_sites)
    site = scenario.site_ids.index(site_id)
    first, last = int(starts.start[site]), int(starts.start[site + 1])
    past = node_minutes(first, last, starts, walks, limit_min)
    own = near.segment[first:last], position[first:last], leg[first:last]
    return _reached(network, walks.minutes, past, own, limit_min)


def _reached(
    network: Network,
    minutes: Floats,
    past: Floats,
    own: tuple[Ints, Floats, Floats],
    limit_min: float,
) -> WalkingArea:
    """Cut the pieces at the limit: seen from either node, and from the site's feet."""
    graph = network.graph
    piece = np.arange(len(graph.piece_from))
    segment = graph.piece_segment
    pace = minutes / graph.length_m
    before = graph.piece_offset_m * pace[segment]
    along = graph.piece_length_m * pace[segment]
    ahead = past[graph.ends[segment, 0]] + before
    behind = past[graph.ends[segment, 1]] + minutes[segment] - before - along
    whole = np.zeros(len(piece))
    parts = [
        _cut(graph, piece, ahead, along, whole, limit_min),
        _cut(graph, piece, behind, along, whole, limit_min, reverse=True),
    ]
    for s, position, leg in zip(*own, strict=True):
        mine = np.flatnonzero(segment == s)
        part, low = along[mine], before[mine]
        high = low + part
        onward = leg + np.maximum(low - position, 0.0), part, (position - low) / part
        back = leg + np.maximum(position - high, 0.0), part, (high - position) / part
        parts.append(_cut(graph, mine, *onward, limit_min))
        parts.append(_cut(graph, mine, *back, limit_min, reverse=True))
    return WalkingArea(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _cut(
    graph: Graph,
    piece: Ints,
    at: Floats,
    along: Floats,
    begin: Floats,
    limit_min: float,
    *,
    reverse: bool = False,
) -> tuple[Floats, Floats, Floats]:
    """Return the part of each piece that is walked from one of its ends in time.

    The walk is at the share `begin` of the piece, or at its end, after `at` minutes.
    """
    kept = np.isfinite(along) & (at < limit_min) & (begin < 1.0)
    piece, at, along = piece[kept], at[kept], along[kept]
    begin = np.maximum(begin[kept], 0.0)
    share = np.minimum(begin + (limit_min - at) / along, 1.0)
    first = graph.piece_from[piece]
    a, b = graph.xy[first], graph.xy[first + 1]
    if reverse:
        a, b = b, a
    return (
        a + begin[:, None] * (b - a),
        a + share[:, None] * (b - a),
        np.column_stack([at, at + (share - begin) * along]),
    )
