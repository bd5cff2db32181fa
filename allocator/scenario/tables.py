"""Read the tables a document names, from whatever file and under whatever headers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.issues import Place, nearest_name
from allocator.scenario.canonical import RawTable
from allocator.scenario.columns import TABLES, Table
from allocator.scenario.coordinates import transformed
from allocator.scenario.hashing import source_of_file
from allocator.scenario.nodes import Node
from allocator.scenario.sheet import MAX_TABLE_BYTES, Sheet, TableFile
from allocator.scenario.table_csv import read_csv
from allocator.scenario.table_excel import read_excel
from allocator.scenario.table_layer import read_layer
from allocator.scenario.table_parquet import read_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from allocator.issues import IssueCollector
    from allocator.scenario.scenario import SourceFile

TABLE_KEYS = ("file", "columns", "encoding", "constants", "crs")
READERS: dict[str, Callable[[TableFile, IssueCollector], Sheet | None]] = {
    ".csv": read_csv,
    ".parquet": read_parquet,
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), read_excel),
    **dict.fromkeys((".gpkg", ".geojson", ".json"), read_layer),
}
"""Reader by file name ending."""
_PARTED = re.compile(r"(?i)^(.*?\.(?:xlsx|xlsm|xlsb|xls|ods|gpkg|geojson|json))#(.*)$")


@dataclass(frozen=True)
class TableEntry:
    """What a document says of one table."""

    table: Table
    file: str
    place: Place
    columns: Mapping[str, Node] = field(default_factory=dict)
    """Canonical column to the file's header."""
    encoding: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    """Canonical column to the one value of all its cells."""
    crs: str | None = None
    """Coordinate system of x and y, where it is not the scenario's."""


def table_entry(name: str, node: Node, collector: IssueCollector) -> TableEntry | None:
    """Read what stands under ``tables.<name>``: a path, or file, columns and so on."""
    place = replace(node.place, path=f"tables.{name}")
    if isinstance(node.value, str):
        return TableEntry(TABLES[name], node.value, place)
    file = node.items.get("file")
    if file is None or not isinstance(file.value, str):
        collector.error(
            "wrong-type",
            place,
            "a table is the path of a file, or {file: …, columns: …}",
            expected="a path such as zones.csv, book.xlsx#sheet or map.gpkg#layer",
        )
        return None
    for key, value in node.items.items():
        if key not in TABLE_KEYS:
            collector.error(
                "unknown-key",
                replace(value.place, path=f"tables.{name}.{key}"),
                f"the key {key!r} means nothing here",
                expected="one of " + ", ".join(TABLE_KEYS),
                nearest=nearest_name(key, TABLE_KEYS),
            )
    encoding = node.items.get("encoding")
    return TableEntry(
        TABLES[name],
        file.value,
        replace(file.place, path=f"tables.{name}"),
        _known_columns(name, "columns", node, collector),
        None if encoding is None else encoding.text,
        {
            column: _constant(value)
            for column, value in _known_columns(
                name, "constants", node, collector
            ).items()
        },
        node.items.get("crs", Node(None)).text,
    )


def _known_columns(
    name: str, key: str, node: Node, collector: IssueCollector
) -> dict[str, Node]:
    """Return the entries of `columns` or `constants` that name a canonical column."""
    found = node.items.get(key, Node({}))
    place = replace(found.place, path=f"tables.{name}.{key}")
    if not isinstance(found.value, dict):
        collector.error(
            "wrong-type", place, f"{key} is not a mapping", expected="a mapping"
        )
        return {}
    valid = TABLES[name].column_names
    known = {}
    for column, value in found.items.items():
        inner = replace(value.place, path=f"{place.path}.{column}")
        if column not in valid:
            collector.error(
                "unknown-column",
                inner,
                f"the table {name} has no column {column!r}",
                expected="one of " + ", ".join(valid),
                nearest=nearest_name(column, valid),
            )
        elif key == "columns" and not value.is_scalar:
            collector.error(
                "wrong-type", inner, "a header is not text", expected="a header"
            )
        else:
            known[column] = replace(value, place=inner)
    return known


def _constant(node: Node) -> str:
    if node.elements:
        return ";".join(_constant(element) for element in node.elements)
    return node.text or ""


@dataclass
class TableReader:
    """Reads tables for one scenario, hashing each file once."""

    folder: Path
    """Folder of the scenario that was asked for; labels are relative to it."""
    crs: str
    collector: IssueCollector
    sources: dict[str, SourceFile] = field(default_factory=dict)

    def read(self, entry: TableEntry) -> RawTable | None:
        """Read one table, or report why not."""
        file = self.located(entry)
        if file is None:
            return None
        reader = READERS.get(file.path.suffix.lower())
        if reader is None:
            self.collector.error(
                "unknown-format",
                entry.place,
                f"no table is read from a file like {file.path.name!r}",
                expected="a file name ending in " + ", ".join(READERS),
            )
            return None
        sheet = reader(file, self.collector)
        if sheet is None:
            return None
        raw = _renamed(entry, sheet, file, self.collector)
        return _moved(raw, entry.crs, sheet, file, self.collector)

    def located(self, entry: TableEntry) -> TableFile | None:
        """Find the file inside the folder of the YAML that names it."""
        home = (self.folder / (entry.place.file or "")).parent
        name, part = _split(entry.file.replace("\\", "/"))
        path, label = home / name, _label(entry, name)
        outside = PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive
        if outside or not _lies_in(path, home):
            self.collector.error(
                "outside-folder",
                entry.place,
                f"the file {entry.file!r} lies outside the scenario's folder",
                expected="a path inside the folder (only 'extends' may leave it)",
            )
            return None
        if not self._is_usable(path, label, entry.place):
            return None
        wanted = {node.text or "" for node in entry.columns.values()}
        wanted |= set(entry.table.column_names) - entry.columns.keys()
        file = TableFile(
            path,
            f"{label}#{part}" if part else label,
            frozenset(wanted),
            part,
            entry.encoding,
            self.crs,
            {"x", "y"} <= set(entry.table.column_names),
            {name: node.text or "" for name, node in entry.columns.items()},
            entry.crs,
        )
        self._hash(file)
        return file

    def _is_usable(self, path: Path, label: str, place: Place) -> bool:
        kind = _kind(path)
        if kind != "file":
            siblings = [p.name for p in path.parent.glob("*")]
            self.collector.error(
                "missing-file",
                place,
                f"the file {label!r} "
                + ("is a folder" if kind == "folder" else "does not exist"),
                expected="a file in the scenario's folder",
                nearest=nearest_name(path.name, siblings)
                if kind == "nothing"
                else None,
            )
            return False
        if path.stat().st_size > MAX_TABLE_BYTES:
            limit = f"at most {MAX_TABLE_BYTES // 1024**3} GB"
            self.collector.error(
                "huge-file", Place(label), "the file is too large", expected=limit
            )
            return False
        try:
            path.open("rb").close()
        except OSError as error:
            self.collector.error(
                "unreadable-file", place, f"{label!r} cannot be read: {error.strerror}"
            )
            return False
        return True

    def _hash(self, file: TableFile) -> None:
        label = file.label.removesuffix(f"#{file.part}") if file.part else file.label
        if label not in self.sources:
            self.sources[label] = source_of_file(file.path, label)


def _kind(path: Path) -> str:
    """Tell what stands at a path: file, folder or nothing (that can be read)."""
    try:
        return "file" if path.is_file() else "folder" if path.is_dir() else "nothing"
    except OSError:  # a name that is too long
        return "nothing"


def _lies_in(path: Path, folder: Path) -> bool:
    """Tell whether a path stays in a folder, links followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, no path at all
        return False


def _split(text: str) -> tuple[str, str | None]:
    """Split ``book.xlsx#sheet`` into file and sheet."""
    match = _PARTED.match(text)
    return (match[1], match[2] or None) if match else (text, None)


def _label(entry: TableEntry, name: str) -> str:
    home = PurePosixPath(entry.place.file or "").parent
    return str(home / name)


def _renamed(
    entry: TableEntry, sheet: Sheet, file: TableFile, collector: IssueCollector
) -> RawTable:
    """Bring the file's headers to the canonical columns and add constants."""
    columns: dict[str, Any] = {}
    headers: dict[str, str] = {}
    missing = set()
    for name in entry.table.column_names:
        mapped = entry.columns.get(name)
        header = name if mapped is None else mapped.text or ""
        if name in sheet.given:
            columns[name] = sheet.columns[name]
        elif header in sheet.columns:
            columns[name] = sheet.columns[header]
            headers |= {} if header == name else {name: header}
        elif mapped is not None:
            missing.add(name)
            collector.error(
                "missing-column",
                mapped.place,
                f"{file.label} has no header {header!r}",
                expected="one of " + ", ".join(sheet.headers),
                nearest=nearest_name(header, sheet.headers),
            )
    index = range(len(sheet.rows))
    for name, value in entry.constants.items():
        if name in columns:
            collector.error(
                "constant-and-column",
                replace(entry.place, path=f"{entry.place.path}.constants.{name}"),
                f"{file.label} has the column {headers.get(name, name)!r} already",
                expected="a constant or a column, not both",
            )
        columns[name] = pd.Series(value, index=index, dtype=object)
    read = {headers.get(name, name) for name in columns if name not in sheet.given}
    extra = tuple(h for h in dict.fromkeys(sheet.headers) if h not in read)
    frame = pd.DataFrame(
        {name: cells.set_axis(index) for name, cells in columns.items()}, index=index
    )
    return RawTable(file.label, frame, sheet.rows, headers, extra, frozenset(missing))


def _moved(
    raw: RawTable,
    crs: str | None,
    sheet: Sheet,
    file: TableFile,
    collector: IssueCollector,
) -> RawTable | None:
    """Bring x and y from the system declared for the file into the scenario's."""
    if crs is None or sheet.given or not {"x", "y"} <= set(raw.frame):
        return raw
    numbers = [pd.to_numeric(raw.frame[axis], errors="coerce") for axis in ("x", "y")]
    known = (numbers[0].notna() & numbers[1].notna()).to_numpy(bool)
    x, y = (axis.to_numpy(np.float64)[known] for axis in numbers)
    moved = transformed(x, y, crs, file, collector)
    if moved is None:
        return None
    frame = raw.frame.copy()
    for axis, values in zip(("x", "y"), moved, strict=True):
        cells = frame[axis].astype(object)
        cells[known] = values
        frame[axis] = cells
    return replace(raw, frame=frame)
