"""Rule `incompatible`: services that must not run in one building."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2


def city(when: str, second: str = "10:00-12:00"):
    return make_scenario(
        services=[
            service("sports", "09:00-11:00"),
            service("care", second),
            service("reading", "09:00-12:00"),
        ],
        needs=[need("one", "sports"), need("two", "care"), need("three", "reading")],
        buildings=[{"building_id": b, "x": 0, "y": 0} for b in ("B1", "B2")],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "R2", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "R3", "building_id": "B2", "usable_area_m2": 100},
        ],
        rules={"incompatible": [{"services": ["sports", "care"], "when": when}]},
    )


SPORTS = ("B1", "R1", "sports", "main")
CARE_BESIDE, CARE_ELSEWHERE = ("B1", "R2", "care", "main"), ("B2", "R3", "care", "main")
APART = "15:00-17:00"


def test_two_services_at_the_same_time_in_one_building_are_flagged():
    (violation,) = breaches(
        "incompatible", city("same_slot"), {SPORTS: 1, CARE_BESIDE: 1}
    )
    assert violation.excess == 1
    assert violation.where == {
        "building": "B1",
        "service": "care",
        "other": "sports",
        "when": "same_slot",
    }


def test_at_different_hours_only_always_forbids_them():
    places = {SPORTS: 1, CARE_BESIDE: 1}
    assert breaches("incompatible", city("same_slot", APART), places) == []
    assert len(breaches("incompatible", city("always", APART), places)) == 1


def test_touching_hours_are_no_common_slot():
    places = {SPORTS: 1, CARE_BESIDE: 1}
    assert breaches("incompatible", city("same_slot", "11:00-12:00"), places) == []


def test_another_building_or_another_service_is_no_violation():
    found = evaluate(city("always"), {SPORTS: 10, CARE_ELSEWHERE: 10}, None)
    assert found.violations == ()
    assert found.measures["covered_persons"] == 140  # 70 visits of each need
    reading = ("B1", "R2", "reading", "main")
    assert breaches("incompatible", city("always"), {SPORTS: 1, reading: 1}) == []


def test_one_violation_per_pair_and_building_whatever_the_spaces():
    places = {SPORTS: 1, ("B1", "R2", "sports", "main"): 1, CARE_BESIDE: 1}
    assert len(breaches("incompatible", city("same_slot"), places)) == 1


def test_a_facility_in_the_building_never_meets_the_plan():
    scenario = make_scenario(
        services=[service("sports"), service("care")],
        needs=[need("one", "sports"), need("two", "care")],
        rules={"incompatible": [{"services": ["sports", "care"]}]},
        tables={
            "facilities": [
                {
                    "facility_id": "F1",
                    "service_id": "care",
                    "session_id": "main",
                    "x": 0,
                    "y": 0,
                    "places": 5,
                    "building_id": "B1",
                }
            ]
        },
    )
    assert breaches("incompatible", scenario, {SPORTS: 1}) == []


@pytest.mark.parametrize(
    ("when", "second", "covered"),
    [
        ("same_slot", "11:00-13:00", 140),
        ("same_slot", "15:00-17:00", 280),
        ("always", "15:00-17:00", 140),
    ],
)
def test_the_best_plan_keeps_them_apart(when, second, covered):
    # two rooms of one building, 70 visits per room and service
    scenario = rooms_of_20_m2(
        [service("a", "09:00-12:00"), service("b", second)],
        ("B1", "B1"),
        rules={"incompatible": [{"services": ["a", "b"], "when": when}]},
    )
    assert best(scenario) == pytest.approx(covered)
