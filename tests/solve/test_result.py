"""A result cannot be built in a state that lies."""

from __future__ import annotations

from dataclasses import replace

import pytest

import allocator as al
from allocator.engines.engine import StopReason
from allocator.result import goal_record
from tests.builders import make_scenario, need, service


@pytest.fixture(scope="module")
def evaluated() -> al.Result:
    city = make_scenario(services=[service("canteen")], needs=[need("l", "canteen")])
    plan = al.Plan.from_places({("B1", "R1", "canteen", "main"): 10})
    return al.evaluate(city, plan)


def with_goal(result: al.Result, value, bound, **changes) -> al.Result:  # type: ignore[no-untyped-def]
    goal = goal_record(result.scenario.spec.goals[0], value, value, bound)
    return replace(result, goals=(goal,), **changes)


def test_an_evaluated_plan_has_no_bound_and_no_gap(evaluated: al.Result) -> None:
    assert evaluated.status is al.Status.EVALUATED
    assert (evaluated.objective, evaluated.bound, evaluated.gap) == (70.0, None, None)
    assert evaluated.plan is not None
    assert evaluated.plan.served is not None


def test_optimal_with_a_gap_is_refused(evaluated: al.Result) -> None:
    with pytest.raises(ValueError, match="at most 1e-6"):
        with_goal(
            evaluated,
            70.0,
            71.0,
            status=al.Status.OPTIMAL,
            stop_reason=StopReason.PROVEN,
        )


def test_no_plan_with_a_plan_is_refused(evaluated: al.Result) -> None:
    with pytest.raises(ValueError, match="exactly when the status has one"):
        with_goal(
            evaluated, 70.0, 71.0, status=al.Status.NO_PLAN, stop_reason=StopReason.TIME
        )


def test_a_solve_without_a_bound_is_refused(evaluated: al.Result) -> None:
    with pytest.raises(ValueError, match="first goal has a bound"):
        with_goal(
            evaluated,
            70.0,
            None,
            status=al.Status.FEASIBLE,
            stop_reason=StopReason.TIME,
        )


def test_an_infinite_bound_is_refused(evaluated: al.Result) -> None:
    with pytest.raises(ValueError, match="finite"):
        with_goal(
            evaluated,
            70.0,
            float("inf"),
            status=al.Status.FEASIBLE,
            stop_reason=StopReason.TIME,
        )


def test_a_bound_beside_an_evaluated_plan_is_refused(evaluated: al.Result) -> None:
    with pytest.raises(ValueError, match="no bound without a solve"):
        with_goal(evaluated, 70.0, 71.0)


def test_infeasible_without_proof_is_refused(evaluated: al.Result) -> None:
    with pytest.raises(ValueError, match="infeasible is proven"):
        with_goal(
            evaluated,
            None,
            None,
            status=al.Status.INFEASIBLE,
            stop_reason=StopReason.TIME,
            plan=None,
            evaluation=None,
        )


def test_the_gap_is_taken_where_the_goal_was_solved(evaluated: al.Result) -> None:
    goal = goal_record(evaluated.scenario.spec.goals[0], 99.0, 100.0, 100.0)
    assert (goal.value, goal.gap) == (99.0, 0.0)


def test_summary_says_person_needs_and_keeps_every_rule(evaluated: al.Result) -> None:
    text = evaluated.summary()
    assert "coverage 70.00 %" in text
    assert "person-needs" in text
    assert "keeps every rule" in text
