"""Rule `places`: whole numbers, at least 0; 0 or 1 where capacity is unlimited."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2

SCENARIO = make_scenario(
    services=[service("canteen")], needs=[need("lunch", "canteen")]
)
STOPS = make_scenario(
    services=[service("stop", capacity="unlimited")], needs=[need("ride", "stop")]
)
KEY = ("B1", "R1", "canteen", "main")
STOP = ("B1", "R1", "stop", "main")


def test_whole_places_count_as_given():
    # 10 places × 7 days = 70 visits of 100 persons who come once a week
    found = evaluate(SCENARIO, {KEY: 10}, None)
    assert found.measures["covered_persons"] == pytest.approx(70)
    assert found.violations == ()


@pytest.mark.parametrize(
    ("places", "excess"),
    [(2.5, 0.5), (2.3, 0.3), (2.9, 0.1), (-2, 2), (-0.4, 0.4)],
)
def test_the_excess_is_the_distance_to_the_nearest_allowed_number(places, excess):
    (violation,) = breaches("places", SCENARIO, {KEY: places})
    assert violation.excess == pytest.approx(excess)
    assert violation.unit == "places"
    assert violation.where == {
        "building": "B1",
        "space": "R1",
        "service": "canteen",
        "session": "main",
    }


@pytest.mark.parametrize("places", [0, 1, 50])
def test_whole_numbers_from_zero_are_no_violation(places):
    assert breaches("places", SCENARIO, {KEY: places}) == []


def test_negative_places_neither_run_nor_cost():
    found = evaluate(SCENARIO, {KEY: -2})
    assert found.measures["buildings"] == 0
    assert found.measures["floor_used_m2"] == 0


def test_unlimited_capacity_runs_once_or_not_at_all():
    assert breaches("places", STOPS, {STOP: 1}) == []
    (violation,) = breaches("places", STOPS, {STOP: 3})
    assert violation.excess == pytest.approx(2)


def test_the_best_plan_has_whole_places():
    # 5 m² ÷ 2 m² = 2.5: two places, 14 visits
    scenario = rooms_of_20_m2([service("canteen")], room={"usable_area_m2": 5})
    assert best(scenario) == pytest.approx(14)
