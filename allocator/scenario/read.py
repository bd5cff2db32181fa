"""Read a scenario from files, a mapping or DataFrames, with all problems at once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.errors import ScenarioInvalid
from allocator.issues import IssueCollector, Place, nearest_name
from allocator.scenario.build import (
    Parts,
    assemble,
    frames_as_tables,
    report_unknown_table,
)
from allocator.scenario.columns import TABLES
from allocator.scenario.merge import (
    MERGE_KEYS,
    finished,
    merged,
    variant_names,
    with_variants,
)
from allocator.scenario.nodes import Node, as_node, as_plain
from allocator.scenario.scenario import Provenance, Scenario, SourceFile
from allocator.scenario.table_layer import LOCAL
from allocator.scenario.tables import TableReader, table_entry
from allocator.scenario.yaml_loader import load_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.issues import Issue
    from allocator.scenario.canonical import RawTable

SCENARIO_FILE = "scenario.yaml"
MAX_EXTENDS = 20
"""Longest chain of `extends`."""
Source = str | Path | Mapping[str, Any]


def read_scenario(
    source: Source,
    *,
    variant: str | Sequence[str] | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> Scenario:
    """Read a scenario and check everything.

    Parameters
    ----------
    source
        ``scenario.yaml``, the folder that holds it, or a mapping with the same keys
        (whose paths are relative to the working directory).
    variant
        Names of variants, applied in order: ``"low_budget,ageing"`` or a sequence.
    tables
        DataFrames by table name; each takes the place of the table the file names.

    Raises
    ------
    ScenarioInvalid
        With all problems, if there is an error.
    """
    collector = IssueCollector()
    scenario = _read(source, variant, tables or {}, collector)
    if scenario is None:
        raise ScenarioInvalid(collector.issues)
    return scenario


def check_scenario(
    source: Source,
    *,
    variant: str | Sequence[str] | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[Issue, ...]:
    """Return every problem and warning of a scenario; see `read_scenario`."""
    collector = IssueCollector()
    _read(source, variant, tables or {}, collector)
    return tuple(collector.issues)


def _read(
    source: Source,
    variant: str | Sequence[str] | None,
    tables: Mapping[str, pd.DataFrame],
    collector: IssueCollector,
) -> Scenario | None:
    """Read, merge and assemble; None when there is an error."""
    documents = _Documents(collector)
    if isinstance(source, Mapping):
        folder = Path.cwd()
        root = documents.chain(as_node(source, Place("<document>")), folder)
        documents.sources.append(SourceFile("<document>", _hash_of_mapping(source)))
    else:
        path = Path(source)
        path = path / SCENARIO_FILE if path.is_dir() else path
        folder = path.parent
        root = documents.open(path, path.name)
    names = variant_names(variant)
    if root is None:
        return None
    root = finished(
        with_variants(_on_catalogue(root, collector), names, collector), collector
    )
    entries = root.items
    reader = TableReader(folder, _crs(entries), collector)
    raw, unreadable = _tables(entries.get("tables"), tables, reader)
    gone = {"tables", *MERGE_KEYS}
    document = replace(root, value={k: v for k, v in entries.items() if k not in gone})
    frames = [SourceFile(f"<frame:{n}>", _hash_of_frame(f)) for n, f in tables.items()]
    provenance = Provenance(
        folder=folder,
        variants=names,
        sources=(*documents.sources, *reader.sources.values(), *frames),
    )
    return assemble(Parts(document, raw, unreadable, provenance), collector)


@dataclass
class _Documents:
    """Opens a document and what it extends."""

    collector: IssueCollector
    sources: list[SourceFile] = field(default_factory=list)
    chain_of_files: list[Path] = field(default_factory=list)

    def open(self, path: Path, label: str) -> Node | None:
        """Read a YAML file merged onto what it extends."""
        self.chain_of_files.append(path.resolve())
        root = load_yaml(path, label, self.collector)
        if root is None:
            return None
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self.sources.append(SourceFile(label, digest))
        return self.chain(root, path.parent)

    def chain(self, root: Node, folder: Path) -> Node | None:
        """Merge a document onto what it extends, if it does."""
        extends = root.items.get("extends")
        if extends is None or extends.value is None:
            return root
        place = replace(extends.place, path="extends")
        target = extends.value
        if not isinstance(target, str) or PurePosixPath(target).is_absolute():
            self.collector.error(
                "wrong-type",
                place,
                "extends is not a relative path",
                expected="a path like ../base/scenario.yaml",
            )
            return root
        path = folder / target
        path = path / SCENARIO_FILE if path.is_dir() else path
        if path.resolve() in self.chain_of_files:
            self.collector.error(
                "extends-cycle",
                place,
                f"{target!r} leads back to a file that extends it",
            )
            return root
        if not path.is_file() or len(self.chain_of_files) > MAX_EXTENDS:
            self._report_missing(path, target, place)
            return root
        label = os.path.normpath(
            PurePosixPath(place.file or "").parent / os.path.relpath(path, folder)
        )
        base = self.open(path, Path(label).as_posix())
        return root if base is None else merged(base, root, self.collector)

    def _report_missing(self, path: Path, target: str, place: Place) -> None:
        siblings = [p.name for p in path.parent.glob("*.yaml")]
        self.collector.error(
            "missing-file",
            place,
            f"the file {target!r} does not exist",
            expected="a scenario to extend",
            nearest=nearest_name(path.name, siblings),
        )


def _on_catalogue(root: Node, collector: IssueCollector) -> Node:
    """Merge a document onto the catalogue it names."""
    from allocator import catalogue

    named = root.items.get("catalogue")
    if named is None or named.value is None:
        return root
    name = named.text or ""
    if name not in catalogue.available():
        collector.error(
            "unknown-catalogue",
            replace(named.place, path="catalogue"),
            f"there is no catalogue {name!r}",
            expected="one of " + ", ".join(catalogue.available()),
            nearest=nearest_name(name, catalogue.available()),
        )
        return root
    base = as_node(catalogue.load(name), Place(f"<catalogue {name}>"))
    return merged(base, root, collector)


def _crs(entries: Mapping[str, Node]) -> str:
    found = entries.get("crs")
    return LOCAL if found is None else found.text or LOCAL


def _tables(
    node: Node | None, frames: Mapping[str, pd.DataFrame], reader: TableReader
) -> tuple[dict[str, RawTable], frozenset[str]]:
    """Read the tables that files give and take the DataFrames."""
    raw: dict[str, RawTable] = {}
    failed = set()
    for name, value in _entries(node, reader.collector):
        if name in frames:
            continue
        entry = table_entry(name, value, reader.collector)
        table = None if entry is None else reader.read(entry)
        if table is None:
            failed.add(name)
        else:
            raw[name] = table
    raw |= frames_as_tables(frames, reader.collector)
    return raw, frozenset(failed)


def _entries(node: Node | None, collector: IssueCollector) -> list[tuple[str, Node]]:
    """Return the tables a document names; report names that are no table."""
    if node is None:
        return []
    if not isinstance(node.value, dict):
        collector.error(
            "wrong-type",
            replace(node.place, path="tables"),
            "tables is not a mapping",
            expected="a mapping of table names to files",
        )
        return []
    for name, value in node.items.items():
        if name not in TABLES:
            place = replace(value.place, path=f"tables.{name}")
            report_unknown_table(name, place, collector)
    return [(name, value) for name, value in node.items.items() if name in TABLES]


def _hash_of_mapping(source: Mapping[str, Any]) -> str:
    text = json.dumps(as_plain(as_node(source)), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _hash_of_frame(frame: pd.DataFrame) -> str:
    """Hash the cells and headers of a DataFrame, whatever its index."""
    digest = hashlib.sha256(repr([str(name) for name in frame.columns]).encode())
    for k in range(frame.shape[1]):
        cells = frame.iloc[:, k]
        if cells.dtype.kind not in "biufM":
            cells = cells.astype(str)
        digest.update(
            pd.util.hash_pandas_object(cells, index=False).to_numpy().tobytes()
        )
    return digest.hexdigest()
