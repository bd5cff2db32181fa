"""What a planner should know of a street network before trusting its times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from allocator.access.network.shift import likelier_reading
from allocator.issues import Issue, Place, Severity

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.network.network import Network
    from allocator.access.network.snapping import Connections
    from allocator.scenario.scenario import Scenario

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

MAX_NAMES_SHOWN = 5
"""Ids listed in a message that speaks of many."""


@dataclass(frozen=True)
class NetworkFacts:
    """Size and faults of a network; an island is not connected with the mainland."""

    num_nodes: int
    num_segments: int
    length_km: float
    num_islands: int
    """Parts beside the largest by length."""
    island_length_km: float
    cut_off_zones: tuple[str, ...]
    """Zones beyond the snapping distance of any street."""
    cut_off_sites: tuple[str, ...]
    island_zones: tuple[str, ...]
    """Zones that no street of the largest part is near to, but others are."""
    island_sites: tuple[str, ...]


def network_facts(scenario: Scenario, network: Network) -> NetworkFacts:
    """Look at a network and its connections."""
    graph = network.graph
    part = _parts(graph.ends, graph.num_nodes)
    of_segment = part[graph.ends[:, 0]]
    length_m = np.bincount(of_segment, graph.length_m)
    total_m = float(graph.length_m.sum())
    on_main = of_segment == (int(length_m.argmax()) if len(length_m) else -1)
    main_m = float(graph.length_m[on_main].sum())
    zone_ids = scenario.tables.zones["zone_id"].tolist()
    zones = _apart(network.zones, on_main, zone_ids)
    sites = _apart(network.sites, on_main, list(scenario.site_ids))
    return NetworkFacts(
        num_nodes=graph.num_nodes,
        num_segments=graph.num_segments,
        length_km=total_m / 1000.0,
        num_islands=max(len(length_m) - 1, 0),
        island_length_km=(total_m - main_m) / 1000.0,
        cut_off_zones=zones[0],
        cut_off_sites=sites[0],
        island_zones=zones[1],
        island_sites=sites[1],
    )


def _parts(ends: Ints, num_nodes: int) -> Ints:
    """Return the connected part of each node."""
    links = np.ones(len(ends), bool), (ends[:, 0], ends[:, 1])
    graph = coo_matrix(links, shape=(num_nodes, num_nodes))
    parts: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
    return parts


def _apart(
    connections: Connections, on_main: Bools, ids: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids that no street is near to, and those near to islands only."""
    near, main = np.zeros(len(ids), bool), np.zeros(len(ids), bool)
    near[connections.point] = True
    main[connections.point[on_main[connections.segment]]] = True
    return (
        tuple(ids[k] for k in np.flatnonzero(~near)),
        tuple(ids[k] for k in np.flatnonzero(near & ~main)),
    )


def network_issues(scenario: Scenario, network: Network) -> tuple[Issue, ...]:
    """Return what a planner is warned of."""
    facts, snap_m = network_facts(scenario, network), network.section.snap_m
    texts = []
    for kind, cut_off, island in (
        ("zones", facts.cut_off_zones, facts.island_zones),
        ("sites", facts.cut_off_sites, facts.island_sites),
    ):
        if cut_off:
            text = f"{kind} without a street within {snap_m:g} m are cut off"
            texts.append(("cut-off", f"{text}: {_listed(cut_off)}"))
        if island:
            text = f"{kind} that only reach streets without a way to the others"
            texts.append(("streets-islands", f"{text}: {_listed(island)}"))
    if facts.num_islands:
        share = facts.island_length_km / facts.length_km
        text = f"{facts.num_islands} parts of the streets, {share:.1%} of their length"
        texts.append(("streets-islands", f"{text}, have no way to the largest part"))
    reading = likelier_reading(scenario)
    if reading is not None:
        texts.append(("coordinates-shifted", reading))
    place = Place(path="access.streets")
    return tuple(
        Issue(code, place, text, severity=Severity.WARNING) for code, text in texts
    )


def _listed(ids: tuple[str, ...]) -> str:
    shown = ", ".join(ids[:MAX_NAMES_SHOWN])
    more = len(ids) - MAX_NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
