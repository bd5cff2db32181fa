"""Rule `siting`: alternatives of conditions on space and building."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2

KEY = ("B1", "R1", "a", "main")


def city(*any_of, building=None, space=None, spaces=None, services=(), **sections):
    rooms = spaces or [
        {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100} | (space or {})
    ]
    return make_scenario(
        services=[service("a", requires={"any_of": list(any_of)}), *services],
        needs=[need("one", "a")],
        buildings=[{"building_id": "B1", "x": 0, "y": 0} | (building or {})],
        spaces=rooms,
        **sections,
    )


def excesses(scenario, places=None):
    return [v.excess for v in breaches("siting", scenario, places or {KEY: 10})]


@pytest.mark.parametrize(
    ("condition", "fitting", "failing"),
    [
        ({"min_floor": 2}, {"floor": 2}, {"floor": 1}),
        ({"max_floor": 1}, {"floor": 1}, {"floor": 2}),
        ({"min_floor": 1}, {"floor": 1}, {"floor": -1}),
        ({"features": ["gas"]}, {"features": "gas"}, {"features": "lift"}),
        ({"daylight": True}, {"features": "daylight"}, {}),
        ({"step_free": True}, {"features": "step_free"}, {}),
        ({"min_space_m2": 100}, {}, {"usable_area_m2": 99}),
        ({"max_space_m2": 100}, {}, {"usable_area_m2": 101}),
    ],
)
def test_conditions_on_the_space(condition, fitting, failing):
    assert excesses(city(condition, space=fitting)) == []
    assert excesses(city(condition, space=failing)) == [1]


@pytest.mark.parametrize(
    ("condition", "fitting", "failing"),
    [
        ({"features": ["gas"]}, {"features": "gas;lift"}, {"features": "lift"}),
        (
            {"max_fire_resistance_class": 2},
            {"fire_resistance_class": 2},
            {"fire_resistance_class": 3},
        ),
        ({"max_fire_resistance_class": 4}, {"fire_resistance_class": 4}, {}),
        ({"land_use": ["R2", "A"]}, {"land_use": "A"}, {"land_use": "M1"}),
        (
            {"excluded_former_uses": ["chemical"]},
            {"former_use": "school"},
            {"former_use": "chemical"},
        ),
    ],
)
def test_conditions_on_the_building(condition, fitting, failing):
    assert excesses(city(condition, building=fitting)) == []
    assert excesses(city(condition, building=failing)) == [1]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2030-12-31", []),  # the last day ends the fifth year from 2026-01-01
        ("2030-12-30", [1]),
        (None, []),  # no end given passes
    ],
)
def test_lease_years_run_from_the_date_of_the_scenario(until, expected):
    scenario = city({"min_lease_years": 5}, building={"lease_until": until})
    assert excesses(scenario) == expected


def test_every_key_of_an_alternative_must_hold_and_one_alternative_is_enough():
    ground = {"max_floor": 1, "features": ["gas"]}
    upstairs = {"min_floor": 2, "features": ["lift"]}
    assert excesses(city(ground, upstairs, space={"features": "gas"})) == []
    assert (
        excesses(city(ground, upstairs, space={"floor": 3, "features": "lift"})) == []
    )
    scenario = city(ground, upstairs, space={"floor": 3, "features": "gas"})
    (violation,) = breaches("siting", scenario, {KEY: 1})
    assert violation.where == {"building": "B1", "space": "R1", "service": "a"}


def test_a_suitable_room_serves_as_any_other():
    # 10 places × 7 visits of 100 asked for
    found = evaluate(city({"max_floor": 1}), {KEY: 10}, None)
    assert found.measures["covered_persons"] == pytest.approx(70)
    assert found.violations == ()


FLOORS = [
    {"space_id": r, "building_id": "B1", "usable_area_m2": 100, "floor": floor}
    for r, floor in (("R1", 2), ("R2", 2), ("R3", 3))
]


def on_floors(first: int, second: int, third: int):
    counts = {"R1": first, "R2": second, "R3": third}
    return {("B1", r, "a", "main"): n for r, n in counts.items() if n}


def test_area_on_a_floor_adds_up_over_its_spaces():
    # floor 2: (20 + 15) × 2 = 70 m² against 60, told for each of its spaces
    scenario = city({"max_area_on_floor_m2": 60}, spaces=FLOORS)
    found = breaches("siting", scenario, on_floors(20, 15, 30))
    assert [v.where["space"] for v in found] == ["R1", "R2"]
    assert [v.excess for v in found] == pytest.approx([10, 10])
    assert {v.unit for v in found} == {"m² on the floor"}
    assert breaches("siting", scenario, on_floors(20, 10, 30)) == []


def test_places_on_a_floor_add_up_over_its_spaces():
    scenario = city({"max_places_on_floor": 30}, spaces=FLOORS)
    found = breaches("siting", scenario, on_floors(20, 14, 0))
    assert [(v.excess, v.unit) for v in found] == [(4, "places on the floor")] * 2
    assert breaches("siting", scenario, on_floors(20, 10, 30)) == []


def test_an_alternative_without_the_limit_lifts_it():
    limited = {"max_places_on_floor": 10}
    free = {"features": ["sprinkler"]}
    assert excesses(city(limited, free), {KEY: 12}) == [2]
    assert (
        excesses(city(limited, free, space={"features": "sprinkler"}), {KEY: 12}) == []
    )


def test_outdoor_area_is_summed_over_the_services_of_the_building():
    # 10 × 3 + 5 × 4 = 50 outdoor m² against 45
    other = service(
        "b", "14:00-16:00", requires={"any_of": [{"outdoor_m2_per_place": 4}]}
    )
    scenario = city(
        {"outdoor_m2_per_place": 3}, building={"outdoor_m2": 45}, services=[other]
    )
    places = {KEY: 10, ("B1", "R1", "b", "main"): 5}
    (violation,) = breaches("siting", scenario, places)
    assert violation.excess == pytest.approx(5)
    assert violation.where == {"building": "B1"}
    places[("B1", "R1", "b", "main")] = 3  # 30 + 12 = 42
    assert breaches("siting", scenario, places) == []


def test_outdoor_area_is_counted_at_the_peak_of_the_places():
    # sessions at different hours: the peak is 10 places, not 18: 10 × 3 = 30
    sessions = [
        {"id": "main", "days": "all", "hours": "09:00-12:00"},
        {"id": "late", "days": "all", "hours": "14:00-17:00"},
    ]
    scenario = make_scenario(
        services=[
            service("a", sessions=sessions, requires={"outdoor_m2_per_place": 3})
        ],
        needs=[need("one", "a")],
        buildings=[{"building_id": "B1", "x": 0, "y": 0, "outdoor_m2": 30}],
    )
    late = ("B1", "R1", "a", "late")
    assert breaches("siting", scenario, {KEY: 10, late: 8}) == []
    (violation,) = breaches("siting", scenario, {KEY: 10, late: 11})
    assert violation.excess == pytest.approx(3)


def test_the_satisfied_alternative_with_least_outdoor_area_is_taken():
    modest = {"features": ["garden"], "outdoor_m2_per_place": 1}
    plenty = {"outdoor_m2_per_place": 3}
    yard = {"outdoor_m2": 10}
    garden = city(modest, plenty, building=yard, space={"features": "garden"})
    assert excesses(garden, {KEY: 10}) == []  # 10 × 1
    assert excesses(city(modest, plenty, building=yard), {KEY: 10}) == [20]  # 10 × 3


def test_the_best_plan_uses_only_rooms_that_suit():
    # of two rooms of 70 visits each one is upstairs
    scenario = rooms_of_20_m2(
        [service("a", requires={"max_floor": 1})], ("B1", "B1"), room={"floor": [1, 2]}
    )
    assert best(scenario) == pytest.approx(70)


def test_the_best_plan_keeps_the_most_places_of_a_floor():
    # at most 12 places of the service on a floor of two rooms: 84 visits
    scenario = rooms_of_20_m2(
        [service("a", requires={"max_places_on_floor": 12})], ("B1", "B1")
    )
    assert best(scenario) == pytest.approx(84)


def test_the_best_plan_keeps_to_the_outdoor_area():
    # 3 outdoor m² per place, 24 m² outside: 8 places, 56 visits
    scenario = rooms_of_20_m2(
        [service("a", requires={"outdoor_m2_per_place": 3})], house={"outdoor_m2": 24}
    )
    assert best(scenario) == pytest.approx(56)


def test_outdoor_area_may_differ_by_the_kind_of_community():
    """1 m² outside per place in old estates, 2 m² elsewhere; 12 m² outside."""
    requires = [
        {"community_kinds": "old_estate", "outdoor_m2_per_place": 1},
        {"outdoor_m2_per_place": 2},
    ]

    def of(kind):
        return rooms_of_20_m2(
            [service("a", requires={"any_of": requires})],
            house={"outdoor_m2": 12, "community_id": "C1"},
            communities=[{"community_id": "C1", "kind": kind}],
        )

    assert breaches("siting", of("old_estate"), {KEY: 10}) == []
    (violation,) = breaches("siting", of("new"), {KEY: 10})
    assert violation.excess == pytest.approx(8)
    assert best(of("old_estate")) == pytest.approx(70)  # the room's 10 places
    assert best(of("new")) == pytest.approx(42)  # 6 places
