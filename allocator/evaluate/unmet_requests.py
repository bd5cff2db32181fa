"""Why nothing that residents asked for runs within their walking limit."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.spaces import usable_area_m2
from allocator.evaluate.suitability import building_of_space, suitability

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.view import PlanView

    Bools = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]


class Reason(StrEnum):
    """What became of a request, and why; the first that holds."""

    FACILITIES = "facilities"
    """Met by existing facilities alone."""
    PLAN = "plan"
    """Met by the plan."""
    TOO_FAR = "too_far"
    """A site is near for some of the residents only."""
    FULL = "full"
    """A site is near, its places are not enough."""
    NO_NEED = "no_need"
    """No need accepts the service, so nobody would be counted."""
    NO_BUILDING = "no_building"
    """No building within the walking limit."""
    PINNED_OUT = "pinned_out"
    """Rooms that suit are near, but a pin keeps it out of them."""
    NO_SPACE = "no_space"
    """No room within the walking limit suits."""
    BUILDING_LIMIT = "building_limit"
    """Rooms that suit are near, but no further building may be used."""
    CAPITAL_BUDGET = "capital_budget"
    """Rooms that suit are near, but the money left pays for none."""
    NOT_CHOSEN = "not_chosen"
    """Rooms that suit are near; the plan puts it in none of them."""


def why_not(view: PlanView, wanted: Bools) -> tuple[Reason, str, int]:
    """Return the reason, the reason in words, and how many spaces would suit.

    Parameters
    ----------
    wanted
        Shape (sites, o): offers that would be within the limit at a site.
    """
    scenario = view.scenario
    wanted = wanted[: scenario.num_buildings]
    if not wanted.any():
        return Reason.NO_BUILDING, "no building within the walking limit", 0
    building = building_of_space(scenario)
    table = suitability(scenario)
    shape = (len(building), len(scenario.offers))
    bars = table["bar"].to_numpy(object).reshape(shape)
    near = wanted[building]
    suits = near & (bars == "")
    spaces = np.flatnonzero(suits.any(axis=1))
    if len(spaces):
        houses = sorted(set(building[spaces].tolist()))
        found = f"{len(spaces)} suitable rooms in {len(houses)} buildings near"
        return (*_limit(view, suits, found), len(spaces))
    pinned = near & (bars == "pins")
    if pinned.any():
        words = table["reason"].to_numpy(object).reshape(shape)[pinned]
        return Reason.PINNED_OUT, str(words[0]), 0
    rules = Counter(rule for cell in bars[near] for rule in cell.split(", "))
    most = ", ".join(sorted(rule for rule, _ in rules.most_common(2)))
    text = f"none of {int(near.any(axis=1).sum())} rooms near suits ({most})"
    return Reason.NO_SPACE, text, 0


def _limit(view: PlanView, suits: Bools, found: str) -> tuple[Reason, str]:
    """Return which limit keeps the service out of every room that suits."""
    limits = view.scenario.spec.limits
    building = building_of_space(view.scenario)
    spaces = np.flatnonzero(suits.any(axis=1))
    used = set(view.building2uses)
    fresh = not used & set(building[spaces].tolist())
    if fresh and limits.buildings is not None and len(used) >= limits.buildings:
        return Reason.BUILDING_LIMIT, f"{found}; {limits.buildings} buildings are used"
    left = _money_left(view)[building[spaces]]
    cost = _least_cost(view, suits)[spaces]
    if (cost > left).all():
        best = np.argmin(cost - left)
        text = f"the cheapest needs {cost[best]:,.0f}, {left[best]:,.0f} left"
        return Reason.CAPITAL_BUDGET, f"{found}; {text}"
    return Reason.NOT_CHOSEN, found


def _money_left(view: PlanView) -> Floats:
    """Return what the capital budgets leave for every building, inf without one."""
    scenario, limits = view.scenario, view.scenario.spec.limits
    district = scenario.tables.buildings["district_id"].to_numpy(object)
    spent = np.zeros(scenario.num_buildings)
    spent[list(view.building2uses)] = view.site_costs["capital_cost"]
    left = np.full(scenario.num_buildings, np.inf)
    if limits.capital_budget is not None:
        left = np.minimum(left, limits.capital_budget - spent.sum())
    for name, section in limits.by_district.items():
        if section.capital_budget is not None:
            own = np.asarray(district == name, bool)
            left[own] = np.minimum(left[own], section.capital_budget - spent[own].sum())
    return left


def _least_cost(view: PlanView, suits: Bools) -> Floats:
    """Return the least capital cost of one place in each space that suits.

    Opening an unused building, renovating the least floor, and equipment; inf where
    nothing suits. A space in use is renovated already.
    """
    scenario = view.scenario
    spaces, houses = scenario.tables.spaces, scenario.tables.buildings
    building, area = building_of_space(scenario), usable_area_m2(scenario)
    opening = houses["opening_cost"].to_numpy(np.float64).copy()
    opening[list(view.building2uses)] = 0.0
    rate = spaces["renovation_cost_per_m2"].to_numpy(np.float64).copy()
    rate[[use.space for use in view.uses]] = 0.0
    divisible = spaces["divisible"].to_numpy(bool)
    cost = np.full(len(spaces), np.inf)
    for o, offer in enumerate(scenario.offers):
        service = scenario.services[scenario.service2position[offer.service_id]]
        least = max(service.min_area_m2, offer.m2_per_place)
        floor = np.where(divisible, least, area)
        fitted = np.array([service.id in names for names in view.fitted_for], bool)
        equipment = np.where(fitted, 0.0, service.equipment_cost)
        whole = opening[building] + rate * floor + equipment
        whole += service.equipment_cost_per_place
        cost = np.where(suits[:, o], np.minimum(cost, whole), cost)
    return cost
