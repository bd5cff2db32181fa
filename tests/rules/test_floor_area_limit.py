"""Rule `floor_area_limit`: most floor used, in total and by district."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2


def city(**limits):
    """R1 is a whole space of 100 m² in the west, R2 a divisible one in the east."""
    return make_scenario(
        services=[service("a")],
        needs=[need("one", "a")],
        buildings=[
            {"building_id": "B1", "x": 0, "y": 0, "district_id": "west"},
            {"building_id": "B2", "x": 0, "y": 0, "district_id": "east"},
        ],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
            {
                "space_id": "R2",
                "building_id": "B2",
                "usable_area_m2": 100,
                "divisible": True,
            },
        ],
        limits=limits,
    )


# 1 place in the whole space uses 100 m²; 20 places in the divisible one 40 m².
PLACES = {("B1", "R1", "a", "main"): 1, ("B2", "R2", "a", "main"): 20}


def test_a_whole_space_counts_with_its_area_a_divisible_one_with_its_places():
    found = evaluate(city(), PLACES)
    assert found.measures["floor_used_m2"] == pytest.approx(140)
    assert found.spaces["floor_used_m2"].tolist() == [100, 40]


def test_more_floor_than_the_limit_is_flagged():
    (violation,) = breaches("floor_area_limit", city(floor_area_m2=130), PLACES)
    assert violation.excess == pytest.approx(10)
    assert (violation.where, violation.unit) == ({}, "m²")


def test_exactly_the_limit_is_no_violation():
    assert breaches("floor_area_limit", city(floor_area_m2=140), PLACES) == []


def test_a_district_has_its_own_limit():
    limits = {
        "by_district": {"east": {"floor_area_m2": 36}, "west": {"floor_area_m2": 100}}
    }
    (violation,) = breaches("floor_area_limit", city(**limits), PLACES)
    assert violation.where == {"district": "east"}
    assert violation.excess == pytest.approx(4)


def test_the_best_plan_uses_the_floor_it_may():
    # 26 m² are 13 places, 91 visits
    scenario = rooms_of_20_m2(
        [service("a")],
        ("B1", "B2"),
        room={"divisible": True},
        limits={"floor_area_m2": 26},
    )
    assert best(scenario) == pytest.approx(91)
