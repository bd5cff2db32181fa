"""Rule `reserve`: floor used leaves a share of the usable area free."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2


def city(share: float = 0.0, own: float = 0.0, divisible: bool = True):
    """Two buildings with one space of 100 m² each."""
    return make_scenario(
        services=[service("a")],
        needs=[need("one", "a")],
        buildings=[
            {"building_id": "B1", "x": 0, "y": 0, "reserve_share": own},
            {"building_id": "B2", "x": 0, "y": 0},
        ],
        spaces=[
            {
                "space_id": f"R{k}",
                "building_id": f"B{k}",
                "usable_area_m2": 100,
                "divisible": divisible,
            }
            for k in (1, 2)
        ],
        limits={"reserve_share": share},
    )


def at(first: int, second: int = 0):
    return {("B1", "R1", "a", "main"): first, ("B2", "R2", "a", "main"): second}


def test_the_plan_leaves_a_share_of_all_usable_area_free_used_or_not():
    # 30 % of 200 m² stay free: 140 m² may be used, 100 in B1 and 40 in B2
    scenario = city(share=0.3)
    assert breaches("reserve", scenario, at(50, 20)) == []
    (violation,) = breaches("reserve", scenario, at(50, 23))
    assert violation.excess == pytest.approx(6)  # 100 + 46 − 140
    assert violation.where == {}
    assert violation.unit == "m²"


def test_a_building_keeps_its_own_reserve():
    # 25 % of 100 m²: 75 m² may be used in B1, all of B2
    scenario = city(own=0.25)
    (violation,) = breaches("reserve", scenario, at(40, 50))
    assert violation.excess == pytest.approx(5)
    assert violation.where == {"building": "B1"}
    assert breaches("reserve", city(own=0.2), at(40, 50)) == []


def test_a_whole_space_counts_with_all_its_area():
    (violation,) = breaches("reserve", city(own=0.25, divisible=False), at(1))
    assert violation.excess == pytest.approx(25)


def test_area_left_free_in_used_buildings_is_told():
    found = evaluate(city(), at(20))
    assert found.measures["reserved_area_m2"] == pytest.approx(60)  # 100 − 40 in B1
    assert found.sites["reserved_area_m2"].tolist() == [60]


def test_the_best_plan_leaves_the_reserve_free():
    # 25 % of 40 m² stay free: 30 m² are 15 places, 105 visits
    scenario = rooms_of_20_m2(
        [service("a")],
        ("B1", "B2"),
        room={"divisible": True},
        limits={"reserve_share": 0.25},
    )
    assert best(scenario) == pytest.approx(105)
