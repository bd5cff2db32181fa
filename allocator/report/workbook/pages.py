"""A page for each site or community: a sheet each, or one sheet with page breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocator.report.workbook.grid import Grid, column_widths

if TYPE_CHECKING:
    import pandas as pd

    from allocator.report.meeting import MeetingPage, MeetingTable
    from allocator.report.workbook.book import Book

MOST_SHEETS = 20
"""Pages up to which each has a sheet of its own."""
MOST_BREAKS = 1000
"""Pages of one long sheet; Excel holds 1,023 page breaks."""
WIDEST = 30.0
"""Characters of the widest column: pages have more room below than beside."""
PAGE_PX = 730
"""Width of a landscape A4 page inside its margins in pixels, less three tenths:
programs and fonts differ in how wide a column is."""


def write_pages(book: Book, table: MeetingTable) -> str:
    """Write the pages of a table and return the name of the first sheet."""
    assert table.page_by is not None
    widths = column_widths(table, WIDEST)
    rows_of = dict(iter(table.rows.groupby(table.page_by, sort=False)))
    alone = len(table.pages) <= MOST_SHEETS
    size = 1 if alone else MOST_BREAKS
    names = []
    for start in range(0, len(table.pages), size):
        pages = table.pages[start : start + size]
        title = f"{start + 1} {pages[0].title}" if alone else book.short_title(table)
        sheet = book.sheet(title)
        names.append(str(sheet.get_name()))
        for k, width in enumerate(widths):
            sheet.set_column(k, k, width)
        grid = Grid(sheet, table, book.styles, book.words, widths)
        ends = _write(grid, pages, rows_of)
        if alone:
            sheet.fit_to_pages(1, 1)
        else:
            # breaks are kept only where the scale is given
            sheet.set_print_scale(_scale(widths))
            sheet.set_h_pagebreaks(ends[:-1])
    return names[0]


def _write(
    grid: Grid, pages: tuple[MeetingPage, ...], rows_of: dict[Any, pd.DataFrame]
) -> list[int]:
    """Write pages below each other and return the row after each."""
    ends, row = [], 0
    for page in pages:
        row = grid.title(row, f"{grid.table.title} · {page.title}")
        row = _facts(grid, row, page)
        row = grid.header(row)
        row = grid.rows(row, rows_of[page.id])
        for note in grid.table.notes:
            row = grid.note(row, note)
        ends.append(row)
    return ends


def _facts(grid: Grid, row: int, page: MeetingPage) -> int:
    """Write what is known of the page's subject, in one wrapped line."""
    line = grid.words("fact_gap").join(
        grid.words("fact_line", label=label, text=text) for label, text in page.facts
    )
    form = grid.styles.add({"font_size": 10, "text_wrap": True, "valign": "vcenter"})
    return grid.note(row, line, form)


def _scale(widths: tuple[float, ...]) -> int:
    """Return the scale in per cent at which the columns fill a page."""
    pixels = sum(7 * width + 5 for width in widths)
    return int(max(10, min(100, 100 * PAGE_PX / pixels)))
