"""Rule `coverage_floor`: least covered persons, in total, per need, per community."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate, rooms_of_20_m2

PLACES = {("B1", "R1", "a", "main"): 50, ("B1", "R2", "b", "main"): 50}


def city(floor, **extra):
    """Zones Z1 (C1, 100 persons), Z2 (C2, 50), Z3 (C2, 30, not counted).

    Needs one (by a, twice a week) and two (by b, once a week) of everybody.
    """
    return make_scenario(
        services=[service("a"), service("b")],
        needs=[need("one", "a", visits_per_person_week=2), need("two", "b")],
        zones=[
            {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 0, "y": 0, "community_id": "C2"},
            {"zone_id": "Z3", "x": 0, "y": 0, "community_id": "C2", "counted": "no"},
        ],
        population=[
            {"zone_id": "Z1", "group_id": "all", "persons": 100},
            {"zone_id": "Z2", "group_id": "all", "persons": 50},
            {"zone_id": "Z3", "group_id": "all", "persons": 30},
        ],
        communities=[{"community_id": c} for c in ("C1", "C2", "C3")],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "R2", "building_id": "B1", "usable_area_m2": 100},
        ],
        rules={"coverage_floor": floor},
        **extra,
    )


def served(**visits: float):
    """Return visits by zone and need, `Z1_one=40`."""
    rows = []
    for key, value in visits.items():
        zone, name = key.split("_")
        service_id = {"one": "a", "two": "b"}[name]
        rows.append((zone, name, "all", "B1", service_id, "main", value))
    return rows


def test_a_share_in_total_counts_person_needs_of_counted_zones():
    # demand 2 × (100 + 50) = 300 person-needs, a floor of 0.2 is 60;
    # 40 visits of need one are 20 persons, 30 of need two are 30 persons
    scenario = city({"total": 0.2})
    (violation,) = breaches(
        "coverage_floor", scenario, PLACES, served(Z1_one=40, Z2_two=30)
    )
    assert violation.excess == pytest.approx(10)
    assert (violation.value, violation.limit) == pytest.approx((50, 60))
    assert (violation.where, violation.unit) == ({}, "persons")
    enough = served(Z1_one=40, Z2_two=40)
    assert breaches("coverage_floor", scenario, PLACES, enough) == []


def test_zones_that_are_not_counted_add_neither_demand_nor_coverage():
    scenario = city({"total": 0.2})
    rows = served(Z1_one=40, Z2_two=30, Z3_two=30)
    (violation,) = breaches("coverage_floor", scenario, PLACES, rows)
    assert violation.excess == pytest.approx(10)


def test_a_need_has_its_own_floor_in_persons():
    scenario = city({"needs": {"one": {"persons": 25}}})
    (violation,) = breaches(
        "coverage_floor", scenario, PLACES, served(Z1_one=40, Z2_two=40)
    )
    assert violation.where == {"need": "one"}
    assert violation.excess == pytest.approx(5)
    assert breaches("coverage_floor", scenario, PLACES, served(Z1_one=50)) == []


def test_each_community_with_demand_has_the_floor_of_a_need_or_its_own():
    # need two: 0.3 of 100 in C1 is 30; C2 has its own 0.5 of 50 = 25; C3 has no demand
    floor = {"communities": {"two": {"share": 0.3, "by_id": {"C2": {"share": 0.5}}}}}
    rows = served(Z1_two=28, Z2_two=20)
    found = breaches("coverage_floor", city(floor), PLACES, rows)
    assert [(v.where["community"], v.excess) for v in found] == [
        ("C1", pytest.approx(2)),
        ("C2", pytest.approx(5)),
    ]
    enough = served(Z1_two=30, Z2_two=25)
    assert breaches("coverage_floor", city(floor), PLACES, enough) == []


def test_only_communities_named_by_id_have_a_floor_without_one_for_all():
    floor = {"communities": {"two": {"by_id": {"C2": {"persons": 10}}}}}
    (violation,) = breaches("coverage_floor", city(floor), PLACES)
    assert violation.where == {"community": "C2", "need": "two"}
    assert violation.excess == pytest.approx(10)


def test_facilities_and_credit_count_towards_the_floor():
    # 60 visits of need two at half credit are 30 covered persons, at a facility
    scenario = make_scenario(
        services=[service("b")],
        needs=[need("two", "b", credit=[{"max_min": 10, "share": 0.5}])],
        rules={"coverage_floor": {"total": {"persons": 31}}},
        tables={
            "facilities": [
                {
                    "facility_id": "F1",
                    "service_id": "b",
                    "session_id": "main",
                    "x": 0,
                    "y": 0,
                    "visits_per_week": 60,
                }
            ]
        },
    )
    rows = [("Z1", "two", "all", "F1", "b", "main", 60.0)]
    (violation,) = breaches("coverage_floor", scenario, {}, rows)
    assert violation.excess == pytest.approx(1)


def test_residents_are_assigned_to_meet_floors_before_any_goal():
    # 10 places of b: 70 visits. Alone the goal would not care who is served; the floor
    # wants 40 of C2's 50 persons, whatever their walk.
    floor = {"communities": {"two": {"by_id": {"C2": {"persons": 40}}}}}
    found = evaluate(city(floor), {("B1", "R2", "b", "main"): 10}, None)
    assert found.violations == ()
    coverage = found.coverage.query("need_id == 'two'").set_index("community_id")
    assert coverage.loc["C2", "covered_persons"] >= 40 - 1e-6
    assert found.measures["covered_persons"] == pytest.approx(70)


def test_the_cheapest_plan_reaches_the_floor():
    # 5 % of 1000 persons are 50: 8 places (56 visits) at 10 each
    scenario = rooms_of_20_m2(
        [service("a", equipment_cost_per_place=10)],
        rules={"coverage_floor": {"total": 0.05}},
        goals=[{"minimize": {"capital_cost": 1}}],
    )
    assert best(scenario) == pytest.approx(80)
