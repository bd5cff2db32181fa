"""Rooms import lower layers only, and the evaluator never meets an engine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import allocator

PACKAGE = Path(allocator.__file__).parent

LAYERS = {
    "errors": 0,
    "issues": 0,
    "display": 0,
    "units": 0,
    "kernels": 0,
    "catalogue": 1,
    "scenario": 2,
    "access": 3,
    "plan": 4,
    "evaluate": 5,
    "instance": 5,
    "engines": 6,
    "options": 7,
    "solve": 7,
    "result": 7,
    "summary": 7,
    "shortfall": 8,
    "explain": 8,
    "sweep": 8,
    "runs": 8,
    "report": 9,
    "web": 10,
    "cli": 10,
    "__init__": 11,
    "__main__": 11,
}
ENGINES = ["engine", "exact", "price", "greedy", "search", "cover"]


def imported_modules(path: Path) -> set[str]:
    """Return every allocator module a file imports, function bodies included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name for name in names if name.startswith("allocator.")}


def room(parts: tuple[str, ...]) -> str:
    """Return the top room of a module path below the package."""
    return parts[0]


FILES = sorted(PACKAGE.rglob("*.py"))


def module_parts(path: Path) -> tuple[str, ...]:
    """Return the module's path below the package."""
    return path.relative_to(PACKAGE).with_suffix("").parts


@pytest.mark.parametrize("path", FILES, ids=lambda p: "/".join(module_parts(p)))
def test_a_file_imports_its_own_room_or_lower_layers_only(path: Path) -> None:
    own = module_parts(path)
    assert room(own) in LAYERS, f"{own[0]} has no layer"
    for name in imported_modules(path):
        other = room(tuple(name.split(".")[1:]))
        if other not in LAYERS:
            continue  # a name re-exported by allocator/__init__.py
        allowed = room(own) == other or LAYERS[other] < LAYERS[room(own)]
        same_layer = LAYERS[room(own)] == LAYERS[other] in (0, 7, 8, 10)
        assert allowed or same_layer, f"{'/'.join(own)} imports {name}"


def test_evaluator_never_imports_instance_or_engines() -> None:
    for path in FILES:
        if room(module_parts(path)) != "evaluate":
            continue
        rooms = {name.split(".")[1] for name in imported_modules(path)}
        assert rooms.isdisjoint({"instance", "engines", "solve"}), path


def test_engines_never_import_the_evaluator_and_keep_their_order() -> None:
    for path in FILES:
        own = module_parts(path)
        if room(own) != "engines" or len(own) < 2 or own[1] not in ENGINES:
            continue
        for name in imported_modules(path):
            parts = name.split(".")[1:]
            assert parts[0] != "evaluate", f"{'/'.join(own)} imports {name}"
            if parts[0] == "engines" and len(parts) > 1 and parts[1] in ENGINES:
                mine, other = ENGINES.index(own[1]), ENGINES.index(parts[1])
                assert other <= mine, f"{'/'.join(own)} imports {name}"
