"""Runs side by side: measures, the difference of plans, and what is undecided."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.errors import RunError
from allocator.plan import ASSIGNMENT_COLUMNS
from allocator.result import Result
from allocator.runs.read import Run, read_run
from allocator.runs.record import plain, run_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FACTS = (
    "status",
    "stop_reason",
    "objective",
    "bound",
    "gap",
    "engine",
    "seed",
    "steps",
)
"""Keys of `run.json` that come before the measures."""
KEY = list(ASSIGNMENT_COLUMNS[:-1])


@dataclass(frozen=True)
class Comparison:
    """What `compare` found."""

    table: pd.DataFrame
    """Index: measure; one column per run; for two runs also `difference`."""
    changes: pd.DataFrame
    """Assignments that differ: ids and the places in each run."""
    notes: tuple[str, ...]
    """Different inputs, undecided differences, and other warnings."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        table = self.table.astype(object).where(self.table.notna(), None)
        return {
            "measures": plain(table.to_dict(orient="index")),
            "changes": plain(self.changes.to_dict(orient="records")),
            "notes": list(self.notes),
        }

    def to_long(self) -> pd.DataFrame:
        """Return one table for a CSV file: measures, then changed assignments."""
        measures = self.table.reset_index().rename(columns={"measure": "item"})
        measures.insert(0, "kind", "measure")
        changes = self.changes.drop(columns=KEY)
        items = [" / ".join(key) for key in self.changes[KEY].itertuples(index=False)]
        changes.insert(0, "item", pd.Series(items, index=changes.index, dtype=object))
        changes.insert(0, "kind", "places")
        filled = [frame.astype(object) for frame in (measures, changes) if len(frame)]
        return pd.concat(filled, ignore_index=True)


@dataclass(frozen=True)
class _Side:
    """One run of a comparison."""

    label: str
    record: Mapping[str, Any]
    assignments: pd.DataFrame


def compare(runs: Sequence[Result | Run | str | Path]) -> Comparison:
    """Put runs side by side.

    Parameters
    ----------
    runs
        Two or more results, runs or run folders; the first is what the others are
        compared with.

    Raises
    ------
    RunError
        If a folder is no run.
    ValueError
        If fewer than two are given.
    """
    if len(runs) < 2:
        msg = "a comparison needs at least two runs"
        raise ValueError(msg)
    sides = _labelled([_side(run) for run in runs])
    return Comparison(_measures(sides), _changes(sides), tuple(_notes(sides)))


def _side(run: Result | Run | str | Path) -> _Side:
    """Bring a result, a run or a folder into one form."""
    if isinstance(run, Result):
        frame = run.plan.assignments if run.plan else None
        variants = "-".join(run.scenario.provenance.variants)
        label = "-".join(filter(None, [run.scenario.name, variants]))
        return _Side(label, run_record(run), _keyed(frame))
    if not isinstance(run, Run):
        run = read_run(run)
    frame = run.assignments if run.has_plan else None
    return _Side(run.name, run.record, _keyed(frame))


def _keyed(frame: pd.DataFrame | None) -> pd.DataFrame:
    """Return ids and places alone."""
    if frame is None:
        return pd.DataFrame(columns=list(ASSIGNMENT_COLUMNS))
    return frame[list(ASSIGNMENT_COLUMNS)]


def _labelled(sides: list[_Side]) -> list[_Side]:
    """Tell equal labels apart by a number."""
    labels = [side.label for side in sides]
    return [
        side
        if labels.count(side.label) == 1
        else _Side(
            f"{side.label} #{labels[: k + 1].count(side.label)}",
            side.record,
            side.assignments,
        )
        for k, side in enumerate(sides)
    ]


def _measures(sides: list[_Side]) -> pd.DataFrame:
    """Return facts and measures, one column per run."""
    columns: dict[str, dict[str, Any]] = {}
    for side in sides:
        facts = {key: side.record.get(key) for key in FACTS}
        facts["variant"] = ",".join(side.record.get("variant", ())) or None
        facts["rules_broken"] = len(side.record.get("violations", ()))
        columns[side.label] = facts | dict(side.record["measures"])
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    table = pd.DataFrame(
        {
            label: pd.Series([column.get(name) for name in names], names, dtype=object)
            for label, column in columns.items()
        }
    )
    if len(sides) == 2:
        first, second = (table[side.label] for side in sides)
        table["difference"] = pd.Series(
            [_difference(a, b) for a, b in zip(first, second, strict=True)],
            table.index,
            dtype=object,
        )
    return table.rename_axis("measure")


def _difference(first: Any, second: Any) -> float | None:
    """Return second − first where both are numbers."""
    numbers = all(
        isinstance(v, (int, float)) and not isinstance(v, bool) for v in (first, second)
    )
    return second - first if numbers else None


def _changes(sides: list[_Side]) -> pd.DataFrame:
    """Return the assignments whose places are not the same in every run."""
    places = [
        side.assignments.set_index(KEY)["places"].rename(side.label) for side in sides
    ]
    wide = pd.concat(places, axis=1).fillna(0).astype("int64").sort_index()
    differs = wide.nunique(axis=1) > 1
    return wide[differs].reset_index()


def _notes(sides: list[_Side]) -> list[str]:
    """Return what a reader must know before using the figures."""
    first = sides[0]
    notes = []
    for other in sides[1:]:
        notes += _input_notes(first, other)
        notes += _decision_notes(first, other)
    return notes


def _input_notes(first: _Side, other: _Side) -> list[str]:
    """Say which inputs differ."""
    notes = []
    ours, theirs = (side.record["scenario"]["inputs"] for side in (first, other))
    changed = sorted(
        name
        for name in ours.keys() | theirs.keys()
        if ours.get(name) != theirs.get(name)
    )
    if changed:
        notes.append(
            f"{first.label} and {other.label} were made from different inputs: "
            + ", ".join(changed)
        )
    variants = [side.record.get("variant") or ["(none)"] for side in (first, other)]
    if variants[0] != variants[1]:
        notes.append(
            f"different variants: {first.label} {','.join(variants[0])}, "
            f"{other.label} {','.join(variants[1])}"
        )
    for side in (first, other):
        broken = len(side.record.get("violations", ()))
        if broken:
            notes.append(f"{side.label} breaks {broken} rules")
    return notes


def _decision_notes(first: _Side, other: _Side) -> list[str]:
    """Say when the first goal's difference is smaller than the gaps leave open."""
    goals = [side.record["goals"][0] for side in (first, other)]
    if any(goals[0][key] != goals[1][key] for key in ("sense", "terms")):
        return [f"{first.label} and {other.label} have different first goals"]
    values = [goal["objective"] for goal in goals]
    bounds = [goal["bound"] for goal in goals]
    if None in values or None in bounds:
        return []
    difference = abs(values[0] - values[1])
    # the worse plan's scenario may still hold a plan as good as the better one
    worse = 0 if (values[0] < values[1]) == (goals[0]["sense"] == "maximize") else 1
    still_open = abs(bounds[worse] - values[worse])
    if difference > still_open or still_open == 0.0:
        return []
    return [
        f"undecided: {first.label} and {other.label} differ by {difference:.6g} in the "
        f"first goal, less than the {still_open:.6g} that the gap of the worse one "
        "leaves open"
    ]


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write a comparison as JSON, or as CSV when the file's name ends in ``.csv``.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    try:
        if path.suffix.lower() == ".csv":
            comparison.to_long().to_csv(path, index=False, lineterminator="\n")
        else:
            text = json.dumps(comparison.to_dict(), ensure_ascii=False, indent=2)
            path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        msg = f"cannot write the comparison {path}: {error.strerror or error}"
        raise RunError(msg) from error
