"""Writes the rows of a table into a sheet: header, cells, totals, colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.report.meeting import Column, Kind, MeetingTable
from allocator.report.workbook.styles import BAD, GOOD, PARTLY, SHARE_SCALE
from allocator.report.workbook.text import LINE_HEIGHT, lines_of, text_width

if TYPE_CHECKING:
    import pandas as pd

    from allocator.report.words import Words
    from allocator.report.workbook.styles import Styles

WIDEST = 42.0
"""Characters of the widest column of text; longer texts are wrapped."""
WIDEST_ANSWER = 13.0
NARROWEST = 7.0
HEAD_LINES = 3
"""Lines a header should need at most: its column is made wide enough."""


@dataclass(frozen=True)
class Grid:
    """One sheet being written."""

    sheet: Any
    """An xlsxwriter worksheet."""
    table: MeetingTable
    styles: Styles
    words: Words
    widths: tuple[float, ...]
    """Of the columns, in characters."""

    @property
    def last(self) -> int:
        """Position of the last column."""
        return len(self.widths) - 1

    def title(self, row: int, text: str) -> int:
        """Write a title and return the next row."""
        self.sheet.set_row(row, 26)
        self.sheet.write_string(row, 0, text, self.styles.title)
        return row + 1

    def note(self, row: int, text: str, form: Any = None) -> int:
        """Write a remark over all columns and return the next row."""
        lines = lines_of(text, 1.1 * sum(self.widths))
        self.sheet.set_row(row, 13.5 * lines)
        chosen = form or self.styles.note
        if self.last > 0:
            self.sheet.merge_range(row, 0, row, self.last, text, chosen)
        else:
            self.sheet.write_string(row, 0, text, chosen)
        return row + 1

    def header(self, row: int) -> int:
        """Write the header and return the next row."""
        columns = zip(self.table.columns, self.widths, strict=True)
        lines = max(lines_of(heading(column), width) for column, width in columns)
        self.sheet.set_row(row, LINE_HEIGHT * lines + 4)
        for k, column in enumerate(self.table.columns):
            self.sheet.write_string(row, k, heading(column), self.styles.head)
        return row + 1

    def rows(self, row: int, rows: pd.DataFrame) -> int:
        """Write rows with their totals and colours; return the next row."""
        lines = np.ones(len(rows), np.int64)
        for k, column in enumerate(self.table.columns):
            values, form = rows[column.key].tolist(), self.styles.cell(column)
            if column.is_text:
                self._texts(row, k, values, form)
                wide = [lines_of(text, self.widths[k]) for text in values]
                lines = np.maximum(lines, wide)
            else:
                self._figures(row, k, values, form)
        for at in np.flatnonzero(lines > 1).tolist():
            self.sheet.set_row(row + at, LINE_HEIGHT * int(lines[at]))
        self._colours(row, row + len(rows) - 1)
        return self._totals(row, rows)

    def _texts(self, row: int, k: int, values: list[str], form: Any) -> None:
        """Write a column of texts; they stay texts, even where they begin with =."""
        for at, text in enumerate(values):
            if text:
                self.sheet.write_string(row + at, k, text, form)
            else:
                self.sheet.write_blank(row + at, k, None, form)

    def _figures(self, row: int, k: int, values: list[float], form: Any) -> None:
        """Write a column of figures; NaN is an empty cell."""
        for at, value in enumerate(values):
            if math.isnan(value):
                self.sheet.write_blank(row + at, k, None, form)
            elif math.isinf(value):
                self.sheet.write_string(row + at, k, self.words("unlimited"), form)
            else:
                self.sheet.write_number(row + at, k, value, form)

    def _totals(self, row: int, rows: pd.DataFrame) -> int:
        """Write sums that follow a filter, below more than one row."""
        end = row + len(rows)
        if len(rows) < 2 or not any(column.total for column in self.table.columns):
            return end
        for k, column in enumerate(self.table.columns):
            form = self.styles.cell(column, total=True)
            if column.total:
                sum_of = f"=SUBTOTAL(109,{_cell(row, k)}:{_cell(end - 1, k)})"
                value = float(np.nansum(rows[column.key].to_numpy(np.float64)))
                self.sheet.write_formula(end, k, sum_of, form, value)
            elif k == 0:
                self.sheet.write_string(end, k, self.words("total_row"), form)
            else:
                self.sheet.write_blank(end, k, None, form)
        return end + 1

    def _colours(self, first: int, last: int) -> None:
        """Colour answers, shares and money that is missing."""
        if last < first:
            return
        for k, column in enumerate(self.table.columns):
            if column.kind is Kind.VERDICT:
                for color, keys in ANSWERS:
                    self._answers(first, last, k, color, keys)
            elif column.kind is Kind.SHARE and column.key not in UNCOLOURED:
                self.sheet.conditional_format(first, k, last, k, SHARE_SCALE)

    def _answers(
        self, first: int, last: int, k: int, color: str, keys: tuple[str, ...]
    ) -> None:
        """Colour the cells of a column that hold one of the answers."""
        for key in keys:
            rule = {
                "type": "cell",
                "criteria": "==",
                "value": f'"{self.words(key)}"',
                "format": self.styles.fill(color),
            }
            self.sheet.conditional_format(first, k, last, k, rule)


ANSWERS = (
    (GOOD, ("verdict.yes", "suits")),
    (PARTLY, ("verdict.partly", "suits_partly")),
    (BAD, ("verdict.no",)),
)
UNCOLOURED = ("share_used", "use_of_capacity", "asked_share")
"""Shares of which more is not better."""


def _cell(row: int, column: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column))


def heading(column: Column) -> str:
    """Return header and unit, the unit on a line of its own."""
    return f"{column.header}\n({column.unit})" if column.unit else column.header


def column_widths(table: MeetingTable, widest: float = WIDEST) -> tuple[float, ...]:
    """Return widths that hold headers in few lines and most texts in one."""
    return tuple(
        _width(column, table.rows[column.key], widest) for column in table.columns
    )


def _width(column: Column, values: pd.Series[Any], widest: float) -> float:
    """Return a width for the header in few lines and most cells in one."""
    head = text_width(column.header)
    words = column.header.split()
    # Chinese may be broken anywhere, other text between words
    folds = head > len(column.header)
    whole = 0 if folds else max(map(text_width, words), default=0)
    heading_width = max(head / HEAD_LINES, whole, text_width(column.unit) + 2) + 3
    if column.is_text:
        held = max((text_width(text) for text in values.unique()), default=0) + 3
    else:
        largest = np.nanmax(np.abs(_finite(values)), initial=0.0)
        held = len(f"{largest:,.{column.decimals}f}") + 3
    if column.kind is Kind.VERDICT:
        widest = WIDEST_ANSWER
    return float(max(heading_width, min(held, widest), NARROWEST))


def _finite(values: pd.Series[Any]) -> np.ndarray[Any, Any]:
    figures = values.to_numpy(np.float64)
    return np.asarray(figures[np.isfinite(figures)])
