"""The tables of a run folder: their columns, and how they are written and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from allocator.evaluate.requests import REQUEST_COLUMNS
from allocator.evaluate.standards import COMPLIANCE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from allocator.result import Result

TABLE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "assignments.csv": (
        "building_id",
        "space_id",
        "service_id",
        "session_id",
        "places",
        "area_m2",
        "capacity_visits_per_week",
        "served_visits_per_week",
    ),
    "spaces.csv": (
        "building_id",
        "space_id",
        "floor_used_m2",
        "renovation_cost",
        "equipment_cost",
        "annual_cost",
    ),
    "served.parquet": (
        "zone_id",
        "need_id",
        "group_id",
        "site_id",
        "service_id",
        "session_id",
        "served_visits_per_week",
        "covered_persons",
        "walk_min",
    ),
    "coverage.csv": (
        "community_id",
        "need_id",
        "group_id",
        "demand_persons",
        "baseline_covered_persons",
        "covered_persons",
        "coverage",
        "access",
    ),
    "sites.csv": (
        "building_id",
        "capital_cost",
        "annual_rent",
        "annual_running_cost",
        "annual_fees",
        "floor_used_m2",
        "reserved_area_m2",
    ),
    "compliance.csv": COMPLIANCE_COLUMNS,
    "requests.csv": REQUEST_COLUMNS,
    "progress.csv": ("seconds", "steps", "objective", "bound"),
}
"""Columns each file has at least, in this order."""


def run_tables(result: Result) -> dict[str, pd.DataFrame]:
    """Return the tables of a run by file name; without a plan they have no rows."""
    evaluation = result.evaluation
    frames = {"progress.csv": pd.DataFrame(list(result.progress))}
    if evaluation is not None:
        frames |= {
            "assignments.csv": evaluation.assignments,
            "spaces.csv": evaluation.spaces,
            "served.parquet": evaluation.served,
            "coverage.csv": evaluation.coverage,
            "sites.csv": evaluation.sites,
            "compliance.csv": evaluation.compliance,
            "requests.csv": evaluation.requests,
        }
    return {
        name: _with_columns(frames.get(name, pd.DataFrame()), columns)
        for name, columns in TABLE_COLUMNS.items()
    }


def _with_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the promised columns first; a missing one is a fault, unless empty."""
    if frame.empty:
        return pd.DataFrame(columns=list(columns))
    further = [name for name in frame.columns if name not in columns]
    return frame[[*columns, *further]]


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV (UTF-8, full precision) or Parquet, by the file's name."""
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def read_table(path: Path) -> pd.DataFrame:
    """Read a table of a run folder; ids stay text."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    columns = TABLE_COLUMNS.get(path.name, ())
    ids = {name: str for name in columns if name.endswith("_id")}
    frame = pd.read_csv(path, dtype=ids, keep_default_na=False, na_values=[""])
    for name in ids:
        if name in frame:
            frame[name] = frame[name].fillna("").astype(object)
    return frame
