"""Merging demand rows loses nothing and keeps apart what must be told apart."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from allocator.access import build_access
from allocator.instance import Instance, build_instance
from allocator.instance.reaches import credit_of
from allocator.scenario.schema import LinearCredit
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from allocator.scenario import Scenario

STEPS = [{"max_min": 3, "share": 1}, {"max_min": 6, "share": 0.5}]


def town(seed: int = 5, **sections: Any) -> Scenario:
    """Return 60 zones of two groups, three buildings, a facility, three needs."""
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 14, (60, 2)) * 100
    homes = rng.choice(["C1", "C2", ""], 60)
    zones = [
        {
            "zone_id": f"Z{k:02}",
            "x": int(x),
            "y": int(y),
            "community_id": home,
            "counted": "no" if k % 5 == 0 else "yes",
        }
        for k, ((x, y), home) in enumerate(zip(points, homes, strict=True))
    ]
    return make_scenario(
        services=[service("canteen"), service("shop", "13:00-15:00")],
        needs=[
            need(
                "eat",
                "canteen",
                groups={"old": 1.0, "young": 0.5},
                credit=STEPS,
                accepts=[
                    {"service": "canteen", "max_walk_min": 7},
                    {"service": "shop", "max_walk_min": 4},
                ],
            ),
            need("buy", "shop", 5, groups={"old": 0.5, "young": 1.0}, weight=2.0),
            need(
                "stroll",
                "canteen",
                groups={"young": 1.0},
                credit={"full_min": 2, "zero_min": 6},
            ),
        ],
        groups=[{"id": "old", "profile": "slow", "weight": 2.0}, {"id": "young"}],
        zones=zones,
        population=[
            {
                "zone_id": z["zone_id"],
                "group_id": g,
                "persons": int(rng.integers(1, 50)),
            }
            for z in zones
            for g in ("old", "young")
        ],
        communities=[{"community_id": "C1"}, {"community_id": "C2"}],
        buildings=[
            {"building_id": f"B{k}", "x": 500 * k, "y": 300 * k} for k in range(3)
        ],
        spaces=[
            {"space_id": f"R{k}", "building_id": f"B{k}", "usable_area_m2": 100}
            for k in range(3)
        ],
        tables={
            "facilities": [
                {
                    "facility_id": "F1",
                    "service_id": "shop",
                    "session_id": "main",
                    "x": 900,
                    "y": 900,
                    "places": 4,
                }
            ]
        },
        access={
            "detour": 1.0,
            "profiles": {
                "walk": {"speed_m_per_min": 100},
                "slow": {"speed_m_per_min": 80},
            },
        },
        **sections,
    )


def own_list(scenario: Scenario, instance: Instance, i: int) -> tuple[Any, ...]:
    """Return the sorted (supply, credit, minutes) of one demand row, in plain loops."""
    demand = scenario.demand
    item = scenario.needs[demand.need[i]]
    group = scenario.groups[demand.group[i]]
    speed = scenario.spec.access.profiles[
        scenario.profile_of(item, group)
    ].speed_m_per_min
    limits = dict(scenario.accepted_offers(item))
    zone = scenario.tables.zones[["x", "y"]].to_numpy(float)[demand.zone[i]]
    found = []
    for q, (site, offer) in enumerate(
        zip(instance.supplies.site, instance.supplies.offer, strict=True)
    ):
        walk = float(np.hypot(*(scenario.site_xy[site] - zone))) / speed
        if offer not in limits or walk > limits[offer] + 1e-9:
            continue
        credit = plain_credit(item.credit, walk)
        if credit > 0:
            found.append((q, credit, round(walk, 9)))
    return tuple(found)


def plain_credit(rule: Any, walk: float) -> float:
    """Return δ within the limit."""
    if rule is None:
        return 1.0
    if isinstance(rule, LinearCredit):
        share = (rule.zero_min - walk) / (rule.zero_min - rule.full_min)
        return float(np.clip(share, 0, 1))
    return next((step.share for step in rule if walk <= step.max_min + 1e-9), 0.0)


def members_of(instance: Instance, row: int) -> list[int]:
    """Return the demand rows of a merged row."""
    start = instance.rows.member_start
    return instance.rows.member[start[row] : start[row + 1]].tolist()


def test_merged_rows_reach_what_each_member_reaches():
    scenario = town()
    instance = build_instance(scenario, build_access(scenario))
    arcs = instance.arcs
    merged = defaultdict(list)
    for row, supply, credit in zip(arcs.row, arcs.supply, arcs.credit, strict=True):
        merged[int(row)].append((int(supply), float(credit)))
    seen = []
    for row in range(len(instance.rows)):
        members = members_of(instance, row)
        seen += members
        for i in members:
            wanted = [(q, credit) for q, credit, _ in own_list(scenario, instance, i)]
            assert [q for q, _ in merged[row]] == [q for q, _ in wanted]
            assert [c for _, c in merged[row]] == pytest.approx([c for _, c in wanted])
            assert scenario.demand.need[i] == instance.rows.need[row]
            assert scenario.demand.weight[i] == instance.rows.weight[row]
        total = scenario.demand.visits_per_week[members].sum()
        assert instance.rows.visits_per_week[row] == pytest.approx(total)
    assert sorted(seen) == list(range(len(scenario.demand)))
    assert len(arcs.row) > 100


def test_rows_that_nothing_tells_apart_are_merged():
    scenario = town()
    instance = build_instance(scenario, build_access(scenario))
    counted = scenario.tables.zones["counted"].to_numpy(bool)
    demand = scenario.demand
    keys = {
        (
            demand.need[i],
            demand.weight[i],
            counted[demand.zone[i]],
            tuple((q, credit) for q, credit, _ in own_list(scenario, instance, i)),
        )
        for i in range(len(demand))
    }
    assert len(instance.rows) == len(keys) < len(demand) / 2


def test_walking_minutes_keep_rows_apart_where_a_goal_counts_them():
    scenario = town(goals=[{"minimize": {"walking_minutes": 1}}])
    instance = build_instance(scenario, build_access(scenario))
    for row in range(len(instance.rows)):
        lists = {own_list(scenario, instance, i) for i in members_of(instance, row)}
        assert len(lists) == 1
    plain = town()
    merged = build_instance(plain, build_access(plain))
    assert len(instance.rows) > len(merged.rows)


def test_minutes_of_merged_rows_are_the_mean_by_demand():
    scenario = town()
    instance = build_instance(scenario, build_access(scenario))
    arcs, checked = instance.arcs, 0
    for row, supply, walk in zip(arcs.row, arcs.supply, arcs.walk_min, strict=True):
        members = members_of(instance, row)
        minutes = [
            next(w for q, _, w in own_list(scenario, instance, i) if q == supply)
            for i in members
        ]
        weights = scenario.demand.visits_per_week[members]
        assert walk == pytest.approx(np.average(minutes, weights=weights))
        checked += len(set(minutes)) > 1
    assert checked > 10


def communities_of(instance: Instance, scenario: Scenario, need_id: str) -> list[int]:
    """Return in how many communities the members of each row of a need live."""
    zones = scenario.tables.zones["community_id"].to_numpy(object)
    position = scenario.need2position[need_id]
    return [
        len({zones[scenario.demand.zone[i]] for i in members_of(instance, row)})
        for row in np.flatnonzero(instance.rows.need == position)
    ]


def test_communities_stay_apart_where_a_floor_looks_at_them():
    floor = {"coverage_floor": {"communities": {"buy": 0.2}}}
    scenario = town(rules=floor)
    instance = build_instance(scenario, build_access(scenario))
    assert set(communities_of(instance, scenario, "buy")) == {1}
    assert max(communities_of(instance, scenario, "eat")) > 1


def test_a_floor_of_one_community_keeps_only_that_one_apart():
    floor = {"communities": {"buy": {"by_id": {"C1": 0.2}}}}
    scenario = town(rules={"coverage_floor": floor})
    instance = build_instance(scenario, build_access(scenario))
    homes = scenario.tables.zones["community_id"].to_numpy(object)
    mixed = 0
    for row in range(len(instance.rows)):
        members = members_of(instance, row)
        there = {homes[scenario.demand.zone[i]] for i in members}
        if instance.rows.need[row] == scenario.need2position["buy"]:
            assert "C1" not in there or there == {"C1"}
            mixed += there == {"C2", ""}
    assert mixed > 0


@pytest.mark.parametrize(
    "goal",
    [
        {"measure": "worst_group_coverage"},
        {"measure": "covered_persons", "group": "old"},
    ],
)
def test_groups_stay_apart_where_a_goal_looks_at_them(goal):
    # Two groups of one weight and one profile would merge otherwise.
    keys: dict[str, Any] = {
        "services": [service("canteen")],
        "needs": [need("eat", "canteen", groups={"old": 1.0, "young": 1.0})],
        "groups": [{"id": "old"}, {"id": "young"}],
        "population": [
            {"zone_id": "Z1", "group_id": "old", "persons": 3},
            {"zone_id": "Z1", "group_id": "young", "persons": 5},
        ],
    }
    plain = make_scenario(**keys)
    assert build_instance(plain, build_access(plain)).rows.visits_per_week.tolist() == [
        8
    ]
    apart = make_scenario(**keys, goals=[{"maximize": [goal]}])
    rows = build_instance(apart, build_access(apart)).rows
    assert rows.visits_per_week.tolist() == [3, 5]


def test_credit_takes_the_first_step_that_is_long_enough():
    item = town().needs[town().need2position["eat"]]
    walk = np.array([0.0, 3.0, 3.0 + 1e-10, 3.001, 6.0, 6.001])
    assert credit_of(item, walk).tolist() == [1, 1, 1, 0.5, 0.5, 0]


def test_linear_credit_falls_between_its_ends():
    item = town().needs[town().need2position["stroll"]]
    # From 1 at 2 min to 0 at 6 min: (6 − 3) ÷ 4 = 0.75.
    walk = np.array([0.0, 2.0, 3.0, 5.0, 6.0, 7.0])
    assert credit_of(item, walk).tolist() == [1, 1, 0.75, 0.25, 0, 0]


def test_rows_out_of_reach_keep_their_demand_but_have_no_arcs():
    scenario = make_scenario(
        services=[service("canteen")],
        needs=[need("eat", "canteen", 1)],
        zones=[{"zone_id": f"Z{k}", "x": 1000 * k, "y": 0} for k in range(3)],
        population=[
            {"zone_id": f"Z{k}", "group_id": "all", "persons": 10 + k} for k in range(3)
        ],
    )
    instance = build_instance(scenario, build_access(scenario))
    assert instance.rows.visits_per_week.tolist() == [10, 11 + 12]
    assert instance.arcs.row.tolist() == [0]


def test_a_scenario_without_demand_has_no_rows():
    scenario = make_scenario(
        services=[service("canteen")],
        needs=[need("eat", "canteen")],
        population=[{"zone_id": "Z1", "group_id": "all", "persons": 0}],
    )
    instance = build_instance(scenario, build_access(scenario))
    assert len(instance.rows) == len(instance.arcs.row) == len(instance.reaches) == 0
    assert len(instance.candidates.space) == 1
