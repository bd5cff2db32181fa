"""Sheets of workbooks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest

from allocator.scenario import table_excel

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def test_an_empty_cell_is_absent_not_zero(folder: Folder) -> None:
    folder.yaml(tables=TABLES % "台账.xlsx#s")
    book(folder, [[*HEADER[:4], "outdoor_m2", "fire_resistance_class"],
                  ["B1", 0, 0, 100, None, None]], "s")  # fmt: skip
    row = folder.read().tables.buildings.iloc[0]
    assert row["outdoor_m2"] == 0  # its default
    assert np.isnan(row["fire_resistance_class"])
