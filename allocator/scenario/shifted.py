"""The shifted coordinates of Chinese maps: GCJ-02 and BD-09, in degrees.

GCJ-02 moves WGS 84 by a smooth function of the place, some hundred metres within a
rectangle round China; BD-09 moves GCJ-02 further. Neither is a projection, so pyproj
does not know them. The inverse is found by repeating the forward step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Degrees = npt.NDArray[np.float64]

GCJ02, BD09 = "GCJ-02", "BD-09"
SHIFTED = (GCJ02, BD09)
"""Names under which the systems are declared."""
AXIS_M = 6_378_245.0
"""Semi-major axis of the Krasovsky ellipsoid."""
ECCENTRICITY2 = 0.00669342162296594323
"""Its eccentricity squared."""
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""Outside this rectangle nothing is moved."""
INVERSE_STEPS = 6
"""Each step of the inverse leaves about a thousandth of the error."""
BD_SHIFT = (0.0065, 0.006)
BD_TURN = np.pi * 3000.0 / 180.0


def gcj02_of_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Move WGS 84 into GCJ-02."""
    east, north = lon - 105.0, lat - 35.0
    common = _waves(6.0 * east, 2.0 * east, 20.0, 20.0)
    root, cross = np.sqrt(np.abs(east)), east * north
    up = -100.0 + 2.0 * east + 3.0 * north + 0.2 * north**2 + 0.1 * cross + 0.2 * root
    up += common + _waves(north, north / 3.0, 20.0, 40.0)
    up += _waves(north / 12.0, north / 30.0, 160.0, 320.0)
    right = 300.0 + east + 2.0 * north + 0.1 * east**2 + 0.1 * cross + 0.1 * root
    right += common + _waves(east, east / 3.0, 20.0, 40.0)
    right += _waves(east / 12.0, east / 30.0, 150.0, 300.0)
    latitude = np.radians(lat)
    flat = 1.0 - ECCENTRICITY2 * np.sin(latitude) ** 2
    along_m = AXIS_M * (1.0 - ECCENTRICITY2) / flat**1.5
    across_m = AXIS_M / np.sqrt(flat) * np.cos(latitude)
    inside = (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)
    return (
        np.where(inside, lon + np.degrees(right / across_m), lon),
        np.where(inside, lat + np.degrees(up / along_m), lat),
    )


def _waves(a: Degrees, b: Degrees, high: float, low: float) -> Degrees:
    """Return two sines of half turns, two thirds of their heights."""
    waves: Degrees = high * np.sin(a * np.pi) + low * np.sin(b * np.pi)
    return waves * (2.0 / 3.0)


def wgs84_of_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Move GCJ-02 back into WGS 84."""
    found = lon, lat
    for _ in range(INVERSE_STEPS):
        moved = gcj02_of_wgs84(*found)
        found = found[0] + lon - moved[0], found[1] + lat - moved[1]
    return found


def bd09_of_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Move GCJ-02 into BD-09."""
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * BD_TURN)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * BD_TURN)
    return radius * np.cos(angle) + BD_SHIFT[0], radius * np.sin(angle) + BD_SHIFT[1]


def gcj02_of_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Move BD-09 back into GCJ-02."""
    found = lon - BD_SHIFT[0], lat - BD_SHIFT[1]
    for _ in range(INVERSE_STEPS):
        moved = bd09_of_gcj02(*found)
        found = found[0] + lon - moved[0], found[1] + lat - moved[1]
    return found


def wgs84_of(system: str, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Move one of the `SHIFTED` systems into WGS 84."""
    if system == BD09:
        lon, lat = gcj02_of_bd09(lon, lat)
    return wgs84_of_gcj02(lon, lat)


def of_wgs84(system: str, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Move WGS 84 into one of the `SHIFTED` systems."""
    lon, lat = gcj02_of_wgs84(lon, lat)
    return bd09_of_gcj02(lon, lat) if system == BD09 else (lon, lat)
