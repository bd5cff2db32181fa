"""Several goals in order, tolerances, worst coverages."""

from __future__ import annotations

import pytest

from allocator.engines.engine import EngineOptions, StopReason
from allocator.engines.exact import ExactEngine
from tests.builders import make_scenario, need, service
from tests.engines.exact.stubs import HERE
from tests.engines.exact.support import (
    SOLVERS,
    instance_of,
    room,
    solve_here,
    two_services,
    within,
)


def priced(goals, **keys):
    """Return one room for ten places at 10 each, 100 visits asked."""
    return make_scenario(
        services=[service("a", equipment_cost_per_place=10)],
        needs=[need("one", "a")],
        spaces=[room()],
        goals=goals,
        **keys,
    )


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_later_goal_uses_the_tolerance_of_an_earlier_one(solver):
    goals = [
        {"maximize": {"covered_persons": 1}, "tolerance": 0.1},
        {"minimize": {"capital_cost": 1}},
    ]
    outcome = solve_here(instance_of(priced(goals)), solver=solver)
    first, second = outcome.goals
    # Ten places reach 70; within 10 % are 63 persons, just nine places.
    assert first.reached == pytest.approx(70.0)
    assert first.value == pytest.approx(63.0, rel=1e-6)
    assert first.bound == pytest.approx(70.0)
    assert second.value == pytest.approx(90.0)
    assert second.bound == pytest.approx(90.0)
    assert outcome.stop_reason is StopReason.PROVEN


def test_without_tolerance_an_earlier_goal_keeps_its_value():
    goals = [
        {"maximize": {"covered_persons": 1}},
        {"minimize": {"capital_cost": 1}},
        {"minimize": {"buildings": 1}},
    ]
    scenario = priced(
        goals, population=[{"zone_id": "Z1", "group_id": "all", "persons": 40}]
    )
    outcome = solve_here(instance_of(scenario))
    # 40 persons need 40 / 7 = 5.7: six places.
    assert [goal.value for goal in outcome.goals] == pytest.approx([40.0, 60.0, 1.0])


def test_the_tolerance_is_taken_of_the_value_first_reached_and_never_again():
    goals = [
        {"maximize": {"covered_persons": 1}, "tolerance": 0.1},
        {"minimize": {"capital_cost": 1}},
        {"minimize": {"walking_minutes": 1}},
    ]
    outcome = solve_here(instance_of(priced(goals)))
    # Re-based, the third goal would fall to 63 × 0.9 = 56.7.
    assert outcome.goals[0].value == pytest.approx(63.0, rel=1e-6)


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_worst_community_goes_first_when_that_is_the_goal(solver):
    # 70 visits for communities of 80 and 20 persons: 70 % of each is the best least
    # coverage.
    scenario = make_scenario(
        services=[service("a")],
        needs=[need("one", "a")],
        spaces=[room()],
        communities=[{"community_id": "C1"}, {"community_id": "C2"}],
        zones=[
            {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 0, "y": 0, "community_id": "C2"},
        ],
        population=[
            {"zone_id": "Z1", "group_id": "all", "persons": 80},
            {"zone_id": "Z2", "group_id": "all", "persons": 20},
        ],
        goals=[{"maximize": {"worst_community_coverage": 1}}],
    )
    outcome = solve_here(instance_of(scenario), solver=solver)
    assert outcome.goals[0].value == pytest.approx(0.7, rel=1e-6)
    # Whole units round the bound of CP-SAT up a little, never down.
    assert outcome.goals[0].bound == pytest.approx(0.7, rel=1e-4)
    assert outcome.goals[0].bound >= 0.7 - 1e-9


def test_a_goal_that_was_never_reached_still_has_a_bound():
    goals = [
        {"maximize": {"covered_persons": 1}},
        {"minimize": {"capital_cost": 1}},
    ]
    instance = instance_of(priced(goals))
    outcome = ExactEngine().solve(
        instance, EngineOptions(stop=within(2.0), solver=f"{HERE}:Deaf")
    )
    assert outcome.stop_reason is StopReason.TIME
    assert outcome.goals[0].bound is not None
    # The least cost of any plan is not below 0.
    assert outcome.goals[1].bound == 0.0


def test_a_stop_before_the_model_is_built_gives_no_plan_and_says_why():
    instance = instance_of(two_services())
    stop = within(60)
    stop.interrupt()
    outcome = ExactEngine().solve(instance, EngineOptions(stop=stop))
    assert outcome.stop_reason is StopReason.INTERRUPT
    assert outcome.solution is None
    assert "no time" in outcome.notes[0]


def test_progress_shows_the_plan_behind_its_objective():
    instance = instance_of(two_services())
    shown = []
    outcome = solve_here(instance, on_progress=shown.append)
    assert shown[-1].solution is outcome.solution
    assert shown[-1].objective == outcome.goals[0].value
