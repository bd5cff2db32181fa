"""Writes the layers and their styles into one file."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.errors import RunError
from allocator.report.geopackage.layers import Layer, run_layers
from allocator.report.geopackage.styles import aliases, layer_style, offered_colors
from allocator.report.words import Words
from allocator.scenario.coordinates import LOCAL, changed, known_system
from allocator.scenario.table_layer import geo_module

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    import pandas as pd

    from allocator.runs import Run

LOCAL_WKT = (
    'ENGCRS["local metres",EDATUM["local"],CS[Cartesian,2],AXIS["x",east],'
    'AXIS["y",north],LENGTHUNIT["metre",1]]'
)
"""Metres without a place on earth, said so."""
GPKG_VERSION = "1.3"
"""Older programs warn of later ones."""
STYLE_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
INSERT INTO gpkg_contents (table_name, data_type, identifier)
  VALUES ('layer_styles', 'attributes', 'layer_styles');
"""
COLUMN_TABLE = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
  description TEXT, mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
INSERT INTO gpkg_extensions
  (table_name, column_name, extension_name, definition, scope)
  VALUES ('gpkg_data_columns', NULL, 'gpkg_schema',
  'http://www.geopackage.org/spec121/#extension_schema', 'read-write');
"""


def write_geopackage(run: Run, path: Path, language: str = "en") -> None:
    """Write a run as a GeoPackage; a file that was there is replaced whole or stays.

    Parameters
    ----------
    language
        Of names, aliases of fields and legends; names of layers and fields are the
        same in every language.

    Raises
    ------
    MissingExtra
        If the extra ``geo`` is not installed.
    RunError
        If the file cannot be written.
    """
    pyogrio = geo_module("pyogrio", "writing a GeoPackage")
    shapely = geo_module("shapely", "writing a GeoPackage")
    scenario = run.scenario()
    words = Words(language, scenario)
    temporary = path.with_name(f".tmp-{secrets.token_hex(4)}-{path.stem}.gpkg")
    layers = list(run_layers(scenario, run, words))
    try:
        for layer in layers:
            _write_layer(pyogrio, shapely, layer, scenario.spec.crs, temporary)
        with closing(sqlite3.connect(temporary)) as file:
            _write_styles(file, layers, words)
            file.commit()
        os.replace(temporary, path)
    except (OSError, sqlite3.Error, pyogrio.errors.DataSourceError) as error:
        reason = getattr(error, "strerror", None) or error
        msg = f"cannot write the GeoPackage {path}: {reason}"
        raise RunError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)


def _write_layer(
    pyogrio: Any, shapely: Any, layer: Layer, crs: str, path: Path
) -> None:
    """Append one layer to the file."""
    columns = [_written(layer.fields[name]) for name in layer.fields.columns]
    pyogrio.raw.write(
        path,
        _shapes(shapely, layer, crs),
        columns,
        [str(name) for name in layer.fields.columns],
        layer=layer.name,
        driver="GPKG",
        geometry_type=layer.geometry_type,
        crs=None if layer.xy is None else target_crs(crs),
        append=path.exists(),
        dataset_options=None if path.exists() else {"VERSION": GPKG_VERSION},
    )


def target_crs(crs: str) -> str:
    """Return the system of the file: GCJ-02 and BD-09 are written as WGS 84."""
    return LOCAL_WKT if crs == LOCAL else known_system(crs)


def _written(cells: pd.Series[Any]) -> npt.NDArray[Any]:
    """Return a column as GDAL takes it."""
    if cells.dtype.kind in "ifb":
        return cells.to_numpy()
    return np.array([str(cell) for cell in cells], dtype=object)


def _shapes(shapely: Any, layer: Layer, crs: str) -> npt.NDArray[np.object_] | None:
    """Return the geometry of a layer as WKB."""
    if layer.xy is None:
        return None
    xy = layer.xy
    known = np.isfinite(xy).all(axis=1)
    if crs != LOCAL and known_system(crs) != crs:
        x, y = changed(xy[:, 0], xy[:, 1], crs, known_system(crs))
        xy = np.stack([x, y], axis=1)
    if layer.start is None:
        shapes = np.full(len(xy), None, object)
        shapes[known] = shapely.points(xy[known])
    else:
        line = np.repeat(np.arange(len(layer.start) - 1), np.diff(layer.start))
        shapes = shapely.linestrings(xy, indices=line)
    written: npt.NDArray[np.object_] = shapely.to_wkb(shapes)
    return written


def _write_styles(file: sqlite3.Connection, layers: list[Layer], words: Words) -> None:
    """Add styles, titles of layers and names of fields."""
    colors = offered_colors(layers)
    file.executescript(STYLE_TABLE)
    file.executescript(COLUMN_TABLE)
    for layer in layers:
        title = words(f"gpkg.layer.{layer.name}")
        file.execute(
            "UPDATE gpkg_contents SET identifier = ?, description = ? "
            "WHERE table_name = ?",
            (title, words(f"gpkg.about.{layer.name}"), layer.name),
        )
        for field, name in aliases(layer, words).items():
            file.execute(
                "INSERT INTO gpkg_data_columns (table_name, column_name, title) "
                "VALUES (?, ?, ?)",
                (layer.name, field, name),
            )
        file.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, "
            "f_table_name, f_geometry_column, styleName, styleQML, styleSLD, "
            "useAsDefault, description, owner) "
            "VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '')",
            (
                layer.name,
                "" if layer.xy is None else "geom",
                layer.name,
                layer_style(layer, words, colors),
                title,
            ),
        )
