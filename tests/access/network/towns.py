"""Random towns whose walking times networkx can check."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np

from allocator.access.ground import Plane
from allocator.access.network.crossings import with_crossings
from allocator.access.network.graph import build_graph
from allocator.access.network.network import Network, walking_times
from allocator.access.network.snapping import Points, connect
from allocator.scenario.schema import Profile, Streets
from allocator.scenario.street_lines import StreetLines, street_lines


@dataclass(frozen=True)
class Town:
    """Street lines with zones and sites, on a plane of metres."""

    lines: StreetLines
    zones: np.ndarray
    sites: np.ndarray
    section: Streets

    def network(self) -> Network:
        graph = build_graph(self.lines, Plane(), self.lines.xy)
        ends = [
            connect(
                graph, Plane(), Points(xy, xy), snap_m=self.section.snap_m, stretch=1.0
            )
            for xy in (self.zones, self.sites)
        ]
        sizes = len(self.zones), len(self.sites)
        return Network(self.lines, self.section, graph, ends[0], ends[1], *sizes)

    def times(self, profile: Profile, limit_min: float) -> np.ndarray:
        """Return minutes, shape (sites, zones); inf beyond the limit."""
        start, zone, minutes = walking_times(self.network(), profile, limit_min)
        found = np.full((len(self.sites), len(self.zones)), np.inf)
        found[np.repeat(np.arange(len(self.sites)), np.diff(start)), zone] = minutes
        return found

    def crossed(self) -> Town:
        """Return the town with crossings as junctions."""
        return replace(self, lines=with_crossings(self.lines, self.lines.xy))

    def with_lines(self, more: list[np.ndarray]) -> Town:
        """Return the town with more streets of no class on layer 0."""
        old, lines = self.lines, [*polylines(self.lines), *more]
        names = np.array(
            [old.classes[c] for c in old.class_position] + [""] * len(more), object
        )
        layer = np.concatenate([old.layer, np.zeros(len(more), np.int64)])
        grade = np.concatenate([old.grade_percent, np.zeros(len(more))])
        joined = of_polylines(lines, names=names, layer=layer, grade_percent=grade)
        return replace(self, lines=joined)


def polylines(lines: StreetLines) -> list[np.ndarray]:
    return np.split(lines.xy, lines.start[1:-1])


def of_polylines(lines: list[np.ndarray], **attributes: Any) -> StreetLines:
    start = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    return street_lines(np.concatenate(lines), start, **attributes)


def random_town(seed: int) -> Town:
    """Return lines between random spots, some of which they share."""
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 600, (rng.integers(4, 25), 2)).round(1)
    lines = [
        spots[rng.choice(len(spots), rng.integers(2, 5), replace=False)]
        for _ in range(rng.integers(2, 30))
    ]
    kinds = np.array(["", "alley", "steps", "fence"], object)
    names = kinds[rng.integers(0, len(kinds), len(lines))]
    section = Streets(
        snap_m=float(rng.uniform(5, 150)),
        class_factors={"steps": 0.5, "fence": 0.0},
        crossing_delays_min={"alley": 0.7, "": 0.2} if seed % 3 == 0 else {},
    )
    layer = rng.integers(0, 2, len(lines)) if seed % 2 else None
    grade = rng.uniform(0, 20, len(lines)) if seed % 5 == 0 else None
    sites, zones = (rng.uniform(-50, 650, (rng.integers(1, 9), 2)) for _ in "ab")
    town = of_polylines(lines, names=names, layer=layer, grade_percent=grade)
    return Town(town, zones, sites, section)


def times_by_networkx(town: Town, profile: Profile, limit_min: float) -> np.ndarray:
    """Return what `Town.times` does, by a graph with every snap as a node of its own.

    It shares no code with the network: vertices are joined by their coordinates, feet
    are found piece by piece, and junction delays ride on arcs into a junction.
    """
    graph, chains = _street_graph(town, profile)
    found = np.full((len(town.sites), len(town.zones)), np.inf)
    feet = [_feet(chains, xy, town.section.snap_m) for xy in (*town.sites, *town.zones)]
    speed = profile.speed_m_per_min
    for i in range(len(town.sites)):
        for j in range(len(town.zones)):
            trial = graph.copy()
            here, there = feet[i], feet[len(town.sites) + j]
            _add_feet(trial, chains, here, there, speed)
            try:
                way = nx.dijkstra_path_length(trial, "from", "to", weight="minutes")
            except nx.NetworkXNoPath:
                continue
            if way <= limit_min:
                found[i, j] = way
    return found


@dataclass
class Chain:
    """A stretch of a line between two junctions."""

    ends: tuple[Any, Any]
    points: list[np.ndarray]
    pace: float


def _street_graph(town: Town, profile: Profile) -> tuple[nx.DiGraph, list[Chain]]:
    lines, section = town.lines, town.section
    layers = lines.layer.tolist()
    shapes = [[tuple(p) for p in line] for line in polylines(lines)]
    meets = {end for shape in shapes for end in (shape[0], shape[-1])}
    names = [
        [p if p in meets else (p, layer) for p in shape]
        for shape, layer in zip(shapes, layers, strict=True)
    ]
    uses: dict[Any, int] = {}
    for named in names:
        for name in named:
            uses[name] = uses.get(name, 0) + 1
    chains, arms, delay = [], {}, {}
    for k, named in enumerate(names):
        kind = lines.classes[lines.class_position[k]]
        factor = section.class_factors.get(kind, 1.0)
        slope = lines.grade_percent[k] / 100
        slow = sum(np.exp(3.5 * (abs(s + 0.05) - 0.05)) for s in (slope, -slope)) / 2
        pace = slow / (profile.speed_m_per_min * factor) if factor else np.inf
        at = 0
        for p in range(1, len(named)):
            if uses[named[p]] > 1 or named[p] in meets:
                ends = named[at], named[p]
                chains.append(
                    Chain(ends, [np.array(s) for s in shapes[k][at : p + 1]], pace)
                )
                for end in ends:
                    arms[end] = arms.get(end, 0) + 1
                    own = section.crossing_delays_min.get(kind, 0.0)
                    delay[end] = max(delay.get(end, 0.0), own)
                at = p
    graph = nx.DiGraph()
    for node, count in arms.items():
        wait = delay[node] if count > 2 else 0.0
        graph.add_edge(("in", node), ("out", node), minutes=wait)
    for c, chain in enumerate(chains):
        if np.isfinite(chain.pace):
            for u, v in (chain.ends, chain.ends[::-1]):
                arc = ("arc", c, u, v)
                length = _lengths(chain.points)[-1]
                graph.add_edge(("out", u), arc, minutes=length * chain.pace)
                graph.add_edge(arc, ("in", v), minutes=0.0)
    return graph, [c for c in chains if np.isfinite(c.pace)]


def _lengths(points: list[np.ndarray]) -> np.ndarray:
    steps = [np.linalg.norm(b - a) for a, b in itertools.pairwise(points)]
    return np.concatenate([[0.0], np.cumsum(steps)])


def _feet(chains: list[Chain], xy: np.ndarray, snap_m: float) -> list[tuple]:
    """Return (chain, way along it, leg) where each chain is locally nearest."""
    feet = []
    for c, chain in enumerate(chains):
        before = _lengths(chain.points)
        spots = []
        for p, (a, b) in enumerate(itertools.pairwise(chain.points)):
            t = np.clip(np.dot(xy - a, b - a) / np.dot(b - a, b - a), 0, 1)
            leg = np.linalg.norm(a + t * (b - a) - xy)
            spots.append((t, before[p] + t * np.linalg.norm(b - a), leg))
        for p, (t, along, leg) in enumerate(spots):
            ahead = t >= 1 and p + 1 < len(spots) and spots[p + 1][0] > 0
            behind = t <= 0 and p > 0
            if leg <= snap_m and not ahead and not behind:
                feet.append((c, along, leg))
    return feet


def _add_feet(
    graph: nx.DiGraph, chains: list[Chain], here: list, there: list, speed: float
) -> None:
    def arc(u: Any, v: Any, minutes: float) -> None:
        if not graph.has_edge(u, v) or graph[u][v]["minutes"] > minutes:
            graph.add_edge(u, v, minutes=minutes)

    graph.add_nodes_from(["from", "to"])
    for c, along, leg in here:
        chain, total = chains[c], _lengths(chains[c].points)[-1]
        u, v = chain.ends
        arc("from", ("in", u), leg / speed + along * chain.pace)
        arc("from", ("in", v), leg / speed + (total - along) * chain.pace)
        for other, where, last in there:
            if other == c:
                beside = abs(where - along) * chain.pace
                arc("from", "to", leg / speed + beside + last / speed)
    for c, along, leg in there:
        chain, total = chains[c], _lengths(chains[c].points)[-1]
        u, v = chain.ends
        arc(("out", u), "to", leg / speed + along * chain.pace)
        arc(("out", v), "to", leg / speed + (total - along) * chain.pace)
