"""Read a Parquet file, only the columns that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.sheet import (
    Sheet,
    frame_columns,
    report_repeated,
    report_unreadable,
)

if TYPE_CHECKING:
    from allocator.issues import IssueCollector
    from allocator.scenario.sheet import TableFile


def read_parquet(file: TableFile, collector: IssueCollector) -> Sheet | None:
    """Read the wanted columns; whole numbers with empty cells stay whole."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(file.path) as stored:
            headers = list(stored.schema_arrow.names)
            names = [name for name in dict.fromkeys(headers) if name in file.wanted]
            report_repeated(headers, file, collector)
            table = stored.read(columns=names)
    except (pa.ArrowException, OSError) as error:
        report_unreadable(file, "Parquet", error, collector)
        return None
    plain = [_decoded(column) for column in table.columns]
    frame = pa.table(plain, names=table.column_names).to_pandas(
        integer_object_nulls=True, date_as_object=True, ignore_metadata=True
    )
    rows = np.arange(table.num_rows, dtype=np.int64) + 2
    columns = frame_columns(frame, file.wanted)
    return Sheet(tuple(headers), columns, rows)


def _decoded(column: object) -> object:
    """Undo dictionary encoding, which would give categories instead of texts."""
    import pyarrow as pa

    kind = column.type  # type: ignore[attr-defined]
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type)  # type: ignore[attr-defined]
    return column
