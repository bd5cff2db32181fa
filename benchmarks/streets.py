"""Time and memory of walks along streets: ``python -m benchmarks.streets``.

A made-up city: a grid of streets 80 m apart, give or take a quarter, with zones and
sites anywhere in it. Every engine finds the same walks from node to node, so that they
can be compared; the whole job snaps zones and sites to streets as well.
Engines that are not installed are named and left out.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.access.ground import Plane
from allocator.access.network.graph import build_graph
from allocator.access.network.network import Network, walking_times
from allocator.access.network.snapping import Connections, Points, connect
from allocator.scenario.schema import Profile, Streets
from allocator.scenario.street_lines import street_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from allocator.access.network.graph import Graph
    from allocator.scenario.street_lines import StreetLines

    Floats = npt.NDArray[np.float64]

BLOCK_M = 80.0
WALK = Profile(speed_m_per_min=5000.0 / 60.0)
SAMPLE = 200
"""Sources of the engines that search the whole city for each."""
SOURCES_AT_ONCE = 50


@dataclass(frozen=True)
class Timing:
    """Seconds on the wall and of all cores together."""

    wall_s: float
    cpu_s: float

    def __str__(self) -> str:
        return f"{self.wall_s:8.2f} s ({self.cpu_s:.2f} s of CPU)"


def timed(job: Callable[[], object]) -> tuple[Timing, object]:
    """Run a job and say how long it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = job()
    return Timing(time.perf_counter() - wall, time.process_time() - cpu), result


def grid(nodes: int, seed: int = 1) -> tuple[StreetLines, float]:
    """Return the streets of a square city, a line for each block side, and its side."""
    rng = np.random.default_rng(seed)
    n = round(nodes**0.5)
    axes = [np.cumsum(BLOCK_M * rng.uniform(0.75, 1.25, n)) for _ in "xy"]
    spots = np.stack(np.meshgrid(*axes), axis=-1)
    across = np.stack([spots[:, :-1], spots[:, 1:]], axis=2)
    along = np.stack([spots[:-1], spots[1:]], axis=2)
    ends = np.concatenate([across.reshape(-1, 2, 2), along.reshape(-1, 2, 2)])
    ends = ends[rng.permutation(len(ends))]
    start = np.arange(0, 2 * len(ends) + 1, 2)
    return street_lines(ends.reshape(-1, 2), start), float(axes[0][-1])


def whole_job(
    lines: StreetLines, side_m: float, sites: int, zones: int, limit_min: float
) -> None:
    """Build, snap and search for a scenario's zones and sites."""
    rng = np.random.default_rng(2)
    built, graph = timed(lambda: build_graph(lines, Plane(), lines.xy))
    assert hasattr(graph, "num_nodes")
    spots = [rng.uniform(0, side_m, (count, 2)) for count in (zones, sites)]
    snapped, ends = timed(
        lambda: [
            connect(graph, Plane(), Points(xy, xy), snap_m=100.0, stretch=1.0)
            for xy in spots
        ]
    )
    network = Network(lines, Streets(), graph, *ends, zones, sites)
    searched, found = timed(lambda: walking_times(network, WALK, limit_min))
    per_zone = len(ends[0].point) / zones
    print(f"graph built           {built}")
    print(f"zones, sites snapped  {snapped}, {per_zone:.1f} streets for each zone")
    print(f"searched              {searched}, {len(found[1]):,} pairs")


@dataclass(frozen=True)
class City:
    """Streets with their graph."""

    lines: StreetLines
    graph: Graph

    def standing_on(self, nodes: np.ndarray) -> Connections:
        """Return connections of points that stand on nodes."""
        ends = self.graph.ends
        touching = np.empty(self.graph.num_nodes, np.int64)
        at_end = np.empty(self.graph.num_nodes, bool)
        for side in range(2):
            touching[ends[:, side]] = np.arange(len(ends))
            at_end[ends[:, side]] = side == 1
        segment = touching[nodes]
        position_m = np.where(at_end[nodes], self.graph.length_m[segment], 0.0)
        return Connections(
            np.arange(len(nodes)), segment, position_m, np.zeros(len(nodes))
        )


def by_allocator(city: City, sources: np.ndarray, limit_min: float) -> int:
    """Return how many (source, node) pairs lie within the limit."""
    everywhere = np.arange(city.graph.num_nodes)
    network = Network(
        city.lines,
        Streets(),
        city.graph,
        city.standing_on(everywhere),
        city.standing_on(sources),
        len(everywhere),
        len(sources),
    )
    return len(walking_times(network, WALK, limit_min)[1])


def by_scipy(city: City, sources: np.ndarray, limit_min: float) -> int:
    """Return the same by scipy, in blocks, since its answer is dense."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    minutes = city.graph.length_m / WALK.speed_m_per_min
    shape = (city.graph.num_nodes, city.graph.num_nodes)
    matrix = csr_matrix(
        (minutes, (city.graph.ends[:, 0], city.graph.ends[:, 1])), shape=shape
    )
    found = 0
    for at in range(0, len(sources), SOURCES_AT_ONCE):
        block = sources[at : at + SOURCES_AT_ONCE]
        ways = dijkstra(matrix, directed=False, indices=block, limit=limit_min)
        found += int(np.isfinite(ways).sum())
    return found


def by_igraph(city: City, sources: np.ndarray, limit_min: float) -> int:
    """Return the same by igraph, which knows no limit."""
    import igraph

    made = igraph.Graph(n=city.graph.num_nodes, edges=city.graph.ends)
    minutes = (city.graph.length_m / WALK.speed_m_per_min).tolist()
    found = 0
    for source in sources.tolist():
        ways = made.distances([source], weights=minutes)[0]
        found += int((np.array(ways) <= limit_min).sum())
    return found


def by_pandana(city: City, sources: np.ndarray, limit_min: float) -> int:
    """Return the same by pandana, its contraction hierarchy included."""
    import pandana
    import pandas as pd

    place = np.zeros((city.graph.num_nodes, 2))
    first = np.append(
        True, city.graph.piece_segment[1:] != city.graph.piece_segment[:-1]
    )
    place[city.graph.ends[:, 0]] = city.graph.flat[city.graph.piece_from[first]]
    minutes = pd.DataFrame({"minutes": city.graph.length_m / WALK.speed_m_per_min})
    x, y = (pd.Series(axis) for axis in place.T)
    ends = (pd.Series(axis) for axis in city.graph.ends.T)
    made = pandana.Network(x, y, *ends, minutes)
    return len(made.nodes_in_range(sources.tolist(), limit_min))


PEERS: dict[str, Callable[[City, np.ndarray, float], int]] = {
    "allocator": by_allocator,
    "scipy dijkstra(limit)": by_scipy,
    "igraph distances": by_igraph,
    "pandana nodes_in_range": by_pandana,
}
BOUNDED = ("allocator", "scipy dijkstra(limit)")
"""Engines asked for all sources; the others search the whole city for each."""
SLOW_TO_BUILD = "pandana nodes_in_range"
"""Its hierarchy takes minutes on a grid of more than `MOST_NODES_OF_SLOW`."""
MOST_NODES_OF_SLOW = 3_000


def side_by_side(city: City, sources: int, limit_min: float) -> None:
    """Print every engine's seconds for the same sources, building included."""
    rng = np.random.default_rng(3)
    every = rng.integers(0, city.graph.num_nodes, sources)
    by_allocator(city, every[:10], limit_min)  # compiles
    print(f"\n{city.graph.num_nodes:,} nodes, from nodes to nodes")
    print("engine                    sources   s wall    s CPU     pairs")
    for asked in (every, every[:SAMPLE]):
        for name, engine in PEERS.items():
            if name not in BOUNDED and asked is every:
                continue
            if name == SLOW_TO_BUILD and city.graph.num_nodes > MOST_NODES_OF_SLOW:
                print(f"{name:24}  left out: more than {MOST_NODES_OF_SLOW:,} nodes")
                continue
            try:
                timing, pairs = timed(lambda e=engine, a=asked: e(city, a, limit_min))
            except ImportError as error:
                print(f"{name:24}  not installed ({error.name})")
                continue
            print(
                f"{name:24} {len(asked):8,} {timing.wall_s:8.2f} {timing.cpu_s:8.2f} "
                f"{pairs:9,}"
            )


def reading(segments: int) -> None:
    """Print seconds to read a city from a GeoPackage and a CSV file and to build it."""
    import tempfile
    from pathlib import Path

    import pyogrio
    import shapely

    from allocator.issues import IssueCollector, Place
    from allocator.scenario.nodes import Node
    from allocator.scenario.streets import read_streets, street_entry
    from allocator.scenario.tables import TableReader

    lines, _ = grid(segments // 2)
    shapes = shapely.linestrings(lines.xy.reshape(-1, 2, 2))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = "wkt\n" + "\n".join(f'"{t}"' for t in shapely.to_wkt(shapes)) + "\n"
        (folder / "streets.csv").write_text(text)
        pyogrio.raw.write(
            folder / "streets.gpkg",
            shapely.to_wkb(shapes),
            [],
            [],
            geometry_type="LineString",
            crs="EPSG:4547",
        )
        for file in ("streets.gpkg", "streets.csv"):
            place = Place("scenario.yaml")
            named = {"mode": Node("network"), "streets": Node(file, place)}
            entry = street_entry(Node({"access": Node(named)}))
            assert entry is not None
            collector = IssueCollector()
            reader = TableReader(folder, "EPSG:4547", collector)
            read, found = timed(lambda e=entry, r=reader: read_streets(e, r))
            assert not collector.issues, collector.issues[0]
            built, graph = timed(lambda f=found: build_graph(f, Plane(), f.xy))
            print(
                f"{file:14} {graph.num_segments:,} segments: read {read}, built {built}"
            )


def peak_mb() -> float:
    """Return the most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def main() -> None:
    """Print the whole job, the engines side by side, and reading."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=200_000)
    parser.add_argument("--sites", type=int, default=10_000)
    parser.add_argument("--zones", type=int, default=100_000)
    parser.add_argument("--limit-min", type=float, default=15.0)
    parser.add_argument("--only", choices=("job", "peers", "reading"))
    parser.add_argument("--segments", type=int, default=1_000_000, help="of reading")
    given = parser.parse_args()
    lines, side_m = grid(given.nodes)
    if given.only in (None, "job"):
        whole_job(*grid(2_000), 10, 10, given.limit_min)  # compiles
        print(f"\n{given.nodes:,} nodes, {given.sites:,} sites, {given.zones:,} zones")
        whole_job(lines, side_m, given.sites, given.zones, given.limit_min)
        print(f"peak memory           {peak_mb():8,.0f} MB")
    if given.only in (None, "peers"):
        graph = build_graph(lines, Plane(), lines.xy)
        side_by_side(City(lines, graph), given.sites, given.limit_min)
    if given.only in (None, "reading"):
        reading(given.segments)


if __name__ == "__main__":
    main()
