"""Rule `capacity`: Σ f ≤ places × turns × days at a building, and at a facility."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate


def canteen(**keys):
    session = {"id": "main", "days": "mon-fri", "hours": "10:30-13:00", "turns": 2}
    return service("canteen", sessions=[session], **keys)


def facility(**keys):
    where = {"facility_id": "F1", "service_id": "canteen", "session_id": "main"}
    return {"facilities": [where | {"x": 0, "y": 0} | keys]}


SCENARIO = make_scenario(services=[canteen()], needs=[need("lunch", "canteen")])
PLACES = {("B1", "R1", "canteen", "main"): 4}


def at(site: str, visits: float):
    return [("Z1", "lunch", "all", site, "canteen", "main", visits)]


def test_four_places_two_turns_five_days_serve_forty_visits():
    found = evaluate(SCENARIO, PLACES, None)
    assert found.measures["served_visits_per_week"] == pytest.approx(40)
    assert found.assignments["capacity_visits_per_week"].tolist() == [40]


def test_visits_above_the_capacity_of_a_building_are_flagged():
    (violation,) = breaches("capacity", SCENARIO, PLACES, at("B1", 43.5))
    assert violation.excess == pytest.approx(3.5)
    assert violation.where == {"site": "B1", "service": "canteen", "session": "main"}


def test_exactly_the_capacity_is_no_violation():
    assert breaches("capacity", SCENARIO, PLACES, at("B1", 40)) == []


def test_spaces_of_one_building_give_one_offer_together():
    scenario = make_scenario(
        services=[canteen()],
        needs=[need("lunch", "canteen")],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "R2", "building_id": "B1", "usable_area_m2": 100},
        ],
    )
    places = PLACES | {("B1", "R2", "canteen", "main"): 1}
    assert breaches("capacity", scenario, places, at("B1", 50)) == []  # (4 + 1) × 10
    (violation,) = breaches("capacity", scenario, places, at("B1", 51))
    assert violation.excess == pytest.approx(1)


def test_an_offer_that_does_not_run_serves_nobody():
    (violation,) = breaches("capacity", SCENARIO, {}, at("B1", 5))
    assert (violation.excess, violation.limit) == (5, 0)


def test_a_facility_serves_its_places_times_turns_times_days():
    scenario = make_scenario(
        services=[canteen()],
        needs=[need("lunch", "canteen")],
        tables=facility(places=3),
    )
    assert breaches("capacity", scenario, {}, at("F1", 30)) == []  # 3 × 2 × 5
    (violation,) = breaches("capacity", scenario, {}, at("F1", 31))
    assert violation.excess == pytest.approx(1)


def test_a_facility_serves_its_stated_visits():
    scenario = make_scenario(
        services=[canteen()],
        needs=[need("lunch", "canteen")],
        tables=facility(visits_per_week=12),
    )
    (violation,) = breaches("capacity", scenario, {}, at("F1", 14))
    assert violation.excess == pytest.approx(2)


def test_unlimited_capacity_has_no_limit_where_it_runs_and_serves_nobody_elsewhere():
    scenario = make_scenario(
        services=[service("stop", capacity="unlimited")],
        needs=[need("ride", "stop")],
    )
    rows = [("Z1", "ride", "all", "B1", "stop", "main", 100.0)]
    assert breaches("capacity", scenario, {("B1", "R1", "stop", "main"): 1}, rows) == []
    (violation,) = breaches("capacity", scenario, {}, rows)
    assert violation.excess == 100


def test_a_night_session_counts_the_days_it_begins_on():
    # fri and sat 22:00-02:00 begin on two days: 4 places × 1 turn × 2 days = 8 visits
    night = {"id": "main", "days": ["fri", "sat"], "hours": "22:00-02:00"}
    scenario = make_scenario(
        services=[service("canteen", sessions=[night])],
        needs=[need("lunch", "canteen")],
    )
    found = evaluate(scenario, PLACES, None)
    assert found.measures["served_visits_per_week"] == pytest.approx(8)


def test_two_intervals_of_one_day_share_the_turns_of_the_day():
    # Turns hold per day, all intervals together: 4 × 2 × 7 = 56, not 112.
    twice = {
        "id": "main",
        "days": "all",
        "hours": "10:00-12:00,14:00-16:00",
        "turns": 2,
    }
    scenario = make_scenario(
        services=[service("canteen", sessions=[twice])],
        needs=[need("lunch", "canteen")],
    )
    found = evaluate(scenario, PLACES, None)
    assert found.measures["served_visits_per_week"] == pytest.approx(56)


def test_the_best_plan_fills_the_places_of_the_room():
    # 10 m² ÷ 2 = 5 places × 2 turns × 5 days = 50 of 100 persons
    scenario = make_scenario(
        services=[canteen()],
        needs=[need("lunch", "canteen")],
        spaces=[{"space_id": "R1", "building_id": "B1", "usable_area_m2": 10}],
    )
    assert best(scenario) == pytest.approx(50)
