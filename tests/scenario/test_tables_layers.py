"""Layers of GeoPackage and GeoJSON files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from pyogrio.raw import write

from allocator.errors import MissingExtra
from allocator.scenario import table_layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.scenario.folder import Folder

TABLES = "tables: {zones: zones.csv, population: population.csv, buildings: %s}\n"
SQUARE = shapely.box(10, 20, 30, 40)
HOOK = shapely.Polygon([(0, 0), (9, 0), (9, 1), (1, 1), (1, 9), (0, 9)])


def geopackage(
    folder: Folder,
    shapes: Sequence[Any],
    *,
    crs: str | None = "EPSG:4547",
    layer: str = "sites",
    **fields: Sequence[Any],
) -> None:
    """Write one layer of sites.gpkg; buildings B1 … unless ids are given."""
    fields = {
        "building_id": [f"B{k + 1}" for k in range(len(shapes))],
        "gross_area_m2": [100.0] * len(shapes),
    } | fields
    write(
        folder.path / "sites.gpkg",
        geometry=shapely.to_wkb(np.array(shapes, object)),
        field_data=[np.array(values) for values in fields.values()],
        fields=list(fields),
        layer=layer,
        driver="GPKG",
        geometry_type="Unknown",
        crs=crs,
    )


def geojson(folder: Folder, *points: tuple[float, float]) -> None:
    """Write sites.geojson with buildings at longitudes and latitudes."""
    features = [
        {
            "type": "Feature",
            "properties": {"building_id": f"B{k + 1}", "gross_area_m2": 100},
            "geometry": {"type": "Point", "coordinates": point},
        }
        for k, point in enumerate(points)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    folder.write("sites.geojson", text)


def test_points_stay_and_polygons_give_a_point_inside(folder: Folder) -> None:
    folder.yaml("crs: EPSG:4547\n", TABLES % "sites.gpkg#sites")
    folder.write("zones.csv", "zone_id,x,y\nZ1,500000,3400000\nZ2,500000,3400000\n")
    shift = (500_000, 3_400_000)
    shapes = [
        shapely.transform(shape, lambda xy: xy + shift)
        for shape in (shapely.Point(3, 4), SQUARE, HOOK)
    ]
    geopackage(folder, shapes)
    buildings = folder.read().tables.buildings
    xy = buildings[["x", "y"]].to_numpy() - shift
    assert xy[0].tolist() == [3, 4]
    assert xy[1].tolist() == [20, 30]
    assert shapely.contains_xy(HOOK, *xy[2])  # its centroid lies outside


def test_a_layer_in_degrees_is_brought_to_the_scenario_x_first(folder: Folder) -> None:
    folder.yaml("crs: EPSG:4547\n", TABLES % "sites.geojson")
    folder.write("zones.csv", "zone_id,x,y\nZ1,500000,3400000\nZ2,500000,3400000\n")
    geojson(folder, (114.0, 30.0))
    building = folder.read().tables.buildings.iloc[0]
    # EPSG:4547 has its central meridian at 114° E, where x is 500 km; one degree of
    # latitude is about 110.6 to 111 km from the equator to 30° N
    assert building["x"] == pytest.approx(500_000, abs=1)
    assert building["y"] == pytest.approx(30 * 110_660, rel=2e-3)


def test_a_placed_layer_does_not_go_with_local_metres(folder: Folder) -> None:
    folder.yaml(tables=TABLES % "sites.geojson")
    geojson(folder, (114.0, 30.0))
    issue = folder.only("crs-mismatch")
    assert str(issue.place) == "sites.geojson"
    assert len(folder.errors()) == 1


def test_a_layer_without_a_place_on_earth_goes_with_local_metres(
    folder: Folder,
) -> None:
    folder.yaml(tables=TABLES % "sites.gpkg")
    with pytest.warns(UserWarning, match="crs"):
        geopackage(folder, [shapely.Point(3, 4)], crs=None)
    assert folder.read().tables.buildings["x"].tolist() == [3]


def test_features_are_rows_and_fields_are_columns(folder: Folder) -> None:
    folder.yaml(
        "crs: EPSG:4547\n", TABLES % "{file: sites.gpkg, columns: {name: 名称}}"
    )
    folder.write("zones.csv", "zone_id,x,y\nZ1,500000,3400000\nZ2,500000,3400000\n")
    point = shapely.Point(500_000, 3_400_000)
    geopackage(
        folder,
        [point, None, point],
        名称=["甲", "乙", "丙"],
        gross_area_m2=[100.0, 100.0, -1.0],
        x=[1, 2, 3],
        remark=["a", "b", "c"],
    )
    assert folder.errors() == [
        "missing-value: sites.gpkg, row 3, column x",
        "missing-value: sites.gpkg, row 3, column y",
        "out-of-range: sites.gpkg, row 4, column gross_area_m2",
    ]
    warned = [i.message for i in folder.issues() if i.code == "unknown-column"]
    assert warned == ["columns that are not read: 'x', 'remark'"]


def test_a_layer_that_is_missing_or_not_named(folder: Folder) -> None:
    point = shapely.Point(500_000, 3_400_000)
    geopackage(folder, [point])
    write(
        folder.path / "sites.gpkg",
        geometry=shapely.to_wkb(np.array([point], object)),
        field_data=[np.array(["a"])],
        fields=["name"],
        layer="streets",
        driver="GPKG",
        geometry_type="Point",
        crs="EPSG:4547",
    )
    folder.yaml(tables=TABLES % "sites.gpkg#site")
    assert folder.only("missing-layer").nearest == "sites"
    folder.yaml(tables=TABLES % "sites.gpkg")
    assert folder.only("missing-layer").expected == "one of sites, streets"


@pytest.mark.parametrize("name", ["sites.gpkg", "sites.geojson", "sites.json"])
def test_a_virtual_layer_is_never_opened(folder: Folder, name: str) -> None:
    folder.write(
        name,
        '<OGRVRTDataSource><OGRVRTLayer name="sites"><SrcDataSource>/etc/passwd'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    )
    folder.yaml(tables=TABLES % name)
    assert folder.errors() == [f"unreadable-file: {name}"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("sites.gpkg", b"SQLite format 3\0 and no more"), ("sites.geojson", b"{"),
     ("sites.geojson", b'{"type": "Nothing"}'), ("sites.geojson", b"")],
)  # fmt: skip
def test_a_broken_layer_is_one_issue(folder: Folder, name: str, content: bytes) -> None:
    folder.write(name, content)
    folder.yaml(tables=TABLES % name)
    assert folder.errors() == [f"unreadable-file: {name}"]


def test_a_warning_of_the_reader_is_passed_on(folder: Folder) -> None:
    folder.yaml("crs: EPSG:4326\n", TABLES % "sites.geojson")
    folder.write("zones.csv", "zone_id,x,y\nZ1,114,30\nZ2,114,30\n")
    geojson(folder, (114.0, 30.0))
    text = (folder.path / "sites.geojson").read_text()
    nothing = '{"type": "Pint", "coordinates": [114.0, 30.0]}'
    point = '{"type": "Point", "coordinates": [114.0, 30.0]}'
    assert point in text
    folder.write("sites.geojson", text.replace(point, nothing))
    assert "missing-value: sites.geojson, row 2, column x" in folder.errors()
    assert "geometry" in folder.only("layer-warning").message


def test_without_the_extra_the_issue_says_how_to_get_it(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise MissingExtra(name, "geo", "reading a map layer")

    folder.yaml(tables=TABLES % "sites.geojson")
    geojson(folder, (114.0, 30.0))
    monkeypatch.setattr(table_layer, "geo_module", absent)
    assert "pip install 'allocator[geo]'" in folder.only("missing-extra").message
