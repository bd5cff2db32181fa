"""From a document and tables to a `Scenario`: validate, canonicalise, check, derive."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from allocator.errors import ScenarioInvalid
from allocator.issues import IssueCollector, Place, nearest_name
from allocator.scenario.canonical import (
    CanonicalTable,
    RawTable,
    canonicalise,
    empty_table,
    raw_from_frame,
)
from allocator.scenario.checks import check_all
from allocator.scenario.columns import STREETS, TABLES
from allocator.scenario.coordinates import LOCAL
from allocator.scenario.demand import derive_demand
from allocator.scenario.derive import (
    named_by_id,
    report_missing_areas,
    whole_spaces,
    with_districts,
    with_households,
)
from allocator.scenario.faults import TableFaults
from allocator.scenario.hashing import source_of_document, sources_of_frames
from allocator.scenario.ids import same_texts
from allocator.scenario.merge import finished
from allocator.scenario.nodes import Node, as_node, with_paths
from allocator.scenario.places import Places, TableOrigin
from allocator.scenario.scenario import Provenance, Scenario, Tables
from allocator.scenario.standard_floors import with_standard_floors
from allocator.scenario.streets import streets_of_frame
from allocator.scenario.validate import Validated, validate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from allocator.scenario.street_lines import StreetLines


@dataclass(frozen=True)
class Parts:
    """What was read, before it is checked and derived."""

    document: Node
    """The merged document without `tables`."""
    tables: Mapping[str, RawTable]
    """Tables that were given and could be read."""
    unreadable: frozenset[str] = frozenset()
    """Tables that were given but could not be read."""
    provenance: Provenance = field(default_factory=Provenance)
    incomplete: bool = False
    """Whether the document stands on a file that could not be read."""
    streets: StreetLines | None = None
    """Street lines, if they are asked for and could be read."""


def build_scenario(
    document: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> Scenario:
    """Build a scenario from a document and DataFrames held in memory.

    Parameters
    ----------
    document
        What ``scenario.yaml`` would hold, merged already: no `extends`, `catalogue`,
        `variants` or `tables`.
    tables
        DataFrames by table name, with the canonical column names.

    Raises
    ------
    ScenarioInvalid
        With all problems, if there is an error.
    """
    collector = IssueCollector()
    root = finished(document_node(document, collector), collector)
    drawn = None
    if STREETS.name in tables:
        crs = root.items.get("crs", Node(None)).text or LOCAL
        drawn = streets_of_frame(tables[STREETS.name], crs, collector)
    others = {name: frame for name, frame in tables.items() if name != STREETS.name}
    raw = frames_as_tables(others, collector)
    sources = (source_of_document(root), *sources_of_frames(tables))
    parts = Parts(root, raw, provenance=Provenance(sources=sources), streets=drawn)
    scenario = assemble(parts, collector)
    if scenario is None:
        raise ScenarioInvalid(collector.issues)
    return scenario


def document_node(document: Mapping[str, Any], collector: IssueCollector) -> Node:
    """Hold a mapping as a tree; report a value that has no place in one."""
    place = Place("<document>")
    try:
        return as_node(document, place)
    except TypeError as error:
        collector.error("wrong-type", place, str(error), expected="plain values")
        return Node({}, place)


def frames_as_tables(
    frames: Mapping[str, pd.DataFrame], collector: IssueCollector
) -> dict[str, RawTable]:
    """Take DataFrames as tables; report names that are no table."""
    tables = {}
    for name, frame in frames.items():
        if name in TABLES:
            tables[name] = raw_from_frame(TABLES[name], frame)
        else:
            report_unknown_table(name, Place(f"<frame:{name}>"), collector)
    return tables


def report_unknown_table(name: str, place: Place, collector: IssueCollector) -> None:
    """Report a table name that means nothing."""
    collector.error(
        "unknown-table",
        place,
        f"there is no table {name!r}",
        expected="one of " + ", ".join(TABLES),
        nearest=nearest_name(name, TABLES),
    )


def assemble(parts: Parts, collector: IssueCollector) -> Scenario | None:
    """Check everything that could be read; return the scenario if nothing is wrong."""
    valid = validate(
        with_paths(parts.document), collector, may_lack_keys=parts.incomplete
    )
    canonical = {
        name: canonicalise(TABLES[name], raw, collector)
        for name, raw in parts.tables.items()
    }
    frames, origins = _frames(canonical)
    places = Places(
        valid.places,
        origins,
        valid.lost_ids,
        parts.unreadable | {n for n, t in canonical.items() if not t.readable},
    )
    if valid.spec is None:
        return None
    spaces_given = "spaces" in canonical or "spaces" in parts.unreadable
    tables, places = _derived(valid, frames, places, spaces_given, collector)
    tables = replace(tables, streets=parts.streets)
    if not parts.incomplete:
        collector.issues.extend(check_all(valid.spec, tables, places))
    if collector.errors:
        return None
    provenance = replace(
        parts.provenance,
        defaults_taken=(
            *_defaults_of(valid.spec),
            *(line for table in canonical.values() for line in table.defaults_taken),
        ),
        warnings=collector.warnings,
        document=valid.document,
    )
    demand = derive_demand(
        valid.spec,
        tables.zones,
        tables.population,
        tables.survey,
        tables.demand,
        tables.communities,
    )
    spec = with_standard_floors(valid.spec, tables)
    return Scenario(spec, tables, demand, provenance)


def _frames(
    canonical: Mapping[str, CanonicalTable],
) -> tuple[dict[str, pd.DataFrame], dict[str, TableOrigin]]:
    """Return every table (unreadable and absent ones without rows) and its origin."""
    frames = {name: empty_table(table) for name, table in TABLES.items()}
    origins = {name: table.origin for name, table in canonical.items()}
    frames |= {name: t.frame for name, t in canonical.items() if t.readable}
    zone_ids = frames["zones"]["zone_id"]
    for name in ("population", "demand"):
        # one copy of millions of texts is enough
        if len(zone_ids) and same_texts(frames[name]["zone_id"], zone_ids):
            frames[name] = frames[name].assign(zone_id=zone_ids)
    return frames, origins


def _derived(
    valid: Validated,
    frames: dict[str, pd.DataFrame],
    places: Places,
    spaces_given: bool,
    collector: IssueCollector,
) -> tuple[Tables, Places]:
    """Fill what tables leave to be derived from one another."""
    assert valid.spec is not None
    buildings = with_districts(
        named_by_id(frames["buildings"], "building_id"), frames["communities"]
    )
    communities = with_households(
        named_by_id(frames["communities"], "community_id"), frames["zones"]
    )
    frames = frames | {"buildings": buildings, "communities": communities}
    if not spaces_given:
        frames["spaces"] = whole_spaces(buildings, valid.spec)
        origin = places.tables.get("buildings")
        if origin is not None:
            if "services" not in valid.lost_ids:
                headers = dict(origin.headers)
                faults = TableFaults(origin.file, origin.rows, headers, collector)
                report_missing_areas(buildings, valid.spec, faults)
            spaces = origin.standing_for(
                {"usable_area_m2": "gross_area_m2", "space_id": "building_id"}
            )
            places = replace(places, tables={**places.tables, "spaces": spaces})
    return Tables(**frames, streets=None), places


def _defaults_of(spec: BaseModel) -> tuple[str, ...]:
    """Return one line per key whose default was taken, with how often."""
    counts = Counter(_taken(spec, ""))
    return tuple(
        f"{path}: {value}" + (f" ({count} times)" if count > 1 else "")
        for (path, value), count in counts.items()
    )


def _taken(model: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    """Yield (path without positions, default) of keys that were not written."""
    for name, info in type(model).model_fields.items():
        value, inner = getattr(model, name), f"{path}.{name}" if path else name
        if name in model.model_fields_set:
            yield from _taken_inside(value, inner)
        elif isinstance(value, str | int | float) and value not in (False, ""):
            yield inner, str(value)
        elif info.default is not None and isinstance(value, BaseModel):
            yield from _taken(value, inner)


def _taken_inside(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        yield from _taken(value, path)
    elif isinstance(value, tuple):
        for part in value:
            yield from _taken_inside(part, f"{path}[]")
    elif isinstance(value, dict):
        for part in value.values():
            yield from _taken_inside(part, f"{path}.*")
