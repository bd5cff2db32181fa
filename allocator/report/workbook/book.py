"""Puts the sheets together into one workbook."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allocator.errors import OptionsInvalid, RunError
from allocator.report.meeting import MeetingTable, meeting_tables
from allocator.report.words import LANGUAGES, Words
from allocator.report.workbook.cover import write_cover
from allocator.report.workbook.grid import Grid, column_widths
from allocator.report.workbook.pages import write_pages
from allocator.report.workbook.styles import Styles
from allocator.report.workbook.text import sheet_name
from allocator.report.workbook.week import write_week
from allocator.scenario.excel_writer import excel_writer

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.runs import Run

A4 = 9
"""Excel's number of the paper."""


@dataclass(frozen=True)
class Book:
    """The workbook being written."""

    file: Any
    """An xlsxwriter workbook."""
    words: Words
    styles: Styles
    taken: set[str] = field(default_factory=set)
    """Names of sheets there are, in lower case."""

    def sheet(self, title: str) -> Any:
        """Return a new sheet set up for landscape A4."""
        sheet = self.file.add_worksheet(sheet_name(title, self.taken))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_header(f"&L&9{self.words.title.replace('&', '&&')}&R&9&A")
        sheet.set_footer("&C&9&P / &N")
        return sheet

    def short_title(self, table: MeetingTable) -> str:
        """Return the title of a table's sheet."""
        return self.words.known_or("sheet", table.key, table.title)


def write_workbook(run: Run, path: Path, language: str = "en") -> None:
    """Write a run as a workbook; a file that was there is replaced whole or stays.

    Raises
    ------
    MissingExtra
        If the package that writes workbooks is not installed.
    OptionsInvalid
        If there are no messages in that language.
    RunError
        If the file cannot be written.
    """
    if language not in LANGUAGES:
        msg = f"there is no workbook in {language!r}; there are {', '.join(LANGUAGES)}"
        raise OptionsInvalid(msg)
    xlsxwriter = excel_writer()
    temporary = path.with_name(f".{path.name}.tmp-{secrets.token_hex(4)}")
    try:
        with xlsxwriter.Workbook(str(temporary), {"strings_to_numbers": False}) as file:
            words = Words(language, run.scenario())
            _fill(Book(file, words, Styles.of(file)), run)
        os.replace(temporary, path)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        msg = f"cannot write the workbook {path}: {error}"
        raise RunError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)


def _fill(book: Book, run: Run) -> None:
    """Write cover, tables, pages and week."""
    tables = meeting_tables(run, book.words.language)
    cover = book.sheet(book.words("sheet.cover"))
    first = {}
    for table in tables:
        if table.page_by is None:
            first[table.title] = _table_sheet(book, table)
    for table in tables:
        if table.page_by is not None and len(table.rows):
            first[table.title] = write_pages(book, table)
    if run.has_plan and len(run.assignments):
        first[book.words("week")] = write_week(book, run)
    write_cover(book, cover, run, first)


def _table_sheet(book: Book, table: MeetingTable) -> str:
    """Write one table as a sheet and return the sheet's name."""
    sheet = book.sheet(book.short_title(table))
    widths = column_widths(table)
    for k, width in enumerate(widths):
        sheet.set_column(k, k, width)
    grid = Grid(sheet, table, book.styles, book.words, widths)
    row = grid.title(0, table.title)
    for note in table.notes:
        row = grid.note(row, note)
    body = grid.header(row)
    grid.rows(body, table.rows)
    sheet.freeze_panes(body, _texts_at_left(table))
    if len(table.rows):
        sheet.autofilter(row, 0, row + len(table.rows), grid.last)
    sheet.repeat_rows(row)
    sheet.fit_to_pages(1, 0)
    return str(sheet.get_name())


def _texts_at_left(table: MeetingTable) -> int:
    """Return how many columns stay in view: the first, and the second if it is text."""
    return 2 if len(table.columns) > 6 and table.columns[1].is_text else 1
