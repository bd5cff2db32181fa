"""Rule `building_limit`: most used buildings, in total and by district."""

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2

DISTRICTS = {"B1": "west", "B2": "west", "B3": "east"}


def city(**limits):
    return make_scenario(
        services=[service("a")],
        needs=[need("one", "a")],
        buildings=[
            {"building_id": b, "x": 0, "y": 0, "district_id": d}
            for b, d in DISTRICTS.items()
        ],
        spaces=[
            {"space_id": f"R{n}", "building_id": f"B{b}", "usable_area_m2": 100}
            for n, b in ((1, 1), (2, 2), (3, 3), (4, 1))
        ],
        limits=limits,
    )


def at(*spaces: int):
    home = {1: "B1", 2: "B2", 3: "B3", 4: "B1"}
    return {(home[n], f"R{n}", "a", "main"): 1 for n in spaces}


def test_a_building_counts_once_however_many_of_its_spaces_are_used():
    assert evaluate(city(), at(1, 4)).measures["buildings"] == 1
    assert breaches("building_limit", city(buildings=1), at(1, 4)) == []


def test_more_buildings_than_the_limit_are_flagged():
    (violation,) = breaches("building_limit", city(buildings=1), at(1, 2, 3))
    assert violation.excess == 2
    assert (violation.where, violation.unit) == ({}, "buildings")
    assert breaches("building_limit", city(buildings=3), at(1, 2, 3)) == []


def test_a_district_has_its_own_limit():
    limits = {"by_district": {"west": {"buildings": 1}, "east": {"buildings": 1}}}
    (violation,) = breaches("building_limit", city(**limits), at(1, 2, 3))
    assert violation.where == {"district": "west"}
    assert violation.excess == 1


def test_a_limit_of_none_forbids_every_building():
    (violation,) = breaches("building_limit", city(buildings=0), at(3))
    assert violation.excess == 1
    assert breaches("building_limit", city(buildings=0), {}) == []


def test_the_best_plan_uses_the_buildings_it_may():
    scenario = rooms_of_20_m2(
        [service("a")], ("B1", "B2", "B3"), limits={"buildings": 2}
    )
    assert best(scenario) == 140
