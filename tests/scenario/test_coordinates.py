"""GCJ-02 and BD-09 against published vectors, and coordinates as they are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyproj import Geod

from allocator.access.ground import ground_of
from allocator.scenario.coordinates import changed
from allocator.scenario.shifted import (
    bd09_of_gcj02,
    gcj02_of_bd09,
    gcj02_of_wgs84,
    wgs84_of_gcj02,
)

if TYPE_CHECKING:
    from tests.scenario.folder import Folder

# eviltransform, go/transform_test.go (MIT): (lat, lon) in WGS 84 and in GCJ-02.
SHANGHAI = (31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)
SHENZHEN = (22.543847, 113.912316), (22.540796131694766, 113.9171764808363)
BEIJING = (39.911954, 116.377817), (39.91334545536069, 116.38404722455657)
# coordtransform, test/app.js (MIT), at longitude 116.404, latitude 39.915.
HERE = np.array([116.404]), np.array([39.915])
AS_GCJ = (116.41024449916938, 39.91640428150164)
AS_BD = (116.41036949371029, 39.92133699351021)
BACK_FROM_BD = (116.39762729119315, 39.90865673957631)


def metres(a, b) -> float:
    return Geod(ellps="WGS84").inv(a[0], a[1], b[0], b[1])[2]


def one(moved) -> tuple[float, float]:
    return float(moved[0][0]), float(moved[1][0])


@pytest.mark.parametrize(("wgs", "gcj"), [SHANGHAI, SHENZHEN, BEIJING])
def test_published_vectors_of_gcj02(wgs, gcj) -> None:
    (lat, lon), expected = wgs, gcj[::-1]
    moved = one(gcj02_of_wgs84(np.array([lon]), np.array([lat])))
    back = one(wgs84_of_gcj02(*np.array(expected)[:, None]))
    assert metres(moved, expected) < 0.5
    assert metres(back, (lon, lat)) < 0.5


def test_published_vectors_at_one_place() -> None:
    assert one(gcj02_of_wgs84(*HERE)) == pytest.approx(AS_GCJ, abs=1e-9)
    assert one(bd09_of_gcj02(*HERE)) == pytest.approx(AS_BD, abs=1e-9)
    assert metres(one(gcj02_of_bd09(*HERE)), BACK_FROM_BD) < 1.0


def test_the_way_back_is_exact_all_over_china() -> None:
    lon, lat = np.meshgrid(np.linspace(74, 135, 62), np.linspace(18, 53, 36))
    lon, lat = lon.ravel(), lat.ravel()
    for there, back in (
        (gcj02_of_wgs84, wgs84_of_gcj02),
        (bd09_of_gcj02, gcj02_of_bd09),
    ):
        found = back(*there(lon, lat))
        np.testing.assert_allclose(found, (lon, lat), atol=1e-9)


def test_nothing_moves_outside_china() -> None:
    paris = np.array([2.35]), np.array([48.85])
    assert one(gcj02_of_wgs84(*paris)) == (2.35, 48.85)
    assert one(wgs84_of_gcj02(*paris)) == pytest.approx((2.35, 48.85))


def test_between_a_projection_and_a_shifted_system() -> None:
    """EPSG:4547 has x = 500,000 at 114° E."""
    x, y = np.array([500_000.0]), np.array([3_375_000.0])
    degrees = changed(x, y, "EPSG:4547", "EPSG:4326")
    there = changed(x, y, "EPSG:4547", "BD-09")
    back = changed(*there, "BD-09", "EPSG:4547")
    assert one(degrees)[0] == pytest.approx(114.0, abs=1e-4)
    assert 0.005 < one(there)[0] - one(degrees)[0] < 0.02
    assert one(back) == pytest.approx((500_000, 3_375_000), abs=0.01)


def test_distances_in_shifted_degrees_are_those_on_the_ground() -> None:
    a, b = np.array([[121.5, 31.2]]), np.array([[121.51, 31.21]])
    true = ground_of("EPSG:4326").line_m(a, b)
    moved = [np.column_stack(gcj02_of_wgs84(p[:, 0], p[:, 1])) for p in (a, b)]
    assert ground_of("GCJ-02").line_m(*moved) == pytest.approx(true, abs=1e-3)


def test_a_table_declares_its_own_system(folder: Folder) -> None:
    """The register is in GCJ-02, the scenario in degrees of WGS 84."""
    (lat, lon), (gcj_lat, gcj_lon) = SHANGHAI
    folder.write("zones.csv", f"zone_id,x,y\nZ1,{lon},{lat}\nZ2,{lon},{lat}\n")
    register = f"building_id,x,y,gross_area_m2\nB1,{gcj_lon},{gcj_lat},100\n"
    folder.write("buildings.csv", register)
    tables = "tables:\n  zones: zones.csv\n  population: population.csv\n"
    own = "  buildings: {file: buildings.csv, crs: GCJ-02}\n"
    folder.yaml("crs: EPSG:4326\n", tables + own)

    found = folder.read().tables.buildings[["x", "y"]].to_numpy()[0]

    assert metres(found, (lon, lat)) < 0.5


def test_a_faulty_cell_is_reported_where_it_stands(folder: Folder) -> None:
    folder.write("zones.csv", "zone_id,x,y\nZ1,121.5,31.2\nZ2,here,31.2\n")
    folder.write("buildings.csv", "building_id,x,y,gross_area_m2\nB1,121.5,31.2,9\n")
    tables = "tables:\n  population: population.csv\n  buildings: buildings.csv\n"
    own = "  zones: {file: zones.csv, crs: GCJ-02}\n"
    folder.yaml("crs: EPSG:4326\n", tables + own)

    found = folder.only("wrong-type")

    assert (found.place.row, found.place.column) == (3, "x")


def test_a_scenario_in_shifted_degrees(sound) -> None:
    for table in ("zones", "buildings", "facilities"):
        for row in sound.rows[table]:
            row["x"], row["y"] = 121.5 + row["x"] * 1e-5, 31.2 + row["y"] * 1e-5
    sound.document["crs"] = "GCJ-02"

    assert sound.issues() == ()
