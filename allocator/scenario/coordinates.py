"""Bring coordinates from one system into another, as they are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.shifted import SHIFTED, of_wgs84, wgs84_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.issues import IssueCollector
    from allocator.scenario.sheet import TableFile

    Floats = npt.NDArray[np.float64]

LOCAL = "local"
"""The coordinate system of metres without a place on earth."""
WGS84 = "EPSG:4326"


def known_system(crs: str) -> str:
    """Return what pyproj may be asked for: WGS 84 for the systems shifted from it."""
    return WGS84 if crs in SHIFTED else crs


def changed(x: Floats, y: Floats, source: str, target: str) -> tuple[Floats, Floats]:
    """Bring coordinates from `source` into `target`, neither of them local.

    Raises
    ------
    pyproj.exceptions.CRSError
        If pyproj knows one of them not.
    """
    from pyproj import Transformer

    if source == target:
        return x, y
    if source in SHIFTED:
        x, y = wgs84_of(source, x, y)
    plain = known_system(source), known_system(target)
    if plain[0] != plain[1]:
        change = Transformer.from_crs(*plain, always_xy=True)
        x, y = (np.asarray(axis, np.float64) for axis in change.transform(x, y))
    return of_wgs84(target, x, y) if target in SHIFTED else (x, y)


def transformed(
    x: Floats, y: Floats, source: str, file: TableFile, collector: IssueCollector
) -> tuple[Floats, Floats] | None:
    """Bring a file's coordinates into the scenario's system, or report why not."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if source == file.crs or not _has_place(source):
        return x, y
    try:
        name = source if source in SHIFTED else CRS.from_user_input(source).name
        if file.crs == LOCAL:
            collector.error(
                "crs-mismatch",
                file.place,
                f"the layer is in {name}, the scenario's crs is local",
                expected="a crs for the scenario, such as crs: EPSG:4547",
            )
            return None
        return changed(x, y, source, file.crs)
    except CRSError as error:
        collector.error(
            "crs-mismatch",
            file.place,
            f"the layer cannot be brought into {file.crs!r}: {error}",
        )
        return None


def _has_place(crs: str) -> bool:
    """Tell whether a system lies on earth: a plane without a place does not."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if crs in SHIFTED:
        return True
    if crs == LOCAL:
        return False
    try:
        return CRS.from_user_input(crs).type_name != "Engineering CRS"
    except CRSError:
        return True
