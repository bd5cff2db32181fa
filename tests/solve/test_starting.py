"""A solve that begins from a plan is no worse than it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from allocator.engines.engine import StopReason
from allocator.plan import Plan
from allocator.result import Status
from allocator.solve import evaluate, solve
from allocator.solve.starting import NOTE, no_worse_than
from tests.explain.samples import EXACT, two_rooms


@pytest.fixture(scope="module")
def proven():
    return solve(two_rooms(), EXACT)


def test_a_better_start_takes_the_place_of_the_plan(proven) -> None:
    empty = evaluate(two_rooms(), Plan.from_places({}))
    found = no_worse_than(_feasible(empty, proven.bound), proven.plan)
    assert found.objective == pytest.approx(proven.objective)
    assert found.status == "optimal"
    assert found.bound == pytest.approx(proven.bound)
    assert NOTE in found.notes


def test_a_start_that_breaks_a_rule_counts_for_nothing(proven) -> None:
    tight = two_rooms(limits={"capital_budget": 100})
    result = solve(tight, EXACT)
    assert no_worse_than(result, proven.plan) is result


def test_a_start_that_is_no_better_changes_nothing(proven) -> None:
    assert no_worse_than(proven, proven.plan) is proven
    assert no_worse_than(proven, Plan.from_places({})) is proven


def _feasible(given, bound):
    """Give an evaluated plan a bound, as a solve that found it would have."""
    goals = tuple(replace(goal, bound=bound) for goal in given.goals)
    return replace(
        given, status=Status.FEASIBLE, stop_reason=StopReason.TIME, goals=goals
    )
