"""Reads a run folder back, table by table, when it is asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.errors import RunError
from allocator.plan import ASSIGNMENT_COLUMNS, SERVED_COLUMNS, Plan
from allocator.runs.record import RUN_FORMAT
from allocator.runs.tables import TABLE_COLUMNS, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from allocator.scenario import Scenario


GOAL_FIGURES = ("objective", "bound", "gap")


@dataclass(frozen=True)
class Run:
    """A run folder; `record` is its `run.json`, tables are read on first use."""

    folder: Path
    record: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.folder.resolve().name

    @property
    def status(self) -> str:
        """optimal, feasible, infeasible, no_plan or evaluated."""
        return str(self.record["status"])

    @property
    def objective(self) -> float | None:
        """Value of the first goal."""
        return self._number("objective")

    @property
    def bound(self) -> float | None:
        """Proven limit on the first goal."""
        return self._number("bound")

    @property
    def gap(self) -> float | None:
        """Optimality gap of the first goal."""
        return self._number("gap")

    @property
    def measures(self) -> Mapping[str, float]:
        """Every measure of the plan; empty without a plan."""
        return dict(self.record["measures"])

    @property
    def has_plan(self) -> bool:
        """Whether the run holds a plan."""
        return self.status in ("optimal", "feasible", "evaluated")

    @cached_property
    def assignments(self) -> pd.DataFrame:
        """As `assignments.csv`."""
        return self.table("assignments.csv")

    @cached_property
    def plan(self) -> Plan | None:
        """The plan with its assignment of residents; None without a plan."""
        if not self.has_plan:
            return None
        served = self.table("served.parquet")
        return Plan(
            self.assignments[list(ASSIGNMENT_COLUMNS)], served[list(SERVED_COLUMNS)]
        )

    def table(self, name: str) -> pd.DataFrame:
        """Return one table of the run by its file name.

        Raises
        ------
        RunError
            If the run has no such table or it cannot be read.
        """
        if name not in TABLE_COLUMNS:
            msg = f"a run has no table {name!r}; it has {', '.join(TABLE_COLUMNS)}"
            raise RunError(msg)
        try:
            return read_table(self.folder / name)
        except (OSError, ValueError) as error:
            msg = f"{self.folder / name} cannot be read: {error}"
            raise RunError(msg) from error

    def scenario(self) -> Scenario:
        """Read the resolved scenario the run was made from."""
        from allocator.scenario import read_scenario

        return read_scenario(self.folder / "scenario")

    def _repr_html_(self) -> str:
        """Show the run in a notebook."""
        from allocator import display
        from allocator.result import goal_label

        goals = [
            (goal_label(goal["sense"], goal["terms"]), *map(goal.get, GOAL_FIGURES))
            for goal in self.record["goals"]
        ]
        facts = display.outcome_facts(
            self.status,
            self.record["stop_reason"],
            goals,
            self.measures,
            self.record["limits"],
            len(self.record["violations"]),
        )
        return display.card(f"Run {self.name}", facts)

    def _number(self, key: str) -> float | None:
        value = self.record.get(key)
        return None if value is None else float(value)


def read_run(folder: str | Path) -> Run:
    """Read a run folder.

    Raises
    ------
    RunError
        If it is no run folder, or of another format.
    """
    folder = Path(folder)
    path = folder / "run.json"
    if not path.is_file():
        msg = f"{folder} is no run folder: it has no run.json"
        raise RunError(msg)
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read: {error}"
        raise RunError(msg) from error
    found = record.get("format") if isinstance(record, dict) else None
    if found != RUN_FORMAT:
        msg = f"{path} has format {found!r}; this version reads {RUN_FORMAT!r}"
        raise RunError(msg)
    return Run(folder, record)
