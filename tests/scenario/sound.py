"""A sound little scenario without any issue; each test breaks one thing of it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.scenario import check_scenario

if TYPE_CHECKING:
    from allocator.issues import Issue

DOCUMENT: dict[str, Any] = {
    "format": "allocator/1",
    "name": "sound",
    "crs": "local",
    "groups": [{"id": "adult"}, {"id": "elder", "profile": "slow"}],
    "access": {
        "profiles": {
            "walk": {"speed_m_per_min": 75},
            "slow": {"speed_m_per_min": 60},
        }
    },
    "services": [
        {
            "id": "canteen",
            "category": "meals",
            "sharing": "hall",
            "m2_per_place": 3,
            "sessions": [
                {"id": "lunch", "days": "all", "hours": "10:30-13:00", "turns": 2}
            ],
        },
        {
            "id": "school",
            "category": "after_school_care",
            "sharing": "hall",
            "m2_per_place": 4,
            "sessions": [{"id": "week", "days": "mon-fri", "hours": "15:30-18:30"}],
        },
    ],
    "needs": [
        {
            "id": "lunch",
            "tier": 1,
            "groups": {"elder": 0.1},
            "visits_per_person_week": 5,
            "accepts": [{"service": "canteen", "session": "lunch", "max_walk_min": 10}],
        },
        {
            "id": "care",
            "groups": {"adult": 0.1},
            "visits_per_person_week": 5,
            "accepts": [{"service": "school", "max_walk_min": 10}],
        },
    ],
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "communities": [
        {"community_id": "C1", "district_id": "west"},
        {"community_id": "C2", "district_id": "east"},
    ],
    "zones": [
        {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
        {"zone_id": "Z2", "x": 300, "y": 400, "community_id": "C2"},
    ],
    "population": [
        {"zone_id": "Z1", "group_id": "adult", "persons": 900},
        {"zone_id": "Z1", "group_id": "elder", "persons": 100},
        {"zone_id": "Z2", "group_id": "adult", "persons": 500},
    ],
    "buildings": [
        {"building_id": "B1", "x": 50, "y": 0, "community_id": "C1"},
        {"building_id": "B2", "x": 300, "y": 300, "community_id": "C2"},
    ],
    "spaces": [
        {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
        {"space_id": "R2", "building_id": "B2", "usable_area_m2": 80},
    ],
    "facilities": [
        {
            "facility_id": "F1",
            "service_id": "canteen",
            "session_id": "lunch",
            "x": 10,
            "y": 10,
            "places": 10,
        }
    ],
}


@dataclass
class Sound:
    """The sound scenario, to be broken and then checked."""

    document: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(DOCUMENT))
    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: copy.deepcopy(ROWS)
    )

    def issues(self) -> tuple[Issue, ...]:
        """Return everything that is found."""
        frames = {name: pd.DataFrame(rows) for name, rows in self.rows.items() if rows}
        return check_scenario(self.document, tables=frames)

    def only_issue(self) -> Issue:
        """Return the one issue there must be."""
        found = self.issues()
        assert len(found) == 1, "\n".join(map(str, found)) or "no issue"
        return found[0]

    def set_each(self, table: str, **values: Any) -> None:
        """Give every row of a table some values."""
        for row in self.rows[table]:
            row.update(values)
