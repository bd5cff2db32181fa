"""A sweep for people: tables and sentences in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.explain.words import Block
from allocator.sweep.carry import NESTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from allocator.explain.words import Words
    from allocator.sweep.frontier import Sweep

MOST_NAMED = 6
"""Buildings named in a cell; the tables of the sweep name all."""
FRONT = ("status", "objective", "bound", "gap")
SHOWN_MEASURES = (
    "coverage",
    "capital_cost",
    "yearly_outlay",
    "floor_used_m2",
    "buildings_used",
)


def sweep_title(sweep: Sweep, words: Words) -> str:
    """Return what was moved."""
    axes = (axis_name(axis.name, words) for axis in sweep.grid.axes)
    moved = words("join").join(axes) or words("sweep.variants")
    return words("sweep.title", name=sweep.scenario.name, moved=moved)


def axis_name(name: str, words: Words) -> str:
    """Return what an axis moves; a district stands before its limit."""
    whole = words.kind("axis", name)
    if whole != name:
        return whole
    district, _, key = name.rpartition(".")
    return f"{district} {words.kind('axis', key)}".strip()


def sweep_blocks(sweep: Sweep, words: Words) -> list[Block]:
    """Return frontier, steps, items and nesting."""
    names = {axis.name: axis_name(axis.name, words) for axis in sweep.grid.axes}
    front = ["point", "variant", *names, *FRONT, *SHOWN_MEASURES, "plan_from"]
    lines = (words("sweep.frontier", unit=words.unit), words("sweep.carried"))
    nested = words("sweep.line_nested")
    origin = [_origin(k, nested) for k in sweep.table["plan_from"].astype(float)]
    table = _shown(sweep, sweep.table.assign(plan_from=origin), front, words, names)
    blocks = [Block(words("sweep.table"), lines, table)]
    for key, frame in {
        "steps": _shortened(sweep.steps, words),
        "items": sweep.items,
        "nesting": sweep.nesting,
    }.items():
        if len(frame):
            table = _shown(sweep, frame, frame.columns, words, {})
            line = words(f"sweep.{key}_note", unit=words.unit)
            blocks.append(Block(words(f"sweep.{key}"), (line,), table))
    return blocks


def _shown(
    sweep: Sweep,
    frame: pd.DataFrame,
    columns: Iterable[str],
    words: Words,
    headers: Mapping[str, str],
) -> pd.DataFrame:
    """Return columns in the language; the variant only where there are several."""
    several = len({point.variant for point in sweep.grid.points}) > 1
    kept = [name for name in columns if name != "variant" or several]
    return words.table(frame, kept, headers)


def _origin(number: float, nested: str) -> str:
    """Return from which point a plan is."""
    if number != number:  # NaN: no plan
        return ""
    return nested if number == NESTED else f"{number:g}"


def _shortened(steps: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return the steps with at most `MOST_NAMED` buildings named in a cell."""
    shown = steps.copy()
    for name in ("buildings_added", "buildings_left"):
        shown[name] = [_few(str(cell), words) for cell in steps[name]]
    return shown


def _few(text: str, words: Words) -> str:
    parts = text.split(", ")
    if len(parts) <= MOST_NAMED:
        return text
    named = ", ".join(parts[:MOST_NAMED])
    return words("sweep.and_more", named=named, number=len(parts) - MOST_NAMED)
