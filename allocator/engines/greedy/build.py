"""Kernels that build one site on the demand that is left, and take it down again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.greedy.flows import (
    LEAST_VISITS,
    add_flow,
    add_resource,
    detach_flows,
)
from allocator.engines.greedy.rules import (
    CAPITAL,
    FLOOR,
    YEARLY,
    building_fits,
    least_areas_kept,
    limits_keep,
    measure_space,
    runs_in,
    service_end,
)
from allocator.engines.price.compiled import compiled, kernel
from allocator.engines.price.lists import (
    Heads,
    RowPrices,
    merge_offer,
    room_for_heads,
    value_site,
)
from allocator.engines.price.passes import building_heads, new_heads
from allocator.engines.price.space import use_space, use_whole
from allocator.engines.price.whole import Room

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.greedy.state import City, Guide, State

    Array = npt.NDArray[Any]

OPENED = 3
MOST_PARTS = 8
"""Most parts into which a step divides an open floor."""
LEAST_PART = 0.02
"""Share of an open floor that is not worth another part."""
WHOLE_PART = 0.3
"""Chance that a part takes all the floor that is left."""


@compiled
def draw(state: State) -> float:
    """Return the next random number in [0, 1) (xorshift64*, Vigna 2016)."""
    x = state.random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state.random[0] = x
    mixed = x * np.uint64(2685821657736338717)
    return float(mixed >> np.uint64(11)) / 9007199254740992.0


@compiled
def draw_below(state: State, most: int) -> int:
    """Return a random whole number in [0, most)."""
    return min(int(draw(state) * most), most - 1)


@kernel
def build_site(site: int, city: City, guide: Guide, state: State) -> float:
    """Use the empty spaces of a building, or fill a facility, as best the prices tell.

    Returns what it earns at the prices, all costs taken off.
    """
    if site >= len(state.building_use):
        return fill_facility(site, city, guide, state)
    rooms = city.rooms
    prices = guide.building[site]
    rows = RowPrices(guide.rho, guide.cover, guide.mu)
    value = value_site(site, city.arcs, rows, prices[YEARLY], city.order)
    low, high = rooms.building[site].space_start, rooms.building[site + 1].space_start
    kept = np.zeros(high - low, dtype=np.bool_)
    for s in range(low, high):
        kept[s - low] = state.space_use[rooms.space_of[s], OPENED] > 0.0
    top_up(site, value, city, state)
    place_pins(site, value, guide, city, state)
    first = rooms.building[site].offer_start
    turn = draw_below(state, high - low) if guide.skip > 0.0 else 0
    for s in range(low, high):
        at = (s - low + turn) % (high - low)
        if kept[at]:
            continue
        space = rooms.space_of[low + at]
        if rooms.space[space].divisible:
            fill_open_floor(site, space, value, guide, city, state)
            continue
        heads = heads_now(site, value, guide, city, state)
        unused = np.zeros(4)
        earned = use_space(
            space, first, heads, prices, rooms, city.offering, city.templates,
            city.weights, 0.0, state.area, unused,
        )  # fmt: skip
        if earned > 0.0:
            place_space(site, space, value, guide, city, state)
    return worth(site, city, guide, state)


@compiled
def heads_now(site: int, value: Array, guide: Guide, city: City, state: State) -> Heads:
    """Return the arcs worth serving on the demand left; some offers left out at random.

    Without the variety every space would always get what is best for it alone.
    """
    rooms = city.rooms
    count = rooms.building[site + 1].offer_start - rooms.building[site].offer_start
    left_out = np.zeros(count, dtype=np.bool_)
    if guide.skip > 0.0:
        chance = max(0.0, draw(state) - 0.5)
        for j in range(count):
            left_out[j] = draw(state) < chance
    return building_heads(
        site, city.arcs, rooms, city.offering, value, city.order, state.left,
        guide.building[site, YEARLY], left_out,
    )  # fmt: skip


@compiled
def fill_open_floor(
    site: int, space: int, value: Array, guide: Guide, city: City, state: State
) -> None:
    """Use an open floor part by part, each as a room where services take turns."""
    rooms = city.rooms
    base = rooms.space[space].unit_start
    first_cand = rooms.unit[base].cand_start
    last_cand = rooms.unit[rooms.space[space + 1].unit_start].cand_start
    running = np.zeros(last_cand - first_cand)
    used = np.zeros(4)
    for _ in range(MOST_PARTS):
        left = rooms.space[space].area - state.space_use[space, FLOOR]
        if left <= LEAST_PART * rooms.space[space].area:
            break
        for k in range(first_cand, last_cand):
            running[k - first_cand] = state.cand[k].places
        heads = heads_now(site, value, guide, city, state)
        room = Room(left * draw_share(guide, state), first_cand, running)
        state.area[first_cand:last_cand] = 0.0
        earned = use_whole(
            space, rooms.building[site].offer_start, room, heads,
            guide.building[site], rooms, city.offering, city.templates, state.area,
            used,
        )  # fmt: skip
        if earned <= 0.0:
            break
        place_space(site, space, value, guide, city, state)
        if state.cand[first_cand:last_cand].places.sum() == running.sum():
            break


@compiled
def draw_share(guide: Guide, state: State) -> float:
    """Draw the share of the floor left for the next part; half in a first plan."""
    if guide.skip <= 0.0:
        return 0.5
    if draw(state) < WHOLE_PART:
        return 1.0
    return 0.15 + 0.7 * draw(state)


@kernel
def load_site(site: int, wanted: Array, city: City, guide: Guide, state: State) -> None:
    """Run the wanted places of an empty building, as far as the rules allow.

    `wanted` has shape (k,), in kernel order. Pins come first.
    """
    rooms = city.rooms
    rows = RowPrices(guide.rho, guide.cover, guide.mu)
    value = value_site(site, city.arcs, rows, guide.building[site, YEARLY], city.order)
    place_pins(site, value, guide, city, state)
    low, high = rooms.building[site].space_start, rooms.building[site + 1].space_start
    for s in range(low, high):
        space = rooms.space_of[s]
        first, last = rooms.space[space].unit_start, rooms.space[space + 1].unit_start
        for unit in range(first, last):
            for k in range(
                rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start
            ):
                if wanted[k] > 0.0 and state.cand[k].places == 0:
                    place_candidate(site, unit, k, wanted[k], value, guide, city, state)


@compiled
def top_up(site: int, value: Array, city: City, state: State) -> None:
    """Let what runs at a building serve more where its places are not all taken."""
    if state.building_use[site, OPENED] == 0.0:
        return
    spare = capacities(site, city, state)
    entry = state.first_flow[site]
    while entry >= 0:
        spare[state.flow[entry].offer] -= state.flow[entry].visits
        entry = state.flow[entry].next
    for offer in range(len(spare)):
        if spare[offer] > LEAST_VISITS:
            offers = np.full(1, offer)
            heads = new_heads(len(offers), room_for_heads(site, city.arcs, offers))
            heads.start[1] = merge_offer(
                site, offer, city.arcs, value, city.order, state.left, 0.0,
                spare[offer], heads, heads.start[0],
            )  # fmt: skip
            serve(site, offer, spare[offer], heads, city, state)


@compiled
def capacities(site: int, city: City, state: State) -> Array:
    """Return the visits per week that a building can serve by each offer."""
    rooms = city.rooms
    capacity = np.zeros(len(city.offering.offer))
    for s in range(
        rooms.building[site].space_start, rooms.building[site + 1].space_start
    ):
        space = rooms.space_of[s]
        low = rooms.unit[rooms.space[space].unit_start].cand_start
        high = rooms.unit[rooms.space[space + 1].unit_start].cand_start
        for k in range(low, high):
            if state.cand[k].places > 0:
                offer = rooms.cand[k].offer
                per_place = city.offering.offer[offer].visits
                if city.offering.offer[offer].unlimited:
                    per_place = np.inf
                capacity[offer] += state.cand[k].places * per_place
    return capacity


@compiled
def put_back_part(
    site: int,
    chain: int,
    places: Array,
    space_use: Array,
    kept: Array,
    city: City,
    state: State,
) -> None:
    """Put back the kept spaces of an empty building and what they can still serve.

    `kept` has one entry per space of the building, in order; `places` and `space_use`
    tell what was there, `chain` who was served: the best of it is kept.
    """
    rooms = city.rooms
    low, high = rooms.building[site].space_start, rooms.building[site + 1].space_start
    use = np.zeros(4)
    for s in range(low, high):
        space = rooms.space_of[s]
        if not kept[s - low]:
            continue
        first = rooms.unit[rooms.space[space].unit_start].cand_start
        last = rooms.unit[rooms.space[space + 1].unit_start].cand_start
        for k in range(first, last):
            state.cand[k].places = places[k]
        state.space_use[space] = space_use[space]
        use += space_use[space]
    charge_building(site, use, city, state)
    excess = -capacities(site, city, state)
    entry = chain
    while entry >= 0:
        excess[state.flow[entry].offer] += state.flow[entry].visits
        entry = state.flow[entry].next
    entry = chain
    while entry >= 0:  # the last served come first, and are worth least
        offer, visits = state.flow[entry].offer, state.flow[entry].visits
        less = min(visits, max(excess[offer], 0.0))
        excess[offer] -= less
        if visits - less > LEAST_VISITS:
            add_flow(site, state.flow[entry].arc, offer, visits - less, city, state)
        entry = state.flow[entry].next


@compiled
def charge_building(site: int, use: Array, city: City, state: State) -> None:
    """Charge an empty building what its spaces use (their sum), if anything."""
    if use[OPENED] == 0.0:
        return
    use[CAPITAL] += city.rooms.building[site].opening
    use[YEARLY] += city.rooms.building[site].rent
    use[OPENED] = 1.0
    for resource in range(4):
        add_resource(site, resource, use[resource], city, state)


@kernel
def hold_site(site: int, wanted: Array, city: City, state: State) -> bool:
    """Run exactly the wanted places of an empty building; tell whether they fit.

    `wanted` has shape (k,), in kernel order. Limits are not looked at: they depend on
    fees, and so on who will be served.
    """
    rooms = city.rooms
    total, fits = np.zeros(4), True
    for s in range(
        rooms.building[site].space_start, rooms.building[site + 1].space_start
    ):
        space = rooms.space_of[s]
        first = rooms.unit[rooms.space[space].unit_start].cand_start
        last = rooms.unit[rooms.space[space + 1].unit_start].cand_start
        for k in range(first, last):
            state.cand[k].places = wanted[k]
        use = np.zeros(4)
        fits &= measure_space(space, city, state, use)
        fits &= least_areas_kept(space, city, state) < 0
        state.space_use[space] = use
        total += use
    charge_building(site, total, city, state)
    return fits and building_fits(site, city, state)


@compiled
def place_pins(site: int, value: Array, guide: Guide, city: City, state: State) -> None:
    """Run what pins ask for in a building, before anything else."""
    rooms = city.rooms
    for s in range(
        rooms.building[site].space_start, rooms.building[site + 1].space_start
    ):
        space = rooms.space_of[s]
        low, high = rooms.space[space].unit_start, rooms.space[space + 1].unit_start
        for unit in range(low, high):
            for k in range(
                rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start
            ):
                if state.cand[k].least > 0 and state.cand[k].places == 0:
                    want = rooms.cand[k].places
                    place_candidate(site, unit, k, want, value, guide, city, state)


@compiled
def place_space(
    site: int, space: int, value: Array, guide: Guide, city: City, state: State
) -> None:
    """Turn the areas that `use_space` chose into places, as far as the rules allow."""
    rooms = city.rooms
    for unit in range(rooms.space[space].unit_start, rooms.space[space + 1].unit_start):
        for k in range(rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start):
            if guide.skip > 0.0 and draw(state) < guide.skip:
                continue
            if state.area[k] > 0.0:
                want = 1.0
                if not city.offering.offer[rooms.cand[k].offer].unlimited:
                    m2 = city.offering.offer[rooms.cand[k].offer].m2
                    want = np.ceil(state.area[k] / m2 - 1e-9)
                place_candidate(site, unit, k, want, value, guide, city, state)


@compiled
def place_candidate(
    site: int,
    unit: int,
    k: int,
    want: float,
    value: Array,
    guide: Guide,
    city: City,
    state: State,
) -> None:
    """Run a candidate with up to `want` more places and serve its best demand."""
    offer = city.rooms.cand[k].offer
    offers = np.full(1, offer)
    heads = new_heads(len(offers), room_for_heads(site, city.arcs, offers))
    per_place = city.offering.offer[offer].visits
    if city.offering.offer[offer].unlimited:
        per_place = np.inf
    price = guide.building[site, YEARLY]
    cost = (
        price * city.offering.offer[offer].per_place / city.offering.offer[offer].visits
    )
    heads.start[1] = merge_offer(
        site, offer, city.arcs, value, city.order, state.left, cost,
        want * per_place, heads, heads.start[0],
    )  # fmt: skip
    asked = heads.visits[: heads.start[1]].sum()
    had = state.cand[k].places
    most = min(want, np.ceil(asked / per_place - 1e-9))
    if city.offering.offer[offer].unlimited and asked > 0.0:
        most = 1.0
    least = max(least_for_area(unit, k, city, state), state.cand[k].least, had + 1)
    places = most_places(
        site, k, least, int(max(had + most, state.cand[k].least)), heads, city, state
    )
    if places > 0:
        serve(site, offer, (places - had) * per_place, heads, city, state)


@compiled
def least_for_area(unit: int, k: int, city: City, state: State) -> int:
    """Return the places that give a service its least area, if it does not run yet."""
    rooms = city.rooms
    offer = rooms.cand[k].offer
    if rooms.unit[unit].least_area <= 0.0 or city.offering.offer[offer].unlimited:
        return 1
    space = city.rules.cand_space[k]
    first = unit
    while (
        first > rooms.space[space].unit_start
        and city.rules.unit[first - 1].service == city.rules.unit[unit].service
    ):
        first -= 1
    end = service_end(first, rooms.space[space + 1].unit_start, city)
    if runs_in(first, end, city, state):
        return 1
    return int(
        np.ceil(rooms.unit[unit].least_area / city.offering.offer[offer].m2 - 1e-7)
    )


@compiled
def most_places(
    site: int, k: int, least: int, most: int, heads: Heads, city: City, state: State
) -> int:
    """Give a candidate the most places in `least..most` that all rules allow; or 0."""
    most = max(most, least)
    if most > city.rooms.cand[k].places:
        most = int(city.rooms.cand[k].places)
    if least > most:
        return 0
    if set_places(site, k, most, heads, city, state):
        return most
    if most == least or not set_places(site, k, least, heads, city, state):
        return 0
    low, high = least, most
    while high - low > 1:
        middle = (low + high) // 2
        if set_places(site, k, middle, heads, city, state):
            low = middle
        else:
            high = middle
    return low


@compiled
def set_places(
    site: int, k: int, places: int, heads: Heads, city: City, state: State
) -> bool:
    """Give a candidate places if every rule allows it; else change nothing."""
    space = city.rules.cand_space[k]
    before = state.cand[k].places
    state.cand[k].places = places
    use = np.zeros(4)
    if not measure_space(space, city, state, use):
        state.cand[k].places = before
        return False
    change = use - state.space_use[space]
    change[OPENED] = 0.0
    if state.building_use[site, OPENED] == 0.0:
        change[CAPITAL] += city.rooms.building[site].opening
        change[YEARLY] += city.rooms.building[site].rent
        change[OPENED] = 1.0
    expected = change.copy()
    expected[YEARLY] -= fees_within(k, places - before, heads, city)
    old = state.space_use[space].copy()
    state.space_use[space] = use
    fits = limits_keep(site, expected, city, state)
    if not fits or not building_fits(site, city, state):
        state.space_use[space] = old
        state.cand[k].places = before
        return False
    for resource in range(4):
        if change[resource] != 0.0:
            add_resource(site, resource, change[resource], city, state)
    return True


@compiled
def fees_within(k: int, places: int, heads: Heads, city: City) -> float:
    """Return the yearly fees that so many more places of a candidate will take in."""
    offer = city.rooms.cand[k].offer
    left = np.inf
    if not city.offering.offer[offer].unlimited:
        left = places * city.offering.offer[offer].visits
    fees = 0.0
    for h in range(heads.start[1]):
        if left <= 0.0:
            break
        fees += min(left, heads.visits[h]) * city.arcs.fee[city.arc_list[heads.arc[h]]]
        left -= heads.visits[h]
    return fees


@compiled
def serve(
    site: int, offer: int, visits: float, heads: Heads, city: City, state: State
) -> None:
    """Serve the best demand of `heads` up to so many visits."""
    left = visits
    for h in range(heads.start[1]):
        served = min(left, heads.visits[h])
        if served <= LEAST_VISITS:
            break
        if not add_flow(site, heads.arc[h], offer, served, city, state):
            break
        left -= served


@compiled
def fill_facility(site: int, city: City, guide: Guide, state: State) -> float:
    """Serve demand at an existing facility up to its capacity."""
    rows = RowPrices(guide.rho, guide.cover, guide.mu)
    value = value_site(site, city.arcs, rows, 0.0, city.order)
    for q in range(city.outlet_start[site], city.outlet_start[site + 1]):
        offer, visits = city.outlets.offer[q], city.outlets.visits[q]
        offers = city.outlets.offer[q : q + 1]
        heads = new_heads(len(offers), room_for_heads(site, city.arcs, offers))
        heads.start[1] = merge_offer(
            site,
            offer,
            city.arcs,
            value,
            city.order,
            state.left,
            0.0,
            visits,
            heads,
            heads.start[0],
        )
        serve(site, offer, visits, heads, city, state)
    return worth(site, city, guide, state)


@compiled
def worth(site: int, city: City, guide: Guide, state: State) -> float:
    """Return what a site earns at the prices, all costs taken off."""
    total = 0.0
    entry = state.first_flow[site]
    while entry >= 0:
        arc = state.flow[entry].arc
        row = city.arcs.row[arc]
        value = city.arcs.gain[arc] - guide.rho[row]
        if len(guide.cover) > 0:
            value += guide.cover[row] * city.arcs.cover[arc]
        total += value * state.flow[entry].visits
        entry = state.flow[entry].next
    if site < len(state.building_use):
        for resource in range(4):
            total -= guide.building[site, resource] * state.building_use[site, resource]
    return total


@kernel
def take_down(site: int, city: City, state: State) -> int:
    """Empty a site; return the chain of what it served."""
    chain = detach_flows(site, city, state)
    if site < len(state.building_use):
        rooms = city.rooms
        for s in range(
            rooms.building[site].space_start, rooms.building[site + 1].space_start
        ):
            space = rooms.space_of[s]
            low = rooms.unit[rooms.space[space].unit_start].cand_start
            high = rooms.unit[rooms.space[space + 1].unit_start].cand_start
            for k in range(low, high):
                state.cand[k].places = 0
            state.space_use[space] = 0.0
        for resource in range(4):
            used = state.building_use[site, resource]
            if used != 0.0:
                add_resource(site, resource, -used, city, state)
            state.building_use[site, resource] = 0.0
    return chain
