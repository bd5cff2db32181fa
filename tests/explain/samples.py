"""Runs that explanations are asked about."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from allocator.explain.known import Known, known
from allocator.options import SolveOptions
from allocator.scenario import Scenario, read_scenario
from allocator.solve import solve
from tests.builders import make_scenario, need, service

RIVERSIDE = Path(__file__).parents[2] / "scenarios" / "riverside"
EXACT = SolveOptions(engine="exact", time_limit_s=60)


@cache
def riverside() -> Known:
    """A plan of Riverside by the greedy engine, with its bound."""
    scenario = read_scenario(RIVERSIDE)
    options = SolveOptions(engine="greedy", max_steps=0, time_limit_s=60)
    return known(solve(scenario, options))


def weekly(
    service_id: str, hours: str = "09:00-12:00", **keys: object
) -> dict[str, Any]:
    """Return a service held on Mondays: a place serves one person a week."""
    session = {"id": "main", "days": "mon", "hours": hours}
    return service(service_id, sessions=[session], **keys)


def two_rooms(**sections: object) -> Scenario:
    """Two buildings of one room, 100 m² and 40 m²; 60 persons near each, 20 near both.

    Zone Z1 reaches B1 alone, Z3 B2 alone, Z2 both; meals need 2 m² a place and a
    club 4 m²; in one room they take turns. Fitting a room costs 10 a place.
    """
    document: dict[str, Any] = {
        "limits": {"capital_budget": 600},
        "spaces": [
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "R2", "building_id": "B2", "usable_area_m2": 40},
        ],
        **sections,
    }
    return make_scenario(
        services=[
            weekly("meals", "11:00-13:00", equipment_cost_per_place=10),
            weekly("club", "18:00-20:00", m2_per_place=4, equipment_cost_per_place=10),
        ],
        needs=[need("eat", "meals", 5), need("meet", "club", 5, groups={"all": 0.5})],
        zones=[
            {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 500, "y": 0, "community_id": "C2"},
            {"zone_id": "Z3", "x": 1000, "y": 0, "community_id": "C3"},
        ],
        population=[
            {"zone_id": "Z1", "group_id": "all", "persons": 60},
            {"zone_id": "Z2", "group_id": "all", "persons": 20},
            {"zone_id": "Z3", "group_id": "all", "persons": 60},
        ],
        communities=[
            {"community_id": f"C{k}", "district_id": "west"} for k in (1, 2, 3)
        ],
        buildings=[
            {"building_id": "B1", "x": 100, "y": 0, "community_id": "C1"},
            {"building_id": "B2", "x": 900, "y": 0, "community_id": "C3"},
        ],
        **document,
    )
