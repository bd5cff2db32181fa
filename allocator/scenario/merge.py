"""Merge documents: `extends`, `catalogue` and `variants`.

Mappings merge by key, lists whose items have an `id` by id (`remove: true` drops one),
other lists are replaced, and null removes a key. Every value keeps the file and line it
came from.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from allocator.issues import Place, nearest_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allocator.issues import IssueCollector
    from allocator.scenario.nodes import Node

REMOVE = "remove"
MERGE_KEYS = ("extends", "catalogue", "variants")
"""Keys that say what to merge and are gone afterwards."""


def merged(base: Node, over: Node, collector: IssueCollector) -> Node:
    """Return `base` changed by `over`."""
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        return _merged_mappings(base, over, collector)
    if _by_id(base) and any(item.item_id is not None for item in over.elements):
        return _merged_lists(base, over, collector)
    return over


def _by_id(node: Node) -> bool:
    """Whether the node is a list each of whose items has an id."""
    items = node.elements
    return bool(items) and all(item.item_id is not None for item in items)


def _merged_mappings(base: Node, over: Node, collector: IssueCollector) -> Node:
    entries = dict(base.items)
    for key, value in over.items.items():
        if value.value is None:
            entries.pop(key, None)
        elif key in entries:
            entries[key] = merged(entries[key], value, collector)
        else:
            entries[key] = value
    return replace(over, value=entries)


def _merged_lists(base: Node, over: Node, collector: IssueCollector) -> Node:
    """Merge by id; an id that one file gives twice stays twice, to be reported."""
    items: list[Node | None] = list(base.elements)
    position: dict[str, int] = {}
    for k, item in enumerate(base.elements):
        position.setdefault(str(item.item_id), k)
    seen: set[str] = set()
    for item in over.elements:
        key = item.item_id
        found = position.get(key) if key is not None and key not in seen else None
        if key is None:
            _missing_id(item, collector)
        elif is_removal(item):
            if found is None:
                items.append(item)  # the catalogue below may have it; see `finished`
            else:
                items[found] = None
        elif found is None:
            items.append(item)
        else:
            items[found] = _changed(items[found], item, collector)
        seen.add(str(key))
    return replace(over, value=[item for item in items if item is not None])


def _changed(old: Node | None, item: Node, collector: IssueCollector) -> Node:
    """Return an item changed by another; one that was removed begins anew."""
    return item if old is None or is_removal(old) else merged(old, item, collector)


def _missing_id(item: Node, collector: IssueCollector) -> None:
    collector.error(
        "missing-key",
        item.place,
        "an item of a list that is merged by id has no id",
        expected="id: …",
    )


def is_removal(item: Node) -> bool:
    """Whether an item asks for its own removal."""
    found = item.items.get(REMOVE)
    return found is not None and found.value is True


def _nothing_to_remove(
    item: Node, names: Iterable[str], collector: IssueCollector
) -> None:
    collector.error(
        "nothing-to-remove",
        item.place,
        f"there is no {item.item_id!r} to remove",
        nearest=nearest_name(str(item.item_id), names),
    )


def finished(node: Node, collector: IssueCollector) -> Node:
    """Leave out null keys, and removals that had nothing to merge with."""
    if isinstance(node.value, dict):
        entries = {
            key: finished(child, collector)
            for key, child in node.items.items()
            if child.value is not None
        }
        return replace(node, value=entries)
    if isinstance(node.value, list):
        kept = []
        names = [str(i.item_id) for i in node.elements if not is_removal(i)]
        for item in node.elements:
            if is_removal(item):
                _nothing_to_remove(item, names, collector)
            else:
                kept.append(finished(item, collector))
        return replace(node, value=kept)
    return node


def with_variants(
    document: Node, names: Iterable[str], collector: IssueCollector
) -> Node:
    """Apply the named variants in order."""
    found = document.items.get("variants")
    known = found.items if found is not None else {}
    where = found.place if found is not None else Place(document.place.file)
    for name in names:
        variant = known.get(name)
        if variant is None:
            collector.error(
                "unknown-variant",
                replace(where, path="variants"),
                f"there is no variant {name!r}",
                expected="one of " + ", ".join(known) if known else "no variant",
                nearest=nearest_name(name, known),
            )
            continue
        for key in MERGE_KEYS:
            if key in variant.items:
                collector.error(
                    "unknown-key",
                    replace(variant.items[key].place, path=f"variants.{name}.{key}"),
                    f"a variant may not change {key!r}",
                )
        changes = {k: v for k, v in variant.items.items() if k not in MERGE_KEYS}
        document = merged(document, replace(variant, value=changes), collector)
    return document


def variant_names(variant: str | Iterable[str] | None) -> tuple[str, ...]:
    """Read ``low_budget,ageing`` or a sequence of such."""
    if variant is None:
        return ()
    given = [variant] if isinstance(variant, str) else list(variant)
    parts = [part.strip() for text in given for part in text.split(",")]
    return tuple(part for part in parts if part)
