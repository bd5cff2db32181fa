"""Write walking times as the table `travel`, which mode matrix reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.access.access import Access
    from allocator.scenario.scenario import Scenario


def travel_table(scenario: Scenario, access: Access) -> pd.DataFrame:
    """Return every pair within reach: zone_id, site_id, walk_min, profile."""
    zones = scenario.tables.zones["zone_id"].to_numpy(object)
    sites = np.array(scenario.site_ids, object)
    parts = [
        pd.DataFrame(
            {
                "zone_id": zones[reach.zone],
                "site_id": np.repeat(sites, np.diff(reach.start)),
                "walk_min": reach.walk_min,
                "profile": profile,
            }
        )
        for profile, reach in access.reaches.items()
    ]
    names = ["zone_id", "site_id", "walk_min", "profile"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def write_travel(scenario: Scenario, access: Access, path: Path) -> int:
    """Write the table as CSV or Parquet, by the file's name; return its rows."""
    table = travel_table(scenario, access)
    if path.suffix.lower() == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False, lineterminator="\n")
    return len(table)
