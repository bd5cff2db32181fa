"""Scores one plan under one scenario: measures, broken rules, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.evaluate.assign import assign_residents, baseline
from allocator.evaluate.coverage import (
    coverage_table,
    covered_by_row,
    rows_with_access,
)
from allocator.evaluate.evaluation import Evaluation, Violation
from allocator.evaluate.goals import goal_values
from allocator.evaluate.measures import Baseline, all_measures
from allocator.evaluate.requests import request_measures, requests_table
from allocator.evaluate.rules_buildings import available, incompatible, reserve
from allocator.evaluate.rules_coverage import coverage_floor
from allocator.evaluate.rules_limits import (
    annual_budget,
    building_limit,
    capital_budget,
    floor_area_limit,
)
from allocator.evaluate.rules_pins import pins
from allocator.evaluate.rules_residents import capacity, demand_limit, reach
from allocator.evaluate.rules_siting import siting
from allocator.evaluate.rules_spaces import (
    area_limit,
    change_over,
    min_area,
    places,
    sharing,
)
from allocator.evaluate.served import facility_supply
from allocator.evaluate.standards import compliance_measures, compliance_table
from allocator.evaluate.tables import (
    assignments_table,
    served_table,
    sites_table,
    spaces_table,
)
from allocator.evaluate.view import build_view
from allocator.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd

    from allocator.access.access import Access
    from allocator.evaluate.view import PlanView
    from allocator.scenario import Scenario

RULES: Mapping[str, Callable[[PlanView], Iterator[Violation]]] = {
    "demand_limit": demand_limit,
    "reach": reach,
    "capacity": capacity,
    "places": places,
    "area_limit": area_limit,
    "min_area": min_area,
    "sharing": sharing,
    "change_over": change_over,
    "reserve": reserve,
    "incompatible": incompatible,
    "siting": siting,
    "available": available,
    "capital_budget": capital_budget,
    "annual_budget": annual_budget,
    "floor_area_limit": floor_area_limit,
    "building_limit": building_limit,
    "coverage_floor": coverage_floor,
    "pins": pins,
}
"""Rule id to the function that finds its violations; always in this order."""


def evaluate_plan(
    scenario: Scenario,
    access: Access,
    plan: Plan,
    *,
    baseline_served: pd.DataFrame | None = None,
) -> Evaluation:
    """Return measures, violations and tables of a plan.

    Parameters
    ----------
    plan
        Residents are assigned first (`assign_residents`) if it has no `served`.
    baseline_served
        What `baseline(scenario, access)` returned, if it is known already.

    Raises
    ------
    PlanInvalid
        If the plan names ids the scenario does not have.
    """
    if plan.served is None:
        plan = assign_residents(scenario, access, plan)
    view = build_view(scenario, access, plan)
    if baseline_served is None:
        baseline_served = baseline(scenario, access)
    alone = Baseline(
        covered_by_row(scenario, access, baseline_served),
        rows_with_access(scenario, access, facility_supply(scenario)),
    )
    near = rows_with_access(scenario, access, view.supply)
    facilities = _facilities_alone(scenario, access, baseline_served) or view
    assert plan.served is not None
    compliance = compliance_table(view, facilities)
    requests = requests_table(view, facilities)
    return Evaluation(
        measures=all_measures(view, near, alone)
        | compliance_measures(compliance)
        | request_measures(requests),
        goals=goal_values(view),
        violations=find_violations(view),
        assignments=assignments_table(view, plan),
        spaces=spaces_table(view),
        sites=sites_table(view),
        coverage=coverage_table(
            scenario, view.covered_by_row(), alone.covered_persons, near
        ),
        served=served_table(view, plan.served),
        compliance=compliance,
        requests=requests,
    )


def _facilities_alone(
    scenario: Scenario, access: Access, baseline_served: pd.DataFrame
) -> PlanView | None:
    """Return the empty plan, where standards or requests are compared with it."""
    if not scenario.spec.standards and scenario.tables.requests.empty:
        return None
    return build_view(scenario, access, Plan.from_places({}, baseline_served))


def find_violations(view: PlanView) -> tuple[Violation, ...]:
    """Return every violation, rule by rule."""
    return tuple(item for rule in RULES.values() for item in rule(view))
