"""Money of a plan: capital cost and yearly outlay, split, by space and building."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.arrays import sum_by
from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.spaces import ServiceUse, SpaceUse
    from allocator.evaluate.view import PlanView

    Floats = npt.NDArray[np.float64]


def space_costs(view: PlanView) -> dict[str, Floats]:
    """Return money and area of the used spaces, in the order of `view.uses`.

    Keys: floor_used_m2, renovation_cost, equipment_cost, annual_rent (of the space),
    annual_running_cost.
    """
    spaces = view.scenario.tables.spaces
    used = np.array([use.space for use in view.uses], np.int64)
    floor_used = np.array([use.floor_used_m2 for use in view.uses], np.float64)
    per_m2 = spaces["renovation_cost_per_m2"].to_numpy(np.float64)[used]
    equipment = [_equipment_cost(view, use) for use in view.uses]
    running = [_running_cost(view, use) for use in view.uses]
    return {
        "floor_used_m2": floor_used,
        "renovation_cost": per_m2 * floor_used,
        "equipment_cost": np.array(equipment, np.float64),
        "annual_rent": spaces["annual_rent"].to_numpy(np.float64)[used],
        "annual_running_cost": np.array(running, np.float64),
    }


def service_equipment_cost(view: PlanView, use: SpaceUse, run: ServiceUse) -> float:
    """Return fixed cost of a service in a space + cost per place at its peak.

    The fixed cost is 0 where the space is fitted for the service.
    """
    service = view.scenario.services[run.service]
    fitted = service.id in view.fitted_for[use.space]
    fixed = 0.0 if fitted else service.equipment_cost
    return fixed + service.equipment_cost_per_place * run.peak_places


def _equipment_cost(view: PlanView, use: SpaceUse) -> float:
    """Return what equipping a space for its services costs."""
    return sum(service_equipment_cost(view, use, run) for run in use.services)


def service_running_cost(view: PlanView, use: SpaceUse, run: ServiceUse) -> float:
    """Return the running cost of the offers of one service in a space."""
    service_id = view.scenario.services[run.service].id
    return _running_cost(view, use, service_id)


def _running_cost(
    view: PlanView, use: SpaceUse, service_id: str | None = None
) -> float:
    """Return Σ over running offers of fixed cost + cost per place × places.

    Parameters
    ----------
    service_id
        Counts the offers of this service alone.
    """
    total = 0.0
    for o, places in zip(use.offers.tolist(), use.places.tolist(), strict=True):
        offer = view.scenario.offers[o]
        if service_id in (None, offer.service_id):
            total += offer.annual_cost_fixed + offer.annual_cost_per_place * places
    return total


def annual_fees(view: PlanView) -> Floats:
    """Return fees per year by building: fee × served visits × 52.

    Facilities earn nothing for the plan.
    """
    buildings = view.scenario.num_buildings
    fee = np.array([need.fee_per_visit for need in view.scenario.needs])
    served = view.served
    planned = served.site < buildings
    earned = fee[served.need] * served.visits * WEEKS_PER_YEAR
    return sum_by(served.site[planned], earned[planned], buildings)


def site_costs(view: PlanView) -> dict[str, Floats]:
    """Return money and area of the used buildings, in the order of `building2uses`.

    Keys: those of `space_costs` summed over spaces, annual_rent with the building's
    own; buildings (1 each), opening_cost, capital_cost, annual_fees, yearly_outlay.
    """
    buildings = view.scenario.tables.buildings
    used = np.array(list(view.building2uses), np.int64)
    owner = np.searchsorted(used, [use.building for use in view.uses])
    costs = {
        name: sum_by(owner, values, len(used))
        for name, values in space_costs(view).items()
    }
    costs["buildings"] = np.ones(len(used))
    costs["opening_cost"] = buildings["opening_cost"].to_numpy(np.float64)[used]
    costs["annual_rent"] += buildings["annual_rent"].to_numpy(np.float64)[used]
    costs["annual_fees"] = annual_fees(view)[used]
    costs["capital_cost"] = (
        costs["opening_cost"] + costs["renovation_cost"] + costs["equipment_cost"]
    )
    costs["yearly_outlay"] = (
        costs["annual_rent"] + costs["annual_running_cost"] - costs["annual_fees"]
    )
    return costs
