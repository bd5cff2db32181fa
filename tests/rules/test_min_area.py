"""Rule `min_area`: least and most area of a service in a space."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, broken_rules, evaluate

A, B = ("B1", "R1", "a", "main"), ("B1", "R1", "b", "main")


def city(divisible: bool, area_m2: float = 100.0, **limits):
    return make_scenario(
        services=[
            service("a", "09:00-11:00", **limits),
            service("b", "12:00-14:00", **limits),
        ],
        needs=[need("one", "a"), need("two", "b")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": area_m2,
                "divisible": divisible,
            }
        ],
    )


def test_in_a_divisible_space_the_area_of_the_service_counts():
    # 20 places × 2 m² = 40 m² against 50; 25 places are exactly 50 m²
    scenario = city(True, min_area_m2=50)
    (violation,) = breaches("min_area", scenario, {A: 20})
    assert violation.excess == pytest.approx(10)
    assert (violation.value, violation.limit) == (40, 50)
    assert violation.where == {"building": "B1", "space": "R1", "service": "a"}
    assert breaches("min_area", scenario, {A: 25}) == []


def test_in_a_whole_space_the_area_of_the_space_counts():
    # 1 place needs 2 m², but the canteen has the room of 50 m² to itself
    assert breaches("min_area", city(False, 50, min_area_m2=50), {A: 1}) == []
    (violation,) = breaches("min_area", city(False, 42, min_area_m2=50), {A: 1})
    assert violation.excess == pytest.approx(8)


def test_each_service_that_takes_turns_is_compared():
    found = breaches("min_area", city(False, 42, min_area_m2=50), {A: 1, B: 1})
    assert [(v.where["service"], v.excess) for v in found] == [("a", 8), ("b", 8)]


def test_the_area_of_a_service_is_its_largest_slot():
    # two sessions at different hours: max(15, 25) × 2 = 50 m² ≥ 50
    sessions = [
        {"id": "am", "days": "all", "hours": "09:00-12:00"},
        {"id": "pm", "days": "all", "hours": "14:00-17:00"},
    ]
    scenario = make_scenario(
        services=[service("a", sessions=sessions, min_area_m2=50)],
        needs=[need("one", "a")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": True,
            }
        ],
    )
    am, pm = ("B1", "R1", "a", "am"), ("B1", "R1", "a", "pm")
    assert breaches("min_area", scenario, {am: 15, pm: 25}) == []
    assert len(breaches("min_area", scenario, {am: 15, pm: 24})) == 1


@pytest.mark.parametrize("divisible", [True, False])
def test_the_most_area_is_compared_with_the_area_of_the_service(divisible):
    # 35 places × 2 m² = 70 m² against 60; the space of 100 m² is never compared
    scenario = city(divisible, max_area_m2=60)
    (violation,) = breaches("min_area", scenario, {A: 35})
    assert violation.excess == pytest.approx(10)
    assert breaches("min_area", scenario, {A: 30}) == []


def test_an_unlimited_service_has_its_least_area_and_counts_with_the_whole_space():
    unlimited = {"capacity": "unlimited", "min_area_m2": 50, "m2_per_place": None}
    parts = city(True, 100, **unlimited)
    assert broken_rules(parts, {A: 1}) == set()
    assert evaluate(parts, {A: 1}).measures["floor_used_m2"] == pytest.approx(50)
    whole = city(False, 100, **unlimited)
    assert evaluate(whole, {A: 1}).measures["floor_used_m2"] == pytest.approx(100)
    (violation,) = breaches("min_area", city(False, 42, **unlimited), {A: 1})
    assert violation.excess == pytest.approx(8)


@pytest.mark.parametrize(("least", "covered"), [(10, 70), (11, 63), (21, 0)])
def test_the_best_plan_gives_each_service_its_least_area(least, covered):
    # 20 m² for two dedicated services: 10 m² each (35 + 35 visits), or one of 11 m² and
    # more, which covers its 63 persons
    services = [service(name, sharing="dedicated", min_area_m2=least) for name in "ab"]
    scenario = make_scenario(
        services=services,
        needs=[need("one", "a"), need("two", "b")],
        population=[{"zone_id": "Z1", "group_id": "all", "persons": 63}],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 20,
                "divisible": True,
            }
        ],
    )
    assert best(scenario) == pytest.approx(covered)
