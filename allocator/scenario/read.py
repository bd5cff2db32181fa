"""Read a scenario from files, a mapping or DataFrames, with all problems at once."""

from __future__ import annotations

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
    document_node,
    frames_as_tables,
    report_unknown_table,
)
from allocator.scenario.columns import STREETS, TABLES
from allocator.scenario.coordinates import LOCAL
from allocator.scenario.hashing import (
    source_of_document,
    source_of_file,
    sources_of_frames,
)
from allocator.scenario.merge import (
    MERGE_KEYS,
    finished,
    merged,
    variant_names,
    with_variants,
)
from allocator.scenario.nodes import Node, as_node
from allocator.scenario.scenario import Provenance, Scenario
from allocator.scenario.streets import read_streets, street_entry, streets_of_frame
from allocator.scenario.tables import TableReader, table_entry
from allocator.scenario.yaml_loader import load_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.issues import Issue
    from allocator.scenario.canonical import RawTable
    from allocator.scenario.scenario import SourceFile
    from allocator.scenario.street_lines import StreetLines

SCENARIO_FILE = "scenario.yaml"
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


def declared_variants(source: Source) -> tuple[str, ...]:
    """Return the names under `variants`, of the scenario and what it extends.

    Empty for a source that cannot be read; `check_scenario` says why.
    """
    documents = _Documents(IssueCollector())
    if isinstance(source, Mapping):
        root = documents.chain(as_node(source, Place("<document>")), Path.cwd())
    else:
        path = Path(source)
        path = path / SCENARIO_FILE if path.is_dir() else path
        root = documents.open(path, path.name)
    variants = root.items.get("variants") if root is not None else None
    return tuple(variants.items) if variants is not None else ()


def _read(
    source: Source,
    variant: str | Sequence[str] | None,
    tables: Mapping[str, pd.DataFrame],
    collector: IssueCollector,
) -> Scenario | None:
    """Read, merge and assemble; None when there is an error."""
    documents = _Documents(collector)
    folder, root, frames = _opened(source, documents)
    if root is None:
        return None
    frames |= tables
    given = dict(frames)
    names = variant_names(variant)
    root = _on_catalogue(root, documents)
    root = _without(with_variants(root, names, collector), MERGE_KEYS)
    root = finished(root, collector)
    reader = TableReader(folder, _crs(root), collector)
    streets = _streets(root, frames, reader)
    raw, unreadable = _tables(root.items.get("tables"), frames, reader)
    provenance = Provenance(
        folder=folder,
        variants=names,
        sources=(
            *documents.sources,
            *reader.sources.values(),
            *sources_of_frames(given),
        ),
    )
    document = _without(root, ("tables",))
    parts = Parts(document, raw, unreadable, provenance, documents.incomplete, streets)
    return assemble(parts, collector)


def _without(root: Node, keys: tuple[str, ...]) -> Node:
    kept = {key: node for key, node in root.items.items() if key not in keys}
    return replace(root, value=kept)


def _opened(
    source: Source, documents: _Documents
) -> tuple[Path, Node | None, dict[str, pd.DataFrame]]:
    """Return the folder, the document on what it extends, and frames it holds."""
    if not isinstance(source, Mapping):
        path = Path(source)
        path = path / SCENARIO_FILE if path.is_dir() else path
        if not path.exists():
            _report_no_scenario(Path(source), path, documents.collector)
            return path.parent, None, {}
        return path.parent, documents.open(path, path.name), {}
    given = source.get("tables")
    given = given if isinstance(given, Mapping) else {}
    frames = {k: v for k, v in given.items() if isinstance(v, pd.DataFrame)}
    if frames:
        files = {k: v for k, v in given.items() if k not in frames}
        source = {**source, "tables": files}
    root = document_node(source, documents.collector)
    documents.sources.append(source_of_document(root))
    return Path.cwd(), documents.chain(root, Path.cwd()), frames


def _report_no_scenario(given: Path, path: Path, collector: IssueCollector) -> None:
    siblings = [p.name for p in given.parent.glob("*")]
    collector.error(
        "missing-file",
        Place(str(path)),
        "there is no scenario",
        expected=f"a {SCENARIO_FILE} or the folder that holds it",
        nearest=None if given.is_dir() else nearest_name(given.name, siblings),
    )


@dataclass
class _Documents:
    """Opens a document and what it extends."""

    collector: IssueCollector
    sources: list[SourceFile] = field(default_factory=list)
    chain_of_files: list[Path] = field(default_factory=list)
    incomplete: bool = False
    """Whether something that the document stands on could not be read."""

    def open(self, path: Path, label: str) -> Node | None:
        """Read a YAML file merged onto what it extends."""
        self.chain_of_files.append(path.resolve())
        root = load_yaml(path, label, self.collector)
        if root is None:
            return None
        self.sources.append(source_of_file(path, label))
        return self.chain(root, path.parent)

    def chain(self, root: Node, folder: Path) -> Node | None:
        """Merge a document onto what it extends, if it does."""
        extends = root.items.get("extends")
        if extends is None or extends.value is None:
            return root
        path = self._target(extends, folder)
        base = None
        if path is not None:
            home = PurePosixPath(extends.place.file or "").parent
            relative = home / Path(os.path.relpath(path, folder)).as_posix()
            base = self.open(path, Path(os.path.normpath(relative)).as_posix())
        if base is None:
            self.incomplete = True
            return root
        return merged(base, root, self.collector)

    def _target(self, extends: Node, folder: Path) -> Path | None:
        """Find the file that is extended, or report why not."""
        place = replace(extends.place, path="extends")
        target = extends.value
        if not isinstance(target, str) or PurePosixPath(target).is_absolute():
            self.collector.error(
                "wrong-type",
                place,
                "extends is not a relative path",
                expected="a path like ../base/scenario.yaml",
            )
            return None
        path = folder / target
        path = path / SCENARIO_FILE if path.is_dir() else path
        if path.resolve() in self.chain_of_files:
            self.collector.error(
                "extends-cycle",
                place,
                f"{target!r} leads back to a file that extends it",
            )
            return None
        if not path.is_file():
            self._report_missing(path, target, place)
            return None
        return path

    def _report_missing(self, path: Path, target: str, place: Place) -> None:
        siblings = [p.name for p in path.parent.glob("*.yaml")]
        self.collector.error(
            "missing-file",
            place,
            f"the file {target!r} does not exist",
            expected="a scenario to extend",
            nearest=nearest_name(path.name, siblings),
        )


def _on_catalogue(root: Node, documents: _Documents) -> Node:
    """Merge a document onto the catalogue it names."""
    from allocator import catalogue

    named = root.items.get("catalogue")
    if named is None or named.value is None:
        return root
    name = named.text or ""
    if name not in catalogue.available():
        documents.incomplete = True
        documents.collector.error(
            "unknown-catalogue",
            replace(named.place, path="catalogue"),
            f"there is no catalogue {name!r}",
            expected="one of " + ", ".join(catalogue.available()),
            nearest=nearest_name(name, catalogue.available()),
        )
        return root
    base = as_node(catalogue.load(name), Place(f"<catalogue {name}>"))
    return merged(base, root, documents.collector)


def _crs(root: Node) -> str:
    found = root.items.get("crs")
    return LOCAL if found is None else found.text or LOCAL


def _streets(
    root: Node, frames: dict[str, pd.DataFrame], reader: TableReader
) -> StreetLines | None:
    """Take the street lines from a DataFrame, else read the file that is named."""
    frame = frames.pop(STREETS.name, None)
    if frame is not None:
        return streets_of_frame(frame, reader.crs, reader.collector)
    entry = street_entry(root)
    return None if entry is None else read_streets(entry, reader)


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
