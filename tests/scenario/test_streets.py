"""Street lines from every kind of file, and what is said of faulty ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from allocator.scenario import build_scenario, read_scenario, write_scenario
from allocator.scenario.street_osm import layer_of, walked_class
from tests.scenario.folder import HEAD, TABLES

if TYPE_CHECKING:
    from tests.scenario.folder import Folder

shapely = pytest.importorskip("shapely")
pyogrio = pytest.importorskip("pyogrio")

CSV = """\
kind,wkt,level
lane,"LINESTRING (0 0, 50 0, 100 0)",
alley,"MULTILINESTRING ((50 0, 50 40), (50 60, 50 90))",1
"""


def network(folder: Folder, streets: str, crs: str = "") -> None:
    """Write scenario.yaml in network mode."""
    walk = "profiles: {walk: {speed_m_per_min: 75}}"
    head = HEAD.replace(walk, f"mode: network, streets: {streets}, {walk}")
    folder.yaml(crs, TABLES, head)


def test_lines_of_a_csv_file(folder: Folder) -> None:
    folder.write("streets.csv", CSV)
    network(folder, "{file: streets.csv, columns: {class: kind, layer: level}}")

    lines = folder.read().tables.streets

    assert lines is not None
    assert lines.start.tolist() == [0, 3, 5, 7]
    assert [lines.classes[k] for k in lines.class_position] == ["lane"] + ["alley"] * 2
    assert lines.layer.tolist() == [0, 1, 1]
    assert lines.xy[3].tolist() == [50, 0]


def test_the_file_is_hashed_with_the_others(folder: Folder) -> None:
    folder.write("streets.csv", CSV)
    network(folder, "streets.csv")

    paths = [source.path for source in folder.read().provenance.sources]

    assert paths[:2] == ["scenario.yaml", "streets.csv"]


def test_streets_are_written_and_read_back(folder: Folder, tmp_path) -> None:
    folder.write("streets.csv", CSV)
    network(folder, "{file: streets.csv, columns: {class: kind}, snap_m: 70}")
    scenario = folder.read()

    write_scenario(scenario, tmp_path / "copy")
    again = read_scenario(tmp_path / "copy")

    old, new = scenario.tables.streets, again.tables.streets
    assert old is not None
    assert new is not None
    assert new.classes == old.classes
    for name in ("xy", "start", "class_position", "layer", "grade_percent"):
        np.testing.assert_array_equal(getattr(new, name), getattr(old, name))
    assert again.spec.access.streets is not None
    assert again.spec.access.streets.snap_m == 70


@pytest.mark.parametrize("name", ["streets.gpkg", "streets.geojson", "streets.shp"])
def test_lines_of_a_map_layer(folder: Folder, name: str) -> None:
    """The layer is in degrees; in the scenario 114° E is x = 500,000."""
    folder.yaml("crs: EPSG:4547\n")
    shape = shapely.LineString([(114.0, 30.5), (114.001, 30.5)])
    pyogrio.raw.write(
        folder.path / name,
        shapely.to_wkb(np.array([shape])),
        field_data=[np.array(["巷"], object)],
        fields=["kind"],
        crs="EPSG:4326",
        geometry_type="LineString",
        encoding="UTF-8",
    )
    for table in ("zones", "buildings"):
        text = (folder.path / f"{table}.csv").read_text()
        folder.write(f"{table}.csv", text.replace(",0,0", ",500000,3375000"))
    network(folder, f"{{file: {name}, columns: {{class: kind}}}}", "crs: EPSG:4547\n")
    zones = "zone_id,x,y\nZ1,500000,3375000\nZ2,500100,3375000\n"
    folder.write("zones.csv", zones)
    folder.write(
        "buildings.csv",
        "building_id,x,y,gross_area_m2\nB1,500050,3375000,100\n",
    )

    lines = folder.read().tables.streets

    assert lines is not None
    assert lines.classes == ("巷",)
    assert lines.xy[0, 0] == pytest.approx(500_000, abs=0.01)
    assert lines.xy[1, 0] == pytest.approx(500_096, abs=1)


def test_points_are_left_out_with_a_warning(folder: Folder) -> None:
    folder.write("streets.csv", CSV + 'pole,"POINT (3 4)",\n')
    network(folder, "streets.csv")

    assert folder.only("street-no-line").message.startswith("1 features")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('wkt\n"LINESTRING (0 0, ten 10)"\n', "wrong-type"),
        ("kind\nlane\n", "missing-column"),
        ("wkt\n", "streets-missing"),
        ('wkt,layer\n"LINESTRING (0 0, 1 1)",up\n', "wrong-type"),
    ],
)
def test_faulty_files(folder: Folder, text: str, code: str) -> None:
    folder.write("streets.csv", text)
    network(folder, "streets.csv")

    assert folder.only(code)


def test_an_unknown_column_is_named(folder: Folder) -> None:
    folder.write("streets.csv", CSV)
    network(folder, "{file: streets.csv, columns: {kind: kind}}")

    assert folder.only("unknown-column").place.path == "access.streets.columns"


def test_a_header_that_is_not_there(folder: Folder) -> None:
    folder.write("streets.csv", CSV)
    network(folder, "{file: streets.csv, columns: {class: type}}")

    assert "type" in folder.only("missing-column").message


def test_other_formats_are_refused(folder: Folder) -> None:
    folder.write("streets.txt", CSV)
    network(folder, "streets.txt")

    assert folder.only("unknown-format").expected is not None


def test_streets_may_be_a_frame(sound) -> None:
    sound.document["access"] |= {"mode": "network", "streets": {"snap_m": 50}}
    frame = pd.DataFrame({"wkt": ["LINESTRING (0 0, 1 1)"], "class": ["lane"]})
    frames = {name: pd.DataFrame(rows) for name, rows in sound.rows.items() if rows}

    read = read_scenario(sound.document, tables={**frames, "streets": frame})
    built = build_scenario(sound.document, {**frames, "streets": frame})

    for scenario in (read, built):
        assert scenario.tables.streets is not None
        assert scenario.tables.streets.classes == ("lane",)
        assert scenario.provenance.sources[-1].path == "<frame:streets>"


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "footway"}, "footway"),
        ({"highway": "footway", "footway": "crossing"}, "crossing"),
        ({"highway": "residential", "oneway": "yes"}, "residential"),
        ({"highway": "motorway"}, None),
        ({"highway": "trunk"}, None),
        ({"highway": "trunk", "sidewalk": "both"}, "trunk"),
        ({"highway": "service", "access": "private"}, None),
        ({"highway": "service", "access": "private", "foot": "yes"}, "service"),
        ({"highway": "path", "foot": "no"}, None),
        ({"highway": "proposed"}, None),
    ],
)
def test_what_is_walked(tags: dict[str, str], walked: str | None) -> None:
    assert walked_class(tags) == walked


@pytest.mark.parametrize(
    ("tags", "layer"),
    [
        ({}, 0),
        ({"bridge": "yes"}, 1),
        ({"tunnel": "yes"}, -1),
        ({"tunnel": "building_passage"}, 0),
        ({"bridge": "yes", "layer": "2"}, 2),
        ({"bridge": "no", "layer": "?"}, 0),
    ],
)
def test_bridges_and_tunnels_by_layer(tags: dict[str, str], layer: int) -> None:
    assert layer_of(tags) == layer


def test_an_extract_of_openstreetmap(folder: Folder) -> None:
    osmium = pytest.importorskip("osmium")
    target = folder.path / "town.osm.pbf"
    with osmium.SimpleWriter(str(target)) as writer:
        for k in range(4):
            writer.add_node(
                osmium.osm.mutable.Node(id=k + 1, location=(0.001 * k, 51.0))
            )
        ways = [
            ({"highway": "residential"}, [1, 2, 3]),
            ({"highway": "motorway"}, [3, 4]),
            ({"highway": "steps", "bridge": "yes"}, [3, 4]),
            ({"building": "yes"}, [1, 2, 4, 1]),
        ]
        for k, (tags, nodes) in enumerate(ways):
            writer.add_way(osmium.osm.mutable.Way(id=k + 1, nodes=nodes, tags=tags))
    for table in ("zones", "buildings"):
        text = (folder.path / f"{table}.csv").read_text()
        folder.write(f"{table}.csv", text.replace("100,0", "0.001,51"))
    network(folder, "town.osm.pbf", "crs: EPSG:4326\n")

    lines = folder.read().tables.streets

    assert lines is not None
    assert lines.start.tolist() == [0, 3, 5]
    assert [lines.classes[k] for k in lines.class_position] == ["residential", "steps"]
    assert lines.layer.tolist() == [0, 1]
    np.testing.assert_allclose(lines.xy[:3, 0], [0, 0.001, 0.002], atol=1e-7)


def test_without_the_reader_of_extracts(folder: Folder, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "osmium", None)
    folder.write("town.osm.pbf", b"x")
    network(folder, "town.osm.pbf")

    assert "allocator[osm]" in folder.only("missing-extra").message
