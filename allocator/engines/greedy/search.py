"""Kernels of the greedy construction and of ruin and recreate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.greedy.build import (
    build_site,
    draw,
    draw_below,
    put_back_part,
    take_down,
)
from allocator.engines.greedy.flows import (
    GOAL,
    add_resource,
    attach_flows,
    free_chain,
)
from allocator.engines.greedy.state import Guide
from allocator.engines.price.compiled import compiled, kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.greedy.state import City, State

    Array = npt.NDArray[Any]

MOST_SITES = 6
"""Most sites taken out at once."""
PART = 0.5
"""Chance that a step keeps some spaces of the buildings it rebuilds."""
KEPT = 0.75
"""Chance that such a space is kept."""
SKIP = 0.08
"""Chance that a step leaves out a candidate."""


class Saved(NamedTuple):
    """What a step took out, to put it back when the step is refused."""

    sites: Array
    chain: Array
    places: Array
    """Shape (k,), filled for the candidates of `sites` only."""
    space_use: Array
    building_use: Array


class Guides(NamedTuple):
    """Prices to build by, with several shares of the price of demand."""

    rho: Array
    """Shape (shares, i)."""
    sigma: Array
    cover: Array
    mu: Array
    building: Array


class Neighbours(NamedTuple):
    """Sites that can serve each row, for picking sites that share demand."""

    start: Array
    site: Array


@kernel
def objective(city: City, state: State) -> float:
    """Return the packed goal less the price of persons short of a floor."""
    value = state.total[GOAL]
    for resource in range(4):
        value -= city.rules.goal_price[resource] * state.total[resource]
    for floor in range(len(city.rules.floor)):
        short = city.rules.floor[floor].persons - state.floor_covered[floor]
        if short > 0.0:
            value -= city.rules.floor[floor].price * short
    return value


@compiled
def priced_cost(site: int, guide: Guide, state: State) -> float:
    """Return what a building costs at the prices."""
    cost = 0.0
    for resource in range(4):
        cost += guide.building[site, resource] * state.building_use[site, resource]
    return cost


@kernel
def score_sites(
    low: int, high: int, city: City, guide: Guide, state: State, score: Array
) -> None:
    """Score empty buildings: what each earns per priced cost, built on what is left."""
    for site in range(low, high):
        score[site] = 0.0
        if state.building_use[site, 3] > 0.0:
            continue
        before = objective(city, state)
        earned = build_site(site, city, guide, state)
        better = objective(city, state) > before
        if earned > 0.0 and better:
            score[site] = earned / (priced_cost(site, guide, state) + 1e-3 * earned)
        free_chain(take_down(site, city, state), state)


@kernel
def open_sites(
    sites: Array, city: City, guide: Guide, state: State, score: Array, patience: float
) -> None:
    """Open buildings in this order; one that has lost its worth waits.

    A building whose score fell below `patience` times what it was is taken down and
    keeps its new score for the next round.
    """
    for site in sites:
        if state.building_use[site, 3] > 0.0:
            continue
        before = objective(city, state)
        earned = build_site(site, city, guide, state)
        now = earned / (
            max(priced_cost(site, guide, state), 0.0) + 1e-3 * abs(earned) + 1e-12
        )
        if (
            earned > 0.0
            and now >= patience * score[site]
            and objective(city, state) > before
        ):
            score[site] = 0.0
            continue
        free_chain(take_down(site, city, state), state)
        score[site] = now if earned > 0.0 and objective(city, state) <= before else 0.0


@compiled
def pick_sites(
    first: int, count: int, city: City, near: Neighbours, state: State, sites: Array
) -> int:
    """Pick sites that share demand with `first`; return how many there are."""
    num_lists = len(city.arcs.fee)
    sites[0] = first
    found = 1
    for _ in range(4 * count):
        if found == count:
            break
        base = sites[draw_below(state, found)]
        low = city.arcs.start[base * num_lists]
        size = city.arcs.start[(base + 1) * num_lists] - low
        if size == 0:
            break
        row = city.arcs.row[low + draw_below(state, size)]
        others = near.start[row + 1] - near.start[row]
        site = near.site[near.start[row] + draw_below(state, others)]
        known = False
        for j in range(found):
            known |= sites[j] == site
        if not known:
            sites[found] = site
            found += 1
    return found


@compiled
def save_site(position: int, site: int, city: City, state: State, saved: Saved) -> None:
    """Note what a site holds and take it down."""
    if site < len(state.building_use):
        rooms = city.rooms
        saved.building_use[position] = state.building_use[site]
        for s in range(
            rooms.building[site].space_start, rooms.building[site + 1].space_start
        ):
            space = rooms.space_of[s]
            low = rooms.unit[rooms.space[space].unit_start].cand_start
            high = rooms.unit[rooms.space[space + 1].unit_start].cand_start
            for k in range(low, high):
                saved.places[k] = state.cand[k].places
            saved.space_use[space] = state.space_use[space]
    saved.chain[position] = take_down(site, city, state)


@compiled
def restore_site(
    position: int, site: int, city: City, state: State, saved: Saved
) -> None:
    """Put back what `save_site` took down; the site must be empty."""
    if site < len(state.building_use):
        rooms = city.rooms
        for s in range(
            rooms.building[site].space_start, rooms.building[site + 1].space_start
        ):
            space = rooms.space_of[s]
            low = rooms.unit[rooms.space[space].unit_start].cand_start
            high = rooms.unit[rooms.space[space + 1].unit_start].cand_start
            for k in range(low, high):
                state.cand[k].places = saved.places[k]
            state.space_use[space] = saved.space_use[space]
    attach_flows(site, saved.chain[position], city, state)
    if site < len(state.building_use):
        for resource in range(4):
            more = (
                saved.building_use[position, resource]
                - state.building_use[site, resource]
            )
            add_resource(site, resource, more, city, state)


@compiled
def keep_part(position: int, site: int, city: City, state: State, saved: Saved) -> None:
    """Put back the spaces of a building that was taken down, all but a few."""
    if site >= len(state.building_use):
        return
    rooms = city.rooms
    low, high = rooms.building[site].space_start, rooms.building[site + 1].space_start
    out = draw_below(state, high - low)
    kept = np.zeros(high - low, dtype=np.bool_)
    for s in range(high - low):
        kept[s] = s != out and draw(state) < KEPT
    put_back_part(
        site, saved.chain[position], saved.places, saved.space_use, kept, city, state
    )


@compiled
def first_site(city: City, state: State) -> int:
    """Pick a site at random, mostly one that serves somebody."""
    site = 0
    for _ in range(8):
        site = draw_below(state, len(state.first_flow))
        if state.first_flow[site] >= 0:
            break
    return site


@compiled
def try_step(
    city: City,
    guide: Guide,
    near: Neighbours,
    state: State,
    saved: Saved,
    heat: float,
    most_sites: int,
) -> bool:
    """Take out a few neighbouring sites and rebuild them; keep it when good enough."""
    before = objective(city, state)
    count = 1 + draw_below(state, most_sites)
    first = first_site(city, state)
    count = pick_sites(first, count, city, near, state, saved.sites)
    for j in range(count):
        save_site(j, saved.sites[j], city, state, saved)
    for j in range(count - 1, 0, -1):
        i = draw_below(state, j + 1)
        saved.sites[i], saved.sites[j] = saved.sites[j], saved.sites[i]
        saved.chain[i], saved.chain[j] = saved.chain[j], saved.chain[i]
        for resource in range(4):
            swap = saved.building_use[i, resource]
            saved.building_use[i, resource] = saved.building_use[j, resource]
            saved.building_use[j, resource] = swap
    if draw(state) < PART:
        for j in range(count):
            keep_part(j, saved.sites[j], city, state, saved)
    for j in range(count):
        site = saved.sites[j]
        earned = build_site(site, city, guide, state)
        if (
            site < len(state.building_use)
            and earned < 0.0
            and not pinned(site, city, state)
        ):
            free_chain(take_down(site, city, state), state)
    change = objective(city, state) - before
    kept = True
    for j in range(count):
        kept &= pins_kept(saved.sites[j], city, state)
    chance = np.exp(min(change, 0.0) / max(heat, 1e-300))
    if kept and draw(state) <= chance:
        for j in range(count):
            free_chain(saved.chain[j], state)
        return True
    for j in range(count):
        free_chain(take_down(saved.sites[j], city, state), state)
    for j in range(count):
        restore_site(j, saved.sites[j], city, state, saved)
    return False


@kernel
def pins_kept(site: int, city: City, state: State) -> bool:
    """Tell whether every place that a pin asks for in a building is there."""
    if site >= len(state.building_use):
        return True
    rooms = city.rooms
    low, high = rooms.building[site].space_start, rooms.building[site + 1].space_start
    for s in range(low, high):
        space = rooms.space_of[s]
        first = rooms.unit[rooms.space[space].unit_start].cand_start
        last = rooms.unit[rooms.space[space + 1].unit_start].cand_start
        for k in range(first, last):
            if state.cand[k].places < state.cand[k].least:
                return False
    return True


@compiled
def pinned(site: int, city: City, state: State) -> bool:
    """Tell whether a pin asks for places in a building."""
    rooms = city.rooms
    for s in range(
        rooms.building[site].space_start, rooms.building[site + 1].space_start
    ):
        low = rooms.unit[rooms.space[rooms.space_of[s]].unit_start].cand_start
        high = rooms.unit[rooms.space[rooms.space_of[s] + 1].unit_start].cand_start
        for k in range(low, high):
            if state.cand[k].least > 0:
                return True
    return False


@kernel
def improve(
    steps: int,
    city: City,
    guides: Guides,
    near: Neighbours,
    state: State,
    saved: Saved,
    heat: float,
    most_sites: int,
    least_room: int,
) -> int:
    """Make some steps of ruin and recreate; return how many were made.

    Each step rebuilds at prices drawn around the guide's: the price of demand by one
    of the shares of `guides.rho`, the prices of resources by a factor around 1.
    """
    for step in range(steps):
        if state.free_flow[1] < least_room:
            return step
        which = draw_below(state, len(guides.rho))
        factor = np.exp(0.5 * (draw(state) - 0.5)) * (
            0.0 if draw(state) < 0.05 else 1.0
        )
        guide = Guide(
            guides.rho[which],
            guides.sigma,
            guides.cover,
            guides.mu,
            guides.building * factor,
            SKIP,
        )
        try_step(city, guide, near, state, saved, heat, most_sites)
    return steps
