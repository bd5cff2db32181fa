"""The bound from demand and sizes alone, by hand."""

from __future__ import annotations

import pytest

from allocator.access import build_access
from allocator.instance import build_instance
from allocator.solve.bounds import trivial_bound
from tests.builders import make_scenario, need, service


def bound_of(goal: dict[str, object], **sections: object) -> float:
    city = make_scenario(
        services=[
            service(
                "canteen",
                equipment_cost=500,
                equipment_cost_per_place=10,
                annual_cost_fixed=100,
                annual_cost_per_place=20,
            )
        ],
        needs=[need("lunch", "canteen", fee_per_visit=2, **sections)],
        zones=[{"zone_id": "Z1", "x": 200, "y": 0, "community_id": "C1"}],
        buildings=[{"building_id": "B1", "x": 0, "y": 0, "annual_rent": 1000}],
        goals=[goal],
    )
    instance = build_instance(city, build_access(city))
    return trivial_bound(instance, instance.goals[0])


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        # 100 persons, weight 3, all within 2 min
        ({"maximize": {"weighted_covered_persons": 3}}, 300.0),
        ({"minimize": {"weighted_covered_persons": 1}}, 0.0),
        # 100 m² hold 50 places: 500 + 50 × 10
        ({"maximize": {"capital_cost": 1}}, 1000.0),
        ({"minimize": {"capital_cost": 1}}, 0.0),
        # all pay 2 a visit, 52 weeks, 100 visits a week
        ({"minimize": {"yearly_outlay": 1}}, -10_400.0),
        # rent 1,000 + 100 + 50 × 20
        ({"maximize": {"yearly_outlay": 1}}, 2100.0),
        # persons less a tenth of the cost: cost may be 0
        ({"maximize": {"covered_persons": 1, "capital_cost": -0.1}}, 100.0),
        ({"minimize": {"buildings": 1, "covered_persons": -1}}, -100.0),
        # 100 visits of 2 minutes
        ({"maximize": {"walking_minutes": 1}}, 200.0),
        ({"maximize": {"worst_community_coverage": 1}}, 1.0),
    ],
)
def test_bound_by_hand(goal: dict[str, object], expected: float) -> None:
    assert bound_of(goal) == pytest.approx(expected)


def test_credit_lowers_the_bound() -> None:
    steps = [{"max_min": 1, "share": 1}, {"max_min": 10, "share": 0.6}]
    goal = {"maximize": {"weighted_covered_persons": 1}}
    assert bound_of(goal, credit=steps) == pytest.approx(60.0)
