"""Floor used, peaks and money of a solution, worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.access import build_access
from allocator.instance import Instance, Solution, build_instance
from allocator.instance.instance import Resource
from allocator.instance.measures import (
    floor_used_m2,
    peak_places,
    resource_totals,
    resources_by_building,
)
from tests.builders import make_scenario, need, service

SERVICES = [
    # 2 m² per place, class hall, 09:00-12:00 and 12:00-14:00.
    service(
        "canteen",
        sessions=[
            {"id": "early", "hours": "09:00-12:00"},
            {"id": "lunch", "hours": "11:00-14:00"},
        ],
        equipment_cost=100,
        equipment_cost_per_place=10,
        annual_cost_fixed=7,
        annual_cost_per_place=3,
    ),
    service("gym", "15:00-17:00", m2_per_place=5),
    service("clinic", "15:00-17:00", sharing="dedicated", m2_per_place=4),
    service("stop", "15:00-16:00", capacity="unlimited", min_area_m2=6),
]
OFFERS = ("canteen/early", "canteen/lunch", "clinic", "gym", "stop")


def instance_of(
    *, divisible: bool, change_over: float = 0, **sections: Any
) -> Instance:
    """Return one space of 100 m² with rent and renovation."""
    rules = {
        "change_over_min": [{"services": ["canteen", "gym"], "minutes": change_over}]
    }
    scenario = make_scenario(
        services=SERVICES,
        needs=[need("eat", "canteen", fee_per_visit=2)],
        buildings=[
            {
                "building_id": "B1",
                "x": 0,
                "y": 0,
                "opening_cost": 1000,
                "annual_rent": 50,
            }
        ],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": "yes" if divisible else "no",
                "renovation_cost_per_m2": 4,
                "annual_rent": 30,
            }
        ],
        rules=rules,
        **sections,
    )
    return build_instance(scenario, build_access(scenario))


def places_of(**places: int) -> np.ndarray:
    """Return places by offer; the candidates are the offers in order."""
    names = [name.replace("/", "_") for name in OFFERS]
    return np.array([places.get(name, 0) for name in names])


@pytest.mark.parametrize(
    ("places", "floor_m2"),
    [
        ({}, 0),
        # From 11 to 12 both sessions: (5 + 3) × 2 m².
        ({"canteen_early": 5, "canteen_lunch": 3}, 16),
        # Canteen and gym take turns: the larger of 10 and 15 m².
        ({"canteen_early": 5, "gym": 3}, 15),
        # The dedicated clinic holds its 8 m² all week, beside the class.
        ({"canteen_early": 5, "gym": 3, "clinic": 2}, 23),
        # The stop takes its least area of 6 m² together with the gym's 15.
        ({"gym": 3, "stop": 1}, 21),
    ],
)
def test_floor_used_of_a_divisible_space(places, floor_m2):
    instance = instance_of(divisible=True)
    assert floor_used_m2(instance, places_of(**places)).tolist() == [floor_m2]


def test_offers_without_time_to_clear_up_count_in_each_others_slots():
    # Lunch ends at 14:00, one hour before the gym: with 90 min asked both count at
    # once, 3 × 2 + 3 × 5 = 21. The early session has three hours and still shares:
    # from 11 to 12 it counts with lunch and the gym: 5 × 2 + 21 = 31.
    instance = instance_of(divisible=True, change_over=90)
    lunch = places_of(canteen_lunch=3, gym=3)
    assert floor_used_m2(instance, lunch).tolist() == [21]
    early = places_of(canteen_early=5, gym=3)
    assert floor_used_m2(instance, early).tolist() == [15]
    three = places_of(canteen_early=5, canteen_lunch=3, gym=3)
    assert floor_used_m2(instance, three).tolist() == [31]


def test_a_whole_space_counts_once_with_all_its_area():
    instance = instance_of(divisible=False)
    assert floor_used_m2(instance, places_of(canteen_early=1, gym=1)).tolist() == [100]


def test_peak_places_are_those_of_the_fullest_slot():
    instance = instance_of(divisible=True)
    places = places_of(canteen_early=5, canteen_lunch=3, gym=2)
    # Pairs: canteen, clinic, gym, stop.
    assert peak_places(instance, places).tolist() == [8, 0, 2, 0]


def test_money_of_a_plan():
    instance = instance_of(divisible=True)
    places = places_of(canteen_early=5, canteen_lunch=3)
    # One row, first supply of the building: 20 visits a week at a fee of 2.
    flow = np.array([0]), np.array([0]), np.array([20.0])
    totals = resource_totals(instance, Solution(places, *flow))
    assert totals == {
        # opening 1,000 + renovation 4 × 16 m² + equipment 100 + 10 × peak 8.
        Resource.CAPITAL_COST: 1000 + 64 + 100 + 80,
        # rents 50 + 30, two offers at 7, 8 places at 3, fees 2 × 20 × 52.
        Resource.YEARLY_OUTLAY: 80 + 14 + 24 - 2080,
        Resource.FLOOR_USED: 16,
        Resource.BUILDINGS: 1,
    }


def test_visits_to_a_facility_bring_no_fees():
    facility = {"facility_id": "F1", "service_id": "canteen", "session_id": "early"}
    instance = instance_of(
        divisible=True,
        tables={"facilities": [facility | {"x": 0, "y": 0, "places": 9}]},
    )
    last = len(instance.supplies.site) - 1
    flow = np.array([0]), np.array([last]), np.array([20.0])
    none = Solution(places_of(), *flow)
    by_building = resources_by_building(instance, none)
    assert [used.tolist() for used in by_building.values()] == [[0], [0], [0], [0]]
