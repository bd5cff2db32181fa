"""Plans to start from keep what was changed: pins, and limits by leaving least out."""

from __future__ import annotations

import pytest

from allocator.evaluate import evaluate_plan
from allocator.explain import explain_building
from allocator.explain.known import Known, known
from allocator.explain.starting import start_with, start_without, trimmed
from allocator.plan import Plan
from allocator.scenario.change import with_limit, with_pins
from allocator.solve import evaluate, solve
from tests.explain.samples import EXACT, riverside, two_rooms


def broken(run: Known, scenario: object, plan: Plan) -> set[str]:
    found = evaluate_plan(scenario, run.access, plan)  # type: ignore[arg-type]
    return {violation.rule_id for violation in found.violations}


def test_every_possible_offer_of_riverside_can_be_started_with() -> None:
    """One pin per building: the mended plan keeps every rule, the pin included."""
    run = riverside()
    started = 0
    for building in run.view.building_ids[::2]:
        table = explain_building(run, building).table
        possible = table[table["state"] == "possible"]
        if possible.empty:
            continue
        service = possible["service_id"].iloc[0]
        pin = {"fix": "in", "building": building, "service": service}
        scenario = with_pins(run.scenario, [pin], "pinned")
        plan = start_with(run, scenario, pin)
        assert plan is not None
        # the pin of the scenario itself may have to go with its building
        assert broken(run, scenario, plan) <= {"pins"}
        rows = plan.assignments
        mine = (rows["building_id"] == building) & (rows["service_id"] == service)
        assert mine.any()
        started += 1
    assert started >= 8


def test_what_is_pinned_out_goes_with_whom_it_served() -> None:
    run = riverside()
    first = run.plan.assignments["building_id"].iloc[0]
    pin = {"fix": "out", "building": first}
    plan = start_without(run.plan, [pin])
    assert first not in set(plan.assignments["building_id"])
    assert plan.served is not None
    assert first not in set(plan.served["site_id"])
    kept = run.plan.assignments["building_id"] != first
    assert len(plan.assignments) == int(kept.sum())


@pytest.mark.parametrize("share", [0.9, 0.5, 0.3])
def test_a_trimmed_plan_keeps_a_tighter_budget(share: float) -> None:
    run = riverside()
    scenario = with_limit(run.scenario, "capital_budget", share * 5e6)
    plan = trimmed(scenario, run.access, run.plan)
    assert broken(run, scenario, plan) <= {"pins"}
    assert 0 < len(plan.assignments) < len(run.plan.assignments)


def test_what_brings_least_for_its_money_goes_first() -> None:
    """B1 serves 60 with 50 places, B2 60 with 20; of 600 money B1 alone takes 500."""
    scenario = two_rooms(limits={"capital_budget": 600})
    places = {("B1", "R1", "meals", "main"): 50, ("B2", "R2", "meals", "main"): 20}
    run = known(evaluate(scenario, Plan.from_places(places)))
    # a place serves one person: 50 for 500 and 20 for 200 bring the same for their
    # money, and the first of equals goes
    kept = trimmed(scenario, run.access, run.plan)
    assert set(kept.assignments["building_id"]) == {"B2"}
    fewer = {("B1", "R1", "meals", "main"): 50, ("B2", "R2", "club", "main"): 10}
    assert run.plan.served is not None
    # nobody is served by the club: it brings nothing
    served = run.plan.served[run.plan.served["site_id"] == "B1"]
    idle = Plan(Plan.from_places(fewer).assignments, served)
    tight = two_rooms(limits={"capital_budget": 550})
    kept = trimmed(tight, run.access, idle)
    assert set(kept.assignments["building_id"]) == {"B1"}


def test_what_stands_in_the_way_makes_room() -> None:
    """A dedicated service fills the only room; the pin asks for the other one."""
    scenario = two_rooms()
    run = known(solve(scenario, EXACT))
    pin = {"fix": "in", "building": "B2", "service": "club"}
    pinned = with_pins(scenario, [pin], "pinned")
    plan = start_with(run, pinned, pin)
    assert plan is not None
    assert broken(run, pinned, plan) == set()


def test_nothing_can_be_started_with_where_a_rule_bars_all() -> None:
    run = riverside()
    pin = {"fix": "in", "building": "B17", "service": "sports"}
    assert start_with(run, with_pins(run.scenario, [pin], "x"), pin) is None
