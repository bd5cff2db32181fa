"""Baltimore's centre on its streets: the window of the street file, in network mode.

The same buildings, blocks, services and assumptions as `baltimore`, cut to the window
in which streets are known; walking times are those along the streets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.importers import baltimore
from scenarios.importers.material import Import

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

STREETS = "baltimore_vacants/streets_centre_clip.csv"
STREETS_FILE = "streets.csv"
WEST, EAST, SOUTH, NORTH = -76.680, -76.560, 39.275, 39.335
"""The window of the street file, in degrees."""
SHARE_OF_BUDGETS = 0.5
"""Of the whole city's budgets: about half of its residents live here."""


def make(data: Path) -> Import:
    """Return the scenario made from the files under `data`."""
    city = baltimore.make(data)
    zones = inside(city.frames["zones"])
    buildings = inside(city.frames["buildings"])
    known = set(zones["zone_id"])
    population = city.frames["population"]
    spaces = city.frames["spaces"]
    used = set(zones["community_id"]) | set(buildings["community_id"])
    communities = city.frames["communities"]
    frames = {
        "communities": communities[communities["community_id"].isin(used)],
        "zones": zones,
        "population": population[population["zone_id"].isin(known)],
        "buildings": buildings,
        "spaces": spaces[spaces["building_id"].isin(set(buildings["building_id"]))],
    }
    return Import(
        document(city.document),
        frames,
        readme(frames),
        {STREETS_FILE: data / STREETS},
    )


def inside(places: pd.DataFrame) -> pd.DataFrame:
    """Return the places in the window."""
    within = places["x"].between(WEST, EAST) & places["y"].between(SOUTH, NORTH)
    return places[within].reset_index(drop=True)


def document(city: dict[str, Any]) -> dict[str, Any]:
    """Return scenario.yaml: the city's, along streets, with its part of the money."""
    limits = {key: SHARE_OF_BUDGETS * amount for key, amount in city["limits"].items()}
    access = {
        "mode": "network",
        "detour": city["access"]["detour"],
        "streets": {
            "file": STREETS_FILE,
            "columns": {"class": "kind"},
            "node_crossings": True,
            "snap_m": 100,
        },
    }
    kept = {key: value for key, value in city.items() if key != "variants"}
    return {
        **kept,
        "name": "baltimore_centre",
        "access": access,
        "limits": limits,
        "variants": {"straight_line": {"access": {"mode": "straight"}}},
    }


def readme(frames: dict[str, pd.DataFrame]) -> str:
    """Return the scenario's README."""
    residents = frames["population"]["persons"].sum()
    return f"""# Baltimore's centre, on foot along its streets

{len(frames["buildings"]):,} vacant buildings and {len(frames["zones"]):,} census blocks
with {residents:,.0f} residents, longitude {WEST} to {EAST}, latitude {SOUTH} to
{NORTH}. Buildings, blocks, services and assumptions are those of the scenario
`baltimore`; see its README. Budgets are {SHARE_OF_BUDGETS:.0%} of the city's.

Streets: the city's basemap (Baltimore City DOT) through the R package mapbaltimore
(MIT), freeways, ramps and tunnels left out; 25,316 lines, streets and alleys, with
`node_crossings` on; a zone or site joins every street within 100 m. What lies near the
edge of the window can only walk inside it.

## What the straight line gets wrong
The variant `straight_line` takes 1.3 times the straight line instead:

```sh
cd build/scenarios
allocator describe baltimore_centre
allocator solve baltimore_centre --variant straight_line --out runs/line
allocator evaluate baltimore_centre --plan runs/line --out runs/on_streets
allocator solve baltimore_centre --out runs/streets
allocator compare runs/line runs/on_streets runs/streets
allocator describe baltimore_centre --plan runs/line
```

Measured with `--time-limit 300 --seed 1` on two cores of a busy machine: the plan made
with straight lines covers 37,572 of 81,601 person-needs by its own count (gap 28.8 %)
and 39,422 when residents walk along the streets; the plan made with streets covers
42,257 (coverage 51.8 %, gap 21.4 %). Of the 39,264 person-needs that the straight line
counts as in reach of the first plan, 587 are not along the streets (`only_in_line`),
while 3,656 that are in reach along the streets are left out: on a dense grid 1.3 times
the straight line is too much, beside harbour, parks and railways too little.
"""
