"""The decisions in ids: which places, and who is served where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

ASSIGNMENT_COLUMNS = ("building_id", "space_id", "service_id", "session_id", "places")
SERVED_COLUMNS = (
    "zone_id",
    "need_id",
    "group_id",
    "site_id",
    "service_id",
    "session_id",
    "served_visits_per_week",
)


@dataclass(frozen=True)
class Plan:
    """Places by (space, offer), and served visits by (zone, need, group, site, offer).

    Parameters
    ----------
    assignments
        Columns `ASSIGNMENT_COLUMNS`; one row per (space, offer) with places ≥ 1
        (1 for a service of unlimited capacity), sorted by the id columns.
    served
        Columns `SERVED_COLUMNS`, rows above 0, sorted by the id columns; None for a
        plan whose residents have not been assigned yet. ``group_id`` is "" for
        demand given without a group; ``site_id`` is a building or facility.
    """

    assignments: pd.DataFrame
    served: pd.DataFrame | None = None

    @classmethod
    def from_places(
        cls,
        places: Mapping[tuple[str, str, str, str], int],
        served: pd.DataFrame | None = None,
    ) -> Plan:
        """Build a plan from {(building, space, service, session): places}."""
        rows = [(*key, int(value)) for key, value in sorted(places.items()) if value]
        return cls(pd.DataFrame(rows, columns=list(ASSIGNMENT_COLUMNS)), served)
