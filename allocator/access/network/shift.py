"""Tell when places fit the streets better in another coordinate system.

Nothing is ever converted for this reason: it only warns. In China the systems lie some
hundred metres apart, so buildings that stand along streets suddenly do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from allocator.access.ground import Globe
from allocator.scenario.coordinates import LOCAL, WGS84, changed, known_system
from allocator.scenario.shifted import BD09, GCJ02, SHIFTED, of_wgs84, wgs84_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.scenario.scenario import Scenario

    Floats = npt.NDArray[np.float64]

LEAST_SITES = 20
"""Fewer sites say nothing."""
MOST_SITES = 2_000
LEAST_RATIO = 0.6
"""Another reading is named when it brings the median way to a street below this."""
SPACING_M = 10.0
"""Streets are looked at as points this far apart."""


def likelier_reading(scenario: Scenario) -> str | None:
    """Return a sentence when sites or streets look like another system."""
    crs, lines = scenario.spec.crs, scenario.tables.streets
    sites = scenario.site_xy
    if crs == LOCAL or lines is None or len(sites) < LEAST_SITES or not len(lines):
        return None
    sites = _degrees(sites[:: len(sites) // MOST_SITES + 1], crs)
    line = lines.line_of_point()
    first = np.flatnonzero(line[1:] == line[:-1])
    streets = _degrees(_spaced(lines.xy, first, crs), crs)
    moved = of_wgs84(GCJ02, *sites.T)
    if np.allclose(np.column_stack(moved), sites, atol=1e-6):
        return None  # outside China nothing is shifted
    now = _median_m(_true(sites, crs), _true(streets, crs))
    other = [name for name in (WGS84, *SHIFTED) if name != _family(crs)]
    readings = [
        (_median_m(_true(sites, name), _true(streets, crs)), "sites", name)
        for name in other
    ] + [
        (_median_m(_true(sites, crs), _true(streets, name)), "streets", name)
        for name in other
    ]
    best, what, name = min(readings)
    if best >= LEAST_RATIO * now:
        return None
    return (
        f"half of the sites lie within {now:.0f} m of a street; if the {what} were in "
        f"{name}, within {best:.0f} m: check which system the files are in"
    )


def _family(crs: str) -> str:
    return crs if crs in SHIFTED else WGS84


def _degrees(xy: Floats, crs: str) -> Floats:
    """Return longitude and latitude as they are written."""
    plain = known_system(crs)
    return np.column_stack(changed(xy[:, 0], xy[:, 1], plain, WGS84))


def _true(degrees: Floats, crs: str) -> Floats:
    """Return WGS 84 for degrees that are written in a system."""
    if crs not in (GCJ02, BD09):
        return degrees
    return np.column_stack(wgs84_of(crs, degrees[:, 0], degrees[:, 1]))


def _spaced(xy: Floats, first: npt.NDArray[np.int64], crs: str) -> Floats:
    """Return points along pieces that begin at `first`, about evenly."""
    a, b = xy[first], xy[first + 1]
    ends = _degrees(a, crs), _degrees(b, crs)
    parts = np.ceil(Globe().line_m(*ends) / SPACING_M).astype(np.int64) + 1
    piece = np.repeat(np.arange(len(first)), parts)
    part = np.arange(len(piece)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = (part / parts[piece])[:, None]
    spaced: Floats = a[piece] + share * (b - a)[piece]
    return spaced


def _median_m(sites: Floats, streets: Floats) -> float:
    """Return the median way from a site to the nearest street."""
    globe, middle = Globe(), float(np.median(streets[:, 1]))
    tree = cKDTree(globe.flat(streets, middle))
    return float(np.median(tree.query(globe.flat(sites, middle))[0]))
