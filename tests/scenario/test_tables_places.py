"""Where tables may lie, and what a document may say of them."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.scenario.folder import CSV, LINE, Folder

ONE = "tables: {population: population.csv, buildings: buildings.csv, zones: %s}\n"


@pytest.mark.parametrize(
    "path", ["../zones.csv", "/etc/passwd", "C:\\zones.csv", "sub/../../zones.csv",
             "..\\zones.csv", "link.csv", "sub/zones.csv"],
)  # fmt: skip
def test_tables_may_not_leave_the_folder(folder: Folder, path: str) -> None:
    folder.write("../zones.csv", CSV["zones"])
    folder.write("../outside/zones.csv", CSV["zones"])
    (folder.path / "link.csv").symlink_to("../zones.csv")
    (folder.path / "sub").symlink_to("../outside")
    folder.yaml(tables=ONE % f"'{path}'")
    assert folder.errors() == ["outside-folder: scenario.yaml, line 11, tables.zones"]


def test_a_loop_of_links_leaves_the_folder_too(folder: Folder) -> None:
    (folder.path / "loop.csv").symlink_to("loop.csv")
    folder.yaml(tables=ONE % "loop.csv")
    assert len(folder.errors()) == 1


def test_links_and_folders_inside_are_fine(folder: Folder) -> None:
    folder.write("data/real.csv", CSV["zones"])
    (folder.path / "link.csv").symlink_to("data/real.csv")
    folder.yaml(tables=ONE % "link.csv")
    assert folder.errors() == []
    folder.yaml(tables=ONE % "'data\\real.csv'")
    assert folder.errors() == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("zone.csv", "missing-file"),
        ("nowhere/zones.csv", "missing-file"),
        (".", "missing-file"),
        ("'a\\0b.csv'", "missing-file"),
        ("x" * 300 + ".csv", "missing-file"),
        ("scenario.yaml", "unknown-format"),
        ("7", "wrong-type"),
        ("[zones.csv]", "wrong-type"),
        ("{columns: {x: a}}", "wrong-type"),
        ("{file: zones.csv, encodeing: utf-8}", "unknown-key"),
        ("{file: zones.csv, columns: [x]}", "wrong-type"),
        ("{file: zones.csv, columns: {z: x}}", "unknown-column"),
        ("{file: zones.csv, columns: {x: [x]}}", "wrong-type"),
        ("{file: zones.csv, columns: {community_id: street}}", "missing-column"),
        ("{file: zones.csv, constants: {z: x}}", "unknown-column"),
        ("{file: zones.csv, constants: {x: 5}}", "constant-and-column"),
    ],
)
def test_what_is_said_of_a_table_is_checked(
    folder: Folder, path: str, code: str
) -> None:
    folder.yaml(tables=ONE % path)
    issue = folder.only(code)
    assert (issue.place.file, issue.place.line) == ("scenario.yaml", LINE)
    assert len(folder.errors()) == 1


def test_nearest_names_are_given(folder: Folder) -> None:
    folder.yaml(tables=ONE % "zoness.csv")
    assert folder.only("missing-file").nearest == "zones.csv"
    folder.yaml(tables=ONE % "{file: zones.csv, columns: {community_id: zone}}")
    assert folder.only("missing-column").nearest == "zone_id"
    folder.yaml(tables="tables: {zonnes: x.csv}\n")
    assert folder.only("unknown-table").nearest == "zones"


def test_two_tables_may_read_one_file(folder: Folder) -> None:
    folder.yaml(
        tables="""\
tables:
  zones: all.csv
  population: {file: all.csv, constants: {group_id: all}}
"""
    )
    folder.write("all.csv", "zone_id,x,y,persons\nZ1,0,0,5\n")
    scenario = folder.read()
    assert scenario.demand.visits_per_week.tolist() == [5 * 0.5 * 2]
    assert [s.path for s in scenario.provenance.sources] == ["scenario.yaml", "all.csv"]


def test_a_frame_takes_the_place_of_a_file(folder: Folder) -> None:
    frame = pd.DataFrame({"zone_id": ["Z1"], "group_id": ["all"], "persons": [7]})
    scenario = folder.read(tables={"population": frame})
    assert scenario.demand.visits_per_week.tolist() == [7.0]
    assert scenario.provenance.sources[-1].path == "<frame:population>"
    assert "population.csv" not in [s.path for s in scenario.provenance.sources]


def test_an_unknown_frame_names_the_nearest_table(folder: Folder) -> None:
    frames = {"populaton": pd.DataFrame({"zone_id": ["Z1"]})}
    assert folder.only("unknown-table", tables=frames).nearest == "population"


def test_hashes_change_with_what_is_read(folder: Folder) -> None:
    before = folder.read().provenance.sources
    folder.write("zones.csv", CSV["zones"] + "Z3,5,5\n")
    after = folder.read().provenance.sources
    changed = [a.path for a, b in zip(before, after, strict=True) if a != b]
    assert changed == ["zones.csv"]
