"""Reporting faulty cells: each one up to a stated number, then how many more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.issues import IssueCollector, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

MAX_FAULTS_PER_COLUMN = 20
"""Cells reported one by one for a column and code; the rest are counted."""


@dataclass(frozen=True)
class TableFaults:
    """Collects the problems of one table while it is read."""

    file: str
    rows: npt.NDArray[np.int64]
    """Row in the file of each row read."""
    headers: dict[str, str]
    """Canonical column to the file's header, where they differ."""
    collector: IssueCollector = field(default_factory=IssueCollector)

    def header(self, column: str) -> str:
        """Return the file's own header of a canonical column."""
        return self.headers.get(column, column)

    def place(self, column: str | None = None, row: int | None = None) -> Place:
        """Return the place of a cell by position, a column, or the whole file."""
        return Place(
            self.file,
            row=None if row is None else int(self.rows[row]),
            column=None if column is None else self.header(column),
        )

    def cells(
        self,
        code: str,
        column: str,
        faulty: npt.NDArray[np.bool_],
        message: Callable[[int], str],
        *,
        expected: str | None = None,
        nearest: Callable[[int], str | None] = lambda _: None,
    ) -> None:
        """Report the rows where `faulty` holds, with ``message(row position)``."""
        positions: Any = np.flatnonzero(faulty)
        for row in positions[:MAX_FAULTS_PER_COLUMN].tolist():
            self.collector.error(
                code,
                self.place(column, row),
                message(row),
                expected=expected,
                nearest=nearest(row),
            )
        more = len(positions) - MAX_FAULTS_PER_COLUMN
        if more > 0:
            self.collector.error(
                code,
                self.place(column, int(positions[MAX_FAULTS_PER_COLUMN])),
                f"and {more} more cells of the column with this problem",
                expected=expected,
            )
