"""The tables of a run folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.costs import (
    service_equipment_cost,
    service_running_cost,
    space_costs,
)
from allocator.evaluate.measures import reserved_area_m2
from allocator.plan import SERVED_COLUMNS
from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.spaces import ServiceUse, SpaceUse
    from allocator.evaluate.view import PlanView
    from allocator.plan import Plan

    Floats = npt.NDArray[np.float64]

SITE_COLUMNS = ["building_id", "capital_cost", "annual_rent", "annual_running_cost"]
SITE_COLUMNS += ["annual_fees", "floor_used_m2", "reserved_area_m2"]
SERVICE_COLUMNS = ["building_id", "space_id", "service_id", "places", "area_m2"]
SERVICE_COLUMNS += ["equipment_cost", "annual_running_cost", "annual_fees"]
SERVICE_COLUMNS += ["served_visits_per_week"]


def assignments_table(view: PlanView, plan: Plan) -> pd.DataFrame:
    """Return the plan's assignments with area, capacity and served visits.

    Served visits are known by building and offer; where several spaces of a building
    give one offer, they are split in proportion to capacity (equally where it is
    unlimited).
    """
    assigned, offers = view.assigned, view.scenario.offers
    unlimited = np.array([offer.unlimited for offer in offers], bool)[assigned.offer]
    m2 = np.array([offer.m2_per_place for offer in offers])[assigned.offer]
    capacity = _capacities(view)
    table = plan.assignments.copy()
    table["area_m2"] = assigned.places * m2
    table["capacity_visits_per_week"] = np.where(
        unlimited & (capacity > 0), np.inf, capacity
    )
    table["served_visits_per_week"] = split_by_space(view, view.served.visits)
    return table


def split_by_space(view: PlanView, figures: Floats) -> Floats:
    """Return figures of served rows at planned sites by assignment, in plan order.

    A figure of a building and offer is split over the spaces that give the offer in
    proportion to capacity (equally where it is unlimited).
    """
    assigned, number = view.assigned, len(view.scenario.offers)
    size = view.scenario.num_buildings * number
    key = assigned.building * number + assigned.offer
    part = _capacities(view)
    whole = sum_by(key, part, size)[key]
    served_key = view.served.site * number + view.served.offer
    planned = view.served.site < view.scenario.num_buildings
    figure = sum_by(served_key[planned], figures[planned], size)[key]
    share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return np.asarray(figure * share, np.float64)


def _capacities(view: PlanView) -> Floats:
    """Return visits per week of each assignment; 1 or 0 where unlimited."""
    assigned, offers = view.assigned, view.scenario.offers
    per_place = np.array(
        [1.0 if o.unlimited else o.visits_per_place_week for o in offers]
    )
    capacity = np.maximum(assigned.places, 0.0) * per_place[assigned.offer]
    return np.asarray(capacity, np.float64)


def services_table(view: PlanView) -> pd.DataFrame:
    """Return each service running in a space with what it alone costs and earns.

    Columns: building_id, space_id, service_id, places (P[r, s]), area_m2 (a[r, s]),
    equipment_cost, annual_running_cost, annual_fees, served_visits_per_week; money
    sums to the plan's.
    """
    offers = view.scenario.offers
    fee = np.array([need.fee_per_visit for need in view.scenario.needs])
    fees = fee[view.served.need] * view.served.visits * WEEKS_PER_YEAR
    number = len(view.scenario.services)
    service = [view.scenario.service2position[o.service_id] for o in offers]
    own = np.array(service, np.int64)[view.assigned.offer]
    key = view.assigned.space * number + own
    size = len(view.space_ids) * number

    def by_service(figures: Floats) -> Floats:
        return sum_by(key, split_by_space(view, figures), size)

    visits, earned = by_service(view.served.visits), by_service(fees)
    rows = [
        {
            **_place(view, use, run),
            "equipment_cost": service_equipment_cost(view, use, run),
            "annual_running_cost": service_running_cost(view, use, run),
            "annual_fees": float(earned[use.space * number + run.service]),
            "served_visits_per_week": float(visits[use.space * number + run.service]),
        }
        for use in view.uses
        for run in use.services
    ]
    return pd.DataFrame(rows, columns=SERVICE_COLUMNS)


def _place(view: PlanView, use: SpaceUse, run: ServiceUse) -> dict[str, Any]:
    """Return which service runs where, with its places and area."""
    return {
        "building_id": view.building_ids[use.building],
        "space_id": view.space_ids[use.space],
        "service_id": view.scenario.services[run.service].id,
        "places": run.peak_places,
        "area_m2": run.area_m2,
    }


def spaces_table(view: PlanView) -> pd.DataFrame:
    """Return floor used and money of each used space; annual cost = rent + running."""
    costs = space_costs(view)
    return pd.DataFrame(
        {
            "building_id": [view.building_ids[use.building] for use in view.uses],
            "space_id": [view.space_ids[use.space] for use in view.uses],
            "floor_used_m2": costs["floor_used_m2"],
            "renovation_cost": costs["renovation_cost"],
            "equipment_cost": costs["equipment_cost"],
            "annual_cost": costs["annual_rent"] + costs["annual_running_cost"],
        }
    )


def sites_table(view: PlanView) -> pd.DataFrame:
    """Return money and areas of each used building; sums equal the run's measures."""
    columns = view.site_costs | {
        "building_id": np.array([view.building_ids[b] for b in view.building2uses]),
        "reserved_area_m2": reserved_area_m2(view),
    }
    return pd.DataFrame({name: columns[name] for name in SITE_COLUMNS})


def served_table(view: PlanView, served: pd.DataFrame) -> pd.DataFrame:
    """Return the served rows with covered persons and minutes."""
    table = served[list(SERVED_COLUMNS)].copy()
    table["covered_persons"] = view.served.covered_persons
    table["walk_min"] = view.served.walk_min
    return table
