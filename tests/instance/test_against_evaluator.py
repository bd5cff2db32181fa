"""What the instance says and what the evaluator says, on random tiny scenarios.

The two share no code: a plan is measured here through arrays of merged rows and there
through the scenario's own tables.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from allocator.access import build_access
from allocator.evaluate import evaluate_plan
from allocator.evaluate.evaluate import RULES
from allocator.evaluate.view import build_view
from allocator.instance import Solution, build_instance, solution_to_plan
from allocator.instance.instance import Resource
from allocator.instance.measures import (
    capacity_visits_per_week,
    flow_credit,
    goal_value,
    limit_value,
    resources_by_building,
)
from allocator.plan import Plan
from allocator.units import exceeds
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
    plan = solution_to_plan(scenario, instance, solution)
    evaluation = evaluate_plan(scenario, access, plan)
    values = [goal_value(instance, goal, solution) for goal in instance.goals]
    assert values == pytest.approx(evaluation.goals, rel=1e-9, abs=1e-9)
    used = resources_by_building(instance, solution)
    sites = evaluation.sites.set_index("building_id").reindex(instance.index.buildings)
    yearly = sites["annual_rent"] + sites["annual_running_cost"] - sites["annual_fees"]
    wanted = {
        Resource.CAPITAL_COST: sites["capital_cost"],
        Resource.YEARLY_OUTLAY: yearly,
        Resource.FLOOR_USED: sites["floor_used_m2"],
        Resource.BUILDINGS: sites["capital_cost"].notna().astype(float),
    }
    for resource, values_by_building in wanted.items():
        expected = values_by_building.fillna(0.0).to_numpy()
        assert used[resource] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    capacity = capacity_visits_per_week(instance, solution.places)
    planned = capacity[instance.supplies.planned].sum()
    assert planned == pytest.approx(
        evaluation.assignments["capacity_visits_per_week"].sum(), rel=1e-9
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_limits_floors_and_pins_break_where_the_evaluator_says(seed: int):
    scenario = seeded(seed).build()
    access = build_access(scenario)
    instance = build_instance(scenario, access)
    solution = random_solution(instance, seed, share=0.8)
    plan = solution_to_plan(scenario, instance, solution)
    wanted: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for violation in evaluate_plan(scenario, access, plan).violations:
        where = tuple(sorted(violation.where.items()))
        wanted.setdefault(violation.rule_id, set()).add(where)
    by_building = resources_by_building(instance, solution)
    broken: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for row in instance.limits:
        if exceeds(limit_value(row, by_building), row.upper):
            broken.setdefault(row.rule_id, set()).add(tuple(sorted(row.where.items())))
    for rule in (
        "capital_budget",
        "annual_budget",
        "floor_area_limit",
        "building_limit",
    ):
        assert broken.get(rule, set()) == wanted.get(rule, set())
    assert (() in broken.get("reserve", ())) == (() in wanted.get("reserve", ()))
    persons = instance.rows.persons_per_visit[solution.flow_row]
    persons *= flow_credit(instance, solution)[0] * solution.flow_visits
    below = {
        tuple(sorted(floor.where.items()))
        for floor in instance.floors
        if persons[np.isin(solution.flow_row, floor.rows)].sum() < floor.persons - 1e-6
    }
    assert below == wanted.get("coverage_floor", set())
    missed = {
        pin.position
        for pin in instance.pins
        if (solution.places[pin.candidates] > 0).any() != pin.wanted
    }
    assert len(missed) == len(wanted.get("pins", ()))


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
