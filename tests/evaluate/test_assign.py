"""Assignment of residents: exact, and unique by ids."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from allocator.access import build_access
from allocator.evaluate import assign_residents, evaluate_plan, ties
from allocator.plan import Plan
from tests.builders import make_scenario, need, service


def assigned(scenario, places):
    plan = Plan.from_places(places)
    return assign_residents(scenario, build_access(scenario), plan).served


def visits(served, *columns):
    """Return served visits by some id columns."""
    keys = list(columns) if len(columns) > 1 else columns[0]
    sums = served.groupby(keys)["served_visits_per_week"].sum()
    return {key: pytest.approx(value) for key, value in sums.items()}


def two_sites(zones, **sections):
    """B1 at 0 m and B2 at 1000 m, each with one space of 1000 m²; 100 m/min."""
    defaults = {
        "services": [service("a")],
        "needs": [need("one", "a", walk=20)],
        "population": [
            {"zone_id": z["zone_id"], "group_id": "all", "persons": z.pop("persons")}
            for z in zones
        ],
    }
    return make_scenario(
        zones=zones,
        buildings=[
            {"building_id": "B1", "x": 0, "y": 0},
            {"building_id": "B2", "x": 1000, "y": 0},
        ],
        spaces=[
            {"space_id": f"R{k}", "building_id": f"B{k}", "usable_area_m2": 1000}
            for k in (1, 2)
        ],
        **(defaults | sections),
    )


def at(b1: int, b2: int = 0, name: str = "a"):
    return {("B1", "R1", name, "main"): b1, ("B2", "R2", name, "main"): b2}


def test_everybody_walks_least_where_capacity_allows():
    zones = [
        {"zone_id": "Z1", "x": 100, "y": 0, "persons": 7},
        {"zone_id": "Z2", "x": 900, "y": 0, "persons": 7},
    ]
    served = assigned(two_sites(zones), at(2, 2))
    assert visits(served, "zone_id", "site_id") == {("Z1", "B1"): 7, ("Z2", "B2"): 7}


def test_the_first_goal_goes_before_the_walk():
    # One place (7 visits) at B1 only, weight of Z2's group is 3: it is served although
    # it walks 9 minutes and Z1 one.
    zones = [
        {"zone_id": "Z1", "x": 100, "y": 0, "persons": 0},
        {"zone_id": "Z2", "x": 900, "y": 0, "persons": 0},
    ]
    scenario = two_sites(
        zones,
        groups=[{"id": "all"}, {"id": "elder", "weight": 3}],
        needs=[need("one", "a", walk=20, groups={"all": 1.0, "elder": 1.0})],
        population=[
            {"zone_id": "Z1", "group_id": "all", "persons": 7},
            {"zone_id": "Z2", "group_id": "elder", "persons": 5},
        ],
    )
    served = assigned(scenario, at(1))
    assert visits(served, "zone_id") == {"Z1": 2, "Z2": 5}


def test_ties_go_to_the_first_ids_as_far_as_they_can():
    # Three zones at the same spot, 500 m from either site, 5 visits each; one place at
    # each site serves 7. All cost the same: Z1 takes 5 at B1, Z2 the last 2 there and 3
    # at B2, Z3 the last 4.
    zones = [{"zone_id": f"Z{k}", "x": 500, "y": 0, "persons": 5} for k in (1, 2, 3)]
    served = assigned(two_sites(zones), at(1, 1))
    assert visits(served, "zone_id", "site_id") == {
        ("Z1", "B1"): 5,
        ("Z2", "B1"): 2,
        ("Z2", "B2"): 3,
        ("Z3", "B2"): 4,
    }


def test_sites_are_ordered_by_id_whether_buildings_or_facilities():
    zones = [{"zone_id": "Z1", "x": 0, "y": 0, "persons": 5}]
    facility = {"service_id": "a", "session_id": "main", "x": 0, "y": 0, "places": 1}
    for facility_id, first in (("A9", "A9"), ("C1", "B1")):
        tables = {"facilities": [facility | {"facility_id": facility_id}]}
        served = assigned(two_sites([dict(z) for z in zones], tables=tables), at(1))
        assert visits(served, "site_id") == {first: 5}


def test_without_worth_nobody_walks_but_whoever_is_there_is_served():
    # The only goal is money: f earns nothing, so minutes decide. Z2 walks a minute and
    # stays; Z1 at the door costs nothing and goes by order of ids.
    zones = [
        {"zone_id": "Z1", "x": 0, "y": 0, "persons": 5},
        {"zone_id": "Z2", "x": 100, "y": 0, "persons": 5},
    ]
    scenario = two_sites(zones, goals=[{"minimize": {"capital_cost": 1}}])
    assert visits(assigned(scenario, at(10)), "zone_id") == {"Z1": 5}


def test_a_tolerance_lets_the_next_goal_give_up_coverage():
    # 14 visits covered at best, half of them walking 10 minutes (Z2 to B1). With a
    # tolerance of 0.25 the second goal (least walking) may give up 3.5 of them.
    zones = [
        {"zone_id": "Z1", "x": 0, "y": 0, "persons": 7},
        {"zone_id": "Z2", "x": 1000, "y": 0, "persons": 7},
    ]
    goals = [
        {"maximize": {"covered_persons": 1}, "tolerance": 0.25},
        {"minimize": {"walking_minutes": 1}},
    ]
    served = assigned(two_sites(zones, goals=goals), at(2))
    assert visits(served, "zone_id") == {"Z1": 7, "Z2": 3.5}
    goals[0]["tolerance"] = 0.0
    zones = [z | {"persons": 7} for z in zones]
    served = assigned(two_sites(zones, goals=goals), at(2))
    assert visits(served, "zone_id") == {"Z1": 7, "Z2": 7}


def test_the_worst_community_is_raised_first():
    # 7 visits for C1 (10 persons, at the door) and C2 (4 persons, far): the worst
    # coverage is 7 ÷ 14 = 0.5 in both, so C1 gets 5 and C2 gets 2.
    zones = [
        {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1", "persons": 10},
        {"zone_id": "Z2", "x": 900, "y": 0, "community_id": "C2", "persons": 4},
    ]
    scenario = two_sites(
        zones,
        communities=[{"community_id": "C1"}, {"community_id": "C2"}],
        goals=[{"maximize": {"worst_community_coverage": 1}}],
    )
    served = assigned(scenario, at(1))
    assert visits(served, "zone_id") == {"Z1": 5, "Z2": 2}


def test_fees_meet_a_yearly_budget_before_the_goals():
    # Rent 520, budget 0, and only need "paid" pays (2 per visit, 104 a year): 5 visits
    # of it must be served before the far better weighted need "free".
    scenario = make_scenario(
        services=[service("a")],
        needs=[
            need("free", "a", weight=100.0),
            need("paid", "a", fee_per_visit=2.0),
        ],
        population=[{"zone_id": "Z1", "group_id": "all", "persons": 7}],
        buildings=[{"building_id": "B1", "x": 0, "y": 0, "annual_rent": 520}],
        limits={"annual_budget": 0},
    )
    served = assigned(scenario, {("B1", "R1", "a", "main"): 1})
    assert visits(served, "need_id") == {"free": 2, "paid": 5}


def test_two_floors_that_cannot_both_hold_share_the_least_relative_excess():
    # 7 visits; floors of 10 persons for need one and of 2 for need two. Σ excess ÷
    # limit is least when the smaller floor is met (÷ 2) and the rest goes to the other.
    scenario = make_scenario(
        services=[service("a")],
        needs=[need("one", "a"), need("two", "a")],
        rules={
            "coverage_floor": {"needs": {"one": {"persons": 10}, "two": {"persons": 2}}}
        },
    )
    served = assigned(scenario, {("B1", "R1", "a", "main"): 1})
    assert visits(served, "need_id") == {"one": 5, "two": 2}


def random_case(seed: int):
    """Draw a small flow with ties: few distances, two needs that share offers."""
    rng = np.random.default_rng(seed)
    zones = [
        {"zone_id": f"Z{k}", "x": 100 * int(rng.integers(0, 11)), "y": 0}
        for k in range(4)
    ]
    people = [
        {"zone_id": z["zone_id"], "group_id": "all", "persons": int(rng.integers(0, 9))}
        for z in zones
    ]
    steps = [{"max_min": 3, "share": 1.0}, {"max_min": 8, "share": 0.5}]
    scenario = two_sites(
        [z | {"persons": 0} for z in zones],
        population=people,
        services=[service("a"), service("b", "14:00-16:00")],
        needs=[
            need("one", "a", walk=8),
            need("two", "b", walk=8, credit=steps)
            | {
                "accepts": [
                    {"service": "a", "max_walk_min": 8},
                    {"service": "b", "max_walk_min": 5},
                ]
            },
        ],
    )
    places = {
        (f"B{k}", f"R{k}", name, "main"): int(rng.integers(0, 3))
        for k in (1, 2)
        for name in "ab"
    }
    return scenario, places


@pytest.mark.parametrize("seed", range(12))
def test_random_cases_agree_with_one_linear_program_per_step(seed):
    """Solve each step of the specification as one LP with the earlier ones as rows."""
    scenario, places = random_case(seed)
    access = build_access(scenario)
    plan = assign_residents(scenario, access, Plan.from_places(places))
    arcs, demand, capacity = _arcs(scenario, access, places)
    found = {tuple(row[:6]): row[6] for row in plan.served.itertuples(index=False)}
    covered = np.array([arc["credit"] for arc in arcs])
    minutes = np.array([arc["walk_min"] for arc in arcs])
    keys = [arc["key"] for arc in arcs]
    rows = [
        *(([key[:3] == row for key in keys], most) for row, most in demand.items()),
        *(([key[3:] == site for key in keys], most) for site, most in capacity.items()),
    ]
    if not arcs:
        assert found == {}
        return
    matrix = [np.array(row, float) for row, _ in rows]
    upper = [most for _, most in rows]
    costs = [-covered, minutes, *(-row for row in np.eye(len(arcs)))]
    for cost in costs:
        best = linprog(cost, A_ub=np.array(matrix), b_ub=np.array(upper))
        assert best.status == 0
        matrix.append(cost)
        upper.append(best.fun + 1e-9)
        own = float(cost @ np.array([found.get(key, 0.0) for key in keys]))
        assert own == pytest.approx(best.fun, abs=2e-6)


def _arcs(scenario, access, places):
    """Return arcs in id order, demand and capacity, by plain loops."""
    minutes = access[scenario.default_profile]
    zones = scenario.tables.zones["zone_id"].tolist()
    arcs, demand = [], {}
    table = scenario.demand
    for i in range(len(table)):
        zone, item = zones[table.zone[i]], scenario.needs[table.need[i]]
        row = (zone, item.id, "all")
        demand[row] = float(table.visits_per_week[i])
        for site, site_id in enumerate(scenario.site_ids):
            walk = float(
                minutes.walk_min_of(np.array([site]), np.array([table.zone[i]]))[0]
            )
            for accept in item.accepts:
                if not walk <= accept.max_walk_min + 1e-9:
                    continue
                share = 1.0
                if item.credit:
                    share = 1.0 if walk <= 3 + 1e-9 else 0.5
                key = (*row, site_id, accept.service, "main")
                arcs.append({"key": key, "walk_min": walk, "credit": share})
    capacity = {
        (building, name, "main"): 7.0 * count
        for (building, _, name, _), count in places.items()
    }
    return sorted(arcs, key=lambda arc: arc["key"]), demand, capacity


def test_ties_settled_along_paths_equal_ties_settled_by_linear_programs(monkeypatch):
    by_programs, by_paths = [], []
    for found, many in ((by_programs, 10**9), (by_paths, -1)):
        monkeypatch.setattr(ties, "MANY", many)
        for seed in range(25):
            found.append(assigned(*random_case(seed)))
    for first, second in zip(by_programs, by_paths, strict=True):
        pd.testing.assert_frame_equal(first, second, rtol=0, atol=1e-7)
    assert sum(len(frame) for frame in by_paths) > 100


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_in_the_tables_changes_nothing(seed):
    scenario, places = random_case(seed)
    first = assigned(scenario, places)
    again = assigned(random_case(seed)[0], dict(reversed(places.items())))
    assert first.equals(again)


@pytest.mark.parametrize("seed", range(6))
def test_an_assignment_breaks_no_rule_of_residents(seed):
    scenario, places = random_case(seed)
    found = evaluate_plan(scenario, build_access(scenario), Plan.from_places(places))
    rules = {violation.rule_id for violation in found.violations}
    assert not rules & {"demand_limit", "reach", "capacity"}
