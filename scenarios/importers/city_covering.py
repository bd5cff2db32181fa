"""Manhattan and the Bronx as covering problems with the best values known.

Every demand point is also a candidate. Distances are great circles on a sphere of
6,378,100 m, listed in the table `travel`; a point is covered within the radius of an
open site. Points, weights and best known values come from the AILS-MCLP collection
(MIT; doi:10.1111/itor.13387).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from scenarios.importers.material import Import

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

FOLDER = "mclp_city"
SPHERE_M = 6_378_100.0
SPEED_M_PER_MIN = 75.0
SLACK_M = 1.0
"""Pairs are looked for a little beyond the radius; the exact line decides."""


@dataclass(frozen=True)
class City:
    """One city of the collection."""

    name: str
    stem: str
    """Name in the collection's files."""
    radius_m: float
    sites: tuple[int, ...] = (50, 60, 70, 80, 90, 100)
    """Numbers of sites with a best known value."""


MANHATTAN = City("manhattan", "NewYork", 400.0)
BRONX = City("bronx", "Bronx", 600.0)


def make_manhattan(data: Path) -> Import:
    """Return Manhattan within 400 m."""
    return make_city(MANHATTAN, data)


def make_bronx(data: Path) -> Import:
    """Return the Bronx within 600 m."""
    return make_city(BRONX, data)


def make_city(city: City, data: Path) -> Import:
    """Return the scenario made from the files under `data`."""
    lat_lon, weight = read_points(data / FOLDER / "Instancias" / f"{city.stem}.txt")
    ids = pd.Series([f"P{k:05d}" for k in range(len(weight))])
    zone, site, line_m = pairs_within(lat_lon, city.radius_m)
    place = {"x": lat_lon[:, 1], "y": lat_lon[:, 0]}
    some = weight > 0
    frames = {
        "zones": pd.DataFrame({"zone_id": ids, **place}),
        "demand": pd.DataFrame(
            {"zone_id": ids, "need_id": "cover", "visits_per_week": weight}
        )[some],
        "buildings": pd.DataFrame({"building_id": "B" + ids, **place}),
        "travel": pd.DataFrame(
            {
                "zone_id": ids.to_numpy()[zone],
                "site_id": ("B" + ids).to_numpy()[site],
                "walk_min": line_m / SPEED_M_PER_MIN,
            }
        ),
    }
    best = best_known(city, data)
    return Import(_document(city), frames, _readme(city, best))


def read_points(path: Path) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return latitudes and longitudes in degrees, and the weight of every point."""
    head, _, rest = path.read_text(encoding="utf-8").partition("NODE_COORD_SECTION")
    size = int(head.partition("DIMENSION")[2].split(":")[1].split()[0])
    coordinates, _, weights = rest.partition("DEMAND_SECTION")
    numbers = weights.replace("EOF", " ").split()
    lat_lon = np.array(coordinates.split(), np.float64).reshape(-1, 2)
    weight = np.array(numbers, np.int64)
    if not len(lat_lon) == len(weight) == size:
        msg = f"{path} says {size} points and lists {len(lat_lon)} and {len(weight)}"
        raise ValueError(msg)
    return lat_lon, weight


def pairs_within(
    lat_lon: Floats, radius_m: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Return (a, b, line in m) of all ordered pairs within the radius, itself too."""
    lat, lon = np.radians(lat_lon).T
    unit = np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
    tree = cKDTree(unit * SPHERE_M)
    near = tree.query_pairs(radius_m + SLACK_M, output_type="ndarray")
    own = np.arange(len(lat))
    a = np.concatenate([near[:, 0], near[:, 1], own])
    b = np.concatenate([near[:, 1], near[:, 0], own])
    cosine = np.cos(lat[a]) * np.cos(lat[b]) * np.cos(lon[a] - lon[b])
    cosine += np.sin(lat[a]) * np.sin(lat[b])
    line_m = SPHERE_M * np.arccos(np.clip(cosine, -1.0, 1.0))
    line_m[a == b] = 0.0
    inside = line_m <= radius_m
    order = np.lexsort((b[inside], a[inside]))
    return a[inside][order], b[inside][order], line_m[inside][order]


def best_known(city: City, data: Path) -> dict[int, float]:
    """Return the best known covered weight by number of sites."""
    found = {}
    for sites in city.sites:
        name = f"{city.stem}_{sites}_{city.radius_m:.0f}.txt"
        text = (data / FOLDER / "OtimosFinais" / name).read_text(encoding="utf-8")
        found[sites] = float(text.split()[1])
    return found


def _document(city: City) -> dict[str, Any]:
    always = {"id": "any", "days": "all", "hours": "00:00-24:00"}
    limit = {"service": "stop", "max_walk_min": city.radius_m / SPEED_M_PER_MIN}
    return {
        "format": "allocator/1",
        "name": city.name,
        "currency": "USD",
        "crs": "EPSG:4326",
        "groups": [{"id": "resident"}],
        "services": [{"id": "stop", "capacity": "unlimited", "sessions": [always]}],
        "needs": [
            {
                "id": "cover",
                "groups": {"resident": 0.0},
                "visits_per_person_week": 1,
                "accepts": [limit],
            }
        ],
        "access": {
            "mode": "matrix",
            "profiles": {"walk": {"speed_m_per_min": SPEED_M_PER_MIN}},
        },
        "limits": {"buildings": city.sites[0]},
        "variants": {f"p{k}": {"limits": {"buildings": k}} for k in city.sites},
    }


def _readme(city: City, best: dict[int, float]) -> str:
    rows = "\n".join(f"| `p{k}` | {value:,.0f} |" for k, value in best.items())
    return f"""# {city.name.title()}

Demand points of {city.name.title()}, each also a candidate site; a point is covered
within {city.radius_m:.0f} m of an open site. Points and weights are part of the
AILS-MCLP collection (MIT), commit 1280730. Best values known (heuristic, not proven):

| variant | covered weight |
|---|---:|
{rows}

`python -m benchmarks.covering --subject {city.name}` measures against them.
"""
