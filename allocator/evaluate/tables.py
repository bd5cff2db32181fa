"""The tables of a run folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.costs import space_costs
from allocator.evaluate.measures import reserved_area_m2
from allocator.plan import SERVED_COLUMNS

if TYPE_CHECKING:
    from allocator.evaluate.view import PlanView
    from allocator.plan import Plan

SITE_COLUMNS = ["building_id", "capital_cost", "annual_rent", "annual_running_cost"]
SITE_COLUMNS += ["annual_fees", "floor_used_m2", "reserved_area_m2"]


def assignments_table(view: PlanView, plan: Plan) -> pd.DataFrame:
    """Return the plan's assignments with area, capacity and served visits.

    Served visits are known by building and offer; where several spaces of a building
    give one offer, they are split in proportion to capacity (equally where it is
    unlimited).
    """
    assigned, offers = view.assigned, view.scenario.offers
    unlimited = np.array([offer.unlimited for offer in offers], bool)[assigned.offer]
    m2 = np.array([offer.m2_per_place for offer in offers])[assigned.offer]
    per_place = np.array([o.visits_per_place_week for o in offers])[assigned.offer]
    part = np.maximum(assigned.places, 0.0) * np.where(unlimited, 1.0, per_place)
    key = assigned.building * len(offers) + assigned.offer
    size = view.scenario.num_buildings * len(offers)
    whole = sum_by(key, part, size)[key]
    served_key = view.served.site * len(offers) + view.served.offer
    planned = view.served.site < view.scenario.num_buildings
    visits = sum_by(served_key[planned], view.served.visits[planned], size)[key]
    table = plan.assignments.copy()
    table["area_m2"] = assigned.places * m2
    table["capacity_visits_per_week"] = np.where(unlimited & (part > 0), np.inf, part)
    share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    table["served_visits_per_week"] = visits * share
    return table


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
