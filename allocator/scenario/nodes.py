"""The document as a tree whose every value knows its file, line and source text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.issues import Place
from allocator.scenario.places import path_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.scenario.places import Path

NOWHERE = Place()
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the document: a mapping, a list or a scalar."""

    value: dict[str, Node] | list[Node] | Scalar
    place: Place = NOWHERE
    text: str | None = None
    """Source text of a scalar, so that the id ``007`` stays ``007``."""

    @property
    def items(self) -> dict[str, Node]:
        """The entries of a mapping; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def elements(self) -> list[Node]:
        """The elements of a list; none for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def is_scalar(self) -> bool:
        """Whether the value is neither mapping nor list."""
        return not isinstance(self.value, dict | list)

    @property
    def item_id(self) -> str | None:
        """Value of the key ``id`` as it is written, if it has one."""
        found = self.items.get("id")
        if found is None or not found.is_scalar or found.value is None:
            return None
        return found.text if found.text is not None else str(found.value)


def as_node(value: Any, place: Place = NOWHERE) -> Node:
    """Hold plain Python data (mappings, lists, scalars) as a tree.

    Raises
    ------
    TypeError
        If a value is of a type that YAML could not hold either.
    """
    if isinstance(value, Mapping):
        return Node({str(k): as_node(v, place) for k, v in value.items()}, place)
    if isinstance(value, list | tuple | set | frozenset):
        parts = sorted(value) if isinstance(value, set | frozenset) else value
        return Node([as_node(part, place) for part in parts], place)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, dt.date):
        value = value.isoformat()
    if isinstance(value, str):
        return Node(str(value), place, str(value))
    if value is None or isinstance(value, bool | int | float):
        return Node(value, place, scalar_text(value))
    msg = f"a value of type {type(value).__name__} has no place in a scenario"
    raise TypeError(msg)


def scalar_text(value: Scalar) -> str:
    """Write a scalar as YAML would show it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def as_plain(node: Node) -> Any:
    """Return the tree as plain dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: as_plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [as_plain(child) for child in node.value]
    return node.value


def with_paths(node: Node, path: Path = ()) -> Node:
    """Return the tree with `Place.path` set on every node."""
    place = replace(node.place, path=path_text(path) or None)
    value = node.value
    if isinstance(value, dict):
        value = {key: with_paths(child, (*path, key)) for key, child in value.items()}
    elif isinstance(value, list):
        value = [with_paths(child, (*path, k)) for k, child in enumerate(value)]
    return replace(node, value=value, place=place)


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield every node with its path, parents first."""
    yield path, node
    for key, child in node.items.items():
        yield from walk(child, (*path, key))
    for k, child in enumerate(node.elements):
        yield from walk(child, (*path, k))


def without(node: Node, path: Path) -> Node:
    """Return the tree without the value at `path` (which must exist)."""
    step, rest = path[0], path[1:]
    if isinstance(node.value, dict):
        entries = dict(node.value)
        child = entries.pop(str(step))
        if rest:
            entries = {
                key: without(child, rest) if key == step else old
                for key, old in node.value.items()
            }
        return replace(node, value=entries)
    elements = list(node.elements)
    child = elements.pop(int(step))
    if rest:
        elements.insert(int(step), without(child, rest))
    return replace(node, value=elements)
