"""What the instance says and what the evaluator says, on random tiny scenarios.

The two share no code: a plan is measured here through arrays of merged rows and there
through the scenario's own tables.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from allocator.access import build_access
from allocator.evaluate.evaluate import RULES
from allocator.evaluate.goals import goal_values
from allocator.evaluate.view import build_view
from allocator.instance import Solution, build_instance, solution_to_plan
from allocator.instance.measures import (
    capacity_visits_per_week,
    flow_credit,
    goal_value,
    limit_value,
    resources_by_building,
)
from allocator.plan import Plan
from tests.instance.samples import random_solution, with_goals
from tests.properties.tiny import seeded

SEEDS = range(25)
FIXED_RULES = ("siting", "available", "area_limit", "min_area", "reserve")


@pytest.mark.parametrize("seed", SEEDS)
def test_goals_and_resources_agree(seed: int):
    scenario = with_goals(seeded(seed).build())
    access = build_access(scenario)
    instance = build_instance(scenario, access)
    solution = random_solution(instance, seed)
    view = build_view(scenario, access, solution_to_plan(scenario, instance, solution))
    values = [goal_value(instance, goal, solution) for goal in instance.goals]
    assert values == pytest.approx(goal_values(view), rel=1e-9, abs=1e-9)
    by_building = resources_by_building(instance, solution)
    costs = view.site_costs.set_index("building")
    for resource, used in by_building.items():
        wanted = costs[resource.value].reindex(range(len(used))).fillna(0.0)
        assert used == pytest.approx(wanted.to_numpy(), rel=1e-9)
    capacity = capacity_visits_per_week(instance, solution.places)
    supplies = instance.supplies
    wanted_capacity = view.supply.capacity[supplies.site, supplies.offer]
    assert capacity == pytest.approx(wanted_capacity, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_limits_and_floors_break_where_the_evaluator_says(seed: int):
    scenario = seeded(seed).build()
    access = build_access(scenario)
    instance = build_instance(scenario, access)
    solution = random_solution(instance, seed, share=0.8)
    plan = solution_to_plan(scenario, instance, solution)
    view = build_view(scenario, access, plan)
    by_building = resources_by_building(instance, solution)
    broken = {
        (row.rule_id, tuple(row.where.items()))
        for row in instance.limits
        if limit_value(row, by_building) > row.upper + 1e-6 * max(1.0, row.upper)
    }
    rules = ("capital_budget", "annual_budget", "floor_area_limit", "building_limit")
    wanted = {
        (rule, tuple(violation.where.items()))
        for rule in (*rules, "reserve")
        for violation in RULES[rule](view)
        if "building" not in violation.where
    }
    assert broken == wanted
    rows = instance.rows.persons_per_visit[solution.flow_row]
    covered = flow_credit(instance, solution)[0] * solution.flow_visits * rows
    floors = {
        tuple(sorted(floor.where.items()))
        for floor in instance.floors
        if covered[np.isin(solution.flow_row, floor.rows)].sum() < floor.persons - 1e-6
    }
    violations = RULES["coverage_floor"](view)
    assert floors == {tuple(sorted(v.where.items())) for v in violations}
    missing = {
        pin.position
        for pin in instance.pins
        if (solution.places[pin.candidates] > 0).any() != pin.wanted
    }
    assert len(missing) == len(list(RULES["pins"](view)))


def broken_alone(scenario, access, space: int, offer: int, places: int) -> set[str]:
    """Return the fixed rules that a plan of one offer in one space breaks."""
    room = scenario.tables.spaces.iloc[space]
    item = scenario.offers[offer]
    key = (room["building_id"], room["space_id"], item.service_id, item.session_id)
    view = build_view(scenario, access, Plan.from_places({key: places}))
    return {rule for rule in FIXED_RULES if any(True for _ in RULES[rule](view))}


@pytest.mark.parametrize("seed", range(12))
def test_candidates_are_what_the_evaluator_lets_run_alone(seed: int):
    scenario = seeded(seed).build()
    access = build_access(scenario)
    instance = build_instance(scenario, access)
    candidates = instance.candidates
    listed = dict(
        zip(
            zip(candidates.space.tolist(), candidates.offer.tolist(), strict=True),
            range(len(candidates.space)),
            strict=True,
        )
    )
    for space in range(len(instance.spaces.building)):
        divisible = bool(instance.spaces.divisible[space])
        for offer in range(len(instance.index.offers)):
            k = listed.get((space, offer))
            if k is None:
                assert broken_alone(scenario, access, space, offer, 1)
                continue
            most = int(candidates.max_places[k])
            pair = candidates.pair[k]
            start = instance.pairs.alternative_start
            broken = broken_alone(scenario, access, space, offer, most)
            if start[pair] < start[pair + 1]:
                broken -= {"siting"}  # fewer places may keep it
            if divisible or scenario.spec.limits.reserve_share:
                broken -= {"reserve"}  # fewer places, or that of the whole plan
            if divisible:
                broken -= {"min_area"}  # together with other sessions it may do
            assert not broken
            # One more place would not fit.
            more = broken_alone(scenario, access, space, offer, most + 1)
            assert more & {"area_limit", "min_area"}


def test_a_plan_of_nothing_is_an_empty_solution():
    scenario = with_goals(seeded(3).build())
    access = build_access(scenario)
    instance = build_instance(scenario, access)
    none = np.empty(0, np.int64)
    places = np.zeros(len(instance.candidates.space), np.int64)
    solution = Solution(places, none, none, np.empty(0))
    plan = solution_to_plan(scenario, instance, solution)
    assert len(plan.assignments) == len(plan.served) == 0
    assert isinstance(plan.served, pd.DataFrame)
    assert all(
        goal_value(instance, goal, solution) in (0.0, 1.0) for goal in instance.goals
    )
