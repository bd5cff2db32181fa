"""Spaces the plan leaves unused: what could go there, and what that would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.rules_siting import all_premises, unmet_conditions
from allocator.evaluate.spaces import usable_area_m2
from allocator.evaluate.suitability import building_of_space
from allocator.units import PLACES_TOLERANCE, WEEKS_PER_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.view import PlanView
    from allocator.scenario import Scenario
    from allocator.scenario.scenario import Offer
    from allocator.scenario.schema import Condition, Need, Service

    Bools = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Steps:
    """One more offer in one unused space each; arrays of one shape."""

    places: Floats
    served: Floats
    """Share of the visits asked that the places can serve."""
    floor_used_m2: Floats
    capital_cost: Floats
    yearly_outlay: Floats


@dataclass(frozen=True)
class Room:
    """Spaces in positions, with what the plan has made of them."""

    scenario: Scenario
    building: Ints
    """Shape (r,)."""
    free: Bools
    """Shape (r,): the plan does not use the space."""
    opened: Bools
    """Shape (b,): the plan uses the building."""
    bar: Ints
    """Shape (r, o): what bars the offer there, whatever else is planned; a position in
    `bar_names`, of which the first is "" (nothing)."""
    bar_names: tuple[str, ...]
    start: Ints
    """Shape (b + 1,); spaces of b are `order[start[b]:start[b + 1]]`."""
    order: Ints
    divisible: Bools
    """Shape (r,)."""
    most_places: Floats
    """Shape (r, o): most places that area and siting allow by themselves."""

    @property
    def suits(self) -> Bools:
        """Shape (r, o): nothing bars the offer."""
        return np.asarray(self.bar == 0)

    def of_buildings(self, building: Ints) -> tuple[Ints, Ints]:
        """Return (position in `building`, space) of all spaces of the buildings."""
        first, count = self.start[building], np.diff(self.start)[building]
        entry = np.repeat(np.arange(len(building)), count)
        before = np.repeat(np.cumsum(count) - count, count)
        at = np.arange(len(entry)) - before + first[entry]
        return entry, self.order[at]

    def holds(self, offer: int, space: Ints) -> Bools:
        """Tell which unused spaces can take the offer."""
        most = self.most_places[space, offer]
        fits = most + PLACES_TOLERANCE >= self._least_places(offer, space)
        return np.asarray(self.suits[space, offer] & self.free[space] & fits)

    def _least_places(self, offer: int, space: Ints) -> Floats:
        """Return the fewest places: one, or what fills the least area.

        Only in a divisible space is the least area compared with the area used.
        """
        item = self.scenario.offers[offer]
        if item.m2_per_place == 0:
            return np.ones(len(space))
        least_m2 = self._service(item).min_area_m2
        least = np.ceil(least_m2 / item.m2_per_place - PLACES_TOLERANCE)
        return np.where(self.divisible[space], max(least, 1.0), 1.0)

    def steps(self, need: Need, offer: int, space: Ints, visits: Floats) -> Steps:
        """Return what serving `visits` per week in each of the spaces takes.

        No more places than the space holds and no fewer than the service must have;
        a whole space is used with all its floor, an unused building is opened.
        """
        item = self.scenario.offers[offer]
        service = self._service(item)
        places, served = self._places(offer, space, visits)
        least_m2 = service.min_area_m2 if item.unlimited else 0.0
        needed = np.maximum(places * item.m2_per_place, least_m2)
        whole = usable_area_m2(self.scenario)[space]
        floor = np.where(self.divisible[space], needed, whole)
        opening, rent = self._opening(space)
        spaces = self.scenario.tables.spaces
        renovation = spaces["renovation_cost_per_m2"].to_numpy(np.float64)[space]
        fitted = [service.id in f for f in spaces["fitted_for"].to_numpy(object)[space]]
        equipment = np.where(np.array(fitted, bool), 0.0, service.equipment_cost)
        equipment = equipment + service.equipment_cost_per_place * places
        running = item.annual_cost_fixed + item.annual_cost_per_place * places
        fees = need.fee_per_visit * visits * served * WEEKS_PER_YEAR
        capital = opening + renovation * floor + equipment
        return Steps(places, served, floor, capital, rent + running - fees)

    def _places(self, offer: int, space: Ints, visits: Floats) -> tuple[Floats, Floats]:
        """Return places and the share of the visits that they serve."""
        item = self.scenario.offers[offer]
        if item.unlimited:
            return np.ones(len(space)), np.ones(len(space))
        each = item.visits_per_place_week
        asked = np.ceil(visits / each - PLACES_TOLERANCE)
        asked = np.maximum(asked, self._least_places(offer, space))
        places = np.minimum(asked, self.most_places[space, offer])
        return places, np.minimum(1.0, places * each / visits)

    def _service(self, item: Offer) -> Service:
        """Return the service of an offer."""
        position = self.scenario.service2position[item.service_id]
        return self.scenario.services[position]

    def _opening(self, space: Ints) -> tuple[Floats, Floats]:
        """Return opening cost and yearly rent that using the spaces brings."""
        buildings, spaces = self.scenario.tables.buildings, self.scenario.tables.spaces
        home = self.building[space]
        shut = ~self.opened[home]
        opening = buildings["opening_cost"].to_numpy(np.float64)[home] * shut
        rent = buildings["annual_rent"].to_numpy(np.float64)[home] * shut
        return opening, rent + spaces["annual_rent"].to_numpy(np.float64)[space]


def build_room(view: PlanView, suitability: pd.DataFrame) -> Room:
    """Look at all spaces beside a plan.

    Parameters
    ----------
    suitability
        What `allocator.evaluate.suitability` returned.
    """
    scenario = view.scenario
    building = building_of_space(scenario)
    free = np.ones(len(building), bool)
    free[[use.space for use in view.uses]] = False
    opened = np.zeros(scenario.num_buildings, bool)
    opened[list(view.building2uses)] = True
    shape = (len(building), len(scenario.offers))
    names = ("", *sorted(set(suitability["bar"]) - {""}))
    bar = pd.Index(names).get_indexer(pd.Index(suitability["bar"])).reshape(shape)
    order = np.argsort(building, kind="stable")
    count = np.bincount(building, minlength=scenario.num_buildings)
    start = np.concatenate([[0], np.cumsum(count)])
    return Room(
        scenario,
        building,
        free,
        opened,
        bar,
        names,
        start,
        order,
        scenario.tables.spaces["divisible"].to_numpy(bool),
        _most_places(scenario),
    )


def _most_places(scenario: Scenario) -> Floats:
    """Return the most places of each (space, offer) by area and siting alone."""
    area = usable_area_m2(scenario)
    outdoor = scenario.tables.buildings["outdoor_m2"].to_numpy(np.float64)
    outdoor = outdoor[building_of_space(scenario)]
    places = all_premises(scenario)
    most = np.full((len(area), len(scenario.offers)), np.inf)
    for o, offer in enumerate(scenario.offers):
        service = scenario.services[scenario.service2position[offer.service_id]]
        if offer.m2_per_place > 0:
            room = np.minimum(area, service.max_area_m2 or np.inf)
            most[:, o] = np.floor(room / offer.m2_per_place + PLACES_TOLERANCE)
        if not any(_limits(c) for c in service.requires.any_of):
            continue
        for r, place in enumerate(places):
            holding = [
                _allowed(c, offer.m2_per_place, outdoor[r])
                for c in service.requires.any_of
                if not unmet_conditions(c, place)
            ]
            most[r, o] = min(most[r, o], max(holding, default=0.0))
    return most


def _limits(condition: Condition) -> bool:
    """Tell whether a condition limits places."""
    amounts = (condition.max_places_on_floor, condition.max_area_on_floor_m2)
    return bool(condition.outdoor_m2_per_place) or any(a is not None for a in amounts)


def _allowed(condition: Condition, m2_per_place: float, outdoor_m2: float) -> float:
    """Return the most places a condition that holds allows."""
    most = [np.inf]
    if condition.max_places_on_floor is not None:
        most.append(condition.max_places_on_floor)
    if condition.max_area_on_floor_m2 is not None and m2_per_place:
        most.append(condition.max_area_on_floor_m2 / m2_per_place)
    if condition.outdoor_m2_per_place:
        most.append(outdoor_m2 / condition.outdoor_m2_per_place)
    return float(np.floor(min(most) + PLACES_TOLERANCE))
