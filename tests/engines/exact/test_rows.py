"""The rows of each rule on tiny instances, as text.

Slots count the maximal ones only: where all overlap there is one, slot 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocator.engines.exact.formulation import build_model
from allocator.engines.exact.rules.area import (
    add_extension,
    add_floor_used,
    add_min_area,
    add_pair_area,
    add_space_area,
)
from allocator.engines.exact.rules.demand import (
    add_capacity,
    add_demand_limit,
    add_reach,
)
from allocator.engines.exact.rules.limits import (
    add_building_reserve,
    add_coverage_floors,
    add_limits,
    add_pins,
)
from allocator.engines.exact.rules.peaks import (
    add_outdoor,
    add_peak_places,
    add_siting,
)
from allocator.engines.exact.rules.places import add_places, add_used
from allocator.engines.exact.rules.sharing import (
    add_change_over,
    add_incompatible,
    add_sharing,
    add_taking_turns,
)
from tests.builders import make_scenario, need, service
from tests.engines.exact.support import instance_of, room, two_services

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORT = {
    "space=": "",
    "service=": "",
    "session=": "",
    "site=": "",
    "building=": "",
    ",main": "",
}


def rows_of(scenario, *rules) -> Sequence[str]:
    """Return the rows that some rules add, with short names."""
    text = build_model(instance_of(scenario), rules)[0].to_text()
    for long, short in SHORT.items():
        text = text.replace(long, short)
    lines = text.splitlines()
    return sorted(line for line in lines if not line.startswith(("integer ", "real ")))


HOUR = {"change_over_min": [{"services": ["a", "b"], "minutes": 60}]}
DIVISIBLE = [room(divisible=True)]
TWO_ROOMS = [room(floor=1), room(space_id="R2", floor=1)]
AM_PM = {
    "sessions": [
        {"id": "am", "days": "all", "hours": "09:00-12:00"},
        {"id": "pm", "days": "all", "hours": "13:00-15:00"},
    ]
}


def one_service(own=None, **keys):
    return make_scenario(
        services=[service("a", **(own or {}))],
        needs=[need("one", "a", **keys.pop("needs", {}))],
        **{"spaces": [room()], **keys},
    )


CASES = {
    # Ten places at most, and none where the offer does not run.
    "places": (
        one_service(),
        (add_places,),
        [
            "places[R1,a]: + 1 places[R1,a] - 10 runs[R1,a] <= 0",
            "places[R1,a]: - 1 places[R1,a] + 1 runs[R1,a] <= 0",
        ],
    ),
    # One room, one service: one column does for service, space and building.
    "used_of_one": (one_service(), (add_used,), []),
    "used_of_two": (
        one_service(spaces=TWO_ROOMS),
        (add_used,),
        [
            "used[B1,a]: + 1 runs[R1,a] - 1 supply_runs[B1,a] <= 0",
            "used[B1,a]: + 1 runs[R2,a] - 1 supply_runs[B1,a] <= 0",
            "used[B1,a]: - 1 runs[R1,a] - 1 runs[R2,a] + 1 supply_runs[B1,a] <= 0",
            "used[B1]: + 1 building_used[B1] - 1 runs[R1,a] - 1 runs[R2,a] <= 0",
            "used[B1]: - 1 building_used[B1] + 1 runs[R1,a] <= 0",
            "used[B1]: - 1 building_used[B1] + 1 runs[R2,a] <= 0",
        ],
    ),
    # One turn on seven days: 7 visits a place; 70 of the 100 can be served here.
    "capacity": (
        one_service(),
        (add_demand_limit, add_capacity, add_reach),
        [
            "capacity[B1,a]: + 1 flow[row=0,B1,a] - 7 places[R1,a] <= 0",
            "reach[row=0,B1,a]: + 1 flow[row=0,B1,a] - 70 runs[R1,a] <= 0",
        ],
    ),
    "demand_limit": (
        one_service(
            own=AM_PM | {"turns": 2},
        ),
        (add_demand_limit,),
        ["demand_limit[row=0]: + 1 flow[row=0,B1,a,am] + 1 flow[row=0,B1,a,pm] <= 100"],
    ),
    # Services of one class take turns; overlapping hours: one at a time.
    "sharing": (
        two_services("11:00-13:00"),
        (add_sharing, add_taking_turns),
        [
            "sharing[R1,a]: - 1 class_runs[R1,cell=0] + 1 runs[R1,a] <= 0",
            "sharing[R1,b]: - 1 class_runs[R1,cell=0] + 1 runs[R1,b] <= 0",
            "sharing[R1,slot=0]: - 1 class_runs[R1,cell=0] + 1 runs[R1,a]"
            " + 1 runs[R1,b] <= 0",
            "sharing[R1]: + 1 class_runs[R1,cell=0] - 1 space_used[R1] = 0",
        ],
    ),
    "sharing_dedicated": (
        two_services(services={"sharing": "dedicated"}),
        (add_sharing, add_taking_turns),
        ["sharing[R1]: + 1 runs[R1,a] + 1 runs[R1,b] - 1 space_used[R1] = 0"],
    ),
    "change_over": (
        two_services("12:30-15:00", rules=HOUR),
        (add_change_over,),
        ["change_over[R1,a]: + 1 runs[R1,a] + 1 runs[R1,b] <= 1"],
    ),
    "incompatible": (
        two_services(rules={"incompatible": [{"services": ["a", "b"]}]}),
        (add_incompatible,),
        ["incompatible[B1,a]: + 1 runs[R1,a] + 1 runs[R1,b] <= 1"],
    ),
    # Two sessions at once: 2 m² each within the 12 m² the service may take.
    "area_limit_of_a_service": (
        one_service(
            {
                "max_area_m2": 12,
                "sessions": [
                    {"id": "am", "days": "all", "hours": "09:00-12:00"},
                    {"id": "noon", "days": "all", "hours": "11:00-13:00"},
                ],
            }
        ),
        (add_pair_area,),
        [
            "area_limit[R1,a,slot=0]: + 2 places[R1,a,am] + 2 places[R1,a,noon]"
            " - 12 service_runs[R1,a] <= 0"
        ],
    ),
    # Side by side the class takes the sum of the slot in which both run.
    "area_limit_of_a_divisible_space": (
        two_services("11:00-13:00", spaces=DIVISIBLE),
        (add_floor_used, add_space_area),
        [
            "area_limit[R1,slot=0]: - 1 floor_used_m2[R1,cell=0] + 2 places[R1,a]"
            " + 2 places[R1,b] <= 0",
            "area_limit[R1]: + 1 floor_used_m2[R1,cell=0] - 20 space_used[R1] <= 0",
        ],
    ),
    # 20 m² is the most that ten places of a can add to the slot of b.
    "area_limit_with_change_over": (
        two_services("12:30-15:00", rules=HOUR, spaces=DIVISIBLE),
        (add_floor_used, add_extension),
        [
            "area_limit[R1,a]: - 1 extension_m2[R1,a,slot=1] + 2 places[R1,a]"
            " + 20 runs[R1,b] <= 20",
            "area_limit[R1,b]: - 1 extension_m2[R1,b,slot=0] + 2 places[R1,b]"
            " + 20 runs[R1,a] <= 20",
            "area_limit[R1,slot=0]: + 1 extension_m2[R1,b,slot=0]"
            " - 1 floor_used_m2[R1,cell=0] + 2 places[R1,a] <= 0",
            "area_limit[R1,slot=1]: + 1 extension_m2[R1,a,slot=1]"
            " - 1 floor_used_m2[R1,cell=0] + 2 places[R1,b] <= 0",
        ],
    ),
    # 12 m² in one of the two sessions.
    "min_area": (
        one_service(AM_PM | {"min_area_m2": 12}, spaces=DIVISIBLE),
        (add_min_area,),
        [
            "min_area[R1,a,slot=0]: 0 <= + 2 places[R1,a,am]"
            " - 12 slot_of_min_area[R1,a,slot=0]",
            "min_area[R1,a,slot=1]: 0 <= + 2 places[R1,a,pm]"
            " - 12 slot_of_min_area[R1,a,slot=1]",
            "min_area[R1,a]: - 1 service_runs[R1,a] + 1 slot_of_min_area[R1,a,slot=0]"
            " + 1 slot_of_min_area[R1,a,slot=1] = 0",
        ],
    ),
    "peak": (
        one_service(AM_PM | {"equipment_cost_per_place": 10}),
        (add_peak_places,),
        [
            "peak[R1,a,slot=0]: - 1 peak_places[R1,a] + 1 places[R1,a,am] <= 0",
            "peak[R1,a,slot=1]: - 1 peak_places[R1,a] + 1 places[R1,a,pm] <= 0",
        ],
    ),
    # Three places on the floor of both rooms; 20 is what both could hold.
    "siting": (
        one_service({"requires": {"max_places_on_floor": 3}}, spaces=TWO_ROOMS),
        (add_siting,),
        [
            "siting[R1,a,alternative=0]: + 17 alternative[R1,a,alternative=0]"
            " + 1 places[R1,a] + 1 places[R2,a] <= 20",
            "siting[R1,a]: + 1 alternative[R1,a,alternative=0] - 1 runs[R1,a] = 0",
            "siting[R2,a,alternative=1]: + 17 alternative[R2,a,alternative=1]"
            " + 1 places[R1,a] + 1 places[R2,a] <= 20",
            "siting[R2,a]: + 1 alternative[R2,a,alternative=1] - 1 runs[R2,a] = 0",
        ],
    ),
    "outdoor": (
        one_service(
            {"requires": {"outdoor_m2_per_place": 2}},
            buildings=[{"building_id": "B1", "x": 0, "y": 0, "outdoor_m2": 10}],
        ),
        (add_outdoor,),
        [
            "siting[B1]: + 1 outdoor_m2[R1,a] <= 10",
            "siting[R1,a,alternative=0]: + 20 alternative[R1,a,alternative=0]"
            " - 1 outdoor_m2[R1,a] + 2 places[R1,a] <= 20",
        ],
    ),
    "reserve": (
        one_service(
            spaces=TWO_ROOMS,
            buildings=[{"building_id": "B1", "x": 0, "y": 0, "reserve_share": 0.25}],
            limits={"reserve_share": 0.5},
        ),
        (add_building_reserve, add_limits),
        [
            "reserve[B1]: + 20 runs[R1,a] + 20 runs[R2,a] <= 30",
            "reserve[]: + 20 runs[R1,a] + 20 runs[R2,a] <= 20",
        ],
    ),
    # Opening 5, renovation 20 × 3, equipment 7 and 10 a place.
    "capital_budget": (
        one_service(
            {"equipment_cost": 7, "equipment_cost_per_place": 10},
            buildings=[{"building_id": "B1", "x": 0, "y": 0, "opening_cost": 5}],
            spaces=[room(renovation_cost_per_m2=3)],
            limits={"capital_budget": 99},
        ),
        (add_limits,),
        ["capital_budget[]: + 10 places[R1,a] + 72 runs[R1,a] <= 99"],
    ),
    # Rents 1 and 2, 4 fixed and 3 a place, less 52 weeks of a fee of 2.
    "annual_budget": (
        one_service(
            {"annual_cost_fixed": 4, "annual_cost_per_place": 3},
            needs={"fee_per_visit": 2},
            buildings=[{"building_id": "B1", "x": 0, "y": 0, "annual_rent": 1}],
            spaces=[room(annual_rent=2)],
            limits={"annual_budget": 50},
        ),
        (add_limits,),
        [
            "annual_budget[]: - 104 flow[row=0,B1,a] + 3 places[R1,a]"
            " + 7 runs[R1,a] <= 50"
        ],
    ),
    "floor_area_limit_and_building_limit": (
        one_service(limits={"floor_area_m2": 15, "buildings": 1}),
        (add_limits,),
        [
            "building_limit[]: + 1 runs[R1,a] <= 1",
            "floor_area_limit[]: + 20 runs[R1,a] <= 15",
        ],
    ),
    # Half of 100 persons; two visits make a person.
    "coverage_floor": (
        one_service(
            needs={"visits_per_person_week": 2},
            rules={"coverage_floor": {"needs": {"one": 0.5}}},
        ),
        (add_coverage_floors,),
        ["coverage_floor[need=one]: 50 <= + 0.5 flow[row=0,B1,a]"],
    ),
    "pins": (
        two_services(
            rules={
                "pins": [
                    {"fix": "out", "service": "b"},
                    {"fix": "in", "building": "B1"},
                ]
            }
        ),
        (add_pins,),
        [
            "pins[pin=0]: + 1 runs[R1,b] <= 0",
            "pins[pin=1]: 1 <= + 1 runs[R1,a] + 1 runs[R1,b]",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_rule_adds_just_these_rows(case: str):
    scenario, rules, expected = CASES[case]
    assert rows_of(scenario, *rules) == sorted(expected)
