"""The map layers hold the evaluator's figures and styles that fit their values."""

from __future__ import annotations

import importlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import allocator as al
from allocator.errors import MissingExtra, RunError
from allocator.plan import Plan
from allocator.report.geopackage import write_geopackage
from allocator.runs import Run, read_run
from allocator.scenario import read_scenario
from allocator.scenario.shifted import wgs84_of
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from types import ModuleType

RIVERSIDE = Path(__file__).parents[2] / "scenarios" / "riverside"
DRAWN = {
    "assignments",
    "facilities",
    "sites",
    "buildings",
    "communities",
    "zones",
    "served",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    options = al.SolveOptions(engine="greedy", seed=1, max_steps=50)
    result = al.solve(read_scenario(RIVERSIDE), options)
    return read_run(al.write_run(result, tmp_path_factory.mktemp("gpkg") / "run"))


@pytest.fixture(scope="module")
def file(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "run.gpkg"
    write_geopackage(run, path, "zh")
    return path


def saved(result: al.Result, folder: Path) -> Run:
    return read_run(al.write_run(result, folder))


def read(path: Path, layer: str) -> tuple[pd.DataFrame, Any]:
    """Read a layer with GDAL: its fields and its shapes."""
    meta, _, wkb, fields = pyogrio.raw.read(path, layer=layer)
    frame = pd.DataFrame(
        {name: list(cells) for name, cells in zip(meta["fields"], fields, strict=True)}
    )
    return frame, None if wkb is None else shapely.from_wkb(wkb)


def styles(path: Path) -> dict[str, Xml.Element]:
    with closing(sqlite3.connect(path)) as found:
        rows = found.execute(
            "SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"
        ).fetchall()
    return {name: Xml.fromstring(qml) for name, qml in rows}


def test_every_item_is_a_feature(run: Run, file: Path) -> None:
    tables = run.scenario().tables
    expected = {
        "zones": len(tables.zones),
        "buildings": len(tables.buildings),
        "facilities": len(tables.facilities),
        "communities": len(tables.communities),
        "assignments": len(run.assignments),
        "coverage": len(run.table("coverage.csv")),
    }
    for layer, count in expected.items():
        assert pyogrio.read_info(file, layer=layer)["features"] == count, layer
    assert {str(name) for name, _ in pyogrio.list_layers(file)} >= DRAWN


def test_persons_are_the_evaluators(run: Run, file: Path) -> None:
    zones, _ = read(file, "zones")
    counted = zones[zones["counted"].astype(bool)]
    m = run.measures
    assert zones["covered_persons"].sum() == pytest.approx(m["covered_persons"])
    assert zones["demand_persons"].sum() == pytest.approx(m["demand_persons"])
    of_counted = counted["covered_persons"].sum()
    assert of_counted == pytest.approx(m["counted_covered_persons"])
    communities, _ = read(file, "communities")
    before = communities["baseline_covered_persons"].sum()
    assert before == pytest.approx(m["baseline_covered_persons"])
    assert communities["covered_persons"].sum() == pytest.approx(of_counted)
    reached = (communities["access"] * communities["demand_persons"]).sum()
    assert reached == pytest.approx(m["access"] * m["counted_demand_persons"])


def test_visits_are_the_evaluators(run: Run, file: Path) -> None:
    visits = run.measures["served_visits_per_week"]
    for layer in ("served", "sites"):
        frame, _ = read(file, layer)
        assert frame["served_visits_per_week"].sum() == pytest.approx(visits), layer
    lines, _ = read(file, "served")
    minutes = (lines["served_visits_per_week"] * lines["mean_walk_min"]).sum()
    assert minutes == pytest.approx(run.measures["walking_minutes"])
    assignments, _ = read(file, "assignments")
    facilities, _ = read(file, "facilities")
    planned = assignments["served_visits_per_week"].sum()
    assert planned == pytest.approx(run.measures["planned_served_visits_per_week"])
    existing = facilities["served_visits_per_week"].sum()
    assert planned + existing == pytest.approx(visits)


def test_money_and_floor_are_the_evaluators(run: Run, file: Path) -> None:
    buildings, _ = read(file, "buildings")
    for name in ("capital_cost", "yearly_outlay", "floor_used_m2"):
        assert buildings[name].sum() == pytest.approx(run.measures[name]), name
    used = buildings[buildings["state"] == "used"]
    assert len(used) == run.measures["buildings"]
    assert set(used["building_id"]) == set(run.assignments["building_id"])


def test_features_stand_where_the_tables_say(run: Run, file: Path) -> None:
    scenario = run.scenario()
    assert pyogrio.read_info(file, layer="zones")["crs"] == scenario.spec.crs
    places = {
        "zones": scenario.tables.zones.set_index("zone_id"),
        "buildings": scenario.tables.buildings.set_index("building_id"),
    }
    for layer, table in places.items():
        frame, shapes = read(file, layer)
        own = table.loc[frame.iloc[:, 0], ["x", "y"]].to_numpy(np.float64)
        np.testing.assert_allclose(shapely.get_coordinates(shapes), own)
    lines, shapes = read(file, "served")
    ends = shapely.get_coordinates(shapes).reshape(-1, 2, 2)
    zones = places["zones"].loc[lines["zone_id"], ["x", "y"]].to_numpy(np.float64)
    np.testing.assert_allclose(ends[:, 0], zones)
    sites = dict(zip(scenario.site_ids, scenario.site_xy.tolist(), strict=True))
    np.testing.assert_allclose(ends[:, 1], [sites[s] for s in lines["site_id"]])


def test_styles_fit_the_values_of_their_layers(file: Path) -> None:
    found = styles(file)
    assert set(found) == {*DRAWN, "coverage"}
    for layer, root in found.items():
        frame, _ = read(file, layer)
        aliases = {a.attrib["field"]: a.attrib["name"] for a in root.iter("alias")}
        assert set(aliases) == set(frame.columns), layer
        renderers = [r for r in root.iter("renderer-v2") if "attr" in r.attrib]
        for renderer in renderers:
            values = frame[renderer.attrib["attr"]]
            symbols = {s.attrib["name"] for s in renderer.findall("symbols/symbol")}
            classes = [*renderer.iter("category"), *renderer.iter("range")]
            assert {c.attrib["symbol"] for c in classes} == symbols
            if renderer.attrib["type"] == "categorizedSymbol":
                assert {c.attrib["value"] for c in classes} == set(values)
            else:
                spans = [
                    (float(c.attrib["lower"]), float(c.attrib["upper"]))
                    for c in classes
                ]
                known = values.dropna()
                held = [any(a <= v <= b for a, b in spans) for v in known]
                assert len(held) > 0
                assert all(held)


def test_every_layer_but_streets_and_tables_is_classed(file: Path) -> None:
    kinds = {
        layer: next(root.iter("renderer-v2")).attrib["type"]
        for layer, root in styles(file).items()
    }
    assert kinds == {
        "assignments": "pointDisplacement",
        "facilities": "pointDisplacement",
        "sites": "categorizedSymbol",
        "buildings": "categorizedSymbol",
        "communities": "graduatedSymbol",
        "zones": "graduatedSymbol",
        "served": "categorizedSymbol",
        "coverage": "nullSymbol",
    }


def test_fields_and_layers_are_named_in_the_language(
    run: Run, file: Path, tmp_path: Path
) -> None:
    english = tmp_path / "en.gpkg"
    write_geopackage(run, english, "en")
    for path, field, title in (
        (file, "需求满足率", "需求点（小区）"),
        (english, "Coverage", "Zones"),
    ):
        with closing(sqlite3.connect(path)) as found:
            (column,) = found.execute(
                "SELECT title FROM gpkg_data_columns "
                "WHERE table_name = 'zones' AND column_name = 'coverage'"
            ).fetchone()
            (layer,) = found.execute(
                "SELECT identifier FROM gpkg_contents WHERE table_name = 'zones'"
            ).fetchone()
        assert (column, layer) == (field, title)
    services, _ = read(file, "assignments")
    assert "社区食堂" in set(services["service"])


PLAN = Plan.from_places({("B1", "R1", "canteen", "main"): 10})


def town(crs: str, x: float, y: float, **sections: Any) -> al.Scenario:
    given: dict[str, Any] = {
        "services": [service("canteen")],
        "needs": [need("lunch", "canteen")],
        "zones": [{"zone_id": "Z1", "x": x, "y": y, "community_id": "C1"}],
        "buildings": [{"building_id": "B1", "x": x, "y": y}],
        "crs": crs,
    }
    return make_scenario(**(given | sections))


def test_local_metres_have_no_place_on_earth(tmp_path: Path) -> None:
    path = tmp_path / "run.gpkg"
    run = saved(al.evaluate(town("local", 5, 7), PLAN), tmp_path / "run")
    write_geopackage(run, path)
    crs = pyogrio.read_info(path, layer="zones")["crs"]
    assert "local metres" in crs
    assert "metre" in crs
    _, shapes = read(path, "zones")
    assert shapely.get_coordinates(shapes).tolist() == [[5.0, 7.0]]


def test_shifted_coordinates_are_written_as_wgs_84(tmp_path: Path) -> None:
    path = tmp_path / "run.gpkg"
    run = saved(al.evaluate(town("GCJ-02", 116.4, 39.9), PLAN), tmp_path / "run")
    write_geopackage(run, path)
    assert pyogrio.read_info(path, layer="zones")["crs"] == "EPSG:4326"
    lon, lat = wgs84_of("GCJ-02", np.array([116.4]), np.array([39.9]))
    for layer in ("zones", "buildings", "communities"):
        _, shapes = read(path, layer)
        np.testing.assert_allclose(
            shapely.get_coordinates(shapes), [[lon[0], lat[0]]], atol=1e-9
        )


def test_capacity_without_limit_is_absent(tmp_path: Path) -> None:
    city = town("local", 0, 0, services=[service("canteen", capacity="unlimited")])
    plan = Plan.from_places({("B1", "R1", "canteen", "main"): 1})
    path = tmp_path / "run.gpkg"
    write_geopackage(saved(al.evaluate(city, plan), tmp_path / "run"), path)
    frame, _ = read(path, "assignments")
    assert frame["capacity_visits_per_week"].isna().all()


def test_streets_are_lines(tmp_path: Path) -> None:
    from tests.access.network.test_scenario import FILES

    folder = tmp_path / "river"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    scenario = read_scenario(folder)
    run = saved(al.evaluate(scenario, Plan.from_places({})), tmp_path / "run")
    path = tmp_path / "run.gpkg"
    write_geopackage(run, path)
    lines = scenario.tables.streets
    assert lines is not None
    _, shapes = read(path, "streets")
    np.testing.assert_allclose(shapely.get_coordinates(shapes), lines.xy)
    assert len(shapes) == len(lines)
    assert "streets" in styles(path)


def test_a_run_without_a_plan_has_its_ground(tmp_path: Path) -> None:
    floors = {"coverage_floor": {"total": {"persons": 50}}}
    barred = town("local", 0, 0, limits={"buildings": 0}, rules=floors)
    run = saved(al.solve(barred, al.SolveOptions(time_limit_s=20)), tmp_path / "run")
    assert not run.has_plan
    path = tmp_path / "run.gpkg"
    write_geopackage(run, path)
    assert pyogrio.read_info(path, layer="zones")["features"] == 1
    assert pyogrio.read_info(path, layer="served")["features"] == 0


def test_the_file_is_replaced_whole(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.gpkg"
    path.write_text("old", encoding="utf-8")
    write_geopackage(run, path)
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(RunError, match="cannot write the GeoPackage"):
        write_geopackage(run, tmp_path / "absent" / "run.gpkg")


def test_the_missing_extra_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> ModuleType:
        if name == "pyogrio":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(MissingExtra, match=r"writing a GeoPackage.*allocator\[geo\]"):
        write_geopackage(run, tmp_path / "run.gpkg")
