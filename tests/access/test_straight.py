"""Walking times as straight line × detour ÷ speed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from allocator.access import build_access, iter_blocks
from allocator.access.ground import EARTH_RADIUS_M, Globe, Plane, ground_of
from allocator.errors import AllocatorError
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from allocator.scenario import Scenario


def scenario_at(
    sites: list[tuple[float, float]],
    zones: list[tuple[float, float]],
    walk: float = 10.0,
    **sections: Any,
) -> Scenario:
    """Return a scenario of buildings B0, B1, … and zones Z0, Z1, … at the points."""
    return make_scenario(
        services=[service("canteen")],
        needs=[need("eat", "canteen", walk)],
        zones=[
            {"zone_id": f"Z{k:03}", "x": x, "y": y} for k, (x, y) in enumerate(zones)
        ],
        population=[
            {"zone_id": f"Z{k:03}", "group_id": "all", "persons": 1}
            for k in range(len(zones))
        ],
        buildings=[
            {"building_id": f"B{k:03}", "x": x, "y": y}
            for k, (x, y) in enumerate(sites)
        ],
        spaces=[{"space_id": "R1", "building_id": "B000", "usable_area_m2": 100}],
        **sections,
    )


def minutes(scenario: Scenario) -> dict[tuple[int, int], float]:
    """Return {(site, zone): minutes} of the only profile."""
    reach = next(iter(build_access(scenario).reaches.values()))
    return {
        (site, int(zone)): float(walk)
        for site in range(reach.num_sites)
        for zone, walk in zip(*reach.of_site(site), strict=True)
    }


def at_speed(speed_m_per_min: float, detour: float = 1.0) -> dict[str, Any]:
    """Return an access section with one profile."""
    profiles = {"walk": {"speed_m_per_min": speed_m_per_min}}
    return {"detour": detour, "profiles": profiles}


def test_local_metres_are_line_times_detour_by_speed():
    # A 3-4-5 triangle: 500 m × 1.3 ÷ 100 m/min = 6.5 min.
    scenario = scenario_at([(0, 0)], [(300, 400)], access=at_speed(100, 1.3))
    assert minutes(scenario) == {(0, 0): pytest.approx(6.5, rel=1e-12)}


def test_projected_coordinates_in_feet_become_metres():
    # EPSG:2248 (Maryland) counts US survey feet: 1,000 ft = 1,200 ÷ 3,937 × 1,000
    # = 304.8006096 m; at 100 m/min 3.048006096 min.
    east, north = 1_420_000.0, 590_000.0
    scenario = scenario_at(
        [(east, north)], [(east + 1_000, north)], crs="EPSG:2248", access=at_speed(100)
    )
    assert minutes(scenario)[0, 0] == pytest.approx(3.048006096, rel=1e-8)


def test_longitude_and_latitude_follow_the_great_circle():
    # 0.01° along a meridian: 6,371,008.8 m × π ÷ 180 × 0.01 = 1,111.950802 m.
    # 0.01° along the parallel of 60°: 2 R asin(cos 60° · sin 0.005°), half of that
    # to 1e-9, 555.9754 m. At 100 m/min 11.11950802 and 5.559754 min.
    scenario = scenario_at(
        [(10.0, 60.0)],
        [(10.0, 60.01), (10.01, 60.0)],
        walk=12,
        crs="EPSG:4326",
        access=at_speed(100),
    )
    found = minutes(scenario)
    assert found[0, 0] == pytest.approx(11.11950802, rel=1e-9)
    assert found[0, 1] == pytest.approx(5.559754, rel=1e-6)


def test_neighbours_meet_across_the_date_line():
    # 0.002° of longitude on the equator: 222.39 m.
    line_m = Globe().line_m(np.array([[179.999, 0.0]]), np.array([[-179.999, 0.0]]))
    assert line_m[0] == pytest.approx(np.pi / 180 * 0.002 * EARTH_RADIUS_M, rel=1e-6)
    scenario = scenario_at(
        [(179.999, 0.0)], [(-179.999, 0.0)], crs="EPSG:4326", access=at_speed(100)
    )
    assert minutes(scenario)[0, 0] == pytest.approx(2.2239, rel=1e-4)


def test_limits_are_inclusive():
    # 1,000 m at 100 m/min is the limit of 10 min; one millimetre more is beyond it.
    scenario = scenario_at([(0, 0)], [(1_000, 0), (1_000.001, 0)])
    assert set(minutes(scenario)) == {(0, 0)}


@pytest.mark.parametrize("speed", [60, 70, 75, 83.3])
def test_a_line_that_rounds_above_the_limit_is_still_within(speed: float):
    # Points on a circle at the limit: their lines round to either side of it.
    angle = np.linspace(0.0, 6.0, 200)
    radius_m = 10 * speed / 1.3
    zones = np.column_stack([np.cos(angle), np.sin(angle)]) * radius_m + 500_000
    scenario = scenario_at(
        [(500_000, 500_000)], [tuple(z) for z in zones], access=at_speed(speed, 1.3)
    )
    assert len(minutes(scenario)) == 200


@pytest.mark.parametrize("crs", ["local", "EPSG:4326"])
@pytest.mark.parametrize("max_pairs", [1, 50, 10**6])
def test_blocks_hold_what_brute_force_finds(crs: str, max_pairs: int):
    rng = np.random.default_rng(3)
    low, high = (0, 3_000) if crs == "local" else (-0.01, 0.015)
    sites, zones = rng.uniform(low, high, (17, 2)), rng.uniform(low, high, (90, 2))
    zones[:3] = sites[:3]  # nobody has to walk
    scenario = scenario_at(
        [tuple(s) for s in sites],
        [tuple(z) for z in zones],
        crs=crs,
        access=at_speed(75, 1.3),
    )
    ground = Plane() if crs == "local" else Globe()
    wanted = {}
    for k, site in enumerate(sites):
        walk = ground.line_m(np.broadcast_to(site, zones.shape), zones) * 1.3 / 75
        wanted |= {(k, z): walk[z] for z in np.flatnonzero(walk <= 10)}
    found, next_site = {}, 0
    for block in iter_blocks(scenario, "walk", 10.0, max_pairs=max_pairs):
        assert block.first_site == next_site
        assert block.num_sites == 1 or len(block.zone) <= max_pairs
        next_site += block.num_sites
        for k in range(block.num_sites):
            part = slice(block.start[k], block.start[k + 1])
            assert list(block.zone[part]) == sorted(block.zone[part])
            own = zip(block.zone[part], block.walk_min[part], strict=True)
            found |= {(block.first_site + k, int(z)): walk for z, walk in own}
    assert next_site == 17
    assert len(wanted) > 150
    assert found == pytest.approx(wanted)


def test_a_scenario_without_sites_or_zones_has_no_pairs():
    scenario = scenario_at([(0, 0)], [(0, 0)])
    tables = scenario.tables
    for name in ("buildings", "zones"):
        emptied = replace(tables, **{name: getattr(tables, name).iloc[:0]})
        reach = build_access(replace(scenario, tables=emptied))["walk"]
        assert reach.num_pairs == 0
        assert reach.num_sites == (0 if name == "buildings" else 1)


def test_stored_times_cannot_be_written():
    reach = build_access(scenario_at([(0, 0)], [(0, 0)]))["walk"]
    with pytest.raises(ValueError, match="read-only"):
        reach.walk_min[0] = 1.0


def test_a_system_that_is_no_map_is_refused():
    with pytest.raises(AllocatorError, match="neither projected nor geographic"):
        ground_of("EPSG:4978")  # geocentric
