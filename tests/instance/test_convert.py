"""Between solutions in positions and plans in ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from allocator.access import build_access
from allocator.instance import (
    Instance,
    Solution,
    build_instance,
    plan_to_solution,
    solution_to_plan,
)
from allocator.plan import ASSIGNMENT_COLUMNS, SERVED_COLUMNS, Plan
from tests.builders import make_scenario, need, service
from tests.instance.samples import random_solution
from tests.properties.tiny import seeded

if TYPE_CHECKING:
    from allocator.scenario import Scenario


def village() -> tuple[Scenario, Instance]:
    """Return two zones of 30 and 10 visits, room for 5 places (35 visits a week).

    The facility ``A1`` serves 14 visits a week; its id sorts before the building's.
    Demand of zone Z2 for `eat` is given without a group.
    """
    scenario = make_scenario(
        services=[service("canteen")],
        needs=[need("eat", "canteen"), need("far", "canteen", 0)],
        zones=[
            {"zone_id": "Z1", "x": 100, "y": 0},
            {"zone_id": "Z2", "x": 200, "y": 0},
        ],
        population=[{"zone_id": "Z1", "group_id": "all", "persons": 30}],
        spaces=[{"space_id": "R1", "building_id": "B1", "usable_area_m2": 10}],
        tables={
            "demand": [{"zone_id": "Z2", "need_id": "eat", "visits_per_week": 10}],
            "facilities": [
                {
                    "facility_id": "A1",
                    "service_id": "canteen",
                    "session_id": "main",
                    "x": 0,
                    "y": 0,
                    "visits_per_week": 14,
                }
            ],
        },
    )
    return scenario, build_instance(scenario, build_access(scenario))


def solution_of(
    instance: Instance, places: int, flows: dict[tuple[int, int], float]
) -> Solution:
    """Return a solution of {(row, supply): visits}."""
    keys = np.array(list(flows), np.int64).reshape(-1, 2)
    return Solution(
        np.full(len(instance.candidates.space), places),
        keys[:, 0],
        keys[:, 1],
        np.array(list(flows.values()), float),
    )


def test_flows_are_split_over_members_in_proportion_to_demand():
    scenario, instance = village()
    # One row of 40 visits (30 + 10); supplies: the building, then the facility.
    solution = solution_of(instance, 3, {(0, 0): 20.0, (0, 1): 8.0})
    plan = solution_to_plan(scenario, instance, solution)
    assert plan.assignments.to_numpy().tolist() == [["B1", "R1", "canteen", "main", 3]]
    assert plan.served.to_numpy().tolist() == [
        ["Z1", "eat", "all", "A1", "canteen", "main", 6.0],
        ["Z1", "eat", "all", "B1", "canteen", "main", 15.0],
        ["Z2", "eat", "", "A1", "canteen", "main", 2.0],
        ["Z2", "eat", "", "B1", "canteen", "main", 5.0],
    ]


def test_flows_of_rounding_size_are_dropped():
    scenario, instance = village()
    solution = solution_of(instance, 3, {(0, 0): 1e-9, (0, 1): 1.1e-9})
    plan = solution_to_plan(scenario, instance, solution)
    assert plan.served["site_id"].tolist() == ["A1", "A1"]


def test_offers_without_places_are_left_out():
    scenario, instance = village()
    plan = solution_to_plan(scenario, instance, solution_of(instance, 0, {}))
    assert plan.assignments.columns.tolist() == list(ASSIGNMENT_COLUMNS)
    assert plan.served.columns.tolist() == list(SERVED_COLUMNS)
    assert len(plan.assignments) == len(plan.served) == 0


def served(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    """Return served rows (zone, need, group, site, visits) of the canteen."""
    full = [(*row[:4], "canteen", "main", row[4]) for row in rows]
    return pd.DataFrame(full, columns=list(SERVED_COLUMNS))


def start_of(places: int, frame: pd.DataFrame | None) -> Solution:
    """Return the start made of a plan for the village."""
    scenario, instance = village()
    plan = Plan.from_places({("B1", "R1", "canteen", "main"): places}, frame)
    return plan_to_solution(scenario, instance, plan)


def test_a_plan_without_residents_is_a_start_of_places():
    start = start_of(4, None)
    assert start.places.tolist() == [4]
    assert len(start.flow_row) == len(start.flow_supply) == len(start.flow_visits) == 0


def test_places_beyond_the_room_are_cut():
    assert start_of(9, None).places.tolist() == [5]


def test_flows_of_members_are_added_up():
    start = start_of(
        5, served(("Z1", "eat", "all", "B1", 9), ("Z2", "eat", "", "B1", 3))
    )
    flows = (
        start.flow_row.tolist(),
        start.flow_supply.tolist(),
        start.flow_visits.tolist(),
    )
    assert flows == ([0], [0], [12.0])


def test_what_the_instance_does_not_know_is_dropped():
    start = start_of(
        5,
        served(
            ("Z1", "eat", "all", "B1", 9),
            ("Z9", "eat", "all", "B1", 1),  # no such zone
            ("Z1", "nap", "all", "B1", 1),  # no such need
            ("Z1", "eat", "", "B1", 1),  # demand stands under its group
            ("Z1", "eat", "all", "B9", 1),  # no such site
            ("Z1", "far", "all", "B1", 1),  # out of reach: no arc
            ("Z2", "eat", "", "B1", -1),
        ),
    )
    assert start.flow_visits.tolist() == [9.0]
    scenario, instance = village()
    other = served(("Z1", "eat", "all", "B1", 9)).assign(session_id="gone")
    plan = Plan.from_places({("B1", "R9", "canteen", "main"): 1}, other)
    empty = plan_to_solution(scenario, instance, plan)
    assert empty.places.tolist() == [0]
    assert len(empty.flow_row) == 0


def test_flows_are_scaled_to_demand_then_capacity():
    # 100 visits wanted of 40: 35 of the building's 70 and 30 of 30 shrink by 0.4 to
    # 28 and 12; the facility's 14 hold 12, and 2 places hold 14 of 28.
    frame = served(("Z1", "eat", "all", "B1", 70), ("Z1", "eat", "all", "A1", 30))
    start = start_of(2, frame)
    assert start.flow_supply.tolist() == [0, 1]
    assert start.flow_visits.tolist() == pytest.approx([14.0, 12.0])


@pytest.mark.parametrize("seed", range(12))
def test_there_and_back_is_the_same_solution(seed: int):
    scenario = seeded(seed).build()
    instance = build_instance(scenario, build_access(scenario))
    drawn = random_solution(instance, seed)
    # A first pass scales the visits to the capacities.
    kept = plan_to_solution(
        scenario, instance, solution_to_plan(scenario, instance, drawn)
    )
    plan = solution_to_plan(scenario, instance, kept)
    again = plan_to_solution(scenario, instance, plan)
    assert again.places.tolist() == kept.places.tolist() == drawn.places.tolist()
    assert again.flow_row.tolist() == kept.flow_row.tolist()
    assert again.flow_supply.tolist() == kept.flow_supply.tolist()
    assert again.flow_visits == pytest.approx(kept.flow_visits, rel=1e-9)
    by_id = plan.served.sort_values(list(SERVED_COLUMNS[:-1]), ignore_index=True)
    pd.testing.assert_frame_equal(plan.served, by_id)
    keys = plan.assignments.sort_values(
        list(ASSIGNMENT_COLUMNS[:-1]), ignore_index=True
    )
    pd.testing.assert_frame_equal(plan.assignments, keys)
