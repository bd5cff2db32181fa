"""What differs between the inputs of two runs, down to keys and tables.

The resolved copies of the scenarios are compared, not the files they came from: a
comment, another order of columns or a catalogue written out changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from allocator.errors import RunError
from allocator.result import Result
from allocator.runs.read import Run
from allocator.scenario import write_scenario
from allocator.scenario.columns import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from allocator.runs.comparing.sides import Side

NO_MATTER = frozenset({"format", "options", "tables"})
"""Keys of a document that change no plan."""
FOR_PEOPLE = frozenset(
    {"name", "place_name", "reason", "source", "source_date", "verified"}
)
"""Keys that change no plan, at any depth, and columns that change none."""
UNLIKE_KEYS = frozenset({"currency", "groups", "needs"})
UNLIKE_TABLES = frozenset({"communities", "zones", "population", "survey", "demand"})
"""What makes figures of two runs unlike: whom they count, and in which money."""
STREETS = "streets"
GIVEN = "{…}"
"""Stands for an item that only one of them has."""
LONGEST_VALUE = 60


class Basis(StrEnum):
    """What two runs have in common."""

    SAME = "same"
    """One scenario: every plan of one is a plan of the other."""
    CHANGED = "changed"
    """The same residents, needs and first goal; other inputs differ."""
    DIFFERENT = "different"
    """Other residents, needs or another first goal: no figure is like for like."""


@dataclass(frozen=True)
class KeyChange:
    """A value that differs: its path and both values as text, "" when absent."""

    path: str
    first: str
    other: str

    def __str__(self) -> str:
        return f"{self.path}: {self.first or '–'} → {self.other or '–'}"


@dataclass(frozen=True)
class TableChange:
    """A table that differs: how many rows, and in which columns."""

    table: str
    added: int
    removed: int
    changed: int
    columns: tuple[str, ...]
    """Columns in which rows of both differ."""

    def __str__(self) -> str:
        parts = [f"+{self.added}"] if self.added else []
        parts += [f"−{self.removed}"] if self.removed else []
        if self.changed:
            parts.append(f"≠{self.changed} ({', '.join(self.columns)})")
        return f"{self.table}: {' '.join(parts)}"


@dataclass(frozen=True)
class InputChanges:
    """Everything that differs between what two runs were made from."""

    basis: Basis
    files: tuple[str, ...]
    """Input files whose content differs, or which only one of them had."""
    variants: tuple[str, str] | None
    """Names of the variants when they differ."""
    keys: tuple[KeyChange, ...]
    """Keys of the resolved scenario."""
    tables: tuple[TableChange, ...]
    options: tuple[KeyChange, ...]
    """Options of the solve, engine and version of this package."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        return {
            "basis": self.basis.value,
            "files": list(self.files),
            "variants": list(self.variants) if self.variants else None,
            "keys": [vars(change) for change in self.keys],
            "tables": [vars(change) for change in self.tables],
            "options": [vars(change) for change in self.options],
        }


def input_changes(first: Side, other: Side) -> InputChanges:
    """Compare what two runs were made from.

    Raises
    ------
    RunError
        If a run has no readable copy of its scenario.
    """
    with TemporaryDirectory(prefix="allocator-") as spare:
        copies = [
            _copy(side, Path(spare) / str(k)) for k, side in enumerate((first, other))
        ]
        documents = [_document(copy) for copy in copies]
        keys = tuple(_differences(documents[0], documents[1]))
        tables = tuple(_table_changes(copies, documents))
    variants = [",".join(side.record.get("variant", ())) for side in (first, other)]
    return InputChanges(
        basis=_basis(first, other, keys, tables),
        files=_changed_files(first, other),
        variants=(variants[0], variants[1]) if variants[0] != variants[1] else None,
        keys=keys,
        tables=tables,
        options=tuple(_differences(_effort(first), _effort(other))),
    )


def _copy(side: Side, spare: Path) -> Path:
    """Return the folder of the resolved scenario; write it for a result."""
    if isinstance(side.source, Result):
        write_scenario(side.source.scenario, spare)
        return spare
    assert isinstance(side.source, Run)
    return side.source.folder / "scenario"


def _document(copy: Path) -> Mapping[str, Any]:
    """Read the document of a copy as plain values."""
    path = copy / "scenario.yaml"
    try:
        document: Mapping[str, Any] = yaml.load(
            path.read_text(encoding="utf-8"),
            getattr(yaml, "CSafeLoader", yaml.SafeLoader),
        )
    except (OSError, yaml.YAMLError) as error:
        msg = f"{path} cannot be read, so its inputs cannot be compared: {error}"
        raise RunError(msg) from error
    return document


def _effort(side: Side) -> dict[str, Any]:
    """Return how a run was solved."""
    record = side.record
    version = record.get("versions", {}).get("allocator")
    return dict(record["options"]) | {"ran": record["engine"], "version": version}


def _changed_files(first: Side, other: Side) -> tuple[str, ...]:
    ours, theirs = (side.record["scenario"]["inputs"] for side in (first, other))
    names = sorted(ours.keys() | theirs.keys())
    return tuple(name for name in names if ours.get(name) != theirs.get(name))


def _basis(
    first: Side,
    other: Side,
    keys: tuple[KeyChange, ...],
    tables: tuple[TableChange, ...],
) -> Basis:
    """Judge whether residents, needs and first goal are the same."""
    goals = [side.record["goals"][0] for side in (first, other)]
    if any(goals[0][key] != goals[1][key] for key in ("sense", "terms")):
        return Basis.DIFFERENT
    roots = {change.path.partition(".")[0].partition("[")[0] for change in keys}
    names = {change.table for change in tables}
    if roots & UNLIKE_KEYS or names & UNLIKE_TABLES:
        return Basis.DIFFERENT
    return Basis.CHANGED if roots or names else Basis.SAME


def _differences(
    first: Mapping[str, Any], other: Mapping[str, Any], path: str = ""
) -> Iterator[KeyChange]:
    """Yield the values that differ, by key and, in lists of items, by id."""
    for key in dict.fromkeys([*first, *other]):
        if key in FOR_PEOPLE or (not path and key in NO_MATTER):
            continue
        step = f"{path}.{key}" if path else str(key)
        yield from _value_differences(first.get(key), other.get(key), step)


def _value_differences(first: Any, other: Any, path: str) -> Iterator[KeyChange]:
    if isinstance(first, dict) and isinstance(other, dict):
        yield from _differences(first, other, path)
        return
    ours, theirs = _by_id(first), _by_id(other)
    if ours is not None and theirs is not None and (ours or theirs):
        for item in dict.fromkeys([*ours, *theirs]):
            yield from _value_differences(
                ours.get(item), theirs.get(item), f"{path}[{item}]"
            )
    elif first != other:
        yield KeyChange(path, _text(first), _text(other))


def _by_id(value: Any) -> dict[str, Any] | None:
    """Return the items of a list by id or position; None when it has none."""
    if value is None:
        return {}
    if not isinstance(value, list) or not all(isinstance(i, dict) for i in value):
        return None
    return {str(item.get("id", k)): item for k, item in enumerate(value)}


def _text(value: Any) -> str:
    """Return a value in one short line."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return GIVEN
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _table_changes(
    copies: list[Path], documents: list[Mapping[str, Any]]
) -> Iterator[TableChange]:
    """Yield the tables that differ, street lines among them."""
    files = [
        {name: copy / file for name, file in _files(document).items()}
        for copy, document in zip(copies, documents, strict=True)
    ]
    for name in [*TABLES, STREETS]:
        paths = [own.get(name) for own in files]
        if _same_bytes(*paths):
            continue
        frames = [_read(path) for path in paths]
        change = (
            _compare_lines(*frames)
            if name == STREETS
            else _compare_tables(name, TABLES[name].key, *frames)
        )
        if change is not None:
            yield change


def _files(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the files of a copy by table."""
    files = dict(document.get("tables", {}))
    streets = document.get("access", {}).get("streets")
    if streets:
        files[STREETS] = streets["file"]
    return files


def _same_bytes(first: Path | None, other: Path | None) -> bool:
    """Tell whether two files hold the same bytes, or both are absent."""
    if first is None or other is None:
        return first is other
    if first.suffix != other.suffix or first.stat().st_size != other.stat().st_size:
        return False
    return first.read_bytes() == other.read_bytes()


def _read(path: Path | None) -> pd.DataFrame:
    """Read a table of a copy as text."""
    if path is None:
        return pd.DataFrame()
    if path.suffix == ".parquet":
        return pd.read_parquet(path).astype(str)
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _compare_lines(first: pd.DataFrame, other: pd.DataFrame) -> TableChange | None:
    """Count the street lines that only one of them has; they have no ids."""
    ours, theirs = (
        Counter(frame.itertuples(index=False, name=None)) for frame in (first, other)
    )
    added, removed = (theirs - ours).total(), (ours - theirs).total()
    return TableChange(STREETS, added, removed, 0, ()) if added or removed else None


def _compare_tables(
    name: str, key: tuple[str, ...], first: pd.DataFrame, other: pd.DataFrame
) -> TableChange | None:
    """Count the rows that differ; what is only for people does not matter."""
    columns = list(dict.fromkeys([*first.columns, *other.columns]))
    keys = [column for column in key if column in columns]
    rest = [column for column in columns if column not in {*keys, *FOR_PEOPLE}]
    ours, theirs = (
        frame.reindex(columns=columns).fillna("").set_index(keys)[rest]
        for frame in (first, other)
    )
    both = ours.index.intersection(theirs.index)
    differs = ours.loc[both] != theirs.loc[both]
    change = TableChange(
        table=name,
        added=len(theirs.index.difference(ours.index)),
        removed=len(ours.index.difference(theirs.index)),
        changed=int(differs.any(axis=1).sum()),
        columns=tuple(column for column in rest if differs[column].any()),
    )
    return change if change.added or change.removed or change.changed else None
