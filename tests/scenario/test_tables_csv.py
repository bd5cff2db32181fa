"""CSV tables: encodings, rows and columns as the file shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocator.scenario import sheet, tables
from allocator.scenario.faults import MAX_FAULTS_PER_COLUMN

if TYPE_CHECKING:
    from tests.scenario.folder import Folder

POPULATION = "tables: {zones: zones.csv, buildings: buildings.csv, population: %s}\n"


def test_ids_are_texts_whatever_they_look_like(folder: Folder) -> None:
    folder.write("zones.csv", "zone_id,x,y,community_id\n007,0,0,1e3\n7,1,1,NA\n")
    folder.write("population.csv", "zone_id,group_id,persons\n007,all,1\n7,all,2\n")
    zones = folder.read().tables.zones
    assert zones["zone_id"].tolist() == ["007", "7"]
    assert zones["community_id"].tolist() == ["1e3", "NA"]


def test_rows_are_sorted_by_id_and_still_found_in_the_file(folder: Folder) -> None:
    folder.write("zones.csv", "zone_id,x,y\nZ2,5,0\nZ10,1,x\nZ1,0,0\n")
    assert "wrong-type: zones.csv, row 3, column y" in folder.errors()
    folder.write("zones.csv", "zone_id,x,y\nZ2,5,0\nZ10,1,1\nZ1,0,0\n")
    zones = folder.read().tables.zones
    assert zones["zone_id"].tolist() == ["Z1", "Z10", "Z2"]
    assert zones["x"].tolist() == [0, 1, 5]


def test_quotes_commas_line_breaks_and_blank_lines(folder: Folder) -> None:
    folder.write(
        "buildings.csv",
        'building_id,x,y,gross_area_m2,name\n"B,1",0,0,100,"two\nlines"\n\n'
        "B2,0,0,?,x\n,,,,\n",
    )
    assert folder.errors() == ["wrong-type: buildings.csv, row 4, column gross_area_m2"]
    folder.write(
        "buildings.csv",
        'building_id,x,y,gross_area_m2,name\n"B,1",0,0,100,"two\nlines"\n\n',
    )
    buildings = folder.read().tables.buildings
    assert buildings[["building_id", "name"]].to_numpy().tolist() == [
        ["B,1", "two\nlines"]
    ]


def test_a_file_that_is_not_utf8_names_the_key_encoding(folder: Folder) -> None:
    text = "zone_id,group_id,persons\nZ1,all,1\n小区,all,2\n"
    folder.write("population.csv", text.encode("gb18030"))
    issue = folder.only("not-utf8")
    assert str(issue.place) == "population.csv, row 3"
    assert "encoding: gb18030" in str(issue.expected)


def test_a_named_encoding_and_headers_of_the_office_are_read(folder: Folder) -> None:
    folder.yaml(
        tables=POPULATION
        % "{file: 人口.csv, encoding: gb18030, constants: {group_id: all},"
        " columns: {zone_id: 小区, persons: 人数}}"
    )
    folder.write("人口.csv", "小区,人数\nZ1,10\nZ2,十\n".encode("gb18030"))
    assert folder.errors() == ["wrong-type: 人口.csv, row 3, column 人数"]
    folder.write("人口.csv", "小区,人数\nZ1,10\nZ2,20\n".encode("gb18030"))
    population = folder.read().tables.population
    assert population["group_id"].tolist() == ["all", "all"]
    assert population["persons"].tolist() == [10, 20]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "UTF8", "big5"])
def test_other_encodings_are_read(folder: Folder, encoding: str) -> None:
    folder.yaml(tables=POPULATION % f"{{file: population.csv, encoding: {encoding}}}")
    text = "zone_id,group_id,persons\nZ1,all,1\nZ2,all,2\n"
    folder.write("population.csv", text.encode(encoding))
    assert folder.read().tables.population["persons"].sum() == 3


@pytest.mark.parametrize(
    ("encoding", "code"),
    [
        ("klingon", "unknown-encoding"),
        ("hex", "unknown-encoding"),
        ("ascii", "not-utf8"),
    ],
)
def test_a_wrong_encoding_is_an_issue(folder: Folder, encoding: str, code: str) -> None:
    folder.yaml(tables=POPULATION % f"{{file: population.csv, encoding: {encoding}}}")
    folder.write("population.csv", "zone_id,group_id,persons\nZ1,all,1\n滨,all,2\n")
    assert folder.only(code).place.file == "population.csv"


def test_text_cut_off_in_the_middle_of_a_letter_is_not_utf8(folder: Folder) -> None:
    folder.write("zones.csv", "zone_id,x,y\nZ1,0,0\n滨".encode()[:-1])
    assert str(folder.only("not-utf8").place) == "zones.csv, row 3"


def test_every_row_with_too_many_cells_is_reported(folder: Folder) -> None:
    folder.write("zones.csv", "zone_id,x,y\nZ1,0,0,9\nZ2,1,1\nZ3,1,1,,\n")
    assert folder.errors()[:2] == [
        "ragged-row: zones.csv, row 2",
        "ragged-row: zones.csv, row 4",
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"zone_id,x,y\nZ1,0,\0\n", "binary-file"),
        (b"", "empty-file"),
        (b"\n\n", "empty-file"),
        (b"zone_id;x;y\nZ1;0;0\n", "wrong-separator"),
        (b"zone_id\tx\ty\nZ1\t0\t0\n", "wrong-separator"),
        (b'zone_id,x,y\n"Z1,0,0\n', "unreadable-file"),
        (b"zone_id,x,y,x\nZ1,0,0,1\nZ2,0,0,1\n", "duplicate-column"),
    ],
)
def test_a_file_that_is_no_table_is_one_clear_issue(
    folder: Folder, content: bytes, code: str
) -> None:
    folder.write("zones.csv", content)
    issue = folder.only(code)
    assert issue.place.file == "zones.csv"
    others = {i.code for i in folder.issues() if i.severity == "error"} - {code}
    assert others == set()


def test_a_table_with_a_header_alone_is_empty_not_faulty(folder: Folder) -> None:
    folder.write("buildings.csv", "building_id,x,y\n")
    assert folder.errors() == []
    assert folder.read().num_buildings == 0


def test_missing_and_unknown_columns_name_each_other(folder: Folder) -> None:
    folder.write("zones.csv", "zone,x,y,comunity_id,remark\nZ1,0,0,C1,\n")
    missing = folder.only("missing-column")
    assert (missing.place.column, missing.nearest) == ("zone_id", "zone")
    warned = [i for i in folder.issues() if i.code == "unknown-column"]
    assert {i.place.column: i.nearest for i in warned} == {
        "zone": "zone_id",
        "comunity_id": "community_id",
        None: None,
    }
    assert "'remark'" in warned[-1].message
    # what refers to the zones is not blamed for them
    assert folder.errors() == ["missing-column: zones.csv, column zone_id"]


@pytest.mark.parametrize("title", ["存量用房台账", "存量用房台账,,,", "制表,2026,,"])
def test_a_title_above_the_headers_is_named_with_advice(
    folder: Folder, title: str
) -> None:
    table = "building_id,x,y,gross_area_m2\nB1,50,0,100\n"
    folder.write("buildings.csv", f"{title}\n\n{table}")
    issue = folder.only("header-not-first")
    assert str(issue.place) == "buildings.csv, row 3"
    assert "delete the rows above" in str(issue.expected)
    assert folder.errors() == ["header-not-first: buildings.csv, row 3"]


def test_faults_below_a_title_and_the_headers_are_found_in_the_same_run(
    folder: Folder,
) -> None:
    folder.write(
        "buildings.csv", "台账,,,\nbuilding_id,x,y,gross_area_m2\nB1,50,about,100\n"
    )
    assert folder.errors() == [
        "header-not-first: buildings.csv, row 2",
        "wrong-type: buildings.csv, row 3, column y",
    ]


def test_errors_of_formulas_are_no_text(folder: Folder) -> None:
    folder.write(
        "buildings.csv",
        "building_id,x,y,gross_area_m2,name\nB1,50,0,#DIV/0!,#REF!\nB2,1,2,3,#1\n",
    )
    assert folder.errors() == [
        "error-value: buildings.csv, row 2, column name",
        "error-value: buildings.csv, row 2, column gross_area_m2",
    ]


def test_many_equal_faults_are_counted_not_listed(folder: Folder) -> None:
    rows = "".join(f"Z{k},all,-1\n" for k in range(1, 51))
    folder.write("population.csv", "zone_id,group_id,persons\n" + rows)
    folder.write(
        "zones.csv", "zone_id,x,y\n" + "".join(f"Z{k},0,0\n" for k in range(1, 51))
    )
    found = [issue for issue in folder.issues() if issue.code == "out-of-range"]
    assert len(found) == MAX_FAULTS_PER_COLUMN + 1
    assert found[-1].message.startswith(f"and {50 - MAX_FAULTS_PER_COLUMN} more")


def test_spaces_around_ids_are_left_out_with_a_warning(folder: Folder) -> None:
    folder.write("population.csv", "zone_id,group_id,persons\n Z1,all,1\nZ2 , all ,2\n")
    assert len(folder.read().demand) == 2
    assert sum(i.code == "spaces-trimmed" for i in folder.issues()) == 2


def test_huge_tables_are_refused(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sheet.MAX_TABLE_BYTES == 2 * 1024**3
    monkeypatch.setattr(tables, "MAX_TABLE_BYTES", 40)
    assert folder.errors() == ["huge-file: population.csv", "huge-file: buildings.csv"]
