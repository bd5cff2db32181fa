"""Sixteen stores and 205 census tracts of San Francisco with known best answers.

The data come with the library spopt (BSD-3-Clause): network distances in metres from
each store to each tract, and the tracts' residents in 2000. A tract is covered within
5,000 m of an open store, so this is pure covering: capacity is unlimited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from scenarios.importers.material import Import

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "spopt_sf/spopt/tests/test_locate/data"
SPEED_M_PER_MIN = 75.0
MAX_WALK_M = 5_000.0
BEST_COVERED = {
    1: 448_255,
    2: 671_938,
    3: 791_499,
    4: 875_247,
    5: 927_402,
    6: 941_462,
    7: 950_428,
    8: 955_113,
}
"""Most residents that k stores can cover, found by brute force over all choices."""
SITES_FOR_EVERYONE = 8


def make(data: Path) -> Import:
    """Return the scenario made from the files under `data`."""
    folder = data / FOLDER
    stores = pd.read_csv(folder / "SF_store_site_16_longlat.csv", dtype={"NAME": str})
    tracts = pd.read_csv(
        folder / "SF_demand_205_centroid_uniform_weight.csv",
        dtype={"ID": str, "NAME": str},
    )
    distances = pd.read_csv(
        folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv",
        dtype={"name": str, "DestinationName": str},
    )
    frames = {
        "zones": pd.DataFrame(
            {"zone_id": tracts["NAME"], "x": tracts["long"], "y": tracts["lat"]}
        ),
        "population": pd.DataFrame(
            {
                "zone_id": tracts["NAME"],
                "group_id": "resident",
                "persons": tracts["POP2000"],
            }
        ),
        "buildings": pd.DataFrame(
            {"building_id": stores["NAME"], "x": stores["long"], "y": stores["lat"]}
        ),
        # joined by name: the stores' numbers skip some, so their order means nothing
        "travel": pd.DataFrame(
            {
                "zone_id": distances["DestinationName"],
                "site_id": distances["name"],
                "walk_min": distances["distance"] / SPEED_M_PER_MIN,
            }
        ),
    }
    return Import(_document(), frames, _readme())


def _document() -> dict[str, Any]:
    always = {"id": "any", "days": "all", "hours": "00:00-24:00"}
    limit = {
        "service": "store",
        "session": "any",
        "max_walk_min": MAX_WALK_M / SPEED_M_PER_MIN,
    }
    variants: dict[str, Any] = {
        f"p{k}": {"limits": {"buildings": k}} for k in BEST_COVERED
    }
    variants["everyone"] = {
        "rules": {"coverage_floor": {"total": 1.0}},
        "goals": [{"minimize": {"buildings": 1}}],
    }
    return {
        "format": "allocator/1",
        "name": "san_francisco_stores",
        "currency": "USD",
        "crs": "EPSG:4326",
        "groups": [{"id": "resident"}],
        "services": [{"id": "store", "capacity": "unlimited", "sessions": [always]}],
        "needs": [
            {
                "id": "shopping",
                "groups": {"resident": 1.0},
                "visits_per_person_week": 1,
                "accepts": [limit],
            }
        ],
        "access": {
            "mode": "matrix",
            "profiles": {"walk": {"speed_m_per_min": SPEED_M_PER_MIN}},
        },
        "variants": variants,
    }


def _readme() -> str:
    rows = "\n".join(f"| `p{k}` | {best:,} |" for k, best in BEST_COVERED.items())
    return f"""# San Francisco stores

16 stores, 205 census tracts, 955,113 residents (2000). Distances are the network
distances of the data, {MAX_WALK_M:,.0f} m at {SPEED_M_PER_MIN:.0f} m/min. The data are
part of [spopt](https://github.com/pysal/spopt), BSD-3-Clause, commit 493a58a.

Expected measures, found by brute force over all choices of stores; the exact engine
proves each of them (`allocator solve … --variant p4 --engine exact`):

| variant | most covered persons |
|---|---:|
{rows}
| `everyone` (cover all, fewest buildings) | {SITES_FOR_EVERYONE} buildings |
"""
