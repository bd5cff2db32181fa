"""Kernels that tell whether a plan under construction keeps every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocator.engines.price.compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.greedy.state import City, State

    Array = npt.NDArray[Any]

CAPITAL, YEARLY, FLOOR, IN_USE = 0, 1, 2, 3


@compiled
def within(value: float, limit: float) -> bool:
    """Tell whether an upper limit is kept, with a hundredth of the tolerance."""
    return value <= limit + 1e-8 * max(1.0, abs(limit))


@compiled
def cand_area(k: int, unit: int, city: City, state: State) -> float:
    """Return the m² of a running candidate; of an unlimited one its least area."""
    offer = city.rooms.cand[k].offer
    if city.offering.offer[offer].unlimited:
        return float(city.rooms.unit[unit].least_area)
    return float(state.cand[k].places * city.offering.offer[offer].m2)


@compiled
def service_peaks(low: int, high: int, city: City, state: State) -> tuple[float, float]:
    """Return the largest area and count of places over the slots of units low..high."""
    slots = city.offering.holds.shape[1]
    area, places = 0.0, 0.0
    for t in range(slots):
        area_t, places_t = 0.0, 0.0
        for unit in range(low, high):
            for k in range(
                city.rooms.unit[unit].cand_start, city.rooms.unit[unit + 1].cand_start
            ):
                offer = city.rooms.cand[k].offer
                if state.cand[k].places > 0 and city.offering.holds[offer, t]:
                    area_t += cand_area(k, unit, city, state)
                    places_t += state.cand[k].places
        area, places = max(area, area_t), max(places, places_t)
    return area, places


@compiled
def runs_in(low: int, high: int, city: City, state: State) -> bool:
    """Tell whether any candidate of units low..high runs."""
    for k in range(city.rooms.unit[low].cand_start, city.rooms.unit[high].cand_start):
        if state.cand[k].places > 0:
            return True
    return False


@compiled
def service_end(unit: int, high: int, city: City) -> int:
    """Return the end of the units of one service that begin at `unit`."""
    end = unit + 1
    while end < high and city.rules.unit[end].service == city.rules.unit[unit].service:
        end += 1
    return end


@compiled
def class_end(unit: int, high: int, city: City) -> int:
    """Return the end of the units of one class that begin at `unit`."""
    end = unit + 1
    while (
        end < high and city.rooms.unit[end].class_at == city.rooms.unit[unit].class_at
    ):
        end += 1
    return end


@compiled
def class_floor(low: int, high: int, city: City, state: State) -> float:
    """Return the floor a class uses in a divisible space, change-over counted."""
    rooms, offering = city.rooms, city.offering
    most = 0.0
    for t in range(offering.holds.shape[1]):
        load = 0.0
        for unit in range(low, high):
            for k in range(
                rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start
            ):
                if state.cand[k].places > 0 and holds_with_change(
                    k, t, low, high, city, state
                ):
                    load += cand_area(k, unit, city, state)
        most = max(most, load)
    return most


@compiled
def holds_with_change(
    k: int, t: int, low: int, high: int, city: City, state: State
) -> bool:
    """Tell whether a candidate counts in a slot, by itself or by a change-over."""
    rooms, offering = city.rooms, city.offering
    offer = rooms.cand[k].offer
    if offering.holds[offer, t]:
        return True
    for j in range(rooms.unit[low].cand_start, rooms.unit[high].cand_start):
        other = rooms.cand[j].offer
        if (
            state.cand[j].places > 0
            and offering.holds[other, t]
            and city.rules.change_over[offer, other]
        ):
            return True
    return False


@compiled
def whole_space_fits(space: int, city: City, state: State) -> bool:
    """Tell whether a whole space keeps sharing, change-over and area in every slot."""
    rooms, offering = city.rooms, city.offering
    low, high = rooms.space[space].unit_start, rooms.space[space + 1].unit_start
    used_class = -1
    for unit in range(low, high):
        if not runs_in(unit, unit + 1, city, state):
            continue
        if used_class >= 0 and rooms.unit[unit].class_at != used_class:
            return False
        used_class = rooms.unit[unit].class_at
    first, last = rooms.unit[low].cand_start, rooms.unit[high].cand_start
    for k in range(first, last):
        if state.cand[k].places > 0:
            for j in range(k + 1, last):
                if (
                    state.cand[j].places > 0
                    and offering.conflict[rooms.cand[k].offer, rooms.cand[j].offer]
                ):
                    return False
    area, _ = service_peaks(low, high, city, state)
    return within(area, rooms.space[space].area)


@compiled
def measure_space(space: int, city: City, state: State, use: Array) -> bool:
    """Write capital, yearly cost, floor and use of a space; tell whether it fits.

    Least areas are left to `least_areas_kept`, since places are added one by one.
    """
    rooms, rules = city.rooms, city.rules
    low, high = rooms.space[space].unit_start, rooms.space[space + 1].unit_start
    use[:] = 0.0
    if low == high or not runs_in(low, high, city, state):
        return True
    use[IN_USE], use[YEARLY] = 1.0, rooms.space[space].rent
    unit = low
    while unit < high:
        end = service_end(unit, high, city)
        if runs_in(unit, end, city, state):
            area, places = service_peaks(unit, end, city, state)
            if not within(area, rooms.unit[unit].most_area):
                return False
            for u in range(unit, end):
                use[CAPITAL] += rooms.unit[u].equipment
            service = rules.unit[unit].service
            use[CAPITAL] += rules.service_per_place[service] * places
        unit = end
    for k in range(rooms.unit[low].cand_start, rooms.unit[high].cand_start):
        if state.cand[k].places > 0:
            offer = rooms.cand[k].offer
            use[YEARLY] += city.offering.offer[offer].fixed
            use[YEARLY] += city.offering.offer[offer].per_place * state.cand[k].places
    fits = measure_floor(space, city, state, use)
    use[CAPITAL] += rooms.space[space].renovation * use[FLOOR]
    return fits


@compiled
def measure_floor(space: int, city: City, state: State, use: Array) -> bool:
    """Write the floor used of a space that is in use; tell whether it fits."""
    rooms = city.rooms
    if not rooms.space[space].divisible:
        use[FLOOR] = rooms.space[space].area
        return whole_space_fits(space, city, state)
    unit, high = rooms.space[space].unit_start, rooms.space[space + 1].unit_start
    while unit < high:
        end = class_end(unit, high, city)
        use[FLOOR] += class_floor(unit, end, city, state)
        unit = end
    return within(use[FLOOR], rooms.space[space].area)


@compiled
def least_areas_kept(space: int, city: City, state: State) -> int:
    """Return the first unit of a service below its least area, or −1."""
    rooms = city.rooms
    unit, high = rooms.space[space].unit_start, rooms.space[space + 1].unit_start
    while unit < high:
        end = service_end(unit, high, city)
        if rooms.unit[unit].least_area > 0.0 and runs_in(unit, end, city, state):
            area, _ = service_peaks(unit, end, city, state)
            if not within(rooms.unit[unit].least_area, area):
                return unit
        unit = end
    return -1


@compiled
def building_fits(building: int, city: City, state: State) -> bool:
    """Tell whether a building keeps incompatible services apart, siting and reserve."""
    rooms, rules = city.rooms, city.rules
    if rules.building[building].plain:
        return True
    floor, outdoor = 0.0, 0.0
    for s in range(
        rooms.building[building].space_start, rooms.building[building + 1].space_start
    ):
        space = rooms.space_of[s]
        floor += state.space_use[space, FLOOR]
        for unit in range(
            rooms.space[space].unit_start, rooms.space[space + 1].unit_start
        ):
            if not runs_in(unit, unit + 1, city, state):
                continue
            if clashes_in_building(unit, building, city, state):
                return False
            need = outdoor_need(unit, space, building, city, state)
            if need < 0.0:
                return False
            outdoor += need
    return within(floor, rules.building[building].most_floor) and within(
        outdoor, rules.building[building].outdoor
    )


@compiled
def clashes_in_building(unit: int, building: int, city: City, state: State) -> bool:
    """Tell whether a running candidate of a unit is incompatible with another."""
    rooms = city.rooms
    for k in range(rooms.unit[unit].cand_start, rooms.unit[unit + 1].cand_start):
        if state.cand[k].places == 0:
            continue
        row = city.rules.incompatible[rooms.cand[k].offer]
        for s in range(
            rooms.building[building].space_start,
            rooms.building[building + 1].space_start,
        ):
            low = rooms.space[rooms.space_of[s]].unit_start
            high = rooms.space[rooms.space_of[s] + 1].unit_start
            for j in range(rooms.unit[low].cand_start, rooms.unit[high].cand_start):
                if row[rooms.cand[j].offer] and state.cand[j].places > 0:
                    return True
    return False


@compiled
def outdoor_need(
    unit: int, space: int, building: int, city: City, state: State
) -> float:
    """Return the least outdoor m² by which a unit meets its siting; −1 = it cannot."""
    rules, rooms = city.rules, city.rooms
    low, high = rules.unit[unit].alternatives, rules.unit[unit + 1].alternatives
    if low == high:
        return 0.0
    area, places = 0.0, 0.0
    for s in range(
        rooms.building[building].space_start, rooms.building[building + 1].space_start
    ):
        other = rooms.space_of[s]
        if rules.space[other].floor_number != rules.space[space].floor_number:
            continue
        for u in range(
            rooms.space[other].unit_start, rooms.space[other + 1].unit_start
        ):
            if rules.unit[u].service == rules.unit[unit].service:
                some_area, some_places = service_peaks(u, u + 1, city, state)
                area += some_area
                places += some_places
    _, own = service_peaks(unit, unit + 1, city, state)
    best = -1.0
    for j in range(low, high):
        if within(area, rules.alternative[j, 0]) and within(
            places, rules.alternative[j, 1]
        ):
            need = own * rules.alternative[j, 2]
            if best < 0.0 or need < best:
                best = need
    return best


@compiled
def limits_keep(building: int, change: Array, city: City, state: State) -> bool:
    """Tell whether all limits hold after a change of a building's resources."""
    rules = city.rules
    for row in range(len(rules.limit)):
        if rules.limit_member[row, building]:
            more = change[rules.limit[row].resource]
            if more > 0.0 and not within(
                state.limit_used[row] + more, rules.limit[row].upper
            ):
                return False
    return True
