"""Time and memory of walking times on a street network: ``python -m benchmarks.streets``.

A made-up city: a grid of streets 80 m apart, give or take a quarter, with zones and
sites anywhere in it. Every engine finds the same walks from node to node, so that they
can be compared; the last line is the whole job, with zones and sites snapped to streets.
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
    from collections.abc import Callable, Iterator

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


def node_to_node(graph: Graph, sources: np.ndarray, limit_min: float) -> int:
    """Return how many (source, node) pairs lie within the limit."""
    ends, length_m = graph.ends, graph.length_m
    touching = np.full(graph.num_nodes, -1)
    touching[ends[:, 0]] = np.arange(len(ends))
    at_start = touching >= 0
    touching[ends[~at_start[ends[:, 1]], 1]] = np.flatnonzero(~at_start[ends[:, 1]])
    position_m = np.where(at_start, 0.0, length_m[touching])

    def standing(nodes: np.ndarray) -> Connections:
        return Connections(
            np.arange(len(nodes)),
            touching[nodes],
            position_m[nodes],
            np.zeros(len(nodes)),
        )

    everywhere = np.arange(graph.num_nodes)
    lines = street_lines(np.empty((0, 2)), np.array([0]))
    lines = street_lines(np.zeros((2 * len(ends), 2)), np.arange(0, 2 * len(ends) + 1, 2))
    network = Network(
        lines,
        Streets(),
        graph,
        standing(everywhere),
        standing(sources),
        graph.num_nodes,
        len(sources),
    )
    return len(walking_times(network, WALK, limit_min)[1])


def by_scipy(graph: Graph, sources: np.ndarray, limit_min: float) -> int:
    """Return the same by scipy, in blocks, since its answer is dense."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    minutes = graph.length_m / WALK.speed_m_per_min
    shape = (graph.num_nodes, graph.num_nodes)
    matrix = csr_matrix((minutes, (graph.ends[:, 0], graph.ends[:, 1])), shape=shape)
    found = 0
    for at in range(0, len(sources), SOURCES_AT_ONCE):
        block = sources[at : at + SOURCES_AT_ONCE]
        ways = dijkstra(matrix, directed=False, indices=block, limit=limit_min)
        found += int(np.isfinite(ways).sum())
    return found


def by_igraph(graph: Graph, sources: np.ndarray, limit_min: float) -> int:
    """Return the same by igraph, which knows no limit."""
    import igraph

    made = igraph.Graph(n=graph.num_nodes, edges=graph.ends)
    minutes = (graph.length_m / WALK.speed_m_per_min).tolist()
    found = 0
    for source in sources.tolist():
        ways = made.distances([source], weights=minutes)[0]
        found += int((np.array(ways) <= limit_min).sum())
    return found


def by_pandana(graph: Graph, sources: np.ndarray, limit_min: float) -> int:
    """Return the same by pandana, its contraction hierarchy included."""
    import pandana
    import pandas as pd

    place = np.zeros((graph.num_nodes, 2))
    first = np.append(True, graph.piece_segment[1:] != graph.piece_segment[:-1])
    place[graph.ends[:, 0]] = graph.flat[graph.piece_from[first]]
    minutes = pd.DataFrame({"minutes": graph.length_m / WALK.speed_m_per_min})
    x, y = (pd.Series(axis) for axis in place.T)
    ends = (pd.Series(axis) for axis in graph.ends.T)
    made = pandana.Network(x, y, *ends, minutes)
    return len(made.nodes_in_range(sources.tolist(), limit_min))


def engines(nodes: int) -> Iterator[tuple[str, Callable[..., int], bool]]:
    """Yield name, function and whether all sources are asked for."""
    yield "allocator", node_to_node, True
    yield "scipy dijkstra(limit)", by_scipy, False
    yield "igraph distances", by_igraph, False
    if nodes <= 20_000:
        yield "pandana nodes_in_range", by_pandana, False


def side_by_side(graph: Graph, sources: int, limit_min: float) -> None:
    """Print seconds for 10,000 sources by every engine that is installed."""
    rng = np.random.default_rng(3)
    every = rng.integers(0, graph.num_nodes, sources)
    node_to_node(graph, every[:10], limit_min)
    print("engine                    sources   s wall    s CPU  s per 10,000    pairs")
    for name, engine, takes_all in engines(graph.num_nodes):
        asked = every if takes_all else every[:SAMPLE]
        try:
            timing, pairs = timed(lambda e=engine, a=asked: e(graph, a, limit_min))
        except ImportError as error:
            print(f"{name:24}  not installed ({error.name})")
            continue
        per = timing.wall_s / len(asked) * 10_000
        same = pairs if takes_all else f"{pairs:,} of {node_to_node(graph, asked, limit_min):,}"
        print(
            f"{name:24} {len(asked):8,} {timing.wall_s:8.2f} {timing.cpu_s:8.2f} "
            f"{per:13.2f}    {same:,}"
            if takes_all
            else f"{name:24} {len(asked):8,} {timing.wall_s:8.2f} {timing.cpu_s:8.2f} "
            f"{per:13.2f}    {same}"
        )


def reading(segments: int) -> None:
    """Print seconds to read a city from a GeoPackage and a CSV file and to build it."""
    import tempfile
    from pathlib import Path

    import pyogrio
    import shapely

    from allocator.issues import IssueCollector
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
            named = {"mode": Node("network"), "streets": Node(file)}
            entry = street_entry(Node({"access": Node(named)}))
            assert entry is not None
            collector = IssueCollector()
            reader = TableReader(folder, "EPSG:4547", collector)
            read, found = timed(lambda e=entry, r=reader: read_streets(e, r))
            assert not collector.issues, collector.issues[0]
            built, graph = timed(lambda f=found: build_graph(f, Plane(), f.xy))
            print(f"{file:14} {graph.num_segments:,} segments: read {read}, built {built}")


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
        side_by_side(graph, given.sites, given.limit_min)
    if given.only in (None, "reading"):
        reading(given.segments)


if __name__ == "__main__":
    main()
