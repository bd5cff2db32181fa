"""Validate the document against the schema, collecting every problem with its place.

What is faulty is reported and then left out, so that the checks across sections can
run on the rest: an optional value falls back to its default, an item of a list whose
required value is faulty is dropped and its id remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from allocator.issues import nearest_name
from allocator.scenario.nodes import Node, as_plain, scalar_text, walk, without
from allocator.scenario.schema import ScenarioSpec
from allocator.scenario.schema_keys import keys_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from allocator.issues import IssueCollector, Place
    from allocator.scenario.places import Path

MAX_ROUNDS = 50
"""Rounds of leaving faulty values out before the whole document is given up."""
_TEXT_WANTED = frozenset({"string_type", "tuple_type"})
_SHAPES = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_EXPECTED = {
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    **_SHAPES,
}


@dataclass(frozen=True)
class Validated:
    """The document as far as it is valid."""

    spec: ScenarioSpec | None
    places: Mapping[Path, Place]
    """Where each value of `spec` stands."""
    document: Any
    """The whole document as plain data, ids as they were written."""
    lost_ids: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Fault:
    """One problem that the schema found."""

    path: Path
    """Path of the value in the document; of the parent if a key is missing."""
    kind: str
    message: str
    key: str | None = None
    """The missing key."""
    context: Mapping[str, Any] = field(default_factory=dict)
    branch: Path = ()
    """Parts of the schema's own path that name an alternative."""


def validate(
    root: Node, collector: IssueCollector, *, may_lack_keys: bool = False
) -> Validated:
    """Validate the document; `root` must carry paths (see `with_paths`).

    With `may_lack_keys` a key that is missing is not reported: what the document
    stands on could not be read, and might have given it.
    """
    root, faults = _with_source_text(root)
    document = as_plain(root)
    remaining, removed = root, set[str]()
    for round_number in range(MAX_ROUNDS):
        for fault in faults:
            if fault.kind == "missing" and may_lack_keys:
                continue
            if round_number == 0 or _is_new(fault, removed):
                _report(fault, remaining, collector)
        if not faults:
            break
        remaining = _repaired(remaining, faults, removed)
        faults = _faults(remaining)
    spec = None if faults else ScenarioSpec.model_validate(_for_schema(remaining))
    places = {path: node.place for path, node in walk(remaining)}
    return Validated(spec, places, document, _lost_ids(root, remaining))


def _with_source_text(root: Node) -> tuple[Node, list[_Fault]]:
    """Give numbers their source text where the schema wants text (ids: ``007``)."""
    faults = _faults(root)
    while True:
        wanted = {f.path for f in faults if f.kind in _TEXT_WANTED}
        swap = {p for p in wanted if _is_number(_at(root, p))}
        if not swap:
            return root, faults
        root = _swapped(root, swap)
        faults = _faults(root)


def _is_number(node: Node) -> bool:
    return isinstance(node.value, int | float) and node.text is not None


def _swapped(node: Node, paths: set[Path], path: Path = ()) -> Node:
    """Replace the scalars at `paths` by their source text."""
    if path in paths:
        return replace(node, value=node.text)
    if isinstance(node.value, dict):
        entries = {k: _swapped(v, paths, (*path, k)) for k, v in node.items.items()}
        return replace(node, value=entries)
    if isinstance(node.value, list):
        parts = [_swapped(v, paths, (*path, k)) for k, v in enumerate(node.value)]
        return replace(node, value=parts)
    return node


def _for_schema(node: Node) -> Any:
    """Return plain data for validation: true and false as words, so no number."""
    if isinstance(node.value, dict):
        return {key: _for_schema(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [_for_schema(child) for child in node.value]
    return scalar_text(node.value) if isinstance(node.value, bool) else node.value


def _at(node: Node, path: Path) -> Node:
    for step in path:
        node = node.items[step] if isinstance(step, str) else node.elements[step]
    return node


def _faults(root: Node) -> list[_Fault]:
    """Return what the schema says against the document."""
    try:
        ScenarioSpec.model_validate(_for_schema(root))
    except ValidationError as error:
        details = error.errors(include_url=False)
        return list(_without_noise([_fault(root, detail) for detail in details], root))
    return []


def _fault(root: Node, detail: ErrorDetails) -> _Fault:
    """Translate the schema's path to the document's: leave out what is no key."""
    node = root
    path: Path = ()
    branch: Path = ()
    kind, steps = detail["type"], detail["loc"]
    key = str(steps[-1]) if kind == "missing" else None
    for step in steps[:-1] if kind == "missing" else steps:
        if isinstance(step, str) and step in node.items:
            node, path = node.items[step], (*path, step)
        elif isinstance(step, int) and step < len(node.elements):
            node, path = node.elements[step], (*path, step)
        else:
            branch = (*branch, *path, step)
    return _Fault(path, kind, detail["msg"], key, detail.get("ctx", {}), branch)


def _without_noise(faults: Sequence[_Fault], root: Node) -> Iterator[_Fault]:
    """Of the alternatives of a value keep the one that its shape speaks for."""
    for fault in faults:
        inside = (f.path[: len(fault.path)] for f in faults if f.path != fault.path)
        if fault.kind == "too_short" and fault.path in inside:
            continue  # the list is short only because its items are faulty
        if not fault.branch or fault.kind not in _SHAPES:
            yield fault
            continue
        others = [
            f
            for f in faults
            if f is not fault
            and f.branch != fault.branch
            and f.branch[: len(fault.path)] == fault.path == f.path[: len(fault.path)]
        ]
        deeper = [f for f in others if len(f.path) > len(fault.path)]
        if deeper or any(f.kind not in _SHAPES for f in others):
            continue
        if others and faults.index(others[0]) < faults.index(fault):
            continue
        shapes = dict.fromkeys(_SHAPES[f.kind] for f in (fault, *others))
        yield replace(fault, context={"shapes": " or ".join(shapes)})


def _is_new(fault: _Fault, removed: set[str]) -> bool:
    """Tell whether a later round's fault is the planner's, not one made by repair."""
    if fault.kind != "value_error":
        return False
    return not any(key in fault.message for key in removed)


def _report(fault: _Fault, root: Node, collector: IssueCollector) -> None:
    """Turn a fault into an issue."""
    node = _at(root, fault.path)
    shown = repr(node.text) if node.text is not None else "this value"
    match fault.kind:
        case "missing":
            _report_missing(fault, node, collector)
        case "extra_forbidden":
            _report_extra(fault, node.place, collector)
        case "literal_error" | "enum":
            expected = str(fault.context.get("expected", "")).replace(" or ", ", ")
            words = [word.strip(" '") for word in expected.split(",")]
            collector.error(
                "unknown-value",
                node.place,
                f"{shown} is not allowed here",
                expected=", ".join(words),
                nearest=nearest_name(str(node.text), words),
            )
        case "value_error":
            text = fault.message.removeprefix("Value error, ")
            collector.error("invalid-value", node.place, text)
        case "too_short" | "string_too_short":
            text = "too few values" if node.text is None else "the text is empty"
            collector.error("empty", node.place, text, expected="at least one")
        case kind if kind in _EXPECTED or kind.startswith("date"):
            expected = str(fault.context.get("shapes") or _expected(kind))
            text = f"{shown} is not {expected}"
            collector.error("wrong-type", node.place, text, expected=expected)
        case _:
            expected = fault.message.removeprefix("Input should be ")
            text = f"{shown} is not allowed here"
            collector.error("out-of-range", node.place, text, expected=expected)


def _expected(kind: str) -> str:
    return _EXPECTED.get(kind, "a date like 2026-01-31")


def _report_missing(fault: _Fault, node: Node, collector: IssueCollector) -> None:
    path = f"{node.place.path}.{fault.key}" if node.place.path else fault.key
    collector.error(
        "missing-key",
        replace(node.place, path=path),
        f"{fault.key!r} is missing",
        nearest=nearest_name(str(fault.key), node.items),
    )


def _report_extra(fault: _Fault, place: Place, collector: IssueCollector) -> None:
    key, valid = str(fault.path[-1]), keys_at(fault.path[:-1])
    collector.error(
        "unknown-key",
        place,
        f"the key {key!r} means nothing here",
        expected="one of " + ", ".join(valid),
        nearest=nearest_name(key, valid),
    )


def _repaired(root: Node, faults: Sequence[_Fault], removed: set[str]) -> Node:
    """Leave out what is faulty: the deepest and last first, so positions hold."""
    targets = set()
    for fault in faults:
        path = fault.path
        if fault.kind == "missing" and len(path) == 0:
            filler = {"format": "allocator/1", "name": "unnamed"}[str(fault.key)]
            root = replace(root, value=root.items | {str(fault.key): Node(filler)})
            continue
        targets.add(path)
    kept = {p for p in targets if not any(p[:k] in targets for k in range(len(p)))}
    for path in sorted(kept, key=_from_the_end, reverse=True):
        if not path:
            return Node({"format": Node("allocator/1"), "name": Node("unnamed")})
        if isinstance(path[-1], str):
            removed.add(path[-1])
        root = without(root, path)
    return root


def _from_the_end(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in path)


def _lost_ids(whole: Node, remaining: Node) -> dict[str, frozenset[str]]:
    """Return the ids of items that were left out, by list."""
    lost = {}
    for kind in ("groups", "services", "needs"):
        before, after = _ids(whole, kind), _ids(remaining, kind)
        lost[kind] = frozenset(before) - frozenset(after)
        for item_id in before.keys() & after.keys():
            sessions = _ids(before[item_id], "sessions").keys()
            gone = sessions - _ids(after[item_id], "sessions").keys()
            if kind == "services" and gone:
                lost[f"services.{item_id}.sessions"] = frozenset(gone)
    return {kind: ids for kind, ids in lost.items() if ids}


def _ids(node: Node, kind: str) -> dict[str, Node]:
    listed = node.items.get(kind, Node([])).elements
    return {item.item_id: item for item in listed if item.item_id is not None}
