"""Measures and tables, each figure worked out by hand."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import evaluate

GOALS = [
    {"maximize": {"weighted_covered_persons": 1}},
    {"maximize": [{"measure": "covered_persons", "tier": 1, "weight": 2}]},
    {"maximize": [{"measure": "covered_persons", "group": "elder"}]},
    {"maximize": [{"measure": "covered_persons", "category": "sports"}]},
    {"maximize": [{"measure": "covered_persons", "need": "lunch"}]},
    {"minimize": {"walking_minutes": 1, "buildings": 10}},
    {"maximize": {"worst_community_coverage": 1}},
    {"maximize": [{"measure": "worst_group_coverage", "need": "lunch"}]},
]


def city():
    """Three zones, the last not counted; lunch (tier 1, weight 2) and sports.

    Demand persons: lunch Z1 20 elder + 40 adult, Z2 10 elder, Z3 30 adult (half of the
    adults, all elders); sports everybody: Z1 20 + 80, Z2 10, Z3 60.
    """
    steps = [{"max_min": 2, "share": 1}, {"max_min": 8, "share": 0.5}]
    return make_scenario(
        groups=[{"id": "elder", "weight": 3}, {"id": "adult"}],
        services=[
            service("canteen", "10:00-12:00", category="meals"),
            service("gym", "18:00-20:00", category="sports"),
        ],
        needs=[
            need(
                "lunch",
                "canteen",
                tier=1,
                weight=2,
                groups={"elder": 1.0, "adult": 0.5},
                visits_per_person_week=5,
                credit=steps,
                fee_per_visit=1,
            ),
            need("sports", "gym", groups={"elder": 1.0, "adult": 1.0}),
        ],
        zones=[
            {"zone_id": "Z1", "x": 100, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 400, "y": 0, "community_id": "C2"},
            {
                "zone_id": "Z3",
                "x": 0,
                "y": 0,
                "community_id": "C2",
                "counted": "no",
            },
        ],
        population=[
            {"zone_id": "Z1", "group_id": "elder", "persons": 20},
            {"zone_id": "Z1", "group_id": "adult", "persons": 80},
            {"zone_id": "Z2", "group_id": "elder", "persons": 10},
            {"zone_id": "Z3", "group_id": "adult", "persons": 60},
        ],
        communities=[{"community_id": c} for c in ("C1", "C2")],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": True,
                "available": "all 08:00-22:00",
            },
            {"space_id": "R2", "building_id": "B1", "usable_area_m2": 50},
        ],
        tables={
            "facilities": [
                {
                    "facility_id": "F1",
                    "service_id": "gym",
                    "session_id": "main",
                    "x": 100,
                    "y": 0,
                    "places": 2,
                }
            ]
        },
        goals=GOALS,
    )


PLACES = {("B1", "R1", "canteen", "main"): 20, ("B1", "R2", "gym", "main"): 5}
# lunch: Z1 elders 50 visits at 1 min (10 persons), Z2 elders 20 visits at 4 min with
# half credit (2 persons), Z3 adults 25 visits at 0 min (5 persons, not counted);
# sports: Z1 adults 14 visits at F1 at 0 min, Z2 elders 6 visits at B1 at 4 min.
SERVED = [
    ("Z1", "lunch", "elder", "B1", "canteen", "main", 50.0),
    ("Z2", "lunch", "elder", "B1", "canteen", "main", 20.0),
    ("Z3", "lunch", "adult", "B1", "canteen", "main", 25.0),
    ("Z1", "sports", "adult", "F1", "gym", "main", 14.0),
    ("Z2", "sports", "elder", "B1", "gym", "main", 6.0),
]
FOUND = evaluate(city(), PLACES, SERVED)


def test_the_plan_breaks_no_rule():
    assert FOUND.violations == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("demand_persons", 20 + 40 + 10 + 30 + 100 + 10 + 60),
        ("counted_demand_persons", 20 + 40 + 10 + 100 + 10),
        ("covered_persons", 10 + 2 + 5 + 14 + 6),
        ("counted_covered_persons", 10 + 2 + 14 + 6),
        ("coverage", 32 / 180),
        # w = need weight × group weight: lunch elder 6, lunch adult 2, sports 1 and 3
        ("weighted_covered_persons", 6 * 12 + 2 * 5 + 14 + 3 * 6),
        # facilities alone: F1 gives 2 × 7 = 14 visits of sports within reach
        ("baseline_covered_persons", 14),
        ("baseline_coverage", 14 / 180),
        # Z1 and Z2 reach lunch and sports (F1 or B1): everybody counted has access
        ("access", 1.0),
        # F1 at 100 m: Z1 0 min, Z2 3 min, so all sports demand but no lunch
        ("baseline_access", 110 / 180),
        ("served_visits_per_week", 115),
        ("planned_served_visits_per_week", 101),
        ("planned_capacity_visits_per_week", 20 * 7 + 5 * 7),
        ("capacity_utilisation", 101 / 175),
        ("walking_minutes", 50 * 1 + 20 * 4 + 6 * 4),
        ("mean_walk_min", 154 / 115),
        ("annual_fees", 95 * 52),
        ("yearly_outlay", -95 * 52),
        ("floor_used_m2", 20 * 2 + 50),
        ("reserved_area_m2", 150 - 90),
        ("buildings", 1),
        ("spaces", 2),
        # R1: 40 m² × 14 h; R2 a whole space: 50 m² × 14 h
        ("used_m2_hours_per_week", 40 * 14 + 50 * 14),
        ("available_m2_hours_per_week", 100 * 98 + 50 * 168),
        ("space_utilisation", 1260 / 18200),
        # C1: 24 of 160; C2 with Z3, which counts in goals: 13 of 110
        ("worst_community_coverage", 13 / 110),
        # elders: 18 of 60; adults: 5 + 14 of 40 + 30 + 80 + 60
        ("worst_group_coverage", 19 / 210),
    ],
)
def test_measure(name, value):
    assert FOUND.measures[name] == pytest.approx(value)


def test_goals_in_order():
    assert FOUND.goals == pytest.approx(
        (
            114.0,  # weighted covered persons
            2 * 17.0,  # tier 1 is lunch: 10 + 2 + 5
            10 + 2 + 6,  # elders
            14 + 6,  # by services of category sports
            17.0,  # need lunch
            154 + 10,  # minutes, and ten for the building
            13 / 110,
            5 / 70,  # lunch: elders 12 of 30, adults 5 of 70
        )
    )


def test_coverage_by_community_need_and_group_leaves_out_zones_not_counted():
    table = FOUND.coverage.set_index(["community_id", "need_id", "group_id"])
    assert len(table) == 6  # C1: lunch and sports of two groups; C2: of elders
    row = table.loc[("C2", "lunch", "elder")]
    assert row["demand_persons"] == pytest.approx(10)
    assert row["covered_persons"] == pytest.approx(2)
    assert row["coverage"] == pytest.approx(0.2)
    assert row["access"] == 1.0
    assert ("C2", "lunch", "adult") not in table.index
    sports = table.loc[("C1", "sports", "adult")]
    assert sports["baseline_covered_persons"] == pytest.approx(
        14 - table.loc[("C1", "sports", "elder"), "baseline_covered_persons"]
    )


def test_sums_of_sites_equal_the_measures():
    for name in FOUND.sites.columns.drop("building_id"):
        assert FOUND.sites[name].sum() == pytest.approx(FOUND.measures[name])


def test_assignments_tell_area_capacity_and_served_visits():
    table = FOUND.assignments.set_index("service_id")
    assert table["area_m2"].to_dict() == {"canteen": 40, "gym": 10}
    assert table["capacity_visits_per_week"].to_dict() == {"canteen": 140, "gym": 35}
    assert table["served_visits_per_week"].to_dict() == {"canteen": 95, "gym": 6}


def test_served_rows_tell_covered_persons_and_minutes():
    table = FOUND.served.set_index(["zone_id", "need_id"])
    assert table.loc[("Z2", "lunch"), "covered_persons"] == pytest.approx(2)
    assert table.loc[("Z2", "lunch"), "walk_min"] == pytest.approx(4)


def test_visits_of_an_offer_are_split_over_its_spaces_by_capacity():
    spaces = [
        {"space_id": f"R{k}", "building_id": "B1", "usable_area_m2": 100}
        for k in (1, 2)
    ]
    scenario = make_scenario(
        services=[service("a")], needs=[need("one", "a")], spaces=spaces
    )
    places = {("B1", "R1", "a", "main"): 2, ("B1", "R2", "a", "main"): 6}
    found = evaluate(scenario, places, [("Z1", "one", "all", "B1", "a", "main", 28.0)])
    assert found.assignments["served_visits_per_week"].tolist() == [7, 21]


def test_an_empty_plan_of_a_scenario_without_demand_has_measures_of_nothing():
    scenario = make_scenario(
        services=[service("a")],
        needs=[need("one", "a")],
        population=[{"zone_id": "Z1", "group_id": "all", "persons": 0}],
    )
    found = evaluate(scenario, {}, None)
    assert found.violations == ()
    assert found.measures["coverage"] == 0
    assert found.measures["worst_community_coverage"] == 1
    assert len(found.sites) == len(found.spaces) == len(found.coverage) == 0
