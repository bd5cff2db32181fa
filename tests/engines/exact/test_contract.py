"""Known answers, worked out by hand, that every solver must find and prove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocator.engines.engine import StopReason
from tests.builders import make_scenario, need, service
from tests.engines.exact.support import (
    SOLVERS,
    instance_of,
    room,
    solve_here,
    two_services,
)

if TYPE_CHECKING:
    from allocator.scenario import Scenario

HOUR = [{"services": ["a", "b"], "minutes": 60}]


def one_service(
    needs: dict[str, Any] | None = None, own: dict[str, Any] | None = None, **keys: Any
) -> Scenario:
    """Return service a with 100 visits a week, one room for ten places of 7 visits."""
    return make_scenario(
        services=[service("a", **(own or {}))],
        needs=[need("one", "a", **(needs or {}))],
        **{"spaces": [room()], **keys},
    )


def two_rooms(**more: Any) -> list[dict[str, Any]]:
    """Return two rooms of ten places each in one building."""
    return [room(**more), room(space_id="R2", **more)]


CASES: dict[str, tuple[Scenario, float]] = {
    # 20 m² at 2 m² a place are 10 places; 10 × 7 visits.
    "area": (one_service(), 70.0),
    # 100 visits are all there are.
    "demand": (one_service(spaces=[room(100)]), 100.0),
    # One after the other, 10 places each.
    "turns": (two_services(), 140.0),
    # Overlapping hours: one of the two.
    "one_at_a_time": (two_services("11:00-13:00"), 70.0),
    # A dedicated service is alone.
    "dedicated": (two_services(services={"sharing": "dedicated"}), 70.0),
    # A divisible room: the class takes its largest slot once ...
    "divisible": (two_services(spaces=[room(divisible=True)]), 140.0),
    # ... and side by side the floor is shared out: 10 places in all.
    "side_by_side": (
        two_services("11:00-13:00", spaces=[room(divisible=True)]),
        70.0,
    ),
    # 30 minutes between them: not both in a whole room ...
    "change_over": (two_services("12:30-15:00", rules={"change_over_min": HOUR}), 70.0),
    # ... and in a divisible one each counts in the other's slot: 10 places in all.
    "change_over_divisible": (
        two_services(
            "12:30-15:00",
            spaces=[room(divisible=True)],
            rules={"change_over_min": HOUR},
        ),
        70.0,
    ),
    # Two rooms, but the two services may not be in one building: 2 × 70, at most 100.
    "incompatible": (
        two_services(
            spaces=two_rooms(), rules={"incompatible": [{"services": ["a", "b"]}]}
        ),
        100.0,
    ),
    # Half of 40 m² is one of two whole rooms, with both services in it.
    "reserve": (two_services(spaces=two_rooms(), limits={"reserve_share": 0.5}), 140.0),
    # 10 per place, 75 to spend: 7 places at once, in both sessions: 2 × 7 × 7.
    "peak_places": (
        one_service(
            own={
                "equipment_cost_per_place": 10,
                "sessions": [
                    {"id": "am", "days": "all", "hours": "09:00-12:00"},
                    {"id": "pm", "days": "all", "hours": "13:00-15:00"},
                ],
            },
            limits={"capital_budget": 75},
        ),
        98.0,
    ),
    # 7 places take 14 m², enough for 12 m² ...
    "min_area": (
        one_service(
            own={
                "equipment_cost_per_place": 10,
                "min_area_m2": 12,
                "sessions": [
                    {"id": "am", "days": "all", "hours": "09:00-12:00"},
                    {"id": "pm", "days": "all", "hours": "13:00-15:00"},
                ],
            },
            limits={"capital_budget": 75},
            spaces=[room(divisible=True)],
        ),
        98.0,
    ),
    # ... and not for 16 m².
    "min_area_out_of_reach": (
        one_service(
            own={
                "equipment_cost_per_place": 10,
                "min_area_m2": 16,
                "sessions": [
                    {"id": "am", "days": "all", "hours": "09:00-12:00"},
                    {"id": "pm", "days": "all", "hours": "13:00-15:00"},
                ],
            },
            limits={"capital_budget": 75},
            spaces=[room(divisible=True)],
        ),
        0.0,
    ),
    # At most 12 m² of the service: 6 places.
    "max_area": (one_service(own={"max_area_m2": 12}), 42.0),
    # Three places on the ground floor in both rooms together.
    "places_on_floor": (
        one_service(
            own={"requires": {"max_places_on_floor": 3}}, spaces=two_rooms(floor=1)
        ),
        21.0,
    ),
    # The second alternative holds on floor 2 without a limit: 3 + 10 places.
    "alternatives": (
        one_service(
            own={
                "requires": {"any_of": [{"max_places_on_floor": 3}, {"min_floor": 2}]}
            },
            spaces=[room(floor=1), room(space_id="R2", floor=2)],
        ),
        91.0,
    ),
    # 6 m² on the floor are 3 places.
    "area_on_floor": (
        one_service(
            own={"requires": {"max_area_on_floor_m2": 6}}, spaces=two_rooms(floor=1)
        ),
        21.0,
    ),
    # 2 m² outdoors for each place, 10 m² in all: 5 places.
    "outdoor": (
        one_service(
            own={"requires": {"outdoor_m2_per_place": 2}},
            buildings=[{"building_id": "B1", "x": 0, "y": 0, "outdoor_m2": 10}],
        ),
        35.0,
    ),
    # A facility for 30 visits beside the room.
    "facility": (
        one_service(
            tables={
                "facilities": [
                    {
                        "facility_id": "F1",
                        "service_id": "a",
                        "session_id": "main",
                        "x": 0,
                        "y": 0,
                        "visits_per_week": 30,
                    }
                ]
            }
        ),
        100.0,
    ),
    # Ten places cost what 70 visits bring in a year: 10 × 364 = 52 × 70.
    "fees": (
        one_service(
            {"fee_per_visit": 1},
            {"annual_cost_per_place": 364},
            limits={"annual_budget": 0},
        ),
        70.0,
    ),
    # 65 visits do not pay for a tenth place: 9 × 7.
    "fees_unpaid": (
        one_service(
            {"fee_per_visit": 1},
            {"annual_cost_per_place": 364},
            limits={"annual_budget": 0},
            population=[{"zone_id": "Z1", "group_id": "all", "persons": 65}],
        ),
        63.0,
    ),
    # Unlimited capacity: a building covers its 100 persons at once.
    "unlimited": (
        make_scenario(
            services=[service("a", capacity="unlimited")],
            needs=[need("one", "a")],
            limits={"buildings": 1},
        ),
        100.0,
    ),
    # Five minutes away: half a person covered per visit served.
    "credit": (
        one_service(
            {"credit": [{"max_min": 2, "share": 1}, {"max_min": 10, "share": 0.5}]},
            buildings=[{"building_id": "B1", "x": 500, "y": 0}],
        ),
        35.0,
    ),
    # Half of 100 persons at the least cost: 8 places at 10, and 5 to open.
    "least_cost": (
        one_service(
            own={"equipment_cost_per_place": 10},
            buildings=[{"building_id": "B1", "x": 0, "y": 0, "opening_cost": 5}],
            rules={"coverage_floor": {"total": 0.5}},
            goals=[{"minimize": {"capital_cost": 1}}],
        ),
        85.0,
    ),
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("case", CASES)
def test_every_solver_proves_the_answer_worked_out_by_hand(case: str, solver: str):
    scenario, expected = CASES[case]
    outcome = solve_here(instance_of(scenario), solver=solver)
    assert outcome.stop_reason is StopReason.PROVEN
    (goal,) = outcome.goals
    assert goal.value == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert goal.bound == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert goal.reached == goal.value


@pytest.mark.parametrize("solver", SOLVERS)
def test_an_infeasible_scenario_is_told_as_such_by_every_solver(solver: str):
    scenario = one_service(rules={"coverage_floor": {"total": 0.9}})
    outcome = solve_here(instance_of(scenario), solver=solver)
    assert outcome.infeasible
    assert outcome.solution is None
    assert outcome.goals[0].bound is None


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_plan_to_start_from_is_never_lost(solver: str):
    instance = instance_of(two_services(spaces=two_rooms()))
    best = solve_here(instance).solution
    # No step may be taken, so nothing but the start can give the best plan for sure.
    outcome = solve_here(instance, solver=solver, start=best, max_steps=0)
    assert outcome.goals[0].value == pytest.approx(200.0)


@pytest.mark.parametrize("solver", SOLVERS)
def test_without_buildings_the_facilities_serve(solver: str):
    facility = {
        "facility_id": "F1",
        "service_id": "a",
        "session_id": "main",
        "x": 0,
        "y": 0,
        "places": 3,
    }
    scenario = one_service(buildings=(), spaces=(), tables={"facilities": [facility]})
    outcome = solve_here(instance_of(scenario), solver=solver)
    assert outcome.goals[0].value == pytest.approx(21.0)
    assert outcome.stop_reason is StopReason.PROVEN


def test_a_start_that_breaks_a_rule_is_not_used():
    generous = instance_of(one_service(own={"equipment_cost_per_place": 10}))
    start = solve_here(generous).solution
    poor = instance_of(
        one_service(own={"equipment_cost_per_place": 10}, limits={"capital_budget": 30})
    )
    outcome = solve_here(poor, start=start)
    assert outcome.goals[0].value == pytest.approx(21.0)


def test_a_reached_target_ends_the_solve():
    instance = instance_of(one_service())
    start = solve_here(instance).solution
    outcome = solve_here(instance, start=start, target=50.0)
    assert outcome.stop_reason is StopReason.TARGET
    assert outcome.goals[0].value == pytest.approx(70.0)
    assert outcome.goals[0].bound >= 70.0
