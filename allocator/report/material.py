"""What the sections of a report are made from, each worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.coverage import coverage_table, rows_with_access
from allocator.evaluate.nearest import nearest_first
from allocator.evaluate.served import facility_supply
from allocator.report.colors import service_colors
from allocator.report.meeting import Facts
from allocator.shortfall.left import shortfall_left

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from allocator.evaluate.view import PlanView
    from allocator.report.words import Words
    from allocator.runs import Run
    from allocator.scenario import Scenario

CELL = ["community_id", "need_id", "group_id"]


@dataclass(frozen=True)
class Material:
    """A run that holds a plan, and what follows from it."""

    run: Run
    words: Words

    @cached_property
    def facts(self) -> Facts:
        """What the tables of the meeting are made of."""
        return Facts(self.run, self.words)

    @property
    def scenario(self) -> Scenario:
        """The resolved scenario of the run."""
        return self.words.scenario

    @property
    def view(self) -> PlanView:
        """The plan in positions."""
        return self.facts.view

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """As `coverage.csv`, with `baseline_access` and `nearest_covered_persons`."""
        scenario, access = self.scenario, self.facts.access
        beside = coverage_table(
            scenario,
            nearest_first(scenario, access, self.view.supply),
            np.zeros(len(scenario.demand)),
            rows_with_access(scenario, access, facility_supply(scenario)),
        )
        names = {
            "covered_persons": "nearest_covered_persons",
            "access": "baseline_access",
        }
        beside = beside.rename(columns=names)[[*CELL, *names.values()]]
        return self.run.table("coverage.csv").merge(beside, on=CELL, how="left")

    @cached_property
    def left(self) -> pd.DataFrame:
        """Shortfall left by reason (`allocator.shortfall.left`)."""
        facts = self.facts
        return shortfall_left(
            self.scenario, facts.access, facts.view, facts.suitability
        )

    @cached_property
    def colors(self) -> Mapping[str, str]:
        """Colours of the services that the plan or a facility offers."""
        used = set(self.run.assignments["service_id"])
        return service_colors(
            sorted(used | set(self.scenario.tables.facilities["service_id"]))
        )
