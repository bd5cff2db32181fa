"""Sums of coverage, weighted by persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

COVERED = {
    "coverage": "covered_persons",
    "baseline_coverage": "baseline_covered_persons",
    "nearest_coverage": "nearest_covered_persons",
}
"""Share to its persons."""
REACHED = ("access", "baseline_access")
"""Shares that `coverage.csv` gives without their persons."""


def coverage_sums(coverage: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Add up `coverage.csv`, or the wider coverage of a `Material`, by keys.

    Persons are added up, and every share there is is of the demand persons.
    """
    persons = [name for name in COVERED.values() if name in coverage]
    shares = [name for name in REACHED if name in coverage]
    frame = coverage.assign(
        **{name: coverage[name] * coverage["demand_persons"] for name in shares}
    )
    figures = ["demand_persons", *persons, *shares]
    sums = frame.groupby(list(keys), sort=True)[figures].sum()
    demand = sums["demand_persons"].replace(0.0, np.nan)
    parts = {share: name for share, name in COVERED.items() if name in coverage}
    parts |= {name: name for name in shares}
    return sums.assign(
        **{share: sums[name] / demand for share, name in parts.items()}
    ).reset_index()
