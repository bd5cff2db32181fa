"""Limits, coverage floors and pins as rows of the instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from allocator.access import build_access
from allocator.instance import Instance, build_instance
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from allocator.scenario import Scenario

BUILDINGS = [
    {"building_id": "B1", "x": 0, "y": 0, "community_id": "C1"},
    {"building_id": "B2", "x": 0, "y": 0, "community_id": "C2"},
    {"building_id": "B3", "x": 0, "y": 0, "community_id": "C2", "district_id": "west"},
]


def two_districts(**sections: Any) -> Scenario:
    """Return three buildings of 100, 200 and 300 m², two needs, three communities.

    Persons with a need: eat 100 in C1, 50 in C2, of which 20 not counted; play 30
    in C1, none in C2; nobody lives in C3.
    """
    return make_scenario(
        services=[
            service("canteen", category="meals"),
            service("gym", "13:00-15:00", category="sports"),
            service("vault", "09:00-12:00", requires={"max_floor": -1}),
        ],
        needs=[
            need("eat", "canteen", visits_per_person_week=5),
            need("play", "gym", groups={"child": 1.0}),
        ],
        groups=[{"id": "all"}, {"id": "child"}],
        zones=[
            {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 0, "y": 0, "community_id": "C2"},
            {"zone_id": "Z3", "x": 0, "y": 0, "community_id": "C2", "counted": "no"},
        ],
        population=[
            {"zone_id": "Z1", "group_id": "all", "persons": 100},
            {"zone_id": "Z2", "group_id": "all", "persons": 30},
            {"zone_id": "Z3", "group_id": "all", "persons": 20},
            {"zone_id": "Z1", "group_id": "child", "persons": 30},
        ],
        communities=[
            {"community_id": "C1", "district_id": "west"},
            {"community_id": "C2", "district_id": "east"},
            {"community_id": "C3", "district_id": "east"},
        ],
        buildings=BUILDINGS,
        spaces=[
            {"space_id": f"R{k}", "building_id": f"B{k}", "usable_area_m2": 100 * k}
            for k in (1, 2, 3)
        ],
        **sections,
    )


def instance_of(**sections: Any) -> Instance:
    """Return the instance of `two_districts`."""
    scenario = two_districts(**sections)
    return build_instance(scenario, build_access(scenario))


def test_limits_stand_in_total_and_by_the_district_of_the_building():
    limits = {
        "capital_budget": 1000,
        "buildings": 2,
        "by_district": {
            "west": {"annual_budget": 50},
            "east": {"floor_area_m2": 70, "capital_budget": 0},
        },
    }
    rows = [
        (
            row.rule_id,
            dict(row.where),
            row.resource.value,
            row.upper,
            row.buildings.tolist(),
        )
        for row in instance_of(limits=limits).limits
    ]
    # B3 says west itself, although its community lies in the east.
    everywhere, east, west = [True] * 3, [False, True, False], [True, False, True]
    assert rows == [
        ("capital_budget", {}, "capital_cost", 1000, everywhere),
        ("building_limit", {}, "buildings", 2, everywhere),
        ("capital_budget", {"district": "east"}, "capital_cost", 0, east),
        ("floor_area_limit", {"district": "east"}, "floor_used_m2", 70, east),
        ("annual_budget", {"district": "west"}, "yearly_outlay", 50, west),
    ]


def test_the_reserve_counts_the_area_of_all_spaces():
    (row,) = instance_of(limits={"reserve_share": 0.25}).limits
    # 75 % of 100 + 200 + 300 m².
    assert (row.rule_id, row.resource.value, row.upper) == (
        "reserve",
        "floor_used_m2",
        450,
    )
    assert row.buildings.all()


def test_a_reserve_of_a_building_is_its_own():
    scenario = make_scenario(
        services=[service("canteen")],
        needs=[need("eat", "canteen")],
        buildings=[
            {"building_id": "B1", "x": 0, "y": 0, "reserve_share": 0.4},
            {"building_id": "B2", "x": 0, "y": 0},
        ],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 60},
            {"space_id": "R2", "building_id": "B1", "usable_area_m2": 40},
            {"space_id": "R3", "building_id": "B2", "usable_area_m2": 40},
        ],
    )
    buildings = build_instance(scenario, build_access(scenario)).buildings
    assert buildings.max_floor_used_m2.tolist() == [60, np.inf]


def floors_of(**floor: Any) -> dict[tuple[str, ...], float]:
    """Return {where: persons}, after checking which rows each floor counts."""
    instance = instance_of(rules={"coverage_floor": floor})
    found = {}
    for row in instance.floors:
        assert instance.rows.counted[row.rows].all()
        need_id, community = row.where.get("need"), row.where.get("community")
        found[tuple(row.where.values())] = row.persons
        demand = instance.rows.visits_per_week * instance.rows.persons_per_visit
        asked = {
            (None, None): 160,
            ("eat", None): 130,
            ("play", None): 30,
            ("eat", "C1"): 100,
            ("eat", "C2"): 30,
            ("play", "C1"): 30,
        }
        assert demand[row.rows].sum() == pytest.approx(asked[need_id, community])
    return found


def test_floors_are_shares_of_the_counted_demand_in_persons():
    # Counted: eat 100 + 30, play 30.
    assert floors_of(total=0.5) == {(): 80}
    assert floors_of(needs={"eat": 0.1, "play": {"persons": 7}}) == {
        ("eat",): 13,
        ("play",): 7,
    }


def test_floors_of_communities_leave_out_those_without_demand():
    assert floors_of(communities={"eat": 0.5}) == {("eat", "C1"): 50, ("eat", "C2"): 15}
    assert floors_of(communities={"play": {"persons": 3}}) == {("play", "C1"): 3}


def test_a_community_may_have_its_own_floor_or_the_only_one():
    own = {"share": 0.5, "by_id": {"C2": {"persons": 9}}}
    assert floors_of(communities={"eat": own}) == {("eat", "C1"): 50, ("eat", "C2"): 9}
    assert floors_of(communities={"eat": {"by_id": {"C2": 0.2}}}) == {("eat", "C2"): 6}


def test_a_floor_of_nothing_is_left_out():
    assert floors_of(total=0) == {}


def pin_of(**keys: Any) -> tuple[set[tuple[str, str]], tuple[str, ...]]:
    """Return the (space, service) that a pin matches, and what bars matches."""
    instance = instance_of(rules={"pins": [keys]})
    (pin,) = instance.pins
    assert pin.wanted == (keys["fix"] == "in")
    index, candidates = instance.index, instance.candidates
    found = {
        (index.spaces[candidates.space[k]], index.offers[candidates.offer[k]][0])
        for k in pin.candidates
    }
    return found, pin.barred_by


def test_a_pin_matches_what_all_its_keys_name():
    both = {("R2", "canteen"), ("R2", "gym")}
    assert pin_of(fix="in", building="B2") == (both, ("siting",))
    assert pin_of(fix="out", space="R2", category="sports") == ({("R2", "gym")}, ())
    everywhere = {(f"R{k}", "canteen") for k in (1, 2, 3)}
    assert pin_of(fix="in", service="canteen", session="main") == (everywhere, ())


def test_a_pin_that_nothing_can_keep_says_what_bars_it():
    assert pin_of(fix="in", building="B1", service="vault") == (set(), ("siting",))


def test_pins_are_numbered_as_they_are_listed():
    pins = [{"fix": "in", "building": "B2"}, {"fix": "out", "service": "gym"}]
    instance = instance_of(rules={"pins": pins})
    assert [(pin.position, pin.wanted) for pin in instance.pins] == [
        (0, True),
        (1, False),
    ]
