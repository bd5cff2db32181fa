"""Why there is no plan: an irreducible set, and the least change of each member."""

from __future__ import annotations

import pytest

from allocator.engines.engine import EngineOptions
from allocator.engines.exact import ExactEngine
from tests.builders import make_scenario, need, service
from tests.engines.exact.support import (
    instance_of,
    room,
    solve_here,
    two_services,
    within,
)


def poor(**keys):
    """Return one room for 70 visits, 10 money per place, 100 visits asked."""
    sections = {"spaces": [room()], "limits": {"capital_budget": 30}} | keys
    return make_scenario(
        services=[service("a", equipment_cost_per_place=10)],
        needs=[need("one", "a")],
        **sections,
    )


def members(outcome):
    """Return {rule id: (where, least change, unit)}."""
    return {
        c.rule_id: (dict(c.where), c.least_change, c.unit) for c in outcome.conflicts
    }


def test_a_floor_against_a_budget_names_both_with_the_least_change_of_each():
    # 42 persons need 6 places for 60; 30 buy 3 places for 21 persons.
    scenario = poor(
        rules={"coverage_floor": {"total": {"persons": 42}}},
        limits={"capital_budget": 30, "floor_area_m2": 1000, "buildings": 5},
    )
    outcome = solve_here(instance_of(scenario))
    assert outcome.infeasible
    assert outcome.conflicts_proven_irreducible
    assert members(outcome) == {
        "capital_budget": ({}, pytest.approx(30.0), "money"),
        "coverage_floor": ({}, pytest.approx(21.0), "persons"),
    }


def test_the_same_comes_back_from_a_child_process():
    scenario = poor(rules={"coverage_floor": {"total": {"persons": 42}}})
    outcome = ExactEngine().solve(instance_of(scenario), EngineOptions(stop=within(60)))
    assert outcome.conflicts_proven_irreducible
    assert set(members(outcome)) == {"capital_budget", "coverage_floor"}


def test_a_floor_no_budget_can_help_stands_alone():
    # The room serves 70 of 80 persons whatever the money.
    scenario = poor(rules={"coverage_floor": {"needs": {"one": {"persons": 80}}}})
    outcome = solve_here(instance_of(scenario))
    assert outcome.conflicts_proven_irreducible
    # With the budget kept 21 persons are covered: 59 less.
    assert members(outcome) == {
        "coverage_floor": ({"need": "one"}, pytest.approx(59.0), "persons")
    }


def test_pins_that_contradict_one_another_are_named_by_their_place_in_the_list():
    pins = [
        {"fix": "in", "service": "b"},
        {"fix": "in", "service": "a"},
        {"fix": "out", "space": "R1", "service": "a"},
    ]
    outcome = solve_here(instance_of(two_services(rules={"pins": pins})))
    assert outcome.conflicts_proven_irreducible
    assert [(c.rule_id, dict(c.where), c.least_change) for c in outcome.conflicts] == [
        ("pins", {"pin": "1"}, 1.0),
        ("pins", {"pin": "2"}, 1.0),
    ]


def test_a_pin_barred_by_siting_names_the_rule_that_bars_it():
    scenario = make_scenario(
        services=[service("a", requires={"features": ["gas"]})],
        needs=[need("one", "a")],
        rules={"pins": [{"fix": "in", "space": "R1"}]},
    )
    outcome = solve_here(instance_of(scenario))
    assert [c.rule_id for c in outcome.conflicts] == ["pins", "siting"]
    assert outcome.conflicts_proven_irreducible


def test_without_time_the_whole_list_is_given_and_not_called_proven():
    scenario = poor(rules={"coverage_floor": {"total": {"persons": 42}}})
    instance = instance_of(scenario)
    stop = within(60)
    seen = []

    def interrupt_at_conflicts(progress):
        seen.append(progress.phase)
        if progress.phase == "conflicts":
            stop.interrupt()

    outcome = ExactEngine().solve(
        instance, EngineOptions(stop=stop, on_progress=interrupt_at_conflicts)
    )
    assert outcome.infeasible
    assert {"capital_budget", "coverage_floor"} <= set(members(outcome))
    assert "conflicts" in seen
