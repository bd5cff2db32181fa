"""Shortfall by community and need: what existing facilities leave unmet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.coverage import (
    covered_by_row,
    resident_rows,
    rows_with_access,
)
from allocator.evaluate.credit import credit
from allocator.evaluate.served import accept_limits, facility_supply

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access import Access
    from allocator.evaluate.served import Supply
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]

KEYS = ["community_id", "need_id"]
COLUMNS = [
    *KEYS,
    "demand_persons",
    "baseline_covered_persons",
    "unmet_persons",
    "unmet_visits_per_week",
    "coverage",
    "access",
    "capacity_within_reach_visits_per_week",
]


def shortfall_table(
    scenario: Scenario, access: Access, served: pd.DataFrame
) -> pd.DataFrame:
    """Return the shortfall over counted zones, from facilities alone.

    Parameters
    ----------
    served
        What `allocator.evaluate.baseline` returned: residents at facilities.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per community and need with demand. unmet = demand −
        covered; access is the share of the demand with a facility within the limit,
        capacity ignored. The capacity within reach counts a facility in full for every
        community that reaches it, so it may count twice and is not summed.
    """
    supply = facility_supply(scenario)
    rows = resident_rows(scenario)
    covered = covered_by_row(scenario, access, served)
    near = rows_with_access(scenario, access, supply)
    visits = np.array([need.visits_per_person_week for need in scenario.needs])
    unmet = rows.persons - covered
    frame = pd.DataFrame(
        {
            "community_id": rows.community_id,
            "need_id": rows.need_id,
            "demand_persons": rows.persons,
            "baseline_covered_persons": covered,
            "unmet_persons": unmet,
            "unmet_visits_per_week": unmet * visits[scenario.demand.need],
            "access": rows.persons * near,
        }
    )[rows.counted]
    table = frame.groupby(KEYS, sort=True, as_index=False).sum()
    table["coverage"] = table["baseline_covered_persons"] / table["demand_persons"]
    table["access"] /= table["demand_persons"]
    within = capacity_within_reach(scenario, access, supply)
    pairs = zip(table["community_id"], table["need_id"], strict=True)
    table["capacity_within_reach_visits_per_week"] = [
        within.get(pair, 0.0) for pair in pairs
    ]
    return table[COLUMNS]


def capacity_within_reach(
    scenario: Scenario, access: Access, supply: Supply
) -> dict[tuple[str, str], float]:
    """Return visits per week of the facilities in reach, by community and need.

    A facility counts in full for each community with a zone in reach that has demand
    for the need.
    """
    limits = accept_limits(scenario)
    found: dict[tuple[str, str], float] = {}
    for n, need in enumerate(scenario.needs):
        asking = _asking_communities(scenario, n)
        for site, offer in np.argwhere(supply.running & ~np.isnan(limits[n])):
            limit = float(limits[n, offer])
            reached: set[str | None] = set()
            for profile, community_of in asking.items():
                if profile not in access.reaches:
                    continue
                zones, walk_min = access[profile].of_site(int(site))
                near = zones[credit(need, walk_min, limit) > 0]
                reached.update(community_of[near].tolist())
            for community in reached:
                if community is not None:
                    key = (community, need.id)
                    found[key] = found.get(key, 0.0) + supply.capacity[site, offer]
    return found


def _asking_communities(
    scenario: Scenario, n: int
) -> dict[str, npt.NDArray[np.object_]]:
    """Return each zone's community by profile; None where it has no demand."""
    demand, zones = scenario.demand, scenario.tables.zones
    counted = zones["counted"].to_numpy(bool)
    community = zones["community_id"].to_numpy(object)
    found: dict[str, npt.NDArray[np.object_]] = {}
    for g in np.unique(demand.group[demand.need == n]).tolist():
        group = scenario.groups[g] if g >= 0 else None
        profile = scenario.profile_of(scenario.needs[n], group)
        rows = (demand.need == n) & (demand.group == g)
        asks = np.zeros(len(zones), bool)
        asks[demand.zone[rows]] = True
        known = found.setdefault(profile, np.full(len(zones), None, object))
        known[asks & counted] = community[asks & counted]
    return found
