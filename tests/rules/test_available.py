"""Rule `available`: hours of space and building, dates of the building."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2

KEY = ("B1", "R1", "a", "main")


def city(hours: str = "09:00-12:00", building=None, space=None, days="all", **sections):
    return make_scenario(
        services=[
            service("a", sessions=[{"id": "main", "days": days, "hours": hours}])
        ],
        needs=[need("one", "a")],
        buildings=[{"building_id": "B1", "x": 0, "y": 0} | (building or {})],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100}
            | (space or {})
        ],
        **sections,
    )


def test_a_session_inside_the_hours_runs():
    scenario = city(space={"available": "mon-sun 09:00-12:00"})
    found = evaluate(scenario, {KEY: 10}, None)
    assert found.violations == ()
    assert found.measures["covered_persons"] == pytest.approx(70)


def test_minutes_outside_the_hours_of_the_space_are_flagged():
    # 09–12 on seven days against 10–12 on weekdays: 5 × 60 + 2 × 180 = 660 min
    scenario = city(space={"available": "mon-fri 10:00-12:00"})
    (violation,) = breaches("available", scenario, {KEY: 1})
    assert violation.excess == 660
    assert violation.unit == "min per week"
    assert violation.where == {
        "building": "B1",
        "space": "R1",
        "service": "a",
        "session": "main",
    }


def test_hours_of_the_building_bind_its_spaces():
    scenario = city(building={"available": "all 09:00-11:30"})
    (violation,) = breaches("available", scenario, {KEY: 1})
    assert violation.excess == 7 * 30


def test_minutes_outside_both_count_once():
    # space until 11:00, building until 11:30: 60 minutes a day lie outside one of them
    scenario = city(
        space={"available": "all 08:00-11:00"},
        building={"available": "all 08:00-11:30"},
    )
    (violation,) = breaches("available", scenario, {KEY: 1})
    assert violation.excess == 7 * 60


def test_a_session_may_cross_from_one_open_interval_into_the_next():
    # friday 22:00–02:00 lies in friday until 24:00 and saturday from 00:00
    opened = {"available": "fri 18:00-24:00; sat 00:00-03:00"}
    assert (
        breaches("available", city("22:00-02:00", space=opened, days="fri"), {KEY: 1})
        == []
    )
    closed = {"available": "fri 18:00-24:00; sat 00:00-01:30"}
    (violation,) = breaches(
        "available", city("22:00-02:00", space=closed, days="fri"), {KEY: 1}
    )
    assert violation.excess == 30


def test_sunday_night_runs_into_monday():
    opened = {"available": "sun 20:00-24:00; mon 00:00-02:00"}
    assert (
        breaches("available", city("22:00-02:00", space=opened, days="sun"), {KEY: 1})
        == []
    )
    (violation,) = breaches(
        "available",
        city("22:00-02:00", space={"available": "sun 20:00-24:00"}, days="sun"),
        {KEY: 1},
    )
    assert violation.excess == 120


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        ({"available_from": "2026-03-11"}, 10),  # first usable 10 days later
        ({"available_until": "2026-02-27"}, 2),  # 27 and 28 February, 1 March
    ],
)
def test_a_building_outside_its_dates_is_flagged_by_days(dates, days):
    scenario = city(building=dates, date="2026-03-01")
    (violation,) = breaches("available", scenario, {KEY: 1})
    assert violation.excess == days
    assert violation.unit == "days"
    assert violation.where == {"building": "B1"}


def test_the_first_and_the_last_day_are_inside():
    today = {"available_from": "2026-03-01", "available_until": "2026-03-01"}
    assert (
        breaches("available", city(building=today, date="2026-03-01"), {KEY: 1}) == []
    )


def test_a_building_that_is_not_used_breaks_nothing():
    scenario = city(building={"available_from": "2030-01-01"})
    assert breaches("available", scenario, {}) == []


def test_the_best_plan_holds_only_sessions_in_open_hours():
    # open on weekdays: the daily session may not run, the weekday one serves 10 × 5
    sessions = [
        {"id": "daily", "days": "all", "hours": "09:00-12:00"},
        {"id": "week", "days": "mon-fri", "hours": "09:00-12:00"},
    ]
    scenario = rooms_of_20_m2(
        [service("a", sessions=sessions)], room={"available": "mon-fri 08:00-20:00"}
    )
    assert best(scenario) == pytest.approx(50)
