"""Small scenarios built in memory, so that a test states only what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.scenario import build_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocator.scenario import Scenario

    Rows = Sequence[Mapping[str, Any]]


def service(service_id: str, hours: str = "09:00-12:00", **keys: Any) -> dict[str, Any]:
    """Return a service with one daily session called `main` and 2 m² per place.

    `sessions` replaces the session, `capacity="unlimited"` drops the m² per place.
    """
    base: dict[str, Any] = {
        "id": service_id,
        "sharing": "hall",
        "sessions": [{"id": "main", "days": "all", "hours": hours}],
    }
    if keys.get("capacity") != "unlimited":
        base["m2_per_place"] = 2.0
    return base | keys


def need(
    need_id: str, service_id: str, walk: float = 10.0, **keys: Any
) -> dict[str, Any]:
    """Return a need of everybody, once a week, met by any session of one service."""
    base = {
        "id": need_id,
        "groups": {"all": 1.0},
        "visits_per_person_week": 1,
        "accepts": [{"service": service_id, "max_walk_min": walk}],
    }
    return base | keys


def make_scenario(
    *,
    services: Rows,
    needs: Rows,
    zones: Rows = ({"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},),
    population: Rows = ({"zone_id": "Z1", "group_id": "all", "persons": 100},),
    buildings: Rows = ({"building_id": "B1", "x": 0, "y": 0},),
    spaces: Rows = ({"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},),
    communities: Rows = ({"community_id": "C1", "district_id": "west"},),
    tables: Mapping[str, Rows] | None = None,
    **sections: Any,
) -> Scenario:
    """Build a scenario in local metres: walking 100 m/min, no detour, one group.

    Keyword sections (`limits`, `rules`, `goals`, `groups`, …) go into the document;
    further `tables` (facilities, demand, survey, travel) are given by name.
    """
    document: dict[str, Any] = {
        "format": "allocator/1",
        "name": "tiny",
        "crs": "local",
        "groups": [{"id": "all"}],
        "access": {"detour": 1.0, "profiles": {"walk": {"speed_m_per_min": 100}}},
        "services": list(services),
        "needs": list(needs),
    }
    frames = {
        "communities": communities,
        "zones": zones,
        "population": population,
        "buildings": buildings,
        "spaces": spaces,
        **(tables or {}),
    }
    return build_scenario(
        document | sections,
        {name: pd.DataFrame(list(rows)) for name, rows in frames.items() if rows},
    )
