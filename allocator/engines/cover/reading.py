"""Tells whether an instance is pure covering, and reads it as a net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.cover.net import build_net
from allocator.instance.arrays import spans
from allocator.instance.instance import Resource, Solution
from allocator.instance.measures import resources_by_building
from allocator.units import VIOLATION_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.cover.net import Net
    from allocator.instance.instance import GoalRow, Instance, Reach

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

MOST_ARCS = 40_000_000
"""Arcs of the net, steps of credit counted apart, beyond which it is left alone."""
SHARE_OF_TOLERANCE = 0.5
"""Share of the tolerance of a violation that a plan may use up."""


@dataclass(frozen=True)
class Links:
    """(row, supply) pairs with what serving all of the row there is worth."""

    row: Ints
    supply: Ints
    value: Floats
    walk_min: Floats


@dataclass(frozen=True)
class Covering:
    """An instance read as pure covering; site j of the net is `building[j]`."""

    instance: Instance
    net: Net
    building: Ints
    base: float
    """What existing facilities cover, whatever is opened."""

    def solution(self, open_sites: Ints) -> tuple[Solution, float]:
        """Return the plan that opens these sites, and what it is worth.

        Everybody goes where it counts most; of equal supplies the nearest serves a
        row, then the first.
        """
        sites = np.concatenate([self.building[open_sites], _facilities(self.instance)])
        links = _links(self.instance, np.sort(sites))
        order = np.lexsort((links.supply, links.walk_min, -links.value, links.row))
        first = order[np.flatnonzero(np.diff(links.row[order], prepend=-1))]
        row = links.row[first]
        plan = Solution(
            places=_all_places(self.instance, self.building[open_sites]),
            flow_row=row,
            flow_supply=links.supply[first],
            flow_visits=self.instance.rows.visits_per_week[row],
        )
        return plan, float(links.value[first].sum())

    def open_sites(self, solution: Solution) -> Ints:
        """Return the sites that a plan opens, as far as this net has them."""
        candidates = self.instance.candidates.space[solution.places > 0]
        used = np.unique(self.instance.spaces.building[candidates])
        return np.flatnonzero(np.isin(self.building, used))


def is_covering(instance: Instance) -> bool:
    """Tell whether the covering engine can take the instance, cheaply."""
    return (
        len(instance.goals) == 1
        and _covers_only(instance.goals[0])
        and not instance.floors
        and not instance.pins
        and len(instance.candidates.offer) > 0
        and bool(instance.offers.unlimited[instance.candidates.offer].all())
        and not instance.pairs.alternative_start[-1]
        and _facilities_are_unlimited(instance)
        and _fees_are_no_matter(instance)
        and _one_decision_each(instance)
        and _steps_of_credit(instance) <= MOST_ARCS
    )


def read_covering(instance: Instance) -> Covering:
    """Return an instance that `is_covering` as a net."""
    building = np.unique(instance.spaces.building[instance.candidates.space])
    everything = _all_places(instance, building)
    none = np.empty(0, np.int64)
    used = resources_by_building(
        instance, Solution(everything, none, none, np.empty(0))
    )
    floor = used[Resource.FLOOR_USED]
    slack = VIOLATION_TOLERANCE * np.maximum(1.0, floor)
    building = building[
        (floor <= instance.buildings.max_floor_used_m2 + slack)[building]
    ]
    cost = np.array(
        [used[row.resource] * row.buildings for row in instance.limits], np.float64
    ).reshape(len(instance.limits), -1)[:, building]
    room = np.array([row.upper for row in instance.limits], np.float64)
    room += SHARE_OF_TOLERANCE * VIOLATION_TOLERANCE * np.maximum(1.0, room)
    base = _base(instance)
    net = build_net(*_levels(instance, building, base), cost, room)
    return Covering(instance, net, building, float(base.sum()))


def _covers_only(goal: GoalRow) -> bool:
    """Tell whether a goal counts nothing but covered persons, none of them less."""
    others = (
        goal.buildings,
        goal.floor_used_m2,
        goal.capital_cost,
        goal.yearly_outlay,
        goal.walking_minutes,
    )
    return (
        goal.maximizes
        and not goal.worst
        and not any(others)
        and all(float(term.row_value.min(initial=0.0)) >= 0.0 for term in goal.covered)
    )


def _facilities_are_unlimited(instance: Instance) -> bool:
    """Tell whether no existing facility has an amount that residents share."""
    fixed = instance.supplies.fixed_visits_per_week
    return bool((np.isnan(fixed) | np.isinf(fixed) | (fixed == 0.0)).all())


def _fees_are_no_matter(instance: Instance) -> bool:
    """Tell whether no limit depends on who is served."""
    yearly = any(row.resource is Resource.YEARLY_OUTLAY for row in instance.limits)
    return not (yearly and bool((instance.fee_per_visit != 0.0).any()))


def _one_decision_each(instance: Instance) -> bool:
    """Tell whether every building runs either all its candidates or none.

    So it is where there is one candidate; or several in one space that cost nothing
    more, need no floor beside each other and may run together.
    """
    candidates, pairs = instance.candidates, instance.pairs
    building = instance.spaces.building[candidates.space]
    several = np.bincount(building)[building] > 1
    if not several.any():
        return True
    of_building = np.full(len(instance.buildings.opening_cost), -1, np.int64)
    of_building[building] = candidates.space
    one_space = (of_building[building] == candidates.space)[several].all()
    paid = instance.offers.annual_cost_fixed[candidates.offer]
    free = not paid[several].any()
    of_space = np.bincount(pairs.space, minlength=len(of_building))
    mixed = of_space[pairs.space] > 1
    return bool(one_space and free and _mix_freely(instance, mixed))


def _mix_freely(instance: Instance, mixed: Bools) -> bool:
    """Tell whether the (space, service) pairs marked may all run together."""
    pairs, services = instance.pairs, instance.services
    return bool(
        not pairs.equipment_cost[mixed].any()
        and instance.spaces.divisible[pairs.space[mixed]].all()
        and not services.min_area_m2[pairs.service[mixed]].any()
        and not (mixed.any() and instance.incompatible.any())
    )


def _all_places(instance: Instance, building: Ints) -> Ints:
    """Return one place for each candidate of some buildings."""
    opened = np.zeros(len(instance.buildings.opening_cost), bool)
    opened[building] = True
    return opened[instance.spaces.building[instance.candidates.space]].astype(np.int64)


def _facilities(instance: Instance) -> Ints:
    """Return the sites of existing facilities."""
    return np.unique(instance.supplies.site[~instance.supplies.planned])


def _base(instance: Instance) -> Floats:
    """Return what facilities cover of every row, in the goal's measure."""
    base = np.zeros(len(instance.rows))
    links = _links(instance, _facilities(instance))
    np.maximum.at(base, links.row, links.value)
    return base


def _links(instance: Instance, sites: Ints) -> Links:
    """Return the arcs worth something at some sites, in order of their reaches."""
    parts = [
        _reach_links(instance, reach, int(offer), sites)
        for reach in instance.reaches
        for offer in reach.offers
    ]
    none = np.empty(0, np.int64)
    row, supply = (np.concatenate([none, *(p[k] for p in parts)]) for k in range(2))
    value, minutes = (
        np.concatenate([np.empty(0), *(p[k] for p in parts)]) for k in range(2, 4)
    )
    return Links(row.astype(np.int64), supply.astype(np.int64), value, minutes)


def _reach_links(
    instance: Instance, reach: Reach, offer: int, sites: Ints
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return (row, supply, value, minutes) of one offer's arcs at some sites."""
    supplies = instance.supplies
    opened = np.isin(supplies.site, sites) & (supplies.offer == offer)
    own = np.flatnonzero(opened & (supplies.fixed_visits_per_week != 0.0))
    counts = np.diff(reach.start)[supplies.site[own]]
    at = spans(reach.start[supplies.site[own]], counts)
    row = reach.row[at].astype(np.int64)
    per_visit = np.zeros(len(instance.rows))
    for term in instance.goals[0].covered:
        if term.offers[offer]:
            per_visit += term.row_value
    value = (per_visit * instance.rows.visits_per_week)[row] * reach.credit[at]
    paid = value > 0.0
    supply = np.repeat(own, counts)
    return row[paid], supply[paid], value[paid], reach.walk_min[at][paid]


def _steps_of_credit(instance: Instance) -> int:
    """Return how many arcs the net has, at most: arcs × distinct credits."""
    total = 0
    for reach in instance.reaches:
        credit = reach.credit
        same = len(credit) == 0 or bool((credit == credit[0]).all())
        total += (
            len(credit) * len(reach.offers) * (1 if same else len(np.unique(credit)))
        )
    return total


def _levels(
    instance: Instance, building: Ints, base: Floats
) -> tuple[Ints, Ints, Floats]:
    """Return (level, site, weight of levels): each step of credit as a row of its own.

    A row worth 6 at near sites and 4 at far ones is one row of weight 4 that all of
    them cover and one of weight 2 that only the near ones cover.
    """
    links = _links(instance, building)
    site = np.searchsorted(building, instance.supplies.site[links.supply])
    row, value = links.row, links.value
    same = np.zeros(len(base))
    same[row] = value
    lists = sum(len(reach.offers) for reach in instance.reaches)
    once = lists == len({reach.need for reach in instance.reaches})
    if once and not base.any() and (same[row] == value).all():
        return row, site, same  # one list to a need: no pair stands twice
    above = value > base[row]
    order = np.lexsort((-value[above], site[above], row[above]))
    row, site, value = row[above][order], site[above][order], value[above][order]
    first = (np.diff(row, prepend=-1) != 0) | (np.diff(site, prepend=-1) != 0)
    row, site, value = row[first], site[first], value[first]
    order = np.lexsort((value, row))
    row, site, value = row[order], site[order], value[order]
    opens = np.diff(row, prepend=-1) != 0
    step = opens | (np.diff(value, prepend=-1.0) != 0.0)
    level = np.cumsum(step) - 1
    weight = value[step] - np.where(
        opens[step], base[row[step]], np.concatenate([[0.0], value[step][:-1]])
    )
    lowest = level[np.maximum.accumulate(np.where(opens, np.arange(len(row)), 0))]
    counts = level - lowest + 1
    return spans(lowest, counts), np.repeat(site, counts), weight
