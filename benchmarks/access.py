"""Time and memory of walking times: ``python -m benchmarks.access``.

Sites and zones lie uniformly on a square; every pair within the limit is found and
stored, block by block. The default is 10,000 sites × 1,000,000 zones on 30 km × 30 km
within 1 km, about 35 million pairs.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.access import build_access, iter_blocks
from allocator.scenario.scenario import Demand, Scenario, Tables
from allocator.scenario.schema import ScenarioSpec

if TYPE_CHECKING:
    import numpy.typing as npt

SPEED_M_PER_MIN = 75.0
DEGREES_PER_M = 1.0 / 111_195.0


def uniform_scenario(
    num_sites: int, num_zones: int, *, side_m: float, limit_m: float, globe: bool
) -> Scenario:
    """Return a scenario with nothing but coordinates and one need.

    It is put together by hand, so that the time is that of the walking times alone.
    """
    rng = np.random.default_rng(7)
    sites, zones = (
        _points(rng, num_sites, side_m, globe),
        _points(rng, num_zones, side_m, globe),
    )
    spec = ScenarioSpec.model_validate(
        {
            "format": "allocator/1",
            "name": "uniform",
            "crs": "EPSG:4326" if globe else "local",
            "groups": [{"id": "all"}],
            "access": {
                "detour": 1.0,
                "profiles": {"walk": {"speed_m_per_min": SPEED_M_PER_MIN}},
            },
            "services": [
                {
                    "id": "stop",
                    "capacity": "unlimited",
                    "sessions": [{"id": "any", "hours": "00:00-24:00"}],
                }
            ],
            "needs": [
                {
                    "id": "near",
                    "groups": {"all": 1.0},
                    "visits_per_person_week": 1,
                    "accepts": [
                        {"service": "stop", "max_walk_min": limit_m / SPEED_M_PER_MIN}
                    ],
                }
            ],
        }
    )
    none = pd.DataFrame()
    tables = Tables(
        communities=none,
        zones=pd.DataFrame(
            {"zone_id": np.arange(num_zones), "x": zones[:, 0], "y": zones[:, 1]}
        ),
        population=none,
        survey=none,
        demand=none,
        buildings=pd.DataFrame(
            {
                "building_id": np.arange(num_sites).astype(str),
                "x": sites[:, 0],
                "y": sites[:, 1],
            }
        ),
        spaces=none,
        facilities=pd.DataFrame({"facility_id": [], "x": [], "y": []}),
        travel=pd.DataFrame(
            {"zone_id": [], "site_id": [], "walk_min": [], "profile": []}
        ),
    )
    positions, amounts = np.empty(0, np.int64), np.empty(0)
    return Scenario(
        spec, tables, Demand(positions, positions, positions, amounts, amounts)
    )


def _points(
    rng: np.random.Generator, count: int, side_m: float, globe: bool
) -> npt.NDArray[np.float64]:
    """Return uniform points, as metres or as longitude and latitude at the equator."""
    points = rng.uniform(0.0, side_m, (count, 2))
    return points * DEGREES_PER_M if globe else points


class Clock:
    """Seconds since it was made: on the wall, and of all cores together."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __str__(self) -> str:
        wall = time.perf_counter() - self._wall
        return f"{wall:.1f} s ({time.process_time() - self._cpu:.1f} s of CPU)"


def peak_mb() -> float:
    """Return the most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def main() -> None:
    """Print one line per way of finding the pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=10_000)
    parser.add_argument("--zones", type=int, default=1_000_000)
    parser.add_argument("--side-m", type=float, default=30_000.0)
    parser.add_argument("--limit-m", type=float, default=1_000.0)
    parser.add_argument("--globe", action="store_true", help="longitude and latitude")
    arguments = parser.parse_args()
    scenario = uniform_scenario(
        arguments.sites,
        arguments.zones,
        side_m=arguments.side_m,
        limit_m=arguments.limit_m,
        globe=arguments.globe,
    )
    print(f"cores {os.cpu_count()}, memory before {peak_mb():,.0f} MB")
    clock = Clock()
    limit_min = arguments.limit_m / SPEED_M_PER_MIN
    blocks = iter_blocks(scenario, "walk", limit_min)
    pairs = sum(len(block.zone) for block in blocks)
    print(f"streamed: {pairs:,} pairs, {clock}, peak {peak_mb():,.0f} MB")
    clock = Clock()
    pairs = build_access(scenario)["walk"].num_pairs
    print(f"stored:   {pairs:,} pairs, {clock}, peak {peak_mb():,.0f} MB")


if __name__ == "__main__":
    main()
