"""What every table format is read into: headers, the columns wanted, row numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.issues import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt
    import pandas as pd

    from allocator.issues import IssueCollector

ROWS_ABOVE_HEADERS = 20
"""Rows that are looked at for headers when the first row holds none that is known."""
MAX_TABLE_BYTES = 2 * 1024**3
"""Largest table file that is read; for a workbook, unpacked."""


@dataclass(frozen=True)
class TableFile:
    """A file to read a table from, and what is wanted of it."""

    path: Path
    label: str
    """Path from the scenario's folder, with ``#sheet`` if one is named."""
    wanted: frozenset[str]
    """Headers to read; the others are only listed."""
    part: str | None = None
    """Sheet or layer."""
    encoding: str | None = None
    crs: str = "local"
    """The scenario's coordinate system (layers)."""
    with_geometry: bool = False
    """Whether the geometry of a layer gives x and y."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Canonical column to the file's own header, where one is named."""
    own_crs: str | None = None
    """Coordinate system that the document declares for the file."""

    @property
    def place(self) -> Place:
        """The file as a whole."""
        return Place(self.label)


@dataclass(frozen=True)
class Sheet:
    """A table as its file shows it."""

    headers: tuple[str, ...]
    """All headers in the file's order."""
    columns: Mapping[str, pd.Series[Any]]
    """Cells of the columns wanted, by header, one index for all."""
    rows: npt.NDArray[np.int64]
    """Row in the file of each row (the header is row 1)."""
    given: frozenset[str] = field(default_factory=frozenset)
    """Columns that the format itself gives under their canonical name (x, y)."""


def sheet_of_cells(
    cells: pd.DataFrame, file: TableFile, collector: IssueCollector
) -> Sheet | None:
    """Read a grid whose first row that is not blank holds the headers.

    Blank rows are left out; `cells` holds "" for what is empty. Headers below a title
    are an error, and read all the same so that the faults below them are found.
    """
    blank = np.ones(len(cells), bool)
    for name in cells.columns:
        rows = np.flatnonzero(blank)
        if len(rows) == 0:
            break
        column = cells[name].to_numpy(object)[rows]
        blank[rows] = [_is_blank(cell) for cell in column]
    filled = np.flatnonzero(~blank)
    if len(filled) == 0:
        collector.error(
            "empty-file", file.place, "the table is empty", expected="a row of headers"
        )
        return None
    first = cells.iloc[filled[: ROWS_ABOVE_HEADERS + 1]].to_numpy(object)
    above = rows_above_headers(first.tolist(), file)
    if above:
        report_title(int(filled[above]) + 1, file, collector)
    top, body = filled[above], filled[above + 1 :]
    headers = [_header(cell) for cell in cells.iloc[top]]
    kept = [
        k
        for k, header in enumerate(headers)
        if header or not all(map(_is_blank, cells.iloc[body, k]))
    ]
    headers = [headers[k] for k in kept]
    report_repeated(headers, file, collector)
    columns = {
        header: cells.iloc[body, k]
        for k, header in zip(kept, headers, strict=True)
        if header in file.wanted
    }
    return Sheet(tuple(headers), columns, body.astype(np.int64) + 1)


def rows_above_headers(rows: Sequence[Sequence[Any]], file: TableFile) -> int:
    """Return the position of the first row with headers that are wanted.

    It is 0 where the first row holds one, and where fewer than two stand together.
    """
    known = [len(file.wanted.intersection(map(_header, row))) for row in rows]
    least = min(2, len(file.wanted))
    if not known or known[0]:
        return 0
    return next((k for k, count in enumerate(known) if count >= least), 0)


def report_title(row: int, file: TableFile, collector: IssueCollector) -> None:
    """Report headers that stand in a row below something else."""
    collector.error(
        "header-not-first",
        Place(file.label, row=row),
        f"the headers stand in row {row}, below a title or remark",
        expected="the headers in the first row: delete the rows above them",
    )


def _is_blank(cell: Any) -> bool:
    return not cell.strip() if isinstance(cell, str) else cell is None


def _header(cell: Any) -> str:
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole else cell if cell is not None else "").strip()


def report_repeated(
    headers: list[str], file: TableFile, collector: IssueCollector
) -> None:
    """Report headers that are wanted and stand several times."""
    repeated = {h for h in headers if headers.count(h) > 1 and h in file.wanted}
    for header in sorted(repeated):
        collector.error(
            "duplicate-column",
            Place(file.label, row=1, column=header),
            f"the header {header!r} stands {headers.count(header)} times",
            expected="each header once",
        )


def report_unreadable(
    file: TableFile, kind: str, error: Exception | str, collector: IssueCollector
) -> None:
    """Report a file that is not what its name says."""
    collector.error(
        "unreadable-file",
        file.place,
        f"the file cannot be read as {kind}: {error}",
        expected=kind,
    )


def frame_columns(frame: pd.DataFrame, wanted: frozenset[str]) -> dict[str, Any]:
    """Return the wanted columns of a frame by header."""
    return {str(name): frame[name] for name in frame.columns if str(name) in wanted}
