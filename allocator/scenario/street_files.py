"""Lines and their attributes from CSV files, map layers and DataFrames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.errors import MissingExtra
from allocator.issues import Place
from allocator.scenario.coordinates import transformed
from allocator.scenario.sheet import report_unreadable
from allocator.scenario.table_csv import read_csv
from allocator.scenario.table_layer import geo_module, is_what_it_says, layer_name

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.issues import IssueCollector
    from allocator.scenario.sheet import TableFile

WKT = "wkt"
LINE_TYPES = (1, 2, 5)
"""Numbers of line, ring and several lines in shapely."""
MIN_POINTS = 2


@dataclass(frozen=True)
class Drawn:
    """Lines as a file draws them, in the scenario's coordinate system."""

    label: str
    xy: npt.NDArray[np.float64]
    start: npt.NDArray[np.int64]
    """Points of line k are ``xy[start[k]:start[k + 1]]``."""
    row: npt.NDArray[np.int64]
    """Row of `attributes` of each line."""
    attributes: pd.DataFrame
    """Attributes under the file's own headers, one row per feature."""
    rows: npt.NDArray[np.int64]
    """Row in the file of each row of `attributes`."""


def lines_in_csv(
    file: TableFile, crs: str | None, collector: IssueCollector
) -> Drawn | None:
    """Read a CSV file with a column of WKT."""
    sheet = read_csv(file, collector)
    if sheet is None:
        return None
    header = file.headers.get(WKT, WKT)
    if header not in sheet.columns:
        collector.error(
            "missing-column",
            file.place,
            f"the streets have no column {header!r}",
            expected="a column of WKT (or its header under 'columns:', wkt: …)",
        )
        return None
    frame = pd.DataFrame({name: cells for name, cells in sheet.columns.items()})
    shapes = _from_wkt(frame[header].to_numpy(object), file.label, collector)
    if shapes is None:
        return None
    frame = frame.drop(columns=header)
    return drawn(shapes, frame, sheet.rows, crs or file.crs, file, collector)


def lines_of_frame(
    frame: pd.DataFrame, label: str, crs: str, collector: IssueCollector
) -> Drawn | None:
    """Take the column wkt of a DataFrame in the scenario's system."""
    from allocator.scenario.sheet import TableFile

    if WKT not in frame:
        collector.error("missing-column", Place(label), "streets have no column 'wkt'")
        return None
    shapes = _from_wkt(frame[WKT].to_numpy(object), label, collector)
    if shapes is None:
        return None
    from pathlib import Path

    file = TableFile(Path(), label, frozenset(), crs=crs)
    rows = np.arange(len(frame), dtype=np.int64) + 2
    return drawn(shapes, frame.drop(columns=WKT), rows, crs, file, collector)


def lines_in_layer(
    file: TableFile, crs: str | None, collector: IssueCollector
) -> Drawn | None:
    """Read a layer of a GeoPackage, GeoJSON file or Shapefile."""
    if not is_what_it_says(file):
        kind = "a GeoPackage, GeoJSON file or Shapefile"
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
        headers = map(str, pyogrio.read_info(file.path, layer=layer)["fields"])
        names = [name for name in headers if name in file.wanted]
        meta, _, wkb, fields = pyogrio.raw.read(
            file.path,
            layer=layer,
            columns=names,
            force_2d=True,
            encoding=file.encoding,
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        report_unreadable(file, "a map layer", error, collector)
        return None
    frame = pd.DataFrame(dict(zip(map(str, meta["fields"]), fields, strict=True)))
    frame = frame.reindex(range(len(wkb)))
    rows = np.arange(len(wkb), dtype=np.int64) + 2
    source = crs or meta["crs"] or file.crs
    return drawn(shapely.from_wkb(wkb), frame, rows, source, file, collector)


def drawn(
    shapes: npt.NDArray[Any],
    attributes: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    crs: str,
    file: TableFile,
    collector: IssueCollector,
) -> Drawn | None:
    """Return the lines among shapes, in the scenario's system."""
    shapely = geo_module("shapely")
    is_line = np.isin(shapely.get_type_id(shapes), LINE_TYPES)
    _report_others(len(shapes) - int(is_line.sum()), file.label, collector)
    kept = np.flatnonzero(is_line & ~shapely.is_empty(shapes))
    parts, part_of = shapely.get_parts(shapes[kept], return_index=True)
    xy = shapely.get_coordinates(parts)
    count = shapely.get_num_coordinates(parts)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
    moved = transformed(xy[:, 0], xy[:, 1], crs, file, collector)
    if moved is None:
        return None
    if not np.isfinite(moved).all():
        collector.error(
            "crs-mismatch",
            file.place,
            f"some vertices have no place in {file.crs!r}",
            expected="coordinates of the system the file names",
        )
        return None
    return Drawn(
        file.label, np.column_stack(moved), start, kept[part_of], attributes, rows
    )


def _from_wkt(
    texts: npt.NDArray[np.object_], label: str, collector: IssueCollector
) -> npt.NDArray[Any] | None:
    """Read WKT; report the first that is none."""
    try:
        shapely = geo_module("shapely")
    except MissingExtra as error:
        collector.error("missing-extra", Place(label), str(error))
        return None
    shapes: npt.NDArray[Any] = shapely.from_wkt(texts, on_invalid="ignore")
    faulty = np.flatnonzero(shapely.is_missing(shapes))
    if len(faulty):
        collector.error(
            "wrong-type",
            Place(label, row=int(faulty[0]) + 2, column=WKT),
            f"{len(faulty)} rows hold no WKT, the first is {texts[faulty[0]]!r}",
            expected="LINESTRING (x y, x y, …)",
        )
        return None
    return shapes


def _report_others(count: int, label: str, collector: IssueCollector) -> None:
    if count:
        collector.warning(
            "street-no-line",
            Place(label),
            f"{count} features are no lines and are left out",
            expected="lines",
        )
