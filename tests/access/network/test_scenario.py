"""A scenario in network mode: its times, cache, facts, walking areas and commands."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from allocator.access import build_access
from allocator.access.export import travel_table
from allocator.access.network import cache
from allocator.access.network.area import walking_area
from allocator.access.network.cache import network_of
from allocator.access.network.facts import network_facts, network_issues
from allocator.cli.app import run
from allocator.errors import AllocatorError
from allocator.plan import Plan
from allocator.scenario import read_scenario
from allocator.scenario.shifted import gcj02_of_wgs84
from allocator.shortfall import describe

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.scenario import Scenario

pytest.importorskip("shapely")

YAML = """\
format: allocator/1
name: river
groups: [{id: adult}, {id: elder, profile: slow}]
access:
  mode: network
  detour: 1.0
  profiles: {walk: {speed_m_per_min: 100}, slow: {speed_m_per_min: 50}}
  streets: {file: streets.csv, snap_m: 20}
services:
  - {id: stop, capacity: unlimited, sessions: [{id: any, hours: "00:00-24:00"}]}
needs:
  - {id: near, groups: {adult: 1, elder: 1}, visits_per_person_week: 1,
     accepts: [{service: stop, max_walk_min: 5}]}
tables:
  zones: zones.csv
  population: population.csv
  buildings: buildings.csv
variants:
  line: {access: {mode: straight}}
  file: {access: {mode: matrix}, tables: {travel: travel.csv}}
"""
FILES = {
    "scenario.yaml": YAML,
    # A river between y = 0 and y = 50, one bridge at x = 300.
    "streets.csv": 'wkt\n"LINESTRING (0 0, 300 0)"\n"LINESTRING (0 50, 300 50)"\n'
    '"LINESTRING (300 0, 300 50)"\n"LINESTRING (0 900, 90 900)"\n',
    "zones.csv": "zone_id,x,y\nZ1,0,0\nZ2,200,0\nZ3,0,910\nZ4,500,500\n",
    "population.csv": "zone_id,group_id,persons\nZ1,adult,10\nZ1,elder,4\n"
    "Z2,adult,20\nZ2,elder,5\nZ3,adult,1\n",
    "travel.csv": "zone_id,site_id,walk_min\nZ1,B1,1\n",
    "buildings.csv": "building_id,x,y,gross_area_m2\nB1,100,50,100\nB2,0,900,100\n",
}


@pytest.fixture
def river(tmp_path: Path) -> Path:
    folder = tmp_path / "river"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def minutes(scenario: Scenario, profile: str, site: int, zone: int) -> float:
    reach = build_access(scenario)[profile]
    return float(reach.walk_min_of(np.array([site]), np.array([zone]))[0])


def test_residents_walk_round_by_the_bridge(river: Path) -> None:
    """Z2 to B1: 100 m + 50 m + 200 m; the straight line is 112 m."""
    scenario = read_scenario(river)
    assert minutes(scenario, "walk", 0, 1) == pytest.approx(3.5)
    line = read_scenario(river, variant="line")
    assert minutes(line, "walk", 0, 1) == pytest.approx(np.hypot(100, 50) / 100)


def test_elders_reach_less_far_in_the_same_minutes(river: Path) -> None:
    """At 50 m per minute the way round takes 7 of 5 minutes."""
    assert np.isnan(minutes(read_scenario(river), "slow", 0, 1))


def test_times_are_kept_and_read_again(river: Path, monkeypatch) -> None:
    first = build_access(read_scenario(river))
    kept = sorted((river / cache.FOLDER).iterdir())
    assert len(kept) == 2

    def nothing(*_: object) -> None:
        msg = "searched again"
        raise AssertionError(msg)

    monkeypatch.setattr(cache, "walking_times", nothing)
    again = build_access(read_scenario(river))
    for profile in ("walk", "slow"):
        np.testing.assert_array_equal(again[profile].zone, first[profile].zone)
        np.testing.assert_array_equal(again[profile].walk_min, first[profile].walk_min)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("streets.csv", "300 50)", "310 50)"),
        ("zones.csv", "200,0", "210,0"),
        ("buildings.csv", "100,50", "110,50"),
        ("scenario.yaml", "min: 100", "min: 90"),
        ("scenario.yaml", "snap_m: 20", "snap_m: 21"),
        ("scenario.yaml", "max_walk_min: 5", "max_walk_min: 6"),
    ],
)
def test_changed_inputs_are_searched_again(
    river: Path, name: str, old: str, new: str
) -> None:
    before = cache.times_key(read_scenario(river), "walk", 5.0)
    path = river / name
    path.write_text(path.read_text().replace(old, new))
    scenario = read_scenario(river)
    limit = max(a.max_walk_min for a in scenario.needs[0].accepts)
    assert cache.times_key(scenario, "walk", limit) != before


def test_a_spoilt_cache_is_made_anew(river: Path) -> None:
    first = build_access(read_scenario(river))
    for path in (river / cache.FOLDER).iterdir():
        path.write_bytes(b"spoilt")
    again = build_access(read_scenario(river))
    np.testing.assert_array_equal(again["walk"].walk_min, first["walk"].walk_min)


def test_the_cache_can_be_switched_off(river: Path, monkeypatch) -> None:
    monkeypatch.setenv("ALLOCATOR_CACHE", "off")
    build_access(read_scenario(river))
    assert not (river / cache.FOLDER).exists()


def test_old_files_leave_the_cache(river: Path, monkeypatch) -> None:
    monkeypatch.setattr(cache, "MOST_FILES", 1)
    build_access(read_scenario(river))
    assert len(list((river / cache.FOLDER).iterdir())) == 1


def test_the_matrix_file_brings_the_same_times(river: Path, capsys) -> None:
    target = river / "travel.csv"
    assert run(["travel", str(river), "--out", str(target)]) == 0
    assert capsys.readouterr().out.strip() == str(target)
    along = build_access(read_scenario(river))
    listed = build_access(read_scenario(river, variant="file"))
    for profile in ("walk", "slow"):
        np.testing.assert_array_equal(listed[profile].start, along[profile].start)
        np.testing.assert_array_equal(listed[profile].zone, along[profile].zone)
        np.testing.assert_array_equal(listed[profile].walk_min, along[profile].walk_min)


def test_the_matrix_file_as_parquet(river: Path) -> None:
    target = river / "travel.parquet"
    assert run(["travel", str(river), "--out", str(target)]) == 0
    assert target.is_file()
    assert run(["travel", str(river), "--out", str(river / "travel.txt")]) == 2


def test_a_table_without_pairs(river: Path) -> None:
    scenario = read_scenario(river)
    access = replace(build_access(scenario), reaches={})
    assert travel_table(scenario, access).empty


def test_listed_times_go_before_those_of_the_streets(river: Path) -> None:
    (river / "travel.csv").write_text("zone_id,site_id,walk_min\nZ2,B1,1.25\n")
    text = YAML.replace("tables:\n", "tables:\n  travel: travel.csv\n")
    (river / "scenario.yaml").write_text(text)
    scenario = read_scenario(river)
    assert minutes(scenario, "walk", 0, 1) == 1.25


def test_what_is_apart(river: Path) -> None:
    """Z4 is far from any street; Z3 and B2 are near one that leads nowhere else."""
    scenario = read_scenario(river)
    network = network_of(scenario)
    facts = network_facts(scenario, network)
    assert (facts.num_nodes, facts.num_segments) == (6, 4)
    assert (facts.length_km, facts.island_length_km) == pytest.approx((0.74, 0.09))
    assert facts.num_islands == 1
    assert (facts.cut_off_zones, facts.cut_off_sites) == (("Z4",), ())
    assert (facts.island_zones, facts.island_sites) == (("Z3",), ("B2",))
    codes = [issue.code for issue in network_issues(scenario, network)]
    assert codes == ["cut-off", "streets-islands", "streets-islands", "streets-islands"]


def test_validate_speaks_of_the_network(river: Path, capsys) -> None:
    assert run(["validate", str(river)]) == 0
    shown = capsys.readouterr().out
    assert (
        "warning cut-off: access.streets: zones without a street within 20 m" in shown
    )


def test_describe_compares_streets_and_straight_line(river: Path, capsys) -> None:
    """In a straight line everybody reaches B1 or B2. Along streets Z1 has 550 m to B1,
    beyond 5 minutes for all its 14, and the 5 elders of Z2 have 350 m at 50 m/min."""
    assert run(["describe", str(river), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["streets"]
    (near, total) = found["needs"]
    assert near | {"need_id": "all"} == total
    assert near == {
        "need_id": "near",
        "demand_persons": 40.0,
        "on_streets": 21.0,
        "in_line": 40.0,
        "only_on_streets": 0.0,
        "only_in_line": 19.0,
    }
    assert found["network"]["cut_off_zones"] == ["Z4"]
    assert run(["describe", str(river)]) == 0
    shown = capsys.readouterr().out
    assert "4 segments between 6 nodes, 0.7 km" in shown
    assert "Zones where streets and straight line differ most" in shown


def test_describe_looks_at_the_sites_of_a_plan(river: Path, capsys) -> None:
    """With B2 alone only the person at Z3 has a site, by either way."""
    (river / "plan.csv").write_text(
        "space_id,service_id,session_id,places\nB2,stop,any,1\n"
    )
    arguments = ["describe", str(river), "--plan", str(river / "plan.csv"), "--json"]
    assert run(arguments) == 0
    total = json.loads(capsys.readouterr().out)["streets"]["needs"][-1]
    assert (total["on_streets"], total["in_line"]) == (1.0, 1.0)
    plan = Plan.from_places({("B1", "B1", "stop", "any"): 1})
    streets = describe(read_scenario(river), plan).streets
    assert streets is not None
    assert streets.zones["zone_id"].tolist() == ["Z1"]


def test_other_modes_compare_nothing(river: Path) -> None:
    assert describe(read_scenario(river, variant="line")).streets is None


def test_the_walking_area_of_a_site(river: Path) -> None:
    """B1 stands 100 m along the north bank: 2 minutes are 100 m west, 200 m east."""
    area = walking_area(read_scenario(river), "B1", 2.0)
    ends = np.concatenate([area.start, area.end])
    assert ends.min(axis=0).tolist() == [0, 50]
    assert ends.max(axis=0).tolist() == [300, 50]
    assert area.minutes.max() == 2.0
    assert area.minutes.min() == 0.0
    beyond = walking_area(read_scenario(river), "B1", 2.25)
    assert np.concatenate([beyond.start, beyond.end]).min(axis=0).tolist() == [0, 25]
    slow = walking_area(read_scenario(river), "B1", 2.0, "slow")
    assert np.concatenate([slow.start, slow.end])[:, 0].max() == pytest.approx(200)
    shape = area.polygon(10.0)
    assert shape.area == pytest.approx(300 * 20 + np.pi * 100, rel=0.01)


def test_no_area_of_a_site_that_is_not_there(river: Path) -> None:
    with pytest.raises(AllocatorError, match="no site 'B9'"):
        walking_area(read_scenario(river), "B9", 2.0)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4547"])
def test_sites_that_look_shifted_are_named(tmp_path: Path, crs: str) -> None:
    """Thirty buildings stand along two streets; moved into GCJ-02 they do not."""
    from allocator.scenario.coordinates import changed

    along = 114.0 + 0.002 * np.arange(30)
    streets, moved = [], {}
    for name in ("plain", "shifted"):
        lon, lat = along, np.full(30, 30.5)
        if name == "shifted":
            lon, lat = gcj02_of_wgs84(lon, lat)
        moved[name] = np.column_stack(changed(lon, lat, "EPSG:4326", crs))
    points = np.column_stack(changed(along, np.full(30, 30.5), "EPSG:4326", crs))
    text = ", ".join(f"{x!r} {y!r}" for x, y in points.tolist())
    streets.append(f'wkt\n"LINESTRING ({text})"\n')
    (tmp_path / "streets.csv").write_text(streets[0])
    (tmp_path / "scenario.yaml").write_text(f"{YAML}crs: {crs}\n")
    for name, found in (("plain", 0), ("shifted", 1)):
        rows = [
            f"B{k},{x!r},{y!r},100\n" for k, (x, y) in enumerate(moved[name].tolist())
        ]
        head = "building_id,x,y,gross_area_m2\n"
        (tmp_path / "buildings.csv").write_text(head + "".join(rows))
        x, y = points[0].tolist()
        (tmp_path / "zones.csv").write_text(f"zone_id,x,y\nZ1,{x!r},{y!r}\n")
        people = "zone_id,group_id,persons\nZ1,adult,1\n"
        (tmp_path / "population.csv").write_text(people)
        scenario = read_scenario(tmp_path)
        issues = network_issues(scenario, network_of(scenario))
        texts = [i.message for i in issues if i.code == "coordinates-shifted"]
        assert len(texts) == found
        assert all("GCJ-02" in text for text in texts)
