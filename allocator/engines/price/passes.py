"""One pass of the price bound: every building and facility at given prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.price.compiled import compiled, kernel
from allocator.engines.price.lists import (
    Heads,
    RowPrices,
    fill_prefix,
    merge_offer,
    room_for_heads,
    value_site,
)
from allocator.engines.price.space import CAPITAL, OPENED, YEARLY, use_space

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.price.arclists import ArcLists
    from allocator.engines.price.layout import Offering, Outlets
    from allocator.engines.price.rooms import Rooms, Templates

    Array = npt.NDArray[Any]


@compiled
def new_heads(offers: int, room: int) -> Heads:
    """Return empty arrays for the arcs worth serving at one site."""
    return Heads(
        np.zeros(offers + 1, dtype=np.int64),
        np.empty(room),
        np.empty(room),
        np.empty(room, dtype=np.int64),
        np.empty(room),
        np.empty(room),
    )


@compiled
def building_heads(
    building: int,
    arcs: ArcLists,
    rooms: Rooms,
    offering: Offering,
    value: Array,
    order: Array,
    demand: Array,
    annual_price: float,
    left_out: Array,
) -> Heads:
    """Return the arcs worth serving at a building, per offer, best first.

    `left_out` tells which of its offers get none; empty: all get theirs.
    """
    first, last = (
        rooms.building[building].offer_start,
        rooms.building[building + 1].offer_start,
    )
    room = room_for_heads(building, arcs, rooms.offer_at[first:last])
    heads = new_heads(last - first, room)
    for j in range(first, last):
        heads.start[j - first + 1] = heads.start[j - first]
        if len(left_out) > 0 and left_out[j - first]:
            continue
        offer = rooms.offer_at[j]
        cost = (
            annual_price
            * offering.offer[offer].per_place
            / offering.offer[offer].visits
        )
        heads.start[j - first + 1] = merge_offer(
            building, offer, arcs, value, order, demand, cost, rooms.offer_most[j],
            heads, heads.start[j - first],
        )  # fmt: skip
    return heads


@compiled
def use_building(
    building: int,
    arcs: ArcLists,
    rooms: Rooms,
    offering: Offering,
    templates: Templates,
    row_prices: RowPrices,
    prices: Array,
    demand: Array,
    order: Array,
    weights: Array,
    weight_rate: float,
    flow: Array,
    area: Array,
    usage: Array,
) -> float:
    """Return the most a building earns at these prices; write flow, area and usage.

    Its spaces are used one by one, each as if it alone served the building's arcs;
    `row_prices.mu` charges what they serve together beyond the demand.
    """
    num_lists = len(arcs.fee)
    arc_low = arcs.start[building * num_lists]
    arc_high = arcs.start[(building + 1) * num_lists]
    flow[arc_low:arc_high] = 0.0
    usage[:] = 0.0
    value = value_site(building, arcs, row_prices, prices[YEARLY], order)
    heads = building_heads(
        building, arcs, rooms, offering, value, order, demand, prices[YEARLY],
        np.zeros(0, dtype=np.bool_),
    )  # fmt: skip
    first = rooms.building[building].offer_start
    earned = -prices[CAPITAL] * rooms.building[building].opening
    earned -= prices[YEARLY] * rooms.building[building].rent + prices[OPENED]
    if len(row_prices.mu) > 0:
        for a in range(arc_low, arc_high):
            earned += row_prices.mu[a] * demand[arcs.row[a]]
    for s in range(
        rooms.building[building].space_start, rooms.building[building + 1].space_start
    ):
        earned += use_space(
            rooms.space_of[s], first, heads, prices, rooms, offering, templates,
            weights, weight_rate, area, usage,
        )  # fmt: skip
    if earned <= 0.0 and not rooms.building[building].forced:
        usage[:] = 0.0
        return 0.0
    usage[CAPITAL] += rooms.building[building].opening
    usage[YEARLY] += rooms.building[building].rent
    usage[OPENED] += 1.0
    for s in range(
        rooms.building[building].space_start, rooms.building[building + 1].space_start
    ):
        serve_space(rooms.space_of[s], first, heads, rooms, offering, area, flow)
    for position in range(num_lists):
        low = arcs.start[building * num_lists + position]
        high = arcs.start[building * num_lists + position + 1]
        usage[YEARLY] -= arcs.fee[position] * flow[low:high].sum()
    return earned


@compiled
def serve_space(
    space: int,
    first_offer: int,
    heads: Heads,
    rooms: Rooms,
    offering: Offering,
    area: Array,
    flow: Array,
) -> None:
    """Add the visits that the chosen areas of a space serve."""
    for unit in range(rooms.space[space].unit_start, rooms.space[space + 1].unit_start):
        low, high = rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start
        for k in range(low, high):
            leader = offering.offer[rooms.cand[k].offer].leader
            first = True
            for j in range(low, k):
                if offering.offer[rooms.cand[j].offer].leader == leader:
                    first = False
            if first:
                serve_group(k, high, first_offer, heads, rooms, offering, area, flow)


@compiled
def serve_group(
    first: int,
    last: int,
    first_offer: int,
    heads: Heads,
    rooms: Rooms,
    offering: Offering,
    area: Array,
    flow: Array,
) -> None:
    """Serve by the sessions of one service that have the arcs of the first one."""
    leader = offering.offer[rooms.cand[first].offer].leader
    total, low, high = 0.0, 0, -1
    for k in range(first, last):
        offer = rooms.cand[k].offer
        if offering.offer[offer].leader != leader or area[k] <= 0.0:
            continue
        visits = np.inf
        if not offering.offer[offer].unlimited:
            per_m2 = offering.offer[offer].visits / offering.offer[offer].m2
            visits = area[k] * per_m2
        total += visits
        at = rooms.cand[k].at - first_offer
        if heads.start[at + 1] - heads.start[at] > high - low:
            low, high = heads.start[at], heads.start[at + 1]
    if total > 0.0:
        fill_prefix(low, high, heads, total, flow)


@kernel
def use_buildings(
    low: int,
    high: int,
    arcs: ArcLists,
    rooms: Rooms,
    offering: Offering,
    templates: Templates,
    row_prices: RowPrices,
    prices: Array,
    demand: Array,
    order: Array,
    weights: Array,
    weight_rate: float,
    flow: Array,
    area: Array,
    usage: Array,
    earned: Array,
) -> None:
    """Use the buildings `low..high` at these prices, each on its own.

    Ranges of buildings share nothing they write, so threads may take them apart.

    Parameters
    ----------
    prices
        Shape (b, 4): prices of `RESOURCES` at each building, none below 0.
    flow, area, usage, earned
        Results: visits per arc, m² per candidate, shape (b, 4) and shape (b,).
    """
    for building in range(low, high):
        earned[building] = use_building(
            building, arcs, rooms, offering, templates, row_prices, prices[building],
            demand, order, weights, weight_rate, flow, area, usage[building],
        )  # fmt: skip


@kernel
def use_facilities(
    arcs: ArcLists,
    outlets: Outlets,
    row_prices: RowPrices,
    demand: Array,
    order: Array,
    flow: Array,
) -> float:
    """Return what the existing facilities earn; add their visits to `flow`."""
    num_lists = len(arcs.fee)
    if len(outlets.site) > 0:
        flow[arcs.start[outlets.site.min() * num_lists] :] = 0.0
    earned = 0.0
    for q in range(len(outlets.site)):
        site, offer = outlets.site[q], outlets.offer[q]
        value = value_site(site, arcs, row_prices, 0.0, order)
        heads = new_heads(
            len(outlets.offer[q : q + 1]),
            room_for_heads(site, arcs, outlets.offer[q : q + 1]),
        )
        end = merge_offer(
            site,
            offer,
            arcs,
            value,
            order,
            demand,
            0.0,
            outlets.visits[q],
            heads,
            heads.start[0],
        )
        left = outlets.visits[q]
        for h in range(end):
            served = min(left, heads.visits[h])
            earned += served * heads.value[h]
            left -= served
        fill_prefix(0, end, heads, outlets.visits[q], flow)
    return earned


@kernel
def add_up_rows(arcs: ArcLists, flow: Array, served: Array, covered: Array) -> None:
    """Sum visits, and covered persons where `covered` is not empty, by row."""
    served[:] = 0.0
    covered[:] = 0.0
    for a in range(len(flow)):
        if flow[a] > 0.0:
            served[arcs.row[a]] += flow[a]
            if len(covered) > 0:
                covered[arcs.row[a]] += flow[a] * arcs.cover[a]
