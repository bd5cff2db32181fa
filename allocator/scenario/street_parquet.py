"""Street lines in Parquet: a list of x and a list of y in each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.scenario.coordinates import transformed
from allocator.scenario.sheet import report_unreadable
from allocator.scenario.street_files import Drawn

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.issues import IssueCollector
    from allocator.scenario.sheet import TableFile
    from allocator.scenario.street_lines import StreetLines

FILE = "streets.parquet"


def write_lines(lines: StreetLines, folder: Path) -> str:
    """Write lines with all their attributes; return the file's name."""
    import pyarrow as pa
    from pyarrow import parquet

    def coordinates(axis: int) -> Any:
        values = pa.array(np.ascontiguousarray(lines.xy[:, axis]))
        return pa.LargeListArray.from_arrays(pa.array(lines.start), values)

    names = np.array(lines.classes, object)
    table = pa.table(
        {
            "x": coordinates(0),
            "y": coordinates(1),
            "class": names[lines.class_position] if len(names) else [],
            "layer": lines.layer,
            "grade_percent": lines.grade_percent,
            "crossing_delay_min": lines.crossing_delay_min,
        }
    )
    parquet.write_table(table, folder / FILE)
    return FILE


def lines_in_parquet(
    file: TableFile, crs: str | None, collector: IssueCollector
) -> Drawn | None:
    """Read lines as `write_lines` writes them."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(file.path)
        axes = [table.column(axis).combine_chunks() for axis in ("x", "y")]
        xy = np.column_stack([axis.flatten().to_numpy() for axis in axes])
        count = axes[0].value_lengths().to_numpy(zero_copy_only=False)
    except (pa.ArrowException, OSError, KeyError, ValueError, AttributeError) as error:
        kind = "Parquet with a list of x and a list of y in each row"
        report_unreadable(file, kind, error, collector)
        return None
    moved = transformed(xy[:, 0], xy[:, 1], crs or file.crs, file, collector)
    if moved is None:
        return None
    kept = [name for name in table.column_names if name in file.wanted]
    rows = np.arange(table.num_rows, dtype=np.int64)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
    frame = table.select(kept).to_pandas()
    return Drawn(file.label, np.column_stack(moved), start, rows, frame, rows + 2)
