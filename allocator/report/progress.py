"""Plan and bound of the first goal against time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

MOST_SHOWN, LEAST_SHOWN = 95, 5
"""Percentiles of the values shown: first bounds may be far off."""


def progress_points(
    record: Mapping[str, Any], rows: pd.DataFrame
) -> tuple[Floats, Floats, Floats]:
    """Return seconds, plan and bound of a solve, the final ones at the end.

    Parameters
    ----------
    record
        As `run.json`.
    rows
        As `progress.csv`.
    """
    goal = record["goals"][0]
    end = max([*rows["seconds"], sum(record["times_s"].values())])
    final = np.array([end, goal["reached"], goal["bound"]], np.float64)
    table = rows[["seconds", "objective", "bound"]].to_numpy(np.float64)
    whole = np.vstack([table, final])
    return whole[:, 0], whole[:, 1], whole[:, 2]


def shown_range(values: Sequence[Floats]) -> tuple[float, float]:
    """Return the values between which plan and bound are drawn."""
    known = np.concatenate(values)
    known = known[np.isfinite(known)]
    low, high = np.percentile(known, [LEAST_SHOWN, MOST_SHOWN])
    room = max(high - low, 0.02 * abs(high), 1e-9)
    return float(low - 0.4 * room), float(high + 0.4 * room)
