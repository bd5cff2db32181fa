"""How coordinates become metres: on a plane, or on the globe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from allocator.errors import AllocatorError
from allocator.scenario.coordinates import LOCAL
from allocator.scenario.shifted import SHIFTED, wgs84_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Points = npt.NDArray[np.float64]
    Metres = npt.NDArray[np.float64]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG: (2a + b) ÷ 3 of GRS 80)."""


class Ground(Protocol):
    """A surface on which straight lines are measured."""

    def embed(self, xy: Points) -> Points:
        """Return points whose Euclidean distances order as the lines do."""
        ...

    def embedded_m(self, line_m: float) -> float:
        """Return the Euclidean distance that a line of `line_m` has when embedded."""
        ...

    def line_m(self, a: Points, b: Points) -> Metres:
        """Return the exact line between points of equal rows of `a` and `b`."""
        ...

    def flat(self, xy: Points, middle: float) -> Points:
        """Return points on a plane, in metres, true to scale at the height `middle`."""
        ...

    def stretch(self, xy: Points, middle: float) -> float:
        """Return the most by which `flat` lengthens a short line near points `xy`."""
        ...


@dataclass(frozen=True)
class Plane:
    """Easting and northing."""

    metres_per_unit: float = 1.0

    def embed(self, xy: Points) -> Points:
        """Return coordinates in metres."""
        return xy * self.metres_per_unit

    def embedded_m(self, line_m: float) -> float:
        """Return the line itself: the plane is already Euclidean."""
        return line_m

    def line_m(self, a: Points, b: Points) -> Metres:
        """Return Euclidean distances."""
        metres: Metres = np.hypot(a[:, 0] - b[:, 0], a[:, 1] - b[:, 1])
        metres *= self.metres_per_unit
        return metres

    def flat(self, xy: Points, middle: float) -> Points:
        """Return coordinates in metres; a plane has one scale."""
        return self.embed(xy)

    def stretch(self, xy: Points, middle: float) -> float:
        """Return 1: a plane has one scale."""
        return 1.0


@dataclass(frozen=True)
class Globe:
    """Longitude and latitude on a sphere of the earth's mean radius."""

    radians_per_unit: float = np.pi / 180.0

    def embed(self, xy: Points) -> Points:
        """Return points of the sphere in space, in metres."""
        lon, lat = (xy * self.radians_per_unit).T
        unit = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
        return EARTH_RADIUS_M * np.column_stack(unit)

    def embedded_m(self, line_m: float) -> float:
        """Return the chord of an arc; no arc is longer than half the earth."""
        half_angle = min(line_m / (2.0 * EARTH_RADIUS_M), np.pi / 2.0)
        return float(2.0 * EARTH_RADIUS_M * np.sin(half_angle))

    def line_m(self, a: Points, b: Points) -> Metres:
        """Return great-circle distances by the haversine formula."""
        lon_a, lat_a = (a * self.radians_per_unit).T
        lon_b, lat_b = (b * self.radians_per_unit).T
        haversine = (
            np.sin((lat_b - lat_a) / 2.0) ** 2
            + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2.0) ** 2
        )
        angle: Metres = 2.0 * np.arcsin(np.sqrt(np.minimum(haversine, 1.0)))
        return EARTH_RADIUS_M * angle

    def flat(self, xy: Points, middle: float) -> Points:
        """Return metres east and north, true at the latitude `middle`."""
        scale = EARTH_RADIUS_M * self.radians_per_unit
        narrowing = np.cos(middle * self.radians_per_unit)
        flat: Points = xy * np.array([scale * narrowing, scale])
        return flat

    def stretch(self, xy: Points, middle: float) -> float:
        """Return how much too long lines are at the latitude farthest from 0."""
        farthest = np.abs(xy[:, 1]).max(initial=0.0) * self.radians_per_unit
        narrowing = max(float(np.cos(farthest)), 1e-6)
        return max(1.0, float(np.cos(middle * self.radians_per_unit)) / narrowing)


@dataclass(frozen=True)
class Shifted:
    """Shifted degrees of Chinese maps, measured where they really are."""

    system: str
    globe: Globe = Globe()

    def _true(self, xy: Points) -> Points:
        return np.column_stack(wgs84_of(self.system, xy[:, 0], xy[:, 1]))

    def embed(self, xy: Points) -> Points:
        """Return points of the sphere in space, in metres."""
        return self.globe.embed(self._true(xy))

    def embedded_m(self, line_m: float) -> float:
        """Return the chord of an arc."""
        return self.globe.embedded_m(line_m)

    def line_m(self, a: Points, b: Points) -> Metres:
        """Return great-circle distances."""
        return self.globe.line_m(self._true(a), self._true(b))

    def flat(self, xy: Points, middle: float) -> Points:
        """Return metres east and north, true at the latitude `middle`."""
        return self.globe.flat(self._true(xy), middle)

    def stretch(self, xy: Points, middle: float) -> float:
        """Return how much too long lines are at the latitude farthest from 0."""
        return self.globe.stretch(self._true(xy), middle)


def ground_of(crs: str) -> Ground:
    """Return the surface of a coordinate system.

    Parameters
    ----------
    crs
        ``local`` (metres), ``GCJ-02``, ``BD-09``, or what pyproj understands; x is the
        easting or longitude whatever the register's axis order.

    Raises
    ------
    AllocatorError
        If the system is neither projected nor geographic.
    """
    if crs == LOCAL:
        return Plane()
    if crs in SHIFTED:
        return Shifted(crs)
    from pyproj import CRS

    system = CRS.from_user_input(crs)
    if system.is_geographic:
        return Globe(system.axis_info[0].unit_conversion_factor)
    if system.is_projected:
        return Plane(system.axis_info[0].unit_conversion_factor)
    msg = f"crs {crs!r} is neither projected nor geographic"
    raise AllocatorError(msg)
