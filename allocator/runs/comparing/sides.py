"""One run of a comparison, whether a folder or a result in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from allocator.plan import ASSIGNMENT_COLUMNS
from allocator.result import Result
from allocator.runs.read import Run, read_run
from allocator.runs.record import run_record
from allocator.runs.tables import run_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from allocator.scenario import Scenario


@dataclass(frozen=True)
class Side:
    """A run with its label; tables and scenario are read when first asked for."""

    label: str
    record: Mapping[str, Any]
    source: Run | Result

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan to compare."""
        return self.record["status"] in ("optimal", "feasible", "evaluated")

    @property
    def num_broken(self) -> int:
        """How many rules the plan breaks."""
        return len(self.record.get("violations", ()))

    @cached_property
    def _tables(self) -> Mapping[str, pd.DataFrame]:
        assert isinstance(self.source, Result)
        return run_tables(self.source)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the run by its file name; no rows without a plan."""
        if isinstance(self.source, Run):
            return self.source.table(name)
        return self._tables[name]

    @cached_property
    def assignments(self) -> pd.DataFrame:
        """Return ids and places alone."""
        return self.table("assignments.csv")[list(ASSIGNMENT_COLUMNS)]

    @cached_property
    def scenario(self) -> Scenario:
        """The resolved scenario."""
        if isinstance(self.source, Run):
            return self.source.scenario()
        return self.source.scenario


def read_sides(runs: Sequence[Result | Run | str | Path]) -> list[Side]:
    """Bring results, runs and folders into one form, under labels that differ."""
    sides = [_side(run) for run in runs]
    labels = [side.label for side in sides]
    return [
        side
        if labels.count(side.label) == 1
        else replace(side, label=f"{side.label} #{labels[: k + 1].count(side.label)}")
        for k, side in enumerate(sides)
    ]


def _side(run: Result | Run | str | Path) -> Side:
    if isinstance(run, Result):
        variants = "-".join(run.scenario.provenance.variants)
        label = "-".join(filter(None, [run.scenario.name, variants]))
        return Side(label, run_record(run), run)
    if not isinstance(run, Run):
        run = read_run(run)
    return Side(run.name, run.record, run)
