"""Values of the goals, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.coverage import resident_rows
from allocator.scenario.schema import Measure

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.view import PlanView
    from allocator.scenario import Scenario
    from allocator.scenario.schema import GoalTerm

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

RESIDENT_MEASURES = frozenset(
    {Measure.WEIGHTED_COVERED_PERSONS, Measure.COVERED_PERSONS}
)
WORST_MEASURES = frozenset(
    {Measure.WORST_COMMUNITY_COVERAGE, Measure.WORST_GROUP_COVERAGE}
)


def goal_values(view: PlanView) -> tuple[float, ...]:
    """Return each goal: Σ weight × measure."""
    return tuple(
        sum(term.weight * measure(view, term) for term in goal.terms)
        for goal in view.scenario.spec.goals
    )


def measure(view: PlanView, term: GoalTerm) -> float:
    """Return the measure of one term, without the term's weight."""
    if term.measure in RESIDENT_MEASURES:
        value = served_value(view.scenario, term)
        offers = offers_of_category(view.scenario, term.category)
        row = np.maximum(view.served.row, 0)
        counts = (view.served.row >= 0) & offers[view.served.offer]
        return float(view.served.covered_persons[counts] @ value[row[counts]])
    if term.measure in WORST_MEASURES:
        cells = worst_cells(view.scenario, term)
        return worst_coverage(view.covered_by_row(), *cells)
    if term.measure is Measure.WALKING_MINUTES:
        return walking_minutes(view)
    return float(view.site_costs[term.measure.value].sum())


def served_value(scenario: Scenario, term: GoalTerm) -> Floats:
    """Return what a covered person of each demand row is worth to the term: w, 1 or 0.

    Zones that are not counted do count in goals.
    """
    if term.measure is Measure.WEIGHTED_COVERED_PERSONS:
        return scenario.demand.weight
    demand = scenario.demand
    tiers = np.array([n.tier == term.tier for n in scenario.needs], bool)
    chosen = tiers[demand.need] if term.tier is not None else np.ones(len(demand), bool)
    if term.group is not None:
        chosen = chosen & (resident_rows(scenario).group_id == term.group)
    if term.need is not None:
        chosen = chosen & (resident_rows(scenario).need_id == term.need)
    return chosen.astype(np.float64)


def offers_of_category(scenario: Scenario, category: str | None) -> Bools:
    """Tell which offers are of a category; None: all."""
    services = {service.id: service for service in scenario.services}
    return np.array(
        [
            category is None or services[offer.service_id].category == category
            for offer in scenario.offers
        ],
        bool,
    )


def worst_cells(
    scenario: Scenario, term: GoalTerm
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the cell (community or group) of each demand row, and demand persons.

    −1 is a row in no cell: of another need than the one named, without community or
    without group. Every cell has demand. Zones not counted do count in goals.
    """
    rows = resident_rows(scenario)
    by_community = term.measure is Measure.WORST_COMMUNITY_COVERAGE
    names = rows.community_id if by_community else rows.group_id
    inside = np.asarray(names != "", bool)
    if term.need is not None:
        inside &= rows.need_id == term.need
    cell = np.full(len(names), -1, np.int64)
    found, cell[inside] = np.unique(names[inside].astype(str), return_inverse=True)
    return cell, sum_by(cell[inside], rows.persons[inside], len(found))


def worst_coverage(
    covered: Floats, cell: npt.NDArray[np.int64], demand_persons: Floats
) -> float:
    """Return the least over cells of covered ÷ demand; 1 where nobody has demand."""
    if len(demand_persons) == 0:
        return 1.0
    inside = cell >= 0
    total = sum_by(cell[inside], covered[inside], len(demand_persons))
    return float((total / demand_persons).min())


def walking_minutes(view: PlanView) -> float:
    """Return Σ f · τ per week; visits out of reach (a broken rule) are left out."""
    minutes = view.served.visits * view.served.walk_min
    return float(np.nansum(minutes))
