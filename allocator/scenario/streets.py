"""Read the street lines that `access.streets` names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.canonical import RawTable, canonicalise
from allocator.scenario.columns import STREETS
from allocator.scenario.nodes import Node
from allocator.scenario.schema import AccessMode
from allocator.scenario.street_files import lines_in_csv, lines_in_layer, lines_of_frame
from allocator.scenario.street_lines import street_lines
from allocator.scenario.street_osm import lines_in_extract
from allocator.scenario.street_parquet import lines_in_parquet
from allocator.scenario.tables import TableEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from allocator.issues import IssueCollector
    from allocator.scenario.sheet import TableFile
    from allocator.scenario.street_files import Drawn
    from allocator.scenario.street_lines import StreetLines
    from allocator.scenario.tables import TableReader

PATH = "access.streets"
READERS: dict[str, Callable[[TableFile, str | None, IssueCollector], Drawn | None]] = {
    ".csv": lines_in_csv,
    ".parquet": lines_in_parquet,
    ".pbf": lines_in_extract,
    **dict.fromkeys((".gpkg", ".geojson", ".json", ".shp"), lines_in_layer),
}
"""Reader by file name ending."""


@dataclass(frozen=True)
class StreetEntry:
    """What a document says of its street lines."""

    table: TableEntry
    crs: str | None


def street_entry(root: Node) -> StreetEntry | None:
    """Return where a document has its streets; None where it does not look at any."""
    access = root.items.get("access", Node({}))
    mode = access.items.get("mode")
    named = access.items.get("streets")
    if mode is None or mode.value != AccessMode.NETWORK or named is None:
        return None
    file = named if isinstance(named.value, str) else named.items.get("file")
    if file is None or not isinstance(file.value, str):
        return None
    place = replace(file.place, path=PATH)
    columns = named.items.get("columns", Node({})).items
    texts = {key: named.items.get(key, Node(None)).text for key in ("encoding", "crs")}
    return StreetEntry(
        TableEntry(
            STREETS,
            file.value,
            place,
            {
                name: replace(header, place=replace(place, path=f"{PATH}.columns"))
                for name, header in columns.items()
            },
            texts["encoding"],
        ),
        texts["crs"],
    )


def read_streets(entry: StreetEntry, reader: TableReader) -> StreetLines | None:
    """Read the lines, or report why not."""
    collector = reader.collector
    unknown = entry.table.columns.keys() - set(STREETS.column_names)
    for name in sorted(unknown):
        collector.error(
            "unknown-column",
            entry.table.columns[name].place,
            f"streets have no column {name!r}",
            expected="one of " + ", ".join(STREETS.column_names),
        )
    file = reader.located(entry.table)
    if file is None:
        return None
    read = READERS.get(file.path.suffix.lower())
    if read is None:
        collector.error(
            "unknown-format",
            entry.table.place,
            f"no streets are read from a file like {file.path.name!r}",
            expected="a file name ending in " + ", ".join(READERS),
        )
        return None
    drawn = read(file, entry.crs, collector)
    return None if drawn is None else _canonical(drawn, entry.table, collector)


def streets_of_frame(
    frame: pd.DataFrame, crs: str, collector: IssueCollector
) -> StreetLines | None:
    """Take a DataFrame with a column wkt as street lines."""
    drawn = lines_of_frame(frame.rename(columns=str), "<frame:streets>", crs, collector)
    return None if drawn is None else _canonical(drawn, None, collector)


def _canonical(
    drawn: Drawn, entry: TableEntry | None, collector: IssueCollector
) -> StreetLines | None:
    """Convert the attributes, and give every line those of its row."""
    columns, headers = {}, {}
    for name in STREETS.column_names:
        node = entry.columns.get(name) if entry is not None else None
        header = name if node is None else node.text or ""
        if header in drawn.attributes:
            columns[name] = drawn.attributes[header]
            headers[name] = header
        elif node is not None and name != "wkt":
            collector.error(
                "missing-column",
                node.place,
                f"{drawn.label} has no header {header!r}",
            )
    frame = drawn.attributes[[]].assign(**columns).reset_index(drop=True)
    table = canonicalise(
        STREETS, RawTable(drawn.label, frame, drawn.rows, headers), collector
    ).frame.iloc[drawn.row]
    return street_lines(
        drawn.xy,
        drawn.start,
        names=table["class"].to_numpy(object),
        layer=table["layer"].to_numpy(np.int64),
        grade_percent=table["grade_percent"].to_numpy(np.float64),
        crossing_delay_min=table["crossing_delay_min"].to_numpy(np.float64),
    )
