"""Lines that cross are joined only where that is asked for, and never across layers."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.access.ground import Plane
from allocator.access.network.crossings import with_crossings
from allocator.access.network.graph import build_graph
from allocator.errors import AllocatorError
from tests.access.network.towns import of_polylines


def graph_of(lines, layer=None, *, crossings=True):
    shapes = [np.array(line, float) for line in lines]
    made = of_polylines(shapes, layer=None if layer is None else np.array(layer))
    if crossings:
        made = with_crossings(made, made.xy)
    return build_graph(made, Plane(), made.xy)


CROSS = [[(-10, 0), (10, 0)], [(0, -10), (0, 10)]]


def test_a_cross_has_five_nodes_when_asked() -> None:
    graph = graph_of(CROSS)
    assert (graph.num_nodes, graph.num_segments) == (5, 4)
    assert graph.length_m.tolist() == [10, 10, 10, 10]


@pytest.mark.parametrize(
    ("layer", "crossings"), [([0, 1], True), ([0, 0], False), ([1, 0], True)]
)
def test_otherwise_lines_pass_each_other(layer: list[int], crossings: bool) -> None:
    graph = graph_of(CROSS, layer, crossings=crossings)
    assert (graph.num_nodes, graph.num_segments) == (4, 2)


def test_a_line_that_ends_on_another_meets_it() -> None:
    """Its end lies 4 mm off the line: near enough."""
    graph = graph_of([[(-10, 0), (10, 0)], [(3, 0.004), (3, 10)]])
    assert (graph.num_nodes, graph.num_segments) == (4, 3)
    assert np.bincount(graph.degree()).tolist() == [0, 3, 0, 1]


def test_a_line_crossed_twice_in_one_piece_keeps_its_order() -> None:
    graph = graph_of([[(0, 0), (30, 0)], [(20, -5), (20, 5)], [(10, -5), (10, 5)]])
    of_first = graph.length_m[graph.line == 0]
    assert sorted(of_first.tolist()) == [10, 10, 10]


def test_streets_of_half_the_world_are_refused() -> None:
    with pytest.raises(AllocatorError, match="more than 4,000 km"):
        graph_of([[(0, 0), (5_000_000, 0)]], crossings=False)


def test_a_random_tangle_has_all_its_crossings() -> None:
    """Every pair of pieces is tried one by one."""
    rng = np.random.default_rng(3)
    ends = rng.uniform(0, 1000, (60, 2, 2))
    crossings = 0
    for i in range(60):
        for j in range(i):
            (a, b), (c, d) = ends[i], ends[j]
            solved = np.linalg.solve(np.column_stack([b - a, c - d]), c - a)
            crossings += bool(((solved > 0) & (solved < 1)).all())
    graph = graph_of(ends)
    assert graph.num_nodes == 120 + crossings
    assert graph.num_segments == 60 + 2 * crossings
