"""Sheets of workbooks."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest

from allocator.scenario import table_excel
from allocator.scenario.error_values import error_cells

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.scenario.folder import Folder

TABLES = "tables: {zones: zones.csv, population: population.csv, buildings: %s}\n"
HEADER = [
    "building_id",
    "x",
    "y",
    "gross_area_m2",
    "lease_until",
    "features",
    "available",
]


def book(
    folder: Folder, rows: Sequence[Sequence[Any]], title: str = "存量用房"
) -> None:
    """Write 台账.xlsx with one sheet of these rows and a second one."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    workbook.create_sheet("other")
    workbook.save(folder.path / "台账.xlsx")


def test_numbers_that_are_ids_keep_their_look_and_dates_are_dates(
    folder: Folder,
) -> None:
    folder.yaml(tables=TABLES % "台账.xlsx#存量用房")
    day = dt.date(2030, 6, 30)
    book(
        folder,
        [
            HEADER,
            [7, 1, 2, 100.5, day, "gas；lift", "mon-fri 08:00-18:00"],
            ["007", 1, 2, 100, dt.datetime(2031, 1, 1), None, None],
            [None] * 7,
            [1.5, 1, 2, 100, "2032-01-31", "water", None],
        ],
    )
    buildings = folder.read().tables.buildings
    assert buildings["building_id"].tolist() == ["007", "1.5", "7"]
    assert buildings["lease_until"].to_numpy("datetime64[D]").tolist() == [
        dt.date(2031, 1, 1),
        dt.date(2032, 1, 31),
        day,
    ]
    assert buildings["features"].tolist() == [{*()}, {"water"}, {"gas", "lift"}]
    assert buildings["available"].iloc[2].days_per_week == 5


def test_rows_and_headers_are_those_of_the_sheet(folder: Folder) -> None:
    folder.yaml(
        tables=TABLES % "{file: 台账.xlsx#存量用房, columns: {building_id: 编号,"
        " gross_area_m2: 建筑面积}}"
    )
    book(
        folder,
        [
            [None] * 4,
            ["编号 ", "x", "y", "建筑面积"],
            ["B1", 0, 0, 100],
            [None] * 4,
            ["B2", 0, dt.date(2026, 1, 1), -3],
            ["B3", True, 0, "约100"],
        ],
    )
    assert folder.errors() == [
        "wrong-type: 台账.xlsx#存量用房, row 6, column x",
        "wrong-type: 台账.xlsx#存量用房, row 5, column y",
        "wrong-type: 台账.xlsx#存量用房, row 6, column 建筑面积",
        "out-of-range: 台账.xlsx#存量用房, row 5, column 建筑面积",
    ]


@pytest.mark.parametrize(("part", "nearest"), [("#存量房", "存量用房"), ("", None)])
def test_a_sheet_that_is_missing_or_not_named(
    folder: Folder, part: str, nearest: str | None
) -> None:
    folder.yaml(tables=TABLES % f"'台账.xlsx{part}'")
    book(folder, [HEADER[:4], ["B1", 0, 0, 100]])
    issue = folder.only("missing-sheet")
    assert (issue.nearest, issue.expected) == (nearest, "one of 存量用房, other")


def test_a_file_that_is_no_workbook(folder: Folder) -> None:
    folder.yaml(tables=TABLES % "台账.xlsx#a")
    folder.write("台账.xlsx", b"PK\x03\x04 not a workbook")
    assert folder.errors() == ["unreadable-file: 台账.xlsx#a"]


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.yaml(tables=TABLES % "台账.xlsx#存量用房")
    book(folder, [HEADER[:4], *([f"B{k}", 0, 0, 1] for k in range(99))])
    monkeypatch.setattr(table_excel, "MAX_TABLE_BYTES", 10_000)
    assert folder.errors() == ["huge-file: 台账.xlsx#存量用房"]


def fail(folder: Folder, cells: dict[str, str]) -> None:
    """Put errors of formulas into cells of 台账.xlsx, as Excel saves them."""
    path = folder.path / "台账.xlsx"
    workbook = openpyxl.load_workbook(path)
    for name, text in cells.items():
        workbook["存量用房"][name] = text
        workbook["存量用房"][name].data_type = "e"
    workbook.save(path)


def test_cells_with_an_error_are_problems_not_empty(folder: Folder) -> None:
    folder.yaml(
        tables=TABLES % "{file: 台账.xlsx#存量用房, columns: {building_id: 编号,"
        " former_use: 用途, lease_until: 租期}}"
    )
    head = ["编号", "x", "y", "gross_area_m2", "用途", "租期", "备注"]
    rows = [[f"B{k}", 0, 0, 100, "shop", None, ""] for k in range(4)]
    book(folder, [head, [None] * 7, *rows])
    cells = {"A3": "#N/A", "D4": "#DIV/0!", "E5": "#REF!", "F6": "#VALUE!"}
    fail(folder, cells | {"G3": "#NAME?"})  # the last column is not read

    found = [i for i in folder.issues() if i.severity == "error"]
    where = "台账.xlsx#存量用房, row {}, column {}"
    assert {str(i.place): i.message.split()[-1] for i in found} == {
        where.format(3, "编号"): "#N/A",
        where.format(4, "gross_area_m2"): "#DIV/0!",
        where.format(5, "用途"): "#REF!",
        where.format(6, "租期"): "#VALUE!",
    }
    assert {i.code for i in found} == {"error-value"}
    assert "mend the formula or empty the cell" in str(found[0].expected)


def test_cells_without_a_name_are_counted(tmp_path: Path) -> None:
    """Some programs write neither the names of cells nor the numbers of rows."""
    book_xml = (
        '<workbook xmlns:r="http://r"><sheets><sheet name="a" r:id="x"/></sheets>'
        "</workbook>"
    )
    cells = (
        "<worksheet><sheetData><row><c/></row><row><c/><c t='e'><v>#NUM!</v></c>"
        '</row><row r="9"><c t="e"/></row></sheetData></worksheet>'
    )
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", book_xml)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="x" Target="worksheets/one.xml"/>'
            "</Relationships>",
        )
        archive.writestr("xl/worksheets/one.xml", cells)
    assert list(error_cells(path, "a")) == [(1, 1, "#NUM!"), (8, 0, "#N/A")]
    assert list(error_cells(path, "b")) == []


def test_a_format_whose_errors_are_not_seen_says_so(folder: Folder) -> None:
    folder.yaml(tables=TABLES % "台账.ods")
    folder.write("台账.ods", ods("building_id x y gross_area_m2", "B1 0 0 100"))
    issue = folder.only("error-values-unseen")
    assert issue.expected == "a workbook saved as .xlsx"
    assert folder.read().num_buildings == 1


def ods(*rows: str) -> bytes:
    """Return an OpenDocument workbook of one sheet with cells split by spaces."""
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    kinds = "".join(f' xmlns:{k}="{names}{k}:1.0"' for k in ("office", "table", "text"))
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p>'
    body = "".join(
        "<table:table-row>"
        + "".join(cell.format(c) + "</table:table-cell>" for c in row.split())
        + "</table:table-row>"
        for row in rows
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content{kinds}><office:body><office:spreadsheet>"
            f'<table:table table:name="s">{body}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )
    return buffer.getvalue()


def test_a_title_above_the_headers_is_named_with_advice(folder: Folder) -> None:
    folder.yaml(tables=TABLES % "台账.xlsx#存量用房")
    book(folder, [["存量用房台账"], [], HEADER[:4], ["B1", 0, 0, -1]])
    assert folder.errors() == [
        "header-not-first: 台账.xlsx#存量用房, row 3",
        "out-of-range: 台账.xlsx#存量用房, row 4, column gross_area_m2",
    ]


def test_an_empty_cell_is_absent_not_zero(folder: Folder) -> None:
    folder.yaml(tables=TABLES % "台账.xlsx#s")
    book(folder, [[*HEADER[:4], "outdoor_m2", "fire_resistance_class"],
                  ["B1", 0, 0, 100, None, None]], "s")  # fmt: skip
    row = folder.read().tables.buildings.iloc[0]
    assert row["outdoor_m2"] == 0  # its default
    assert np.isnan(row["fire_resistance_class"])
