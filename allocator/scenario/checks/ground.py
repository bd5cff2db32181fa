"""Coordinates and floors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.checks.facts import cells, issue, summary
from allocator.scenario.coordinates import LOCAL, known_system

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from pyproj import CRS

    from allocator.issues import Issue, Place
    from allocator.scenario.checks.facts import Facts

    Bools = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

LOCATED = {"zones": "zone_id", "buildings": "building_id", "facilities": "facility_id"}
"""Tables with coordinates, and the id of their rows."""
AREA_MARGIN_DEGREES = 1.0
"""A city may reach this far beyond the area of use of its coordinate system."""
FAR_AWAY_M = 100_000.0
"""A point this far from the middle of all points is worth a look."""
METRES_PER_DEGREE = 111_320.0
"""Metres per degree of latitude, and of longitude at the equator."""
DEGREES_EXTENT_M = 2.0
"""Points of a `local` system all within this look like degrees, not metres."""


def floor_zero(facts: Facts) -> Iterator[Issue]:
    """Report floor 0."""
    zero = (facts.table("spaces")["floor"] == 0).to_numpy(bool)

    def of_row(_: int, place: Place) -> Issue:
        return issue(
            "floor-zero",
            place,
            "floor 0 does not exist",
            expected="1 for the ground floor, -1 for the basement",
        )

    yield from cells(facts, "spaces", "floor", zero, of_row)


def coordinate_system(facts: Facts) -> Iterator[Issue]:
    """Report a coordinate system that is unknown or not on the ground."""
    crs = facts.spec.crs
    if crs == LOCAL:
        return
    system = _system(crs)
    if system is None or not (system.is_geographic or system.is_projected):
        yield issue(
            "unknown-crs",
            facts.places.yaml("crs"),
            f"{crs!r} is no coordinate system on the ground",
            expected="a projected or geographic EPSG code such as EPSG:4547, GCJ-02, "
            "BD-09 or local",
        )


def coordinates_inside(facts: Facts) -> Iterator[Issue]:
    """Report coordinates outside the system, and axes that are swapped."""
    system = _system(facts.spec.crs)
    if system is None or not (system.is_geographic or system.is_projected):
        return
    area = _Area.of(system)
    for table in LOCATED:
        frame = facts.table(table)
        x, y = frame["x"].to_numpy(np.float64), frame["y"].to_numpy(np.float64)
        outside = ~area.holds(x, y) & ~np.isnan(x) & ~np.isnan(y)
        swapped = outside.copy()
        swapped[outside] = area.holds(y[outside], x[outside])

        def of_swapped(row: int, place: Place, x: Floats = x, y: Floats = y) -> Issue:
            return issue(
                "coordinates-swapped",
                place,
                f"x={x[row]:.10g}, y={y[row]:.10g}: the axes are swapped",
                expected="x = easting or longitude, y = northing or latitude",
            )

        def of_outside(row: int, place: Place, x: Floats = x, y: Floats = y) -> Issue:
            return issue(
                "coordinates-outside",
                place,
                f"x={x[row]:.10g}, y={y[row]:.10g} lies outside {facts.spec.crs}",
                expected=area.text,
            )

        yield from cells(facts, table, "x", swapped, of_swapped)
        yield from cells(facts, table, "x", outside & ~swapped, of_outside)


def points_far_away(facts: Facts) -> Iterator[Issue]:
    """Warn of points far from the middle of all points, outside ones left aside."""
    system = _system(facts.spec.crs)
    points = {table: _inside(_points(facts, table), system) for table in LOCATED}
    everything = np.concatenate(list(points.values()))
    everything = everything[np.isfinite(everything).all(axis=1)]
    if not len(everything):
        return
    middle = np.median(everything, axis=0)
    scale = np.ones(2)
    if system is not None and system.is_geographic:
        narrowing = np.cos(np.radians(middle[1]))
        scale = METRES_PER_DEGREE * np.array([narrowing, 1.0])
    for table, column in LOCATED.items():
        away = np.hypot(*((points[table] - middle) * scale).T) > FAR_AWAY_M
        message = f"more than {FAR_AWAY_M / 1000:g} km from the middle of all points"
        yield from summary(facts, "far-away", table, column, away, message)


def degrees_as_metres(facts: Facts) -> Iterator[Issue]:
    """Warn of degrees that the system `local` would read as metres."""
    if facts.spec.crs != LOCAL:
        return
    points = np.concatenate([_points(facts, table) for table in LOCATED])
    points = points[np.isfinite(points).all(axis=1)]
    extent = np.ptp(points, axis=0) if len(points) else np.zeros(2)
    if not extent.any() or (extent > DEGREES_EXTENT_M).any():
        return
    yield issue(
        "degrees-as-metres",
        facts.places.yaml("crs"),
        f"all points lie within {DEGREES_EXTENT_M:g} m of each other; "
        "are they degrees?",
        expected="metres, or crs: EPSG:4326 (EPSG:4490 in China) for degrees",
    )


def _points(facts: Facts, table: str) -> Floats:
    points: Floats = facts.table(table)[["x", "y"]].to_numpy(np.float64)
    return points


def _inside(points: Floats, system: CRS | None) -> Floats:
    """Return the points with NaN for those outside the system's area."""
    if system is None or not (system.is_geographic or system.is_projected):
        return points
    inside = _Area.of(system).holds(points[:, 0], points[:, 1])
    kept: Floats = np.where(inside[:, None], points, np.nan)
    return kept


@dataclass(frozen=True)
class _Area:
    """Where coordinates of a system may lie, in degrees."""

    system: CRS
    west: float = -180.0
    south: float = -90.0
    east: float = 180.0
    north: float = 90.0

    @classmethod
    def of(cls, system: CRS) -> _Area:
        """Return the system's area of use with a margin, else the whole earth."""
        area, margin = system.area_of_use, AREA_MARGIN_DEGREES
        if area is None or area.west > area.east:
            return cls(system)
        return cls(
            system,
            max(area.west - margin, -180.0),
            max(area.south - margin, -90.0),
            min(area.east + margin, 180.0),
            min(area.north + margin, 90.0),
        )

    @property
    def text(self) -> str:
        """The area for a message."""
        return (
            f"longitude {self.west:.6g} to {self.east:.6g} and "
            f"latitude {self.south:.6g} to {self.north:.6g}"
        )

    def holds(self, x: Floats, y: Floats) -> Bools:
        """Tell which points lie in the area, shape (points,)."""
        lon, lat = self._degrees(x, y)
        inside: Bools = (lon >= self.west) & (lon <= self.east)
        inside &= (lat >= self.south) & (lat <= self.north)
        return inside

    def _degrees(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return longitude and latitude; inf where there is none."""
        if self.system.is_geographic:
            return x, y
        from pyproj import Transformer

        geodetic = self.system.geodetic_crs
        to_degrees = Transformer.from_crs(self.system, geodetic, always_xy=True)
        lon, lat = to_degrees.transform(x, y)
        return np.asarray(lon, np.float64), np.asarray(lat, np.float64)


def _system(crs: str) -> CRS | None:
    """Return the coordinate system; None if it is local or unknown."""
    if crs == LOCAL:
        return None
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(known_system(crs))
    except CRSError:
        return None
