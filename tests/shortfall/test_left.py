"""Why demand is unmet after planning: the first link of the chain that broke."""

import pytest

from allocator.access import build_access
from allocator.evaluate import assign_residents, suitability
from allocator.evaluate.view import build_view
from allocator.plan import Plan
from allocator.shortfall.left import REASONS, shortfall_left
from tests.builders import make_scenario, need, service

NOTHING = Plan.from_places({})
TEN = Plan.from_places({("B1", "R1", "a", "main"): 10})
"""Ten places every day: 70 visits per week."""


def left(plan=NOTHING, *, x=0.0, area=100.0, min_area=0.0, **keys):
    """Return persons by reason for 100 residents at x, and all unmet persons."""
    scenario = make_scenario(
        services=[service("a", min_area_m2=min_area)],
        needs=[need("one", "a", **keys)],
        zones=[{"zone_id": "Z1", "x": x, "y": 0, "community_id": "C1"}],
        spaces=[{"space_id": "R1", "building_id": "B1", "usable_area_m2": area}],
    )
    access = build_access(scenario)
    plan = assign_residents(scenario, access, plan)
    view = build_view(scenario, access, plan)
    (row,) = shortfall_left(scenario, access, view, suitability(scenario)).to_dict(
        "records"
    )
    found = {name: row[f"{name}_persons"] for name in REASONS}
    assert sum(found.values()) == pytest.approx(row["unmet_persons"])
    return {name: persons for name, persons in found.items() if persons}


def test_no_site_within_the_limit():
    assert left(x=1100) == {"no_site": 100}


def test_no_space_that_suits():
    assert left(area=100, min_area=150) == {"no_space": 100}


def test_a_space_that_suits_but_nothing_runs():
    assert left() == {"not_opened": 100}


def test_what_runs_is_full():
    assert left(TEN) == {"full": pytest.approx(30)}


def test_a_long_walk_earns_a_part():
    steps = [{"max_min": 1, "share": 1}, {"max_min": 10, "share": 0.4}]
    found = left(TEN, x=500, credit=steps)
    assert found == {"full": pytest.approx(30), "far": pytest.approx(70 * 0.6)}
