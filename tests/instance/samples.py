"""Random solutions of random tiny scenarios, to compare with the evaluator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocator.instance import Instance, Solution
from allocator.instance.measures import capacity_visits_per_week
from allocator.scenario.schema import Goal

if TYPE_CHECKING:
    from allocator.scenario import Scenario


def random_solution(instance: Instance, seed: int, share: float = 0.5) -> Solution:
    """Return places at a share of the candidates, and visits along half the arcs.

    The visits go to what runs and keep demand, since each row's are split over its
    arcs; capacities may break.
    """
    rng = np.random.default_rng(seed)
    most = instance.candidates.max_places
    places = rng.integers(1, most + 1) * (rng.random(len(most)) < share)
    arcs = instance.arcs
    runs = capacity_visits_per_week(instance, places) > 0
    used = np.flatnonzero((rng.random(len(arcs.row)) < 0.5) & runs[arcs.supply])
    row = arcs.row[used].astype(np.int64)
    per_row = np.bincount(row, minlength=len(instance.rows))
    visits = instance.rows.visits_per_week[row] / per_row[row] * rng.uniform(0.1, 1.0)
    return Solution(places, row, arcs.supply[used].astype(np.int64), visits)


def with_goals(scenario: Scenario) -> Scenario:
    """Return the scenario with one goal of every measure."""
    goals = (
        {"maximize": {"weighted_covered_persons": 1}},
        {"maximize": {"covered_persons": 2, "capital_cost": -0.01}},
        {"maximize": [{"measure": "covered_persons", "tier": 1}]},
        {"maximize": [{"measure": "covered_persons", "group": "old", "weight": 3}]},
        {"maximize": [{"measure": "covered_persons", "category": "care"}]},
        {"maximize": [{"measure": "covered_persons", "need": "n0"}]},
        {"maximize": {"worst_community_coverage": 1}},
        {"maximize": [{"measure": "worst_group_coverage", "need": "n0"}]},
        {"minimize": {"buildings": 1, "floor_used_m2": 0.5}},
        {"minimize": {"capital_cost": 1, "yearly_outlay": 2}},
        {"minimize": {"walking_minutes": 1}},
    )
    parsed = tuple(Goal.model_validate(goal) for goal in goals)
    return replace(scenario, spec=scenario.spec.model_copy(update={"goals": parsed}))
