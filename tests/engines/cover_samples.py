"""Random small scenarios of pure covering, with every feature the engine reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from allocator.scenario import Scenario

STEPS = [{"max_min": 3, "share": 1}, {"max_min": 6, "share": 0.6}]


def covering(seed: int, *, sites: int = 7, zones: int = 12, **keys: Any) -> Scenario:
    """Return a random scenario of unlimited services; features vary with the seed."""
    rng = np.random.default_rng(seed)
    extent = 1_200
    credit = {"credit": STEPS} if seed % 2 else {}
    needs = [need("one", "stop", 6.0, **credit)]
    services = [service("stop", capacity="unlimited", equipment_cost=seed % 3)]
    if seed % 4 == 1:
        needs.append(need("two", "stop", 4.0, weight=2.5))
    tables: dict[str, Any] = {}
    if seed % 3 == 1:
        x, y = rng.integers(0, extent, 2).tolist()
        tables["facilities"] = [
            {"facility_id": "F1", "service_id": "stop", "session_id": "main"}
            | {"x": x, "y": y, "visits_per_week": 1}
        ]
    limits: dict[str, Any] = {}
    if seed % 5 != 1:
        limits["buildings"] = int(rng.integers(1, 4))
    if seed % 5 in (1, 2):
        limits["capital_budget"] = int(rng.integers(5, 30))
    points = rng.integers(0, extent, (sites + zones, 2)).tolist()
    buildings = [
        {"building_id": f"B{k}", "x": x, "y": y, "opening_cost": cost}
        for k, ((x, y), cost) in enumerate(
            zip(points[:sites], rng.integers(1, 12, sites).tolist(), strict=True)
        )
    ]
    places = [
        {"zone_id": f"Z{k:02d}", "x": x, "y": y, "community_id": "C1"}
        for k, (x, y) in enumerate(points[sites:])
    ]
    people = [
        {"zone_id": row["zone_id"], "group_id": "all", "persons": persons}
        for row, persons in zip(
            places, rng.integers(1, 50, zones).tolist(), strict=True
        )
    ]
    return make_scenario(
        services=services,
        needs=needs,
        zones=places,
        population=people,
        buildings=buildings,
        spaces=(),
        tables=tables,
        **({"limits": limits} | keys),
    )
