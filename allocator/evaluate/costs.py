"""Money of a plan: capital cost and yearly outlay, split, by space and building."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.spaces import SpaceUse
    from allocator.evaluate.view import PlanView

    Floats = npt.NDArray[np.float64]


def space_costs(view: PlanView) -> pd.DataFrame:
    """Return one row per used space: area, renovation, equipment, rent, running.

    Columns: building, space (positions), floor_used_m2, renovation_cost,
    equipment_cost, annual_rent, annual_running_cost.
    """
    spaces = view.scenario.tables.spaces
    per_m2 = spaces["renovation_cost_per_m2"].to_numpy(np.float64)
    rent = spaces["annual_rent"].to_numpy(np.float64)
    rows = [
        (
            use.building,
            use.space,
            use.floor_used_m2,
            per_m2[use.space] * use.floor_used_m2,
            _equipment_cost(view, use),
            rent[use.space],
            _running_cost(view, use),
        )
        for use in view.uses
    ]
    columns = ["building", "space", "floor_used_m2", "renovation_cost"]
    columns += ["equipment_cost", "annual_rent", "annual_running_cost"]
    frame = pd.DataFrame(rows, columns=columns)
    whole = ["building", "space"]
    return frame.astype({name: int if name in whole else float for name in columns})


def _equipment_cost(view: PlanView, use: SpaceUse) -> float:
    """Return fixed cost per (space, service) + cost per place at its peak.

    The fixed cost is 0 where the space is fitted for the service.
    """
    fitted_for = view.fitted_for[use.space]
    total = 0.0
    for run in use.services:
        service = view.scenario.services[run.service]
        total += 0.0 if service.id in fitted_for else service.equipment_cost
        total += service.equipment_cost_per_place * run.peak_places
    return total


def _running_cost(view: PlanView, use: SpaceUse) -> float:
    """Return Σ over running offers of fixed cost + cost per place × places."""
    total = 0.0
    for o, places in zip(use.offers.tolist(), use.places.tolist(), strict=True):
        offer = view.scenario.offers[o]
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


def site_costs(view: PlanView) -> pd.DataFrame:
    """Return one row per used building, money and floor used.

    Columns: building (position), buildings (1), opening_cost, renovation_cost,
    equipment_cost, capital_cost, annual_rent, annual_running_cost, annual_fees,
    yearly_outlay, floor_used_m2.
    """
    buildings = view.scenario.tables.buildings
    table = space_costs(view).groupby("building").sum().drop(columns="space")
    used = table.index.to_numpy()
    table["buildings"] = 1.0
    table["opening_cost"] = buildings["opening_cost"].to_numpy(np.float64)[used]
    table["annual_rent"] += buildings["annual_rent"].to_numpy(np.float64)[used]
    table["annual_fees"] = annual_fees(view)[used]
    parts = ["opening_cost", "renovation_cost", "equipment_cost"]
    table["capital_cost"] = table[parts].sum(axis=1)
    table["yearly_outlay"] = (
        table["annual_rent"] + table["annual_running_cost"] - table["annual_fees"]
    )
    return table.reset_index()
