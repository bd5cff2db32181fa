"""Read a layer of a GeoPackage or a GeoJSON file; its geometry gives x and y.

Points are taken as they are, lines and polygons by a point on them; coordinates are
transformed from the layer's system to the scenario's, x first (easting or longitude).
"""

from __future__ import annotations

import codecs
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.errors import MissingExtra
from allocator.issues import nearest_name
from allocator.scenario.coordinates import transformed
from allocator.scenario.sheet import Sheet, report_unreadable

if TYPE_CHECKING:
    from types import ModuleType

    import numpy.typing as npt

    from allocator.issues import IssueCollector
    from allocator.scenario.sheet import TableFile

_SQLITE = b"SQLite format 3\0"
_SHAPEFILE = b"\x00\x00\x27\x0a"


def geo_module(name: str, purpose: str = "reading a map layer") -> ModuleType:
    """Import a package of the extra ``geo``.

    Raises
    ------
    MissingExtra
        If it is not installed.
    """
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra(name, "geo", purpose) from error


def read_layer(file: TableFile, collector: IssueCollector) -> Sheet | None:
    """Read one layer; the only one when none is named."""
    if not is_what_it_says(file):
        kind = "a GeoPackage or GeoJSON file"
        report_unreadable(file, kind, "its content is something else", collector)
        return None
    try:
        pyogrio, shapely = geo_module("pyogrio"), geo_module("shapely")
    except MissingExtra as error:
        collector.error("missing-extra", file.place, str(error))
        return None
    try:
        layer = layer_name(pyogrio, file, collector)
        if layer is None:
            return None
        headers = tuple(map(str, pyogrio.read_info(file.path, layer=layer)["fields"]))
        taken = {"x", "y"} if file.with_geometry else set[str]()
        names = [name for name in headers if name in file.wanted - taken]
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            meta, _, wkb, fields = pyogrio.raw.read(
                file.path,
                layer=layer,
                columns=names,
                read_geometry=file.with_geometry,
                force_2d=True,
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        report_unreadable(file, "a map layer", error, collector)
        return None
    for text in dict.fromkeys(str(warning.message) for warning in warned):
        collector.warning("layer-warning", file.place, text)
    columns = {
        str(name): pd.Series(cells, dtype=None if cells.dtype.kind != "O" else object)
        for name, cells in zip(meta["fields"], fields, strict=True)
    }
    if file.with_geometry:
        xy = _coordinates(shapely, wkb, meta["crs"], file, collector)
        if xy is None:
            return None
        columns |= {"x": pd.Series(xy[0]), "y": pd.Series(xy[1])}
    num_rows = len(wkb) if wkb is not None else len(fields[0]) if fields else 0
    rows = np.arange(num_rows, dtype=np.int64) + 2
    return Sheet(headers, columns, rows, frozenset(taken))


def is_what_it_says(file: TableFile) -> bool:
    """Tell by the first bytes: other formats could point at other files."""
    with file.path.open("rb") as stream:
        head = stream.read(4096)
    binary = {".gpkg": _SQLITE, ".shp": _SHAPEFILE}.get(file.path.suffix.lower())
    if binary is not None:
        return head.startswith(binary)
    return head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def layer_name(pyogrio: Any, file: TableFile, collector: IssueCollector) -> str | None:
    """Return the layer that is named, or the only one; report when there is none."""
    names = [str(name) for name, _ in pyogrio.list_layers(file.path)]
    if file.part in names:
        return file.part
    if file.part is None and len(names) == 1:
        return names[0]
    missing = f"there is no layer {file.part!r}" if file.part else "no layer is named"
    collector.error(
        "missing-layer",
        file.place,
        missing,
        expected="one of " + ", ".join(names),
        nearest=nearest_name(file.part, names) if file.part else None,
    )
    return None


def _coordinates(
    shapely: Any,
    wkb: npt.NDArray[np.object_],
    layer_crs: str | None,
    file: TableFile,
    collector: IssueCollector,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
    """Return x and y in the scenario's coordinate system, NaN without geometry."""
    shapes = shapely.from_wkb(wkb)
    is_point = shapely.get_type_id(shapes) == 0
    points = np.where(is_point, shapes, shapely.point_on_surface(shapes))
    x, y = shapely.get_x(points), shapely.get_y(points)
    declared = file.own_crs or layer_crs
    if declared is None:
        return x, y
    return transformed(x, y, declared, file, collector)
