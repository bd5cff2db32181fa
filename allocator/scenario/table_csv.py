"""Read a CSV file: comma separated, UTF-8 unless an encoding is named."""

from __future__ import annotations

import codecs
import csv
from itertools import islice
from typing import TYPE_CHECKING

import pandas as pd

from allocator.issues import Place
from allocator.scenario.faults import MAX_FAULTS_PER_COLUMN
from allocator.scenario.sheet import (
    ROWS_ABOVE_HEADERS,
    report_title,
    report_unreadable,
    rows_above_headers,
    sheet_of_cells,
)

if TYPE_CHECKING:
    from allocator.issues import IssueCollector
    from allocator.scenario.sheet import Sheet, TableFile

_BLOCK_BYTES = 1 << 20
_WIDE = ("utf-16", "utf-32", "utf_16", "utf_32", "u16", "u32", "utf16", "utf32")


def read_csv(file: TableFile, collector: IssueCollector) -> Sheet | None:
    """Read a CSV file; every cell as text."""
    encoding = file.encoding or "utf-8"
    if not _is_text(file, encoding, collector):
        return None
    encoding = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    try:
        cells = pd.read_csv(
            file.path,
            header=None,
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
            encoding=encoding,
        )
    except pd.errors.EmptyDataError:
        cells = pd.DataFrame()
    except pd.errors.ParserError as error:
        if not _title_on_top(file, encoding, collector):
            _report_ragged(file, encoding, str(error), collector)
        return None
    sheet = sheet_of_cells(cells, file, collector)
    if sheet is None or not _other_separator(sheet, file, collector):
        return sheet
    return None


def _is_text(file: TableFile, encoding: str, collector: IssueCollector) -> bool:
    """Tell whether the whole file decodes; report where it does not."""
    try:
        b" ".decode(encoding, "ignore")  # refuses codecs that are not for text
        decoder = codecs.getincrementaldecoder(encoding)()
    except (LookupError, TypeError):
        collector.error(
            "unknown-encoding",
            file.place,
            f"there is no encoding {encoding!r}",
            expected="an encoding like utf-8, gb18030 or big5",
        )
        return False
    row, wide = 1, encoding.lower().startswith(_WIDE)
    with file.path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK_BYTES)
            if b"\0" in block and not wide:
                collector.error(
                    "binary-file",
                    file.place,
                    "the file is binary",
                    expected="a CSV file",
                )
                return False
            try:
                row += decoder.decode(block, final=not block).count("\n")
            except UnicodeDecodeError as error:
                row += bytes(error.object)[: error.start].count(b"\n")
                _report_encoding(file, encoding, row, collector)
                return False
            if not block:
                return True


def _report_encoding(
    file: TableFile, encoding: str, row: int, collector: IssueCollector
) -> None:
    place = Place(file.label, row=row)
    if file.encoding is None:
        collector.error(
            "not-utf8",
            place,
            "the file is not UTF-8 and no encoding is named",
            expected="the key 'encoding' beside 'file:', such as encoding: gb18030",
        )
    else:
        collector.error(
            "not-utf8",
            place,
            f"the file is not {encoding}",
            expected="another encoding",
        )


def _title_on_top(file: TableFile, encoding: str, collector: IssueCollector) -> bool:
    """Report a title of one cell, which makes all rows below it look too long."""
    with file.path.open(encoding=encoding, newline="") as stream:
        try:
            first = list(islice(csv.reader(stream), ROWS_ABOVE_HEADERS + 1))
        except csv.Error:
            return False
    above = rows_above_headers(first, file)
    if above:
        report_title(above + 1, file, collector)
    return above > 0


def _report_ragged(
    file: TableFile, encoding: str, otherwise: str, collector: IssueCollector
) -> None:
    """Report every row with more cells than the header."""
    with file.path.open(encoding=encoding, newline="") as stream:
        lines = csv.reader(stream)
        try:
            width = len(next(lines, []))
            longer = [row for row, cells in enumerate(lines, 2) if len(cells) > width]
        except csv.Error as error:
            longer, otherwise = [], str(error)
    for row in longer[:MAX_FAULTS_PER_COLUMN]:
        collector.error(
            "ragged-row",
            Place(file.label, row=row),
            "the row has more cells than the header",
            expected=f"{width} cells; text that holds a comma in quotes",
        )
    if len(longer) > MAX_FAULTS_PER_COLUMN:
        more = len(longer) - MAX_FAULTS_PER_COLUMN
        collector.error("ragged-row", file.place, f"and {more} more such rows")
    if not longer:
        report_unreadable(file, "CSV", otherwise, collector)


def _other_separator(sheet: Sheet, file: TableFile, collector: IssueCollector) -> bool:
    """Report a file whose one header holds what should be several."""
    header = sheet.headers[0]
    found = next((mark for mark in (";", "\t", "|") if mark in header), None)
    if len(sheet.headers) > 1 or found is None or header in file.wanted:
        return False
    collector.error(
        "wrong-separator",
        Place(file.label, row=1),
        f"the columns are separated by {found!r}",
        expected="commas",
    )
    return True
