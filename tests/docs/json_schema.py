"""The part of JSON Schema that the schema of a scenario uses, in a few lines."""

from __future__ import annotations

from typing import Any

TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "integer": int,
}
ANNOTATIONS = {"$schema", "$defs", "title", "description", "default", "format", "then"}
ANNOTATIONS |= {"else"}


def faults(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> list[str]:
    """Return what the schema says against the value; every keyword must be known."""
    found: list[str] = []
    for keyword, rule in schema.items():
        if keyword not in ANNOTATIONS:
            found += _KEYWORDS[keyword](rule, value, root, schema)
    return found


def _type(rule: Any, value: Any, *_: Any) -> list[str]:
    names = [rule] if isinstance(rule, str) else rule
    is_flag = isinstance(value, bool)
    fits = any(
        isinstance(value, TYPES[name]) and (not is_flag or name == "boolean")
        for name in names
    )
    return [] if fits else [f"{value!r} is not {' or '.join(names)}"]


def _ref(rule: str, value: Any, root: Any, _: Any) -> list[str]:
    return faults(root["$defs"][rule.removeprefix("#/$defs/")], value, root)


def _any_of(rule: Any, value: Any, root: Any, _: Any) -> list[str]:
    tried = [faults(option, value, root) for option in rule]
    return [] if [] in tried else min(tried, key=len)


def _all_of(rule: Any, value: Any, root: Any, _: Any) -> list[str]:
    return [fault for part in rule for fault in faults(part, value, root)]


def _if(rule: Any, value: Any, root: Any, schema: Any) -> list[str]:
    branch = "then" if faults(rule, value, root) == [] else "else"
    return faults(schema[branch], value, root)


def _properties(rule: Any, value: Any, root: Any, _: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    both = rule.keys() & value.keys()
    return [f"{k}: {t}" for k in sorted(both) for t in faults(rule[k], value[k], root)]


def _additional(rule: Any, value: Any, root: Any, schema: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    others = value.keys() - schema.get("properties", {}).keys()
    if rule is False:
        return [f"unknown key {key}" for key in sorted(others)]
    return [f"{k}: {t}" for k in sorted(others) for t in faults(rule, value[k], root)]


def _names(rule: Any, value: Any, root: Any, _: Any) -> list[str]:
    keys = value if isinstance(value, dict) else {}
    return [fault for key in keys for fault in faults(rule, key, root)]


def _items(rule: Any, value: Any, root: Any, _: Any) -> list[str]:
    items = value if isinstance(value, list) else []
    return [f"[{k}] {t}" for k, v in enumerate(items) for t in faults(rule, v, root)]


def _required(rule: Any, value: Any, *_: Any) -> list[str]:
    missing = [k for k in rule if isinstance(value, dict) and k not in value]
    return [f"{key} is missing" for key in missing]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_KEYWORDS: dict[str, Any] = {
    "type": _type,
    "$ref": _ref,
    "anyOf": _any_of,
    "allOf": _all_of,
    "if": _if,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "required": _required,
    "enum": lambda r, v, *_: [] if v in r else [f"{v!r} is none of {r}"],
    "const": lambda r, v, *_: [] if v == r else [f"{v!r} is not {r!r}"],
    "minimum": lambda r, v, *_: [f"{v} < {r}"] if _is_number(v) and v < r else [],
    "maximum": lambda r, v, *_: [f"{v} > {r}"] if _is_number(v) and v > r else [],
    "exclusiveMinimum": lambda r, v, *_: (
        [f"{v} <= {r}"] if _is_number(v) and v <= r else []
    ),
    "exclusiveMaximum": lambda r, v, *_: (
        [f"{v} >= {r}"] if _is_number(v) and v >= r else []
    ),
    "minItems": lambda r, v, *_: (
        ["too few"] if isinstance(v, list) and len(v) < r else []
    ),
    "minProperties": lambda r, v, *_: (
        ["too few"] if isinstance(v, dict) and len(v) < r else []
    ),
    "minLength": lambda r, v, *_: (
        ["too short"] if isinstance(v, str) and len(v) < r else []
    ),
}
