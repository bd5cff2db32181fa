"""Residents who fill their nearest open site first, whatever the plan had in mind."""

import numpy as np
import pytest

from allocator.access import build_access
from allocator.evaluate.nearest import nearest_first
from allocator.evaluate.served import facility_supply
from tests.builders import make_scenario, need, service


def facility(facility_id: str, x: float, visits: float):
    return {
        "facility_id": facility_id,
        "service_id": "a",
        "session_id": "main",
        "x": x,
        "y": 0,
        "visits_per_week": visits,
    }


def covered(facilities, *, zones_at=(0, 300), persons=10, **keys):
    """Return the covered persons of zones in a row."""
    names = [f"Z{k}" for k in range(len(zones_at))]
    scenario = make_scenario(
        services=[service("a")],
        needs=[need("one", "a", **keys)],
        zones=[
            {"zone_id": name, "x": x, "y": 0, "community_id": "C1"}
            for name, x in zip(names, zones_at, strict=True)
        ],
        population=[
            {"zone_id": name, "group_id": "all", "persons": persons} for name in names
        ],
        tables={"facilities": facilities},
    )
    supply = facility_supply(scenario)
    return nearest_first(scenario, build_access(scenario), supply).tolist()


def test_who_lives_nearer_goes_first():
    # 12 visits between a zone at 1 minute and one at 2: the first takes its 10
    assert covered([facility("F", 100, 12)], zones_at=(0, 300)) == [10, 2]


def test_who_finds_it_full_takes_the_next():
    # Z0 fills 4 of F (0 min), 5 of G (5 min) and is left with 1
    facilities = [facility("F", 0, 4), facility("G", 500, 5)]
    assert covered(facilities, zones_at=(0,)) == [9]


def test_nearest_may_leave_less_covered_than_the_plan_would():
    # F serves both, G only Z1 (at 9 min). Z1 is nearer to F and fills it; Z0 has none
    facilities = [facility("F", 500, 10), facility("G", 1300, 10)]
    assert covered(facilities, zones_at=(-400, 400)) == [0, 10]


def test_equal_walks_go_in_the_order_of_ids():
    assert covered([facility("F", 150, 10)], zones_at=(300, 0)) == [10, 0]


def test_a_walk_that_earns_half_covers_half():
    credit = [{"max_min": 1, "share": 1}, {"max_min": 10, "share": 0.5}]
    facilities = [facility("F", 0, 20)]
    assert covered(facilities, zones_at=(0, 300), credit=credit) == [10, 5]


def test_nothing_open_covers_nobody():
    assert np.sum(covered([facility("F", 5000, 9)])) == pytest.approx(0)
