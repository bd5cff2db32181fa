"""JSON Schema of ``scenario.yaml``, so that editors complete and check while typing."""

from __future__ import annotations

from typing import Any

from allocator import catalogue
from allocator.scenario.columns import TABLES, Table
from allocator.scenario.schema import ScenarioSpec

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PART = "Part"
"""Prefix of definitions whose required keys may come from another document."""
_REF = "#/$defs/"
_NO_TITLES = ("properties", "$defs")

Schema = dict[str, Any]


def json_schema() -> Schema:
    """Return the JSON Schema (2020-12) of a scenario document.

    Notes
    -----
    A document that extends another, or builds on a catalogue, and every variant need
    not repeat required keys, may remove items (``remove: true``) and keys (null).
    Checks across sections are not part of it; see `allocator.scenario.checks`.
    """
    whole = ScenarioSpec.model_json_schema(by_alias=True, mode="validation")
    definitions = whole.pop("$defs")
    definitions["Scenario"] = whole
    definitions = {name: _plain(item) for name, item in definitions.items()}
    definitions["Requirements"] = _or_one_condition(definitions["Requirements"])
    merged = frozenset(
        name for name, item in definitions.items() if "id" in item.get("properties", {})
    )
    parts = {_PART + name: _as_part(item, merged) for name, item in definitions.items()}
    for name in ("Scenario", _PART + "Scenario"):
        holder = definitions if name in definitions else parts
        holder[name]["properties"] |= _document_keys()
    parts[_PART + "Scenario"]["properties"].pop("variants")
    return {
        "$schema": DIALECT,
        "title": "allocator scenario",
        "description": "What a plan is made from. Format allocator/1.",
        "type": "object",
        "if": {"anyOf": [{"required": ["extends"]}, {"required": ["catalogue"]}]},
        "then": _built_on_another(parts[_PART + "Scenario"]),
        "else": {"$ref": _REF + "Scenario"},
        "$defs": definitions | parts | {"Table": _table_schema()},
    }


def _plain(value: Any) -> Any:
    """Leave out generated titles; let numbers stand for text, as reading does."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: {name: _plain(item) for name, item in child.items()}
        if key in _NO_TITLES
        else _plain(child)
        for key, child in value.items()
        if not (key == "title" and isinstance(child, str))
    }
    is_text = kept.get("type") == "string"
    if is_text and not kept.keys() & {"enum", "const", "format"}:
        kept["type"] = ["string", "number"]
    return kept


def _or_one_condition(requirements: Schema) -> Schema:
    """Let one condition stand for a list of one."""
    whole = {key: value for key, value in requirements.items() if key != "description"}
    return {
        "description": requirements["description"],
        "anyOf": [whole, {"$ref": _REF + "Condition"}],
    }


def _as_part(definition: Schema, merged: frozenset[str]) -> Schema:
    """Return a definition that asks for no key but `id` and lets null remove keys."""
    part: Schema = _with_part_references(definition, merged)
    properties = part.get("properties")
    if properties is None:
        return part
    part["properties"] = {
        key: child if key == "id" else _or_null(child)
        for key, child in properties.items()
    }
    part["required"] = [key for key in part.get("required", []) if key == "id"]
    if "id" in properties:
        part["properties"]["remove"] = {
            "description": "true: drop the item of this id.",
            "const": True,
        }
    return part


def _with_part_references(value: Any, merged: frozenset[str]) -> Any:
    """Let references point to parts, but for items of lists that are replaced."""
    if isinstance(value, list):
        return [_with_part_references(item, merged) for item in value]
    if not isinstance(value, dict):
        return value
    items = value.get("items", {})
    replaced = items.get("$ref", _REF).removeprefix(_REF) not in merged
    changed = {
        key: item
        if key == "items" and replaced
        else _with_part_references(item, merged)
        for key, item in value.items()
    }
    target = changed.get("$ref")
    if isinstance(target, str):
        changed["$ref"] = _REF + _PART + target.removeprefix(_REF)
    return changed


def _or_null(child: Schema) -> Schema:
    """Let null stand for the value, to remove the key."""
    null = {"type": "null"}
    if null in child.get("anyOf", []):
        return child
    described = {key: child[key] for key in ("description",) if key in child}
    rest = {key: value for key, value in child.items() if key != "description"}
    return {**described, "anyOf": [rest, null]}


def _built_on_another(part: Schema) -> Schema:
    """Return the schema of a document that extends another or a catalogue."""
    variants = _document_keys()["variants"]
    return {**part, "properties": {**part["properties"], "variants": variants}}


def _document_keys() -> dict[str, Schema]:
    """Return the keys that say where the rest comes from."""
    return {
        "extends": {
            "description": "Scenario this one is built on, relative to this file.",
            "type": "string",
        },
        "catalogue": {
            "description": "Built-in groups, services, needs and rules.",
            "enum": list(catalogue.available()),
        },
        "tables": {
            "description": "Tables by name.",
            "type": "object",
            "properties": {
                name: {
                    "description": table.description,
                    "anyOf": [
                        {"type": "string"},
                        {"allOf": [{"$ref": _REF + "Table"}, _columns(table)]},
                        {"type": "null"},
                    ],
                }
                for name, table in TABLES.items()
            },
            "additionalProperties": False,
        },
        "variants": {
            "description": "Named changes, merged over the rest.",
            "type": "object",
            "additionalProperties": {"$ref": _REF + _PART + "Scenario"},
        },
    }


def _table_schema() -> Schema:
    return {
        "description": "Where a table is read from.",
        "type": "object",
        "properties": {
            "file": {
                "description": "CSV, Parquet, Excel (`book.xlsx#sheet`), GeoPackage or "
                "GeoJSON (`map.gpkg#layer`), inside the scenario's folder.",
                "type": "string",
            },
            "columns": {
                "description": "Column name to the header the file has.",
                "type": "object",
            },
            "encoding": {
                "description": "Encoding of a CSV file that is not UTF-8: gb18030.",
                "type": "string",
            },
            "constants": {
                "description": "Column name to the one value of all rows.",
                "type": "object",
            },
            "crs": {
                "description": "Coordinate system of x and y, where it is not the "
                "scenario's: GCJ-02, BD-09 or an EPSG code.",
                "type": "string",
            },
        },
        "required": ["file"],
        "additionalProperties": False,
    }


def _columns(table: Table) -> Schema:
    """Return which columns may be renamed or filled."""
    headers = {
        column.name: {
            "description": column.description,
            "type": ["string", "number", "boolean"],
        }
        for column in table.columns
    }
    closed = {"properties": headers, "additionalProperties": False}
    return {"properties": {"columns": closed, "constants": closed}}
