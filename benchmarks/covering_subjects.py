"""Covering subjects: made-up point clouds as scenario folders of Parquet files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import yaml
from pyarrow import parquet

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

SPEED_M_PER_MIN = 100.0
METRES_PER_UNIT = 1_000.0
MOST_DEMAND = 100
"""Demands are whole numbers from 1 to this."""


@dataclass(frozen=True)
class Cloud:
    """A made-up covering subject."""

    points: int
    candidates: int
    sites: int
    radius: float
    extent: float
    """Side of the square, in the unit of the radius."""
    clusters: int = 0
    """Towns around which points lie; 0 = uniform."""


CLOUDS = {
    "uniform-10k": Cloud(10_000, 100, 10, 5.5, 30.0),
    "uniform-1m": Cloud(1_000_000, 100, 10, 5.5, 30.0),
    "uniform-10m": Cloud(10_000_000, 100, 10, 5.5, 30.0),
    "clustered-100k": Cloud(100_000, 10_000, 200, 0.5, 25.0, 60),
    "clustered-1m": Cloud(1_000_000, 10_000, 200, 0.5, 25.0, 60),
}


def coordinates(cloud: Cloud, count: int, rng: np.random.Generator) -> Floats:
    """Return points of the cloud, shape (count, 2).

    Towns have sizes that fall off with the root of their rank and spreads of 0.5 to 2
    units; three tenths of the points lie anywhere. A point of the clustered subjects
    has about 15 candidates within its radius.
    """
    spread = rng.uniform(0.0, cloud.extent, (count, 2))
    if cloud.clusters == 0:
        return spread
    layout = np.random.default_rng(cloud.clusters)
    centre = layout.uniform(0.0, cloud.extent, (cloud.clusters, 2))
    width = layout.uniform(0.5, 2.0, cloud.clusters)
    size = 1.0 / np.sqrt(np.arange(1, cloud.clusters + 1))
    town = rng.choice(cloud.clusters, count, p=size / size.sum())
    near = centre[town] + rng.normal(size=(count, 2)) * width[town, None]
    outside = ((near < 0.0) | (near > cloud.extent)).any(axis=1)
    away = outside | (rng.random(count) < 0.3)
    return np.where(away[:, None], spread, near)


def write_cloud(cloud: Cloud, seed: int, folder: Path) -> None:
    """Write the scenario folder of a cloud: one file of points, one of candidates."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    points = coordinates(cloud, cloud.points, rng)
    demand = rng.integers(1, MOST_DEMAND + 1, cloud.points)
    candidates = coordinates(cloud, cloud.candidates, rng)
    _write(folder / "points.parquet", "P", points, {"demand": demand})
    _write(folder / "candidates.parquet", "B", candidates, {})
    text = yaml.safe_dump(_document(cloud), sort_keys=False)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")


def _write(path: Path, letter: str, xy: Floats, more: dict[str, Any]) -> None:
    """Write a table with ids of equal length."""
    digits = len(str(len(xy)))
    ids = np.char.add(letter, np.char.zfill(np.arange(len(xy)).astype(str), digits))
    place = xy * METRES_PER_UNIT
    table = {"id": pa.array(ids), "x": place[:, 0], "y": place[:, 1], **more}
    parquet.write_table(pa.table(table), path)


def _document(cloud: Cloud) -> dict[str, Any]:
    always = {"id": "any", "days": "all", "hours": "00:00-24:00"}
    limit = cloud.radius * METRES_PER_UNIT / SPEED_M_PER_MIN
    return {
        "format": "allocator/1",
        "name": "cloud",
        "crs": "local",
        "groups": [{"id": "all"}],
        "services": [{"id": "stop", "capacity": "unlimited", "sessions": [always]}],
        "needs": [
            {
                "id": "cover",
                "groups": {"all": 0.0},
                "visits_per_person_week": 1,
                "accepts": [{"service": "stop", "max_walk_min": limit}],
            }
        ],
        "access": {
            "detour": 1.0,
            "profiles": {"walk": {"speed_m_per_min": SPEED_M_PER_MIN}},
        },
        "limits": {"buildings": cloud.sites},
        "tables": {
            "zones": {"file": "points.parquet", "columns": {"zone_id": "id"}},
            "demand": {
                "file": "points.parquet",
                "columns": {"zone_id": "id", "visits_per_week": "demand"},
                "constants": {"need_id": "cover"},
            },
            "buildings": {
                "file": "candidates.parquet",
                "columns": {"building_id": "id"},
            },
        },
    }
