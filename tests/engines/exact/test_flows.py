"""The best flows for given places."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from allocator.engines.exact import best_flows
from allocator.instance.instance import Solution
from allocator.instance.measures import capacity_visits_per_week, goal_value
from tests.builders import make_scenario, need, service
from tests.engines.exact.support import instance_of, room, solve_here
from tests.properties.tiny import seeded


def value_of(instance, places, **options):
    """Return the value of the first goal under the best flows."""
    flows = best_flows(instance, places, **options)
    return goal_value(instance, instance.goals[0], Solution(places, *flows))


@pytest.mark.parametrize("seed", range(12))
def test_flows_of_a_proven_plan_are_as_good_as_the_solvers(seed: int):
    instance = instance_of(seeded(seed).build())
    outcome = solve_here(instance)
    if outcome.infeasible:
        assert outcome.conflicts
        return
    value = value_of(instance, outcome.solution.places)
    assert value == pytest.approx(outcome.goals[0].value, rel=1e-9, abs=1e-9)


def two_zones(**keys):
    """Return ten places beside zone Z1, nine minutes from Z2, 70 and 70 persons."""
    return make_scenario(
        services=[service("a")],
        needs=[
            need(
                "one",
                "a",
                credit=[{"max_min": 5, "share": 1}, {"max_min": 10, "share": 0.5}],
            )
        ],
        zones=[
            {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 900, "y": 0, "community_id": "C2"},
        ],
        communities=[{"community_id": "C1"}, {"community_id": "C2"}],
        population=[
            {"zone_id": "Z1", "group_id": "all", "persons": 70},
            {"zone_id": "Z2", "group_id": "all", "persons": 70},
        ],
        spaces=[room()],
        **keys,
    )


def test_the_near_go_first_when_they_count_more():
    instance = instance_of(two_zones())
    assert value_of(instance, np.array([10])) == pytest.approx(70.0)


def test_a_floor_is_kept_before_the_goal():
    # 10 persons of C2 need 20 of the 70 visits: 50 + 10.
    floors = {"communities": {"one": {"by_id": {"C2": {"persons": 10}}}}}
    instance = instance_of(two_zones(rules={"coverage_floor": floors}))
    assert value_of(instance, np.array([10])) == pytest.approx(60.0)


def test_floors_out_of_reach_are_missed_by_as_little_as_possible():
    # 5 places, 35 visits: 35 persons of C1, or 17.5 of C2; both floors ask 30.
    target = {"persons": 30}
    floors = {"communities": {"one": {"by_id": {"C1": target, "C2": target}}}}
    instance = instance_of(two_zones(rules={"coverage_floor": floors}))
    row, _, visits = best_flows(instance, np.array([5]))
    # 30 visits keep the floor of C1, which gains most per visit; 5 are left for C2.
    assert dict(zip(row.tolist(), visits.tolist(), strict=True)) == pytest.approx(
        {0: 30.0, 1: 5.0}
    )


def test_without_time_the_flows_still_fit():
    instance = instance_of(seeded(3).build())
    places = instance.candidates.max_places
    _, supply, visits = best_flows(instance, places, deadline=time.monotonic())
    served = np.bincount(supply, visits, len(instance.supplies.site))
    assert np.all(served <= capacity_visits_per_week(instance, places) + 1e-9)


def test_a_goal_blind_to_flows_serves_as_many_as_it_can():
    instance = instance_of(two_zones(goals=[{"minimize": {"buildings": 1}}]))
    _, _, visits = best_flows(instance, np.array([10]))
    assert visits.sum() == pytest.approx(70.0)


def test_a_yearly_budget_with_fees_is_kept():
    scenario = make_scenario(
        services=[service("a", annual_cost_per_place=364)],
        needs=[need("one", "a", fee_per_visit=1)],
        spaces=[room()],
        limits={"annual_budget": 0},
        goals=[{"minimize": {"walking_minutes": 1}}],
        zones=[{"zone_id": "Z1", "x": 100, "y": 0, "community_id": "C1"}],
    )
    instance = instance_of(scenario)
    # Serving nobody walks least, but ten places pay for themselves with 70 visits only.
    _, _, visits = best_flows(instance, np.array([10]))
    assert visits.sum() == pytest.approx(70.0)


def test_an_earlier_goal_is_held():
    goals = [
        {"maximize": {"covered_persons": 1}, "tolerance": 0.5},
        {"minimize": {"walking_minutes": 1}},
    ]
    instance = instance_of(two_zones(goals=goals))
    flows = best_flows(instance, np.array([10]), goal=1, reached=(70.0,))
    held = Solution(np.array([10]), *flows)
    assert goal_value(instance, instance.goals[0], held) == pytest.approx(35.0)
    loose = replace(instance.goals[0], tolerance=1.0)
    instance = replace(instance, goals=(loose, instance.goals[1]))
    flows = best_flows(instance, np.array([10]), goal=1, reached=(70.0,))
    # Z1 is at the door, so serving it costs no minutes; Z2 is not served.
    assert set(flows[0].tolist()) <= {0}
