"""Read a sheet of a workbook: Excel (xlsx, xlsm, xlsb, xls) or OpenDocument (ods)."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pandas as pd

from allocator.issues import nearest_name
from allocator.scenario.error_values import SEEN_IN, error_cells
from allocator.scenario.sheet import (
    MAX_TABLE_BYTES,
    report_unreadable,
    sheet_of_cells,
)

if TYPE_CHECKING:
    from allocator.issues import IssueCollector
    from allocator.scenario.sheet import Sheet, TableFile


def read_excel(file: TableFile, collector: IssueCollector) -> Sheet | None:
    """Read one sheet; the only one when none is named."""
    from python_calamine import CalamineError, CalamineWorkbook

    if _unpacked_bytes(file) > MAX_TABLE_BYTES:
        limit = f"at most {MAX_TABLE_BYTES // 1024**3} GB unpacked"
        collector.error(
            "huge-file", file.place, "the workbook is too large", expected=limit
        )
        return None
    try:
        book = CalamineWorkbook.from_path(str(file.path))
        name = _sheet_name(file, list(book.sheet_names), collector)
        if name is None:
            return None
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        _show_errors(file, name, rows, collector)
    except (CalamineError, ElementTree.ParseError) as error:
        report_unreadable(file, "a workbook", error, collector)
        return None
    return sheet_of_cells(_grid(rows), file, collector)


def _show_errors(
    file: TableFile, sheet: str, rows: list[list[Any]], collector: IssueCollector
) -> None:
    """Put the text of failed formulas where the reader shows empty cells."""
    if file.path.suffix.lower() not in SEEN_IN:
        collector.warning(
            "error-values-unseen",
            file.place,
            "cells with an error such as #N/A are read as empty ones from this format",
            expected="a workbook saved as .xlsx",
        )
        return
    for row, column, text in error_cells(file.path, sheet):
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text


def _unpacked_bytes(file: TableFile) -> int:
    """Return how large the workbook is unpacked (0 for the old binary format)."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        return 0


def _sheet_name(
    file: TableFile, names: list[str], collector: IssueCollector
) -> str | None:
    if file.part in names:
        return file.part
    if file.part is None and len(names) == 1:
        return names[0]
    missing = f"there is no sheet {file.part!r}" if file.part else "no sheet is named"
    collector.error(
        "missing-sheet",
        file.place,
        missing,
        expected="one of " + ", ".join(names),
        nearest=nearest_name(file.part, names) if file.part else None,
    )
    return None


def _grid(rows: list[list[Any]]) -> pd.DataFrame:
    """Hold rows as columns of objects, so that dates and numbers keep their type."""
    width = max((len(row) for row in rows), default=0)
    columns = {
        k: pd.Series([row[k] if k < len(row) else "" for row in rows], dtype=object)
        for k in range(width)
    }
    return pd.DataFrame(columns, index=range(len(rows)))
