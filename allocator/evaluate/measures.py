"""Every measure of a plan, each apart, with its unit in its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.coverage import resident_rows
from allocator.evaluate.goals import measure, walking_minutes
from allocator.evaluate.spaces import usable_area_m2
from allocator.scenario.schema import GoalTerm, Measure

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.view import PlanView

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Baseline:
    """What facilities alone give; arrays of shape (i,)."""

    covered_persons: Floats
    near: Bools
    """Rows with access."""


def all_measures(view: PlanView, near: Bools, baseline: Baseline) -> dict[str, float]:
    """Return every measure by name.

    Persons summed over needs are person-needs (人·项). Coverage and access are shares
    of the demand persons of counted zones; goals count all zones.
    """
    return {
        **_residents(view, near, baseline),
        **_visits(view),
        **_money_and_area(view),
        **_use_of_space(view),
    }


def _residents(view: PlanView, near: Bools, baseline: Baseline) -> dict[str, float]:
    """Return demand, coverage and access, and the baseline of each."""
    rows = resident_rows(view.scenario)
    covered = view.covered_by_row()
    counted = rows.counted
    demand = float(rows.persons[counted].sum())

    def share(persons: Floats) -> float:
        return float(persons[counted].sum()) / demand if demand > 0 else 0.0

    values = {
        "demand_persons": float(rows.persons.sum()),
        "counted_demand_persons": demand,
        "counted_covered_persons": float(covered[counted].sum()),
        "baseline_covered_persons": float(baseline.covered_persons[counted].sum()),
        "coverage": share(covered),
        "baseline_coverage": share(baseline.covered_persons),
        "access": share(rows.persons * near),
        "baseline_access": share(rows.persons * baseline.near),
    }
    for item in (
        Measure.WEIGHTED_COVERED_PERSONS,
        Measure.COVERED_PERSONS,
        Measure.WORST_COMMUNITY_COVERAGE,
        Measure.WORST_GROUP_COVERAGE,
    ):
        values[item.value] = measure(view, GoalTerm(measure=item))
    return values


def _visits(view: PlanView) -> dict[str, float]:
    """Return served visits, capacity and walking."""
    served = view.served
    visits = float(served.visits.sum())
    planned = served.site < view.scenario.num_buildings
    minutes = walking_minutes(view)
    capacity = view.planned.capacity
    planned_capacity = float(capacity[np.isfinite(capacity)].sum())
    limited = np.isfinite(capacity)[
        np.minimum(served.site, len(capacity) - 1), served.offer
    ]
    limited_visits = float(served.visits[planned & limited].sum())
    return {
        "served_visits_per_week": visits,
        "planned_served_visits_per_week": float(served.visits[planned].sum()),
        "planned_capacity_visits_per_week": planned_capacity,
        "capacity_utilisation": _ratio(limited_visits, planned_capacity),
        "walking_minutes": minutes,
        "mean_walk_min": _ratio(minutes, visits),
    }


def _money_and_area(view: PlanView) -> dict[str, float]:
    """Return money, split, and floor used: the sums over used buildings."""
    names = ["capital_cost", "opening_cost", "renovation_cost", "equipment_cost"]
    names += ["yearly_outlay", "annual_rent", "annual_running_cost", "annual_fees"]
    names += ["floor_used_m2", "buildings"]
    values = {name: float(view.site_costs[name].sum()) for name in names}
    values["reserved_area_m2"] = float(reserved_area_m2(view).sum())
    values["spaces"] = float(len(view.uses))
    return values


def reserved_area_m2(view: PlanView) -> Floats:
    """Return usable area − floor used of each used building, in building order."""
    buildings = view.scenario.tables.spaces["building_id"].to_numpy(object)
    area: dict[str, float] = {}
    for building_id, m2 in zip(buildings, usable_area_m2(view.scenario), strict=True):
        area[building_id] = area.get(building_id, 0.0) + float(m2)
    usable = [area[view.building_ids[b]] for b in view.building2uses]
    used = view.site_costs["floor_used_m2"]
    return np.asarray(np.array(usable, np.float64) - used, np.float64)


def m2_hours_per_week(view: PlanView) -> tuple[Floats, Floats]:
    """Return floor in use × hours, and usable area × hours, of each used space.

    Available hours are those in which space and building may both be used; no more
    than the shorter of the two is taken where they differ.
    """
    tables = view.scenario.tables
    area = usable_area_m2(view.scenario)
    of_spaces = tables.spaces["available"].tolist()
    of_buildings = tables.buildings["available"].tolist()
    hours = [
        min(
            of_spaces[use.space].minutes_per_week,
            of_buildings[use.building].minutes_per_week,
        )
        / 60.0
        for use in view.uses
    ]
    spaces = np.array([use.space for use in view.uses], np.int64)
    used = np.array([use.used_m2_hours for use in view.uses], np.float64)
    return used, np.asarray(area[spaces] * hours, np.float64)


def _use_of_space(view: PlanView) -> dict[str, float]:
    """Return utilisation in hours × area of the used spaces."""
    used, available = (float(part.sum()) for part in m2_hours_per_week(view))
    return {
        "used_m2_hours_per_week": used,
        "available_m2_hours_per_week": available,
        "space_utilisation": _ratio(used, available),
    }


def _ratio(part: float, whole: float) -> float:
    """Return part ÷ whole, 0 where there is nothing."""
    return part / whole if whole > 0 else 0.0
