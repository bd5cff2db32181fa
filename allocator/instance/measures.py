"""Measures of a solution, for engines; the evaluator has its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arcs import arc_positions
from allocator.instance.arrays import sums
from allocator.instance.instance import Resource
from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from allocator.instance.instance import (
        GoalRow,
        Instance,
        LimitRow,
        Solution,
        WorstTerm,
    )

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


def goal_value(instance: Instance, goal: GoalRow, solution: Solution) -> float:
    """Return the value of a goal; larger is better when it maximises."""
    credit, walk_min = flow_credit(instance, solution)
    covered = credit * solution.flow_visits
    offer = instance.supplies.offer[solution.flow_supply]
    value = 0.0
    value += sum(
        float(np.sum(term.row_value[solution.flow_row] * covered * term.offers[offer]))
        for term in goal.covered
    )
    value += sum(
        term.weight * _worst(instance, term, solution, covered) for term in goal.worst
    )
    totals = resource_totals(instance, solution)
    value += goal.buildings * totals[Resource.BUILDINGS]
    value += goal.floor_used_m2 * totals[Resource.FLOOR_USED]
    value += goal.capital_cost * totals[Resource.CAPITAL_COST]
    value += goal.yearly_outlay * totals[Resource.YEARLY_OUTLAY]
    if goal.walking_minutes:
        value += goal.walking_minutes * float(solution.flow_visits @ walk_min)
    return value


def resource_totals(instance: Instance, solution: Solution) -> dict[Resource, float]:
    """Return every resource summed over all buildings."""
    by_building = resources_by_building(instance, solution)
    return {resource: float(used.sum()) for resource, used in by_building.items()}


def limit_value(limit: LimitRow, by_building: Mapping[Resource, Floats]) -> float:
    """Return what a limit counts, from `resources_by_building`."""
    return float(by_building[limit.resource][limit.buildings].sum())


def resources_by_building(
    instance: Instance, solution: Solution
) -> dict[Resource, Floats]:
    """Return money, floor used and use of every building, each of shape (b,)."""
    places, spaces = solution.places, instance.spaces
    buildings = len(instance.buildings.opening_cost)
    floor_used = floor_used_m2(instance, places)
    used_spaces = np.zeros(len(spaces.building), bool)
    used_spaces[instance.candidates.space[places > 0]] = True
    used = np.zeros(buildings, bool)
    used[spaces.building[used_spaces]] = True
    capital = instance.buildings.opening_cost * used
    capital += sums(
        spaces.building, spaces.renovation_cost_per_m2 * floor_used, buildings
    )
    pair_building = spaces.building[instance.pairs.space]
    capital += sums(pair_building, equipment_cost(instance, places), buildings)
    yearly = instance.buildings.annual_rent * used
    yearly += sums(spaces.building, spaces.annual_rent * used_spaces, buildings)
    yearly += _running_costs(instance, places)
    yearly -= _fees(instance, solution)
    floor = sums(spaces.building, floor_used, buildings)
    return {
        Resource.CAPITAL_COST: capital,
        Resource.YEARLY_OUTLAY: yearly,
        Resource.FLOOR_USED: floor,
        Resource.BUILDINGS: used.astype(np.float64),
    }


def capacity_visits_per_week(instance: Instance, places: Ints) -> Floats:
    """Return what every supply can serve under the given places, shape (q,)."""
    supplies, offers = instance.supplies, instance.offers
    of_supply = np.diff(supplies.candidate_start)
    owner = np.repeat(np.arange(len(of_supply)), of_supply)
    total = sums(owner, places[supplies.candidate], len(of_supply))
    per_place = offers.visits_per_place_week[supplies.offer]
    unlimited = offers.unlimited[supplies.offer] & (total > 0)
    planned = np.where(unlimited, np.inf, total * per_place)
    return np.where(supplies.planned, planned, supplies.fixed_visits_per_week)


def equipment_cost(instance: Instance, places: Ints) -> Floats:
    """Return fixed equipment plus peak places × cost per place, shape (p,)."""
    pairs, candidates = instance.pairs, instance.candidates
    running = np.zeros(len(pairs.space), bool)
    running[candidates.pair[places > 0]] = True
    per_place = instance.services.equipment_cost_per_place[pairs.service]
    return running * pairs.equipment_cost + per_place * peak_places(instance, places)


def peak_places(instance: Instance, places: Ints) -> Floats:
    """Return P[r, s], the most places of a pair in any slot, shape (p,)."""
    used = np.flatnonzero(places > 0)
    holds = instance.slots.holds[instance.candidates.offer[used]]
    by_offer = np.asarray(places[used, None] * holds, np.float64)
    pair, by_slot = _added_up(instance.candidates.pair[used], by_offer)
    peak = np.zeros(len(instance.pairs.space))
    peak[pair] = by_slot.max(axis=1, initial=0.0)
    return peak


def floor_used_m2(instance: Instance, places: Ints) -> Floats:
    """Return the floor used of every space, shape (r,)."""
    spaces, candidates = instance.spaces, instance.candidates
    used = np.flatnonzero(places > 0)
    space = candidates.space[used]
    floor = _divisible_floors(instance, used[spaces.divisible[space]], places)
    whole = space[~spaces.divisible[space]]
    floor[whole] = spaces.usable_area_m2[whole]
    return floor


def flow_credit(instance: Instance, solution: Solution) -> tuple[Floats, Floats]:
    """Return credit and minutes of every flow; credit 0 where there is no arc."""
    at = arc_positions(instance, solution.flow_row, solution.flow_supply)
    arcs = instance.arcs
    # Position −1, no arc, takes the value appended at the end.
    return np.append(arcs.credit, 0.0)[at], np.append(arcs.walk_min, 0.0)[at]


def _divisible_floors(instance: Instance, used: Ints, places: Ints) -> Floats:
    """Return the floor used of divisible spaces, 0 elsewhere, shape (r,).

    Σ over classes of their largest slot + Σ over dedicated services of their areas;
    `used` are the running candidates in divisible spaces.
    """
    pairs, services = instance.pairs, instance.services
    pair, area = _pair_areas(instance, used, places)
    service = pairs.service[pair]
    sharing = services.sharing_class[service]
    # Dedicated services are holders of their own, numbered below the classes.
    count = len(services.sharing_class)
    holder = count + np.where(sharing < 0, -1 - service, sharing)
    key = pairs.space[pair] * (2 * count) + holder
    order = np.argsort(key, kind="stable")
    holders, by_slot = _added_up(key[order], area[order])
    largest = by_slot.max(axis=1, initial=0.0)
    return sums(holders // (2 * count), largest, len(instance.spaces.building))


def _pair_areas(instance: Instance, used: Ints, places: Ints) -> tuple[Ints, Floats]:
    """Return the running pairs, and their areas by slot, shape (pairs, t).

    A service of unlimited capacity takes its least area while it runs.
    """
    offers, services = instance.offers, instance.services
    offer = instance.candidates.offer[used]
    holds = _counted_slots(instance, used)
    amount = places[used] * offers.m2_per_place[offer]
    owner = instance.candidates.pair[used]
    pair, area = _added_up(owner, amount[:, None] * holds)
    service = instance.pairs.service[pair]
    unlimited = services.unlimited[service]
    if unlimited.any():
        held = _added_up(owner, holds.astype(np.float64))[1] > 0
        least = services.min_area_m2[service][unlimited]
        area[unlimited] = least[:, None] * held[unlimited]
    return pair, area


def _counted_slots(instance: Instance, used: Ints) -> Bools:
    """Return in which slots each running candidate counts, shape (used, t).

    In those it holds, and in those of offers in its space with which it breaks a
    change-over time; a dedicated service holds its area all week anyway.
    """
    candidates, conflict = instance.candidates, instance.change_over_conflict
    offer, space = candidates.offer[used], candidates.space[used]
    holds = np.array(instance.slots.holds[offer], bool)
    shared = instance.services.sharing_class[instance.offers.service[offer]] >= 0
    disturbed = np.asarray(conflict.any(axis=1), bool)
    touched = np.flatnonzero(shared & disturbed[offer])
    if len(touched) == 0:
        return holds
    rooms, room = np.unique(space, return_inverse=True)
    running = np.zeros((len(rooms), len(conflict)), bool)
    running[room, offer] = True
    disturbing = running[room[touched]] & conflict[offer[touched]]
    others = disturbing.astype(np.int32) @ instance.slots.holds.astype(np.int32)
    holds[touched] |= others > 0
    return holds


def _added_up(key: Ints, values: Floats) -> tuple[Ints, Floats]:
    """Return the distinct keys and Σ of the values of each; keys ascend."""
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if len(first) == 0:
        return key[:0], values[:0]
    return key[first], np.add.reduceat(values, first, axis=0)


def _running_costs(instance: Instance, places: Ints) -> Floats:
    """Return the yearly costs of running offers by building."""
    candidates, offers = instance.candidates, instance.offers
    used = np.flatnonzero(places > 0)
    offer = candidates.offer[used]
    cost = offers.annual_cost_fixed[offer]
    cost = cost + offers.annual_cost_per_place[offer] * places[used]
    building = instance.spaces.building[candidates.space[used]]
    return sums(building, cost, len(instance.buildings.opening_cost))


def _fees(instance: Instance, solution: Solution) -> Floats:
    """Return the yearly fees by building; facilities earn nothing for the plan."""
    buildings = len(instance.buildings.opening_cost)
    supplies = instance.supplies
    planned = supplies.planned[solution.flow_supply]
    row, supply = solution.flow_row[planned], solution.flow_supply[planned]
    fee = instance.fee_per_visit[instance.rows.need[row]] * WEEKS_PER_YEAR
    paid = fee * solution.flow_visits[planned]
    return sums(supplies.site[supply], paid, buildings)


def _worst(
    instance: Instance, term: WorstTerm, solution: Solution, covered: Floats
) -> float:
    """Return the least covered ÷ demand persons over the cells, 1 without cells."""
    cell = term.cell[solution.flow_row]
    inside = cell >= 0
    persons = instance.rows.persons_per_visit[solution.flow_row] * covered
    total = sums(cell[inside], persons[inside], len(term.demand_persons))
    return float(np.min(total / term.demand_persons)) if len(total) else 1.0
