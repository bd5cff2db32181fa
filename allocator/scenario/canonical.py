"""One table in canonical form: kinds, defaults, required cells, rows sorted by key."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.issues import nearest_name
from allocator.scenario.columns import Column, Kind, Table
from allocator.scenario.convert import (
    EXPECTED,
    convert,
    empty_value,
    held_dtype,
)
from allocator.scenario.error_values import is_error_value
from allocator.scenario.faults import TableFaults
from allocator.scenario.ids import ascends
from allocator.scenario.places import TableOrigin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from allocator.issues import IssueCollector


@dataclass(frozen=True)
class RawTable:
    """A table as it was read: canonical columns only, cells not yet converted."""

    file: str
    """As the planner wrote it, ``book.xlsx#sheet`` or ``<frame:zones>``."""
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    """Row in the file of each row (the header is row 1)."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Canonical column to the file's own header, where they differ."""
    extra: tuple[str, ...] = ()
    """Headers of columns that are not read."""
    reported: frozenset[str] = frozenset()
    """Canonical columns whose absence has been reported."""


@dataclass(frozen=True)
class CanonicalTable:
    """A table all of whose canonical columns are there, with what was assumed."""

    frame: pd.DataFrame
    origin: TableOrigin
    defaults_taken: tuple[str, ...] = ()
    readable: bool = True
    """False when a required column is missing, so that the rows say little."""


def raw_from_frame(table: Table, frame: pd.DataFrame) -> RawTable:
    """Take a DataFrame as a table; its first row counts as row 2."""
    named = frame.rename(columns=str).reset_index(drop=True)
    extra = tuple(name for name in named.columns if name not in table.column_names)
    rows = np.arange(len(frame), dtype=np.int64) + 2
    return RawTable(
        f"<frame:{table.name}>", named.drop(columns=list(extra)), rows, extra=extra
    )


@cache
def empty_table(table: Table) -> pd.DataFrame:
    """Return the table without rows, every column in its held dtype."""
    return pd.DataFrame({column.name: _held([], column) for column in table.columns})


def canonicalise(
    table: Table, raw: RawTable, collector: IssueCollector
) -> CanonicalTable:
    """Bring a table as it was read into canonical form, reporting every fault."""
    faults = TableFaults(raw.file, raw.rows, dict(raw.headers), collector)
    _report_columns(table, raw, faults)
    filled: dict[str, npt.NDArray[np.bool_]] = {}
    columns: dict[str, Any] = {}
    defaults: list[str] = []
    for column in table.columns:
        values, absent = _column(column, raw.frame, faults)
        columns[column.name], filled[column.name] = values, ~absent
        count = int(np.count_nonzero(absent))
        if column.default is not None and count:
            shown = column.default
            if column.kind is Kind.YES_NO:
                shown = "yes" if column.default else "no"
            defaults.append(f"{table.name}.{column.name}: {shown} for {count} rows")
    _report_choices(table, filled, raw.frame, faults)
    order = sort_order([columns[name] for name in table.key], len(raw.frame))
    frame = pd.DataFrame(columns)
    if (order[1:] < order[:-1]).any():
        frame = frame.iloc[order].reset_index(drop=True)
    origin = TableOrigin(raw.file, raw.rows[order], dict(raw.headers))
    missing = any(c.required and c.name not in raw.frame for c in table.columns)
    return CanonicalTable(frame, origin, tuple(defaults), not missing)


def sort_order(
    keys: Sequence[npt.NDArray[Any]], num_rows: int
) -> npt.NDArray[np.int64]:
    """Return the stable order of rows by text keys, the first key leading."""
    if keys and ascends(keys[0]):
        return np.arange(num_rows)
    ranks = [_rank(key) for key in reversed(keys)]
    return np.lexsort(ranks) if ranks else np.arange(num_rows)


def _rank(key: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    codes, distinct = pd.factorize(key)
    order = np.array(sorted(range(len(distinct)), key=distinct.__getitem__), np.int64)
    rank = np.empty(len(distinct), np.int64)
    rank[order] = np.arange(len(distinct))
    return rank[codes]


def _held(values: Any, column: Column) -> pd.Series[Any]:
    """Hold values in the column's dtype."""
    dtype = held_dtype(column.kind)
    if column.kind is Kind.INTEGER and column.default is not None:
        dtype = "int64"
    return pd.Series(values, dtype=dtype)


def _column(
    column: Column, frame: pd.DataFrame, faults: TableFaults
) -> tuple[pd.Series[Any], npt.NDArray[np.bool_]]:
    """Convert one column; return its values and which cells were absent."""
    empty = column.default if column.default is not None else empty_value(column.kind)
    if column.name not in frame:
        values = np.empty(len(frame), held_dtype(column.kind))
        values.fill(empty)
        return _held(values, column), np.ones(len(frame), bool)
    cells = frame[column.name]
    converted = convert(cells, column.kind)
    _report_cells(column, cells, converted.absent, converted.faulty, faults)
    values = converted.values
    _report_range(column, cells, values, faults)
    _report_words(column, cells, converted.absent | converted.faulty, faults)
    if converted.trimmed:
        faults.collector.warning(
            "spaces-trimmed",
            faults.place(column.name),
            f"spaces around {converted.trimmed} identifiers were left out",
        )
    unset = converted.absent | converted.faulty
    if column.default is not None and unset.any():
        values = np.array(values, dtype=held_dtype(column.kind))
        values[unset] = column.default
    return _held(values, column), converted.absent


def _report_columns(table: Table, raw: RawTable, faults: TableFaults) -> None:
    """Report required columns that are missing and columns that mean nothing."""
    absent = [name for name in table.column_names if name not in raw.frame]
    for name in absent:
        if table[name].required and name not in raw.reported:
            faults.collector.error(
                "missing-column",
                faults.place(name),
                f"the table {table.name} has no column {name!r}",
                expected=f"a column {name} (or its header under 'columns:')",
                nearest=nearest_name(name, raw.extra),
            )
    likely = {name: nearest_name(name, absent) for name in raw.extra}
    for name, nearest in likely.items():
        if nearest is not None:
            faults.collector.warning(
                "unknown-column",
                faults.place(name),
                f"the column {name!r} means nothing in the table {table.name} "
                "and is not read",
                nearest=nearest,
            )
    others = [repr(name) for name, nearest in likely.items() if nearest is None]
    if others:
        faults.collector.warning(
            "unknown-column",
            faults.place(),
            f"columns that are not read: {', '.join(others)}",
        )


def _report_cells(
    column: Column,
    cells: pd.Series[Any],
    absent: npt.NDArray[np.bool_],
    faulty: npt.NDArray[np.bool_],
    faults: TableFaults,
) -> None:
    """Report cells of the wrong type and required cells that are empty."""
    expected = EXPECTED.get(column.kind)
    failed = np.zeros(len(cells), bool)
    failed[faulty] = [is_error_value(cell) for cell in cells[faulty]]
    faults.cells(
        "error-value",
        column.name,
        failed,
        lambda row: f"the formula of the cell failed: {cells.iloc[row]}",
        expected=f"{expected or 'a value'}; mend the formula or empty the cell",
    )
    faults.cells(
        "wrong-type",
        column.name,
        faulty & ~failed,
        lambda row: f"{cells.iloc[row]!r} is not {expected}",
        expected=expected,
    )
    if column.required:
        faults.cells(
            "missing-value",
            column.name,
            absent,
            lambda _: f"{column.name} is required and the cell is empty",
            expected=expected or "a value",
        )


def _report_range(
    column: Column,
    cells: pd.Series[Any],
    values: npt.NDArray[Any],
    faults: TableFaults,
) -> None:
    """Report numbers outside the column's minimum and maximum."""
    if column.kind not in (Kind.NUMBER, Kind.INTEGER):
        return
    low, high = column.minimum, column.maximum
    outside = np.zeros(len(values), bool)
    wanted = []
    if low is not None:
        outside |= values <= low if column.exclusive else values < low
        wanted.append(f"{'above' if column.exclusive else 'at least'} {low:g}")
    if high is not None:
        outside |= values > high
        wanted.append(f"at most {high:g}")
    expected = "a number " + " and ".join(wanted)
    faults.cells(
        "out-of-range",
        column.name,
        outside,
        lambda row: f"{column.name} is {cells.iloc[row]}",
        expected=expected,
    )


def _report_words(
    column: Column,
    cells: pd.Series[Any],
    unset: npt.NDArray[np.bool_],
    faults: TableFaults,
) -> None:
    """Report a word that is none of the column's choices."""
    if not column.choices:
        return
    faults.cells(
        "unknown-value",
        column.name,
        ~unset & ~cells.isin(column.choices).to_numpy(bool),
        lambda row: f"{cells.iloc[row]!r} is no {column.name}",
        expected=", ".join(column.choices),
        nearest=lambda row: nearest_name(str(cells.iloc[row]), column.choices),
    )


def _report_choices(
    table: Table,
    filled: Mapping[str, npt.NDArray[np.bool_]],
    frame: pd.DataFrame,
    faults: TableFaults,
) -> None:
    """Report rows that fill none or several of columns that exclude each other."""
    for names in table.one_of:
        count = np.array([filled[name] for name in names]).sum(axis=0, dtype=np.int64)
        expected = f"exactly one of {', '.join(names)}"
        given = [n for n in names if n in frame] or [names[0]]
        faults.cells(
            "one-of",
            given[0],
            count != 1,
            _count_message(count, expected),
            expected=expected,
        )


def _count_message(count: npt.NDArray[np.int64], expected: str) -> Callable[[int], str]:
    return lambda row: f"{count[row]} are filled; fill {expected}"
