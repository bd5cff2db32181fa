"""Who existing facilities serve before anything is planned."""

import pytest

from allocator.access import build_access
from allocator.evaluate import baseline
from allocator.evaluate.coverage import covered_by_row
from tests.builders import make_scenario, need, service


def facility(facility_id: str, x: float, places: int, service_id: str = "a"):
    return {
        "facility_id": facility_id,
        "service_id": service_id,
        "session_id": "main",
        "x": x,
        "y": 0,
        "places": places,
    }


def city(facilities, **keys):
    zones = [
        {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
        {"zone_id": "Z2", "x": 900, "y": 0, "community_id": "C1"},
    ]
    population = [
        {"zone_id": z["zone_id"], "group_id": "all", "persons": 10} for z in zones
    ]
    return make_scenario(
        services=[service("a"), service("b")],
        needs=[need("one", "a", **keys), need("two", "b", weight=50.0)],
        zones=zones,
        population=population,
        tables={"facilities": facilities},
    )


def by_zone(served):
    return (
        served.groupby(["zone_id", "site_id"])["served_visits_per_week"].sum().to_dict()
    )


def test_most_covered_persons_then_least_walking():
    # 7 visits at F1 (x = 0) and 14 at F2 (x = 900): 20 persons ask. Z2's 10 stay at F2,
    # Z1's 7 at F1, and 3 of Z1 walk 9 minutes to F2.
    scenario = city([facility("F1", 0, 1), facility("F2", 900, 2)])
    served = baseline(scenario, build_access(scenario))
    assert by_zone(served) == pytest.approx(
        {("Z1", "F1"): 7, ("Z1", "F2"): 3, ("Z2", "F2"): 10}
    )


def test_weights_do_not_matter():
    # need two has weight 50, but both are one person each: only walking and ids decide
    scenario = city([facility("F1", 0, 1)])
    served = baseline(scenario, build_access(scenario))
    assert by_zone(served) == pytest.approx({("Z1", "F1"): 7})


def test_credit_counts_persons_not_visits():
    # 7 visits: credit 1 at the door of Z1, 0.5 nine minutes away: Z1 alone is served
    steps = [{"max_min": 1, "share": 1}, {"max_min": 10, "share": 0.5}]
    scenario = city([facility("F1", 0, 1)], credit=steps)
    access = build_access(scenario)
    served = baseline(scenario, access)
    assert by_zone(served) == pytest.approx({("Z1", "F1"): 7})
    assert covered_by_row(scenario, access, served).sum() == pytest.approx(7)


def test_zones_that_are_not_counted_compete_for_capacity():
    scenario = make_scenario(
        services=[service("a")],
        needs=[need("one", "a")],
        zones=[
            {"zone_id": "Z1", "x": 0, "y": 0, "counted": "no"},
            {"zone_id": "Z2", "x": 500, "y": 0},
        ],
        population=[
            {"zone_id": z, "group_id": "all", "persons": 5} for z in ("Z1", "Z2")
        ],
        tables={"facilities": [facility("F1", 0, 1)]},
    )
    served = baseline(scenario, build_access(scenario))
    assert by_zone(served) == pytest.approx({("Z1", "F1"): 5, ("Z2", "F1"): 2})


def test_without_facilities_nobody_is_served():
    scenario = make_scenario(services=[service("a")], needs=[need("one", "a")])
    assert len(baseline(scenario, build_access(scenario))) == 0
