"""Plans: what they may name, and how two of them differ."""

import pandas as pd
import pytest

from allocator.errors import PlanInvalid
from allocator.plan import SERVED_COLUMNS, Plan, check_plan, difference
from tests.builders import make_scenario, need, service

SCENARIO = make_scenario(
    services=[service("canteen")],
    needs=[need("lunch", "canteen")],
    buildings=[{"building_id": b, "x": 0, "y": 0} for b in ("B1", "B2")],
    spaces=[
        {"space_id": f"R{k}", "building_id": f"B{k}", "usable_area_m2": 100}
        for k in (1, 2)
    ],
)
GOOD = ("B1", "R1", "canteen", "main")


def codes(plan: Plan) -> list[str]:
    with pytest.raises(PlanInvalid) as caught:
        check_plan(SCENARIO, plan)
    return [issue.code for issue in caught.value.issues]


def test_a_plan_of_known_ids_is_accepted():
    check_plan(SCENARIO, Plan.from_places({GOOD: 3}))


def test_every_unknown_id_is_reported_with_the_nearest():
    plan = Plan.from_places(
        {("B1", "R1", "canten", "main"): 1, ("B3", "R9", "canteen", "main"): 1}
    )
    with pytest.raises(PlanInvalid) as caught:
        check_plan(SCENARIO, plan)
    issues = caught.value.issues
    assert {issue.code for issue in issues} == {"plan-unknown-id"}
    found = {(issue.place.column, issue.nearest) for issue in issues}
    assert ("service_id", "canteen") in found
    assert {"building_id", "space_id", "service_id"} <= {column for column, _ in found}


def test_a_space_in_another_building_is_reported():
    plan = Plan.from_places({("B2", "R1", "canteen", "main"): 1})
    assert codes(plan) == ["plan-space-elsewhere"]


def test_a_repeated_assignment_and_a_missing_number_are_reported():
    frame = Plan.from_places({GOOD: 3}).assignments
    assert codes(Plan(pd.concat([frame, frame]))) == ["plan-repeated"]
    assert codes(Plan(frame.assign(places=float("nan")))) == ["plan-number"]


def test_unknown_ids_of_served_rows_are_reported():
    rows = [("Z9", "lunch", "", "B1", "canteen", "main", 1.0)]
    served = pd.DataFrame(rows, columns=list(SERVED_COLUMNS))
    assert codes(Plan.from_places({GOOD: 3}, served)) == ["plan-unknown-id"]


def test_the_difference_lists_what_was_added_removed_and_changed():
    other = ("B2", "R2", "canteen", "main")
    first = Plan.from_places({GOOD: 3})
    assert len(difference(first, first)) == 0
    found = difference(first, Plan.from_places({GOOD: 5, other: 2}))
    assert found["change"].tolist() == ["changed", "added"]
    assert found["places_second"].tolist() == [5, 2]
    found = difference(first, Plan.from_places({}))
    assert found["change"].tolist() == ["removed"]
    assert found["places_second"].tolist() == [0]
