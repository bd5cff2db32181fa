"""Kernels that add and take away served visits, keeping every sum in step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocator.engines.greedy.rules import YEARLY
from allocator.engines.price.compiled import compiled, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.greedy.state import City, State

    Array = npt.NDArray[Any]

GOAL = 4
"""Position in `State.total` of the goal earned by visits."""
LEAST_VISITS = 1e-9


@compiled
def count_visits(site: int, arc: int, visits: float, city: City, state: State) -> None:
    """Add visits (or take away, when negative) to every sum that counts them."""
    row = city.arcs.row[arc]
    state.left[row] -= visits
    state.total[GOAL] += visits * city.arcs.gain[arc]
    if site < len(state.building_use):
        fees = visits * city.arcs.fee[city.arc_list[arc]]
        if fees != 0.0:
            add_resource(site, YEARLY, -fees, city, state)
    for j in range(city.rules.floor_start[row], city.rules.floor_start[row + 1]):
        floor = city.rules.floor_at[j]
        state.floor_covered[floor] += visits * city.arcs.cover[arc]


@compiled
def add_resource(
    building: int, resource: int, more: float, city: City, state: State
) -> None:
    """Add to a resource of a building, to its total and to the limits on it."""
    state.building_use[building, resource] += more
    state.total[resource] += more
    for row in range(len(city.rules.limit)):
        if (
            city.rules.limit[row].resource == resource
            and city.rules.limit_member[row, building]
        ):
            state.limit_used[row] += more


@compiled
def add_flow(
    site: int, arc: int, offer: int, visits: float, city: City, state: State
) -> bool:
    """Serve visits; False when there is no room to note them."""
    entry = state.free_flow[0]
    if entry < 0:
        return False
    state.free_flow[0] = state.flow[entry].next
    state.free_flow[1] -= 1
    state.flow[entry].arc, state.flow[entry].offer = arc, offer
    state.flow[entry].visits = visits
    state.flow[entry].next = state.first_flow[site]
    state.first_flow[site] = entry
    count_visits(site, arc, visits, city, state)
    return True


@kernel
def free_chain(first: int, state: State) -> None:
    """Give the entries of a detached chain back."""
    entry = first
    while entry >= 0:
        after = state.flow[entry].next
        state.flow[entry].next = state.free_flow[0]
        state.free_flow[0] = entry
        state.free_flow[1] += 1
        entry = after


@compiled
def count_chain(site: int, first: int, sign: float, city: City, state: State) -> None:
    """Count the visits of a chain again (sign 1) or no longer (−1)."""
    entry = first
    while entry >= 0:
        visits = sign * state.flow[entry].visits
        count_visits(site, state.flow[entry].arc, visits, city, state)
        entry = state.flow[entry].next


@kernel
def detach_flows(site: int, city: City, state: State) -> int:
    """Stop serving anybody at a site; return the chain of what was served."""
    first = state.first_flow[site]
    count_chain(site, first, -1.0, city, state)
    state.first_flow[site] = -1
    return int(first)


@compiled
def attach_flows(site: int, first: int, city: City, state: State) -> None:
    """Serve again what `detach_flows` returned; the site must serve nobody."""
    count_chain(site, first, 1.0, city, state)
    state.first_flow[site] = first


@kernel
def serve_arcs(
    site: Array, arc: Array, offer: Array, visits: Array, city: City, state: State
) -> None:
    """Serve given visits, one entry of each array per flow; there must be room."""
    for j in range(len(arc)):
        add_flow(site[j], arc[j], offer[j], visits[j], city, state)
