"""What the evaluator returns: measures, broken rules, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True)
class Violation:
    """One broken rule: where, and by how much in the rule's unit."""

    rule_id: str
    where: Mapping[str, str]
    excess: float
    unit: str
    value: float
    limit: float

    def __str__(self) -> str:
        place = ", ".join(f"{key} {value}" for key, value in self.where.items())
        at = f" at {place}" if place else ""
        return (
            f"{self.rule_id}{at}: {self.value:g} against {self.limit:g}, "
            f"excess {self.excess:g} {self.unit}"
        )


@dataclass(frozen=True)
class Evaluation:
    """Measures and violations of one plan under one scenario."""

    measures: Mapping[str, float]
    """Every measure by name; units in the names."""
    goals: tuple[float, ...]
    """Value of each goal of the scenario, in order."""
    violations: tuple[Violation, ...]
    assignments: pd.DataFrame
    """As `assignments.csv` of a run folder."""
    spaces: pd.DataFrame
    """As `spaces.csv`."""
    sites: pd.DataFrame
    """As `sites.csv`."""
    coverage: pd.DataFrame
    """As `coverage.csv`."""
    served: pd.DataFrame
    """As `served.parquet`."""
    compliance: pd.DataFrame
    """As `compliance.csv`."""
    requests: pd.DataFrame
    """As `requests.csv`."""
