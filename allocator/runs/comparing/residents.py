"""Who gains and who loses, by community, need and group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.runs.comparing.sides import Side

DIMENSIONS = ("community", "need", "group")
CELL = [f"{name}_id" for name in DIMENSIONS]
COLUMNS = ["by", "id", "run", "demand_persons", "covered_persons", "coverage"]
COLUMNS += ["access", "gain_persons"]


@dataclass(frozen=True)
class Gains:
    """Sums over the cells (community, need, group), in person-needs."""

    gained_persons: float
    lost_persons: float

    @property
    def net_persons(self) -> float:
        """Gained − lost."""
        return self.gained_persons - self.lost_persons


def resident_table(sides: Sequence[Side], comparable: Sequence[bool]) -> pd.DataFrame:
    """Return demand, covered persons, coverage and access of each run.

    Parameters
    ----------
    comparable
        For each run whether its persons may be taken from those of the first.

    Returns
    -------
    DataFrame
        `COLUMNS`; ``gain_persons`` is covered − covered in the first run, NaN where
        it may not be taken.
    """
    parts = [
        _sums(side, name, compared, sides[0])
        for name in DIMENSIONS
        for side, compared in zip(sides, comparable, strict=True)
        if side.has_plan
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    order = {name: k for k, name in enumerate(DIMENSIONS)}
    return table.sort_values(
        ["by", "id"], key=lambda c: c.map(order) if c.name == "by" else c, kind="stable"
    ).reset_index(drop=True)


def _sums(side: Side, name: str, compared: bool, first: Side) -> pd.DataFrame:
    """Add up one run by one dimension."""
    own = _by(side, f"{name}_id")
    if compared and first.has_plan:
        base = _by(first, f"{name}_id")["covered_persons"]
        own["gain_persons"] = own["covered_persons"] - base.reindex(own.index).fillna(0)
    else:
        own["gain_persons"] = np.nan
    own = own.rename_axis("id").reset_index()
    return own.assign(by=name, run=side.label)[COLUMNS]


def _by(side: Side, key: str) -> pd.DataFrame:
    """Return sums of `coverage.csv`; shares are weighted by persons."""
    cells = side.table("coverage.csv")
    cells = cells.assign(reached=cells["access"] * cells["demand_persons"])
    figures = ["demand_persons", "covered_persons", "reached"]
    sums = cells.groupby(key, sort=True)[figures].sum()
    persons = sums["demand_persons"].where(sums["demand_persons"] > 0)
    return sums.assign(
        coverage=sums["covered_persons"] / persons, access=sums["reached"] / persons
    )


def gains(first: Side, other: Side) -> Gains | None:
    """Return how many person-needs gain and lose; None without two plans."""
    if not (first.has_plan and other.has_plan):
        return None
    covered = [
        side.table("coverage.csv").set_index(CELL)["covered_persons"].rename(k)
        for k, side in enumerate((first, other))
    ]
    both = pd.concat(covered, axis=1).fillna(0.0)
    change = (both[1] - both[0]).to_numpy(np.float64)
    return Gains(float(change[change > 0].sum()), float(-change[change < 0].sum()))
