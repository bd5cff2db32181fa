"""The street network of a scenario, and walking times along it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.access.ground import ground_of
from allocator.access.network.crossings import with_crossings
from allocator.access.network.graph import build_graph
from allocator.access.network.search import targets_within
from allocator.access.network.snapping import Points, connect
from allocator.access.network.walks import (
    Stops,
    Walks,
    aims_by_node,
    stops_by_point,
    stops_by_segment,
    walks_of,
)
from allocator.errors import AllocatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from allocator.access.network.graph import Graph
    from allocator.access.network.snapping import Connections
    from allocator.scenario.scenario import Scenario
    from allocator.scenario.schema import Profile, Streets
    from allocator.scenario.street_lines import StreetLines

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Found = tuple[Ints, npt.NDArray[np.int32], Floats]

SOURCES_PER_TASK = 250
"""Sources one thread searches from before it gives its results."""
JUNCTION_ARMS = 3
"""Segment ends that make a node a junction."""
LEVEL_PACE = float(np.exp(3.5 * 0.05))
"""Tobler's pace on level ground over that of his fastest walk, 5 % downhill."""


@dataclass(frozen=True)
class Network:
    """Streets as a graph, with the connections of zones and sites."""

    lines: StreetLines
    """With crossings as vertices where `node_crossings` asks for it."""
    section: Streets
    graph: Graph
    zones: Connections
    sites: Connections
    num_zones: int
    num_sites: int

    def minutes(self, profile: Profile) -> Floats:
        """Return the minutes along each segment; inf where it is not walked."""
        factors = self.section.class_factors | profile.class_factors
        names = self.lines.classes
        factor = np.array([factors.get(name, 1.0) for name in names], np.float64)
        speed = profile.speed_m_per_min * factor[self.lines.class_position]
        pace = np.full(len(self.lines), np.inf)
        np.divide(grade_pace(self.lines.grade_percent), speed, pace, where=speed > 0)
        minutes: Floats = self.graph.length_m * pace[self.graph.line]
        return minutes

    def delays(self) -> Floats:
        """Return the minutes lost at each node: the longest of its streets."""
        by_class = self.section.crossing_delays_min
        names = self.lines.classes
        of_class = np.array([by_class.get(name, 0.0) for name in names], np.float64)
        own = self.lines.crossing_delay_min
        of_line = np.where(np.isnan(own), of_class[self.lines.class_position], own)
        delay = np.zeros(self.graph.num_nodes)
        of_segment = np.repeat(of_line[self.graph.line], 2)
        np.maximum.at(delay, self.graph.ends.ravel(), of_segment)
        delay[self.graph.degree() < JUNCTION_ARMS] = 0.0
        return delay

    def walks(self, profile: Profile) -> Walks:
        """Return the network in minutes."""
        return walks_of(self.graph.ends, self.minutes(profile), self.delays())

    def stops(
        self, connections: Connections, profile: Profile, walks: Walks
    ) -> tuple[Connections, Floats, Floats]:
        """Return connections to walked segments, minutes along them and to them."""
        used = connections.of_segments(np.isfinite(walks.minutes))
        length_m = self.graph.length_m[used.segment]
        position = used.position_m / length_m * walks.minutes[used.segment]
        return used, position, used.leg_m / profile.speed_m_per_min


def grade_pace(grade_percent: Floats) -> Floats:
    """Return minutes per metre over those on the level, there and back.

    Notes
    -----
    Tobler's walking speed is 6 exp(−3.5 |s + 0.05|) km/h at the slope s; who goes up
    comes down again, so the mean of both directions counts.
    """
    slope = grade_percent / 100.0
    up, down = (np.exp(3.5 * np.abs(s + 0.05)) for s in (slope, -slope))
    pace: Floats = (up + down) / (2.0 * LEVEL_PACE)
    return pace


def build_network(scenario: Scenario) -> Network:
    """Build the graph and connect zones and sites to it.

    Raises
    ------
    AllocatorError
        If the scenario has no street lines.
    """
    lines, section = scenario.tables.streets, scenario.spec.access.streets
    if lines is None or section is None:
        msg = "access.mode network needs street lines (access.streets)"
        raise AllocatorError(msg)
    ground = ground_of(scenario.spec.crs)
    middle = float(np.median(lines.xy[:, 1])) if lines.num_points else 0.0
    if section.node_crossings:
        lines = with_crossings(lines, ground.flat(lines.xy, middle))
    graph = build_graph(lines, ground, ground.flat(lines.xy, middle))
    zone_xy = scenario.tables.zones[["x", "y"]].to_numpy(np.float64)
    ends = []
    for xy in (zone_xy, scenario.site_xy):
        points = Points(xy, ground.flat(xy, middle))
        stretch = ground.stretch(xy, middle)
        found = connect(graph, ground, points, snap_m=section.snap_m, stretch=stretch)
        ends.append(found)
    sizes = len(zone_xy), len(scenario.site_xy)
    return Network(lines, section, graph, ends[0], ends[1], *sizes)


def walking_times(network: Network, profile: Profile, limit_min: float) -> Found:
    """Return start, zone and minutes by site: every pair within the limit.

    The search starts from whichever are fewer, sites or zones; a walk takes as long in
    either direction.
    """
    walks = network.walks(profile)
    from_sites = network.num_sites <= network.num_zones
    ends = [(network.sites, network.num_sites), (network.zones, network.num_zones)]
    (near, num_sources), (far, num_targets) = ends if from_sites else ends[::-1]
    starts = stops_by_point(*network.stops(near, profile, walks), num_sources)
    ahead = network.stops(far, profile, walks)
    beside = stops_by_segment(*ahead, network.graph.num_segments)
    aims = aims_by_node(*ahead, walks)

    def search(sources: Ints) -> Found:
        return targets_within(
            sources, starts, beside, aims, walks, num_targets, limit_min
        )

    count, target, minutes = _in_threads(search, _neighbours_together(starts, walks))
    if from_sites:
        return _starts(count), target, minutes
    site = target.astype(np.int64)
    zone = np.repeat(np.arange(num_sources, dtype=np.int32), count)
    order = np.argsort(site, kind="stable")
    per_site = np.bincount(site, minlength=num_targets)
    return _starts(per_site), zone[order], minutes[order]


def _neighbours_together(starts: Stops, walks: Walks) -> Ints:
    """Return the sources in the order of their first node.

    Nodes are numbered along a curve, so that the next search finds in the processor's
    cache what the last one has read.
    """
    count = np.diff(starts.start)
    first = np.full(len(count), -1)
    near = starts.stops["owner"][starts.start[:-1][count > 0]]
    first[count > 0] = walks.ends[near, 0]
    return np.argsort(first, kind="stable")


def _in_threads(search: Callable[[Ints], Found], sources: Ints) -> Found:
    """Search from all sources, some at a time; give results in the sources' order."""
    tasks = [
        sources[at : at + SOURCES_PER_TASK]
        for at in range(0, len(sources), SOURCES_PER_TASK)
    ]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        parts = list(pool.map(search, tasks))
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0)
    number, target, minutes = zip(*parts, strict=True)
    found = np.concatenate(number)
    count = np.empty_like(found)
    count[sources] = found
    ahead = _starts(count)[sources] - (np.cumsum(found) - found)
    place = np.repeat(ahead, found) + np.arange(int(found.sum()))
    ordered, walk = np.empty(len(place), np.int32), np.empty(len(place))
    ordered[place], walk[place] = np.concatenate(target), np.concatenate(minutes)
    return count, ordered, walk


def _starts(count: Ints) -> Ints:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
