"""Rule `capital_budget`: opening + renovation + equipment, in total and by district."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2


def city(**limits):
    """Two buildings in two districts.

    One place of `a` in R1: opening 1000 + 100 m² × 10 + equipment 500 + 20 per place.
    R2 costs nothing to open or renovate and is fitted for `a`.
    """
    return make_scenario(
        services=[service("a", equipment_cost=500, equipment_cost_per_place=20)],
        needs=[need("one", "a")],
        communities=[
            {"community_id": "C1", "district_id": "west"},
            {"community_id": "C2", "district_id": "east"},
        ],
        buildings=[
            {
                "building_id": "B1",
                "x": 0,
                "y": 0,
                "community_id": "C1",
                "opening_cost": 1000,
            },
            {"building_id": "B2", "x": 0, "y": 0, "community_id": "C2"},
        ],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "renovation_cost_per_m2": 10,
            },
            {
                "space_id": "R2",
                "building_id": "B2",
                "usable_area_m2": 100,
                "fitted_for": "a",
            },
        ],
        limits=limits,
    )


WEST, EAST = ("B1", "R1", "a", "main"), ("B2", "R2", "a", "main")


def test_capital_cost_is_opening_renovation_and_equipment():
    # west 1000 + 100 × 10 + 500 + 10 × 20 = 2700; east 0 + 0 + 0 (fitted) + 5 × 20
    found = evaluate(city(), {WEST: 10, EAST: 5})
    assert found.measures["opening_cost"] == 1000
    assert found.measures["renovation_cost"] == 1000
    assert found.measures["equipment_cost"] == 500 + 200 + 100
    assert found.measures["capital_cost"] == 2800
    assert found.sites.set_index("building_id")["capital_cost"].to_dict() == {
        "B1": 2700,
        "B2": 100,
    }


def test_more_than_the_budget_is_flagged():
    (violation,) = breaches(
        "capital_budget", city(capital_budget=2750), {WEST: 10, EAST: 5}
    )
    assert violation.excess == pytest.approx(50)
    assert violation.where == {}
    assert violation.unit == "CNY"


def test_exactly_the_budget_is_no_violation():
    assert (
        breaches("capital_budget", city(capital_budget=2800), {WEST: 10, EAST: 5}) == []
    )


def test_the_tolerance_is_a_millionth_of_the_budget():
    # slack 0.0028: 2799.998 is kept, 2799.99 is not
    places = {WEST: 10, EAST: 5}
    assert breaches("capital_budget", city(capital_budget=2799.998), places) == []
    assert len(breaches("capital_budget", city(capital_budget=2799.99), places)) == 1


def test_a_district_has_its_own_budget_by_the_place_of_the_building():
    limits = {"by_district": {"west": {"capital_budget": 2600}}}
    (violation,) = breaches("capital_budget", city(**limits), {WEST: 10, EAST: 5})
    assert violation.where == {"district": "west"}
    assert violation.excess == pytest.approx(100)


def test_a_budget_of_nothing_allows_what_costs_nothing():
    free = {EAST: 0}
    assert breaches("capital_budget", city(capital_budget=0), free) == []
    (violation,) = breaches("capital_budget", city(capital_budget=0), {EAST: 1})
    assert violation.excess == pytest.approx(20)


def test_no_budget_is_no_limit():
    assert breaches("capital_budget", city(), {WEST: 50, EAST: 50}) == []


def test_places_are_equipped_for_the_peak_and_a_space_is_renovated_once():
    # two sessions at different hours with 10 and 6 places: 500 + 20 × 10, area once
    sessions = [
        {"id": "am", "days": "all", "hours": "09:00-12:00"},
        {"id": "pm", "days": "all", "hours": "14:00-17:00"},
    ]
    scenario = make_scenario(
        services=[
            service(
                "a", sessions=sessions, equipment_cost=500, equipment_cost_per_place=20
            )
        ],
        needs=[need("one", "a")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "renovation_cost_per_m2": 10,
                "divisible": True,
            }
        ],
    )
    places = {("B1", "R1", "a", "am"): 10, ("B1", "R1", "a", "pm"): 6}
    found = evaluate(scenario, places)
    # renovation of the floor used, max(20, 12) m² × 10
    assert found.measures["capital_cost"] == 700 + 200


@pytest.mark.parametrize(("budget", "covered"), [(99, 0), (150, 70), (200, 140)])
def test_the_best_plan_opens_what_the_budget_pays(budget, covered):
    scenario = rooms_of_20_m2(
        [service("a")],
        ("B1", "B2"),
        house={"opening_cost": 100},
        limits={"capital_budget": budget},
    )
    assert best(scenario) == pytest.approx(covered)
