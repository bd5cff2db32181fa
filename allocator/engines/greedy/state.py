"""A plan under construction: places, flows and every sum that a rule looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.price.arclists import list_of_arcs
from allocator.engines.price.compiled import records
from allocator.engines.price.layout import RESOURCES, Layout
from allocator.engines.price.problem import first_order, first_slot_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.price.arclists import ArcLists
    from allocator.engines.price.layout import Offering, Outlets
    from allocator.engines.price.rooms import Rooms, Templates

    Array = npt.NDArray[Any]


FLOW = np.dtype(
    [("next", np.int64), ("arc", np.int64), ("offer", np.int64), ("visits", "f8")],
    align=True,
)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""Spreads small seeds over 64 bits."""


class Rules(NamedTuple):
    """What a plan must keep beside the rooms themselves."""

    service_per_place: Array
    """Shape (s,): equipment cost per place."""
    building: Array
    """b records: most_floor (that its own reserve leaves), outdoor, plain (no rule
    looks at more than one of its spaces)."""
    space: Array
    """r records: building, floor_number."""
    unit: Array
    """u + 1 records: alternatives (start into `alternative`), service."""
    cand_space: Array
    alternative: Array
    """Shape (·, 3): most area on a floor, most places on a floor, outdoor m²."""
    change_over: Array
    """Shape (o, o)."""
    incompatible: Array
    """Shape (o, o)."""
    limit: Array
    """l records: resource, upper."""
    limit_member: Array
    """Shape (l, b)."""
    floor: Array
    """f records: persons, price (of a person short, when plans are compared)."""
    floor_start: Array
    """Shape (i + 1,), into `floor_at`: the floors that count a row."""
    floor_at: Array
    goal_price: Array


class State(NamedTuple):
    """The plan; kernels change the arrays in place."""

    left: Array
    """Shape (i,): demand not served yet, visits per week."""
    cand: Array
    """k records in kernel order: places, least (places that a pin asks for)."""
    space_use: Array
    """Shape (r, 4): capital, yearly, floor, in use."""
    building_use: Array
    """Shape (b, 4) in order of `RESOURCES`; yearly with fees taken off."""
    limit_used: Array
    total: Array
    """Shape (5,): the four resources of all buildings, then the goal from visits."""
    floor_covered: Array
    first_flow: Array
    """Shape (sites,): first entry of each site's chain of flows, −1 = none."""
    flow: Array
    """Records next, arc, offer, visits; the free ones form a chain too."""
    free_flow: Array
    """Shape (2,): first free entry, −1 = none; how many there are."""
    area: Array
    """Shape (k,): working memory of `use_space`."""
    random: Array
    """Shape (1,): state of the generator."""


class Guide(NamedTuple):
    """Prices that tell what is worth building."""

    rho: Array
    sigma: Array
    """Per floor."""
    cover: Array
    """Shape (i,): worth of a covered person beside the goal, per row; or empty."""
    mu: Array
    """Empty: what is left of the demand tells what other spaces serve."""
    building: Array
    """Shape (b, 4)."""
    skip: float
    """Chance that a candidate is left out: variety for ruin and recreate."""


class City(NamedTuple):
    """Everything about the instance that the kernels read."""

    arcs: ArcLists
    rooms: Rooms
    offering: Offering
    templates: Templates
    outlets: Outlets
    outlet_start: Array
    """Shape (sites + 1,), into the outlets."""
    rules: Rules
    order: Array
    weights: Array
    """Slot weights of divisible spaces."""
    arc_list: Array
    """Shape (arcs,): the list of each arc."""


def build_city(layout: Layout) -> City:
    """Return the instance as the greedy kernels read it."""
    sites = len(layout.instance.index.sites)
    return City(
        layout.arcs,
        layout.rooms,
        layout.offering,
        layout.templates,
        layout.outlets,
        np.searchsorted(layout.outlets.site, np.arange(sites + 1)),
        _build_rules(layout),
        first_order(layout),
        first_slot_weights(layout),
        list_of_arcs(layout.arcs),
    )


def new_state(layout: Layout, seed: int) -> State:
    """Return the empty plan."""
    instance, cands = layout.instance, len(layout.rooms.cand)
    buildings, sites = len(layout.rooms.building) - 1, len(instance.index.sites)
    nothing = np.zeros(cands, dtype=np.int64)
    state = State(
        left=layout.demand.copy(),
        cand=records(cands, places=nothing, least=nothing),
        space_use=np.zeros((len(layout.rooms.space), 4)),
        building_use=np.zeros((buildings, len(RESOURCES))),
        limit_used=np.zeros(len(instance.limits)),
        total=np.zeros(len(RESOURCES) + 1),
        floor_covered=np.zeros(len(instance.floors)),
        first_flow=np.full(sites, -1, dtype=np.int64),
        flow=np.zeros(0, dtype=FLOW),
        free_flow=np.array([-1, 0], dtype=np.int64),
        area=np.zeros(cands),
        random=np.array([2 * seed + 1], dtype=np.uint64) * GOLDEN,
    )
    return grow(state, 2 * len(layout.demand) + 4 * cands + 1024)


def grow(state: State, room: int) -> State:
    """Return the state with `room` more entries for flows."""
    old = len(state.flow)
    more = np.zeros(room, dtype=FLOW)
    more["next"] = np.arange(old + 1, old + room + 1)
    more["next"][-1] = state.free_flow[0]
    state.free_flow[0] = old
    state.free_flow[1] += room
    return state._replace(flow=np.concatenate([state.flow, more]))


def _build_rules(layout: Layout) -> Rules:
    instance, rooms = layout.instance, layout.rooms
    cands, spaces, limits = instance.candidates, instance.spaces, instance.limits
    buildings, services = instance.buildings, instance.services
    first = rooms.cand["id"][rooms.unit["cand_start"][:-1]]
    starts, alternative = _alternatives(layout, cands.pair[first])
    floor_start, floor_at = _floors_of_rows(layout)
    members = np.array([row.buildings for row in limits], dtype=np.bool_)
    persons = np.array([row.persons for row in instance.floors], dtype=np.float64)
    resources = [RESOURCES.index(row.resource) for row in limits]
    uppers = [row.upper for row in limits]
    return Rules(
        service_per_place=np.where(
            services.unlimited, 0.0, services.equipment_cost_per_place
        ),
        building=records(
            len(buildings.opening_cost),
            most_floor=buildings.max_floor_used_m2,
            outdoor=buildings.outdoor_m2,
            plain=_plain_buildings(layout, starts),
        ),
        space=records(
            len(spaces.building), building=spaces.building, floor_number=spaces.floor
        ),
        unit=records(
            len(rooms.unit),
            alternatives=starts,
            service=instance.offers.service[cands.offer[first]],
        ),
        cand_space=cands.space[rooms.cand["id"]].astype(np.int64),
        alternative=alternative,
        change_over=instance.change_over_conflict.copy(),
        incompatible=instance.incompatible.copy(),
        limit=records(
            len(limits),
            resource=np.array(resources, dtype=np.int64),
            upper=np.array(uppers, dtype=np.float64),
        ),
        limit_member=members.reshape(len(limits), len(buildings.opening_cost)),
        floor=records(len(persons), persons=persons, price=np.zeros(len(persons))),
        floor_start=floor_start,
        floor_at=floor_at,
        goal_price=layout.goal_price.copy(),
    )


def _plain_buildings(layout: Layout, alternatives: Array) -> Array:
    """Return the buildings without siting that depends on the plan or own reserve."""
    instance, rooms = layout.instance, layout.rooms
    plain = np.isinf(instance.buildings.max_floor_used_m2)
    if instance.incompatible.any():
        return np.zeros(len(plain), dtype=np.bool_)
    unit_space = np.repeat(
        np.arange(len(rooms.space) - 1), np.diff(rooms.space["unit_start"])
    )
    depends = np.diff(alternatives) > 0
    plain[instance.spaces.building[unit_space[depends]]] = False
    return plain


def _alternatives(layout: Layout, pair_of_unit: Array) -> tuple[Array, Array]:
    pairs = layout.instance.pairs
    low, high = (
        pairs.alternative_start[pair_of_unit],
        pairs.alternative_start[pair_of_unit + 1],
    )
    picked = [np.arange(a, b) for a, b in zip(low, high, strict=True)]
    flat = np.concatenate([np.zeros(0, dtype=np.int64), *picked])
    table = np.column_stack(
        [
            pairs.alternative_max_area_on_floor_m2,
            pairs.alternative_max_places_on_floor,
            pairs.alternative_outdoor_m2_per_place,
        ]
    )
    return np.append(0, np.cumsum(high - low)), np.ascontiguousarray(table[flat])


def _floors_of_rows(layout: Layout) -> tuple[Array, Array]:
    floors = layout.instance.floors
    rows = [np.asarray(row.rows, dtype=np.int64) for row in floors]
    which = [np.full(len(some), f, dtype=np.int64) for f, some in enumerate(rows)]
    none = np.zeros(0, dtype=np.int64)
    row, floor = np.concatenate([none, *rows]), np.concatenate([none, *which])
    order = np.argsort(row, kind="stable")
    bounds = np.arange(len(layout.demand) + 1)
    return np.searchsorted(row[order], bounds), floor[order]
