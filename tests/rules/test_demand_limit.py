"""Rule `demand_limit`: Σ f ≤ D of every demand row."""

import pytest

from tests.builders import make_scenario, need, service
from tests.rules.support import best, breaches, evaluate

# 100 persons × rate 0.5 × 2 visits a week = 100 visits a week, by 50 persons.
SCENARIO = make_scenario(
    services=[service("canteen", turns=4)],
    needs=[need("lunch", "canteen", groups={"all": 0.5}, visits_per_person_week=2)],
    tables={
        "facilities": [
            {
                "facility_id": "F1",
                "service_id": "canteen",
                "session_id": "main",
                "x": 100,
                "y": 0,
                "places": 2,
            }
        ]
    },
)
PLACES = {("B1", "R1", "canteen", "main"): 10}  # 10 × 4 × 7 = 280 visits


def served(at_building: float, at_facility: float) -> list[tuple]:
    row = ("Z1", "lunch", "all")
    return [
        (*row, "B1", "canteen", "main", at_building),
        (*row, "F1", "canteen", "main", at_facility),
    ]


def test_capacity_beyond_the_demand_covers_the_demand_and_no_more():
    # 280 visits of capacity meet 100 visits of demand: 50 persons covered.
    found = evaluate(SCENARIO, PLACES, None)
    assert found.measures["covered_persons"] == pytest.approx(50)
    assert found.violations == ()


def test_visits_at_all_sites_together_above_the_demand_are_flagged():
    (violation,) = breaches("demand_limit", SCENARIO, PLACES, served(90, 25))
    assert violation.where == {"zone": "Z1", "need": "lunch", "group": "all"}
    assert violation.excess == pytest.approx(15)  # 90 + 25 − 100
    assert violation.limit == pytest.approx(100)
    assert violation.unit == "visits per week"


def test_exactly_the_demand_is_no_violation():
    assert breaches("demand_limit", SCENARIO, PLACES, served(90, 10)) == []


def test_excess_within_the_tolerance_is_no_violation():
    # 1e-6 × 100 visits = 1e-4 visits of slack
    assert breaches("demand_limit", SCENARIO, PLACES, served(90, 10.00009)) == []
    assert len(breaches("demand_limit", SCENARIO, PLACES, served(90, 10.0002))) == 1


def test_visits_where_nobody_asks_are_flagged_in_full():
    scenario = make_scenario(
        services=[service("canteen")],
        needs=[need("lunch", "canteen")],
        groups=[{"id": "all"}, {"id": "elder"}],
    )
    rows = [("Z1", "lunch", "elder", "B1", "canteen", "main", 3.0)]
    (violation,) = breaches("demand_limit", scenario, PLACES, rows)
    assert violation.excess == pytest.approx(3)
    assert violation.where["group"] == "elder"


def test_negative_visits_are_flagged():
    (violation,) = breaches("demand_limit", SCENARIO, PLACES, served(20, -4))
    assert violation.excess == pytest.approx(4)
    assert violation.where["site"] == "F1"


def test_the_best_plan_covers_all_demand_and_no_more():
    # 280 visits and more of capacity for 50 persons who come twice a week
    assert best(SCENARIO) == pytest.approx(50)
