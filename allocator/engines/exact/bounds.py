"""A bound on a goal that holds without solving anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from allocator.engines.exact.goals import Goal
    from allocator.engines.exact.model import Matrix
    from allocator.engines.exact.variables import Variables


def trivial_bound(matrix: Matrix, variables: Variables, goal: Goal) -> float:
    """Return the goal's value with every column at its best and each demand met once.

    Finite, since every column is bounded: visits by demand, the rest by its own limits.
    """
    sense = 1.0 if goal.maximizes else -1.0
    gain = sense * goal.expression.dense(matrix.num_columns)
    flow = gain[variables.flow]
    gain[variables.flow] = 0.0
    instance = variables.layout.instance
    best = np.zeros(len(instance.rows))
    np.maximum.at(best, instance.arcs.row, flow)
    served = float(best @ instance.rows.visits_per_week)
    rest = float(np.sum(np.where(gain > 0, gain * matrix.upper, gain * matrix.lower)))
    return sense * (served + rest)


def better_bound(goal: Goal, first: float, second: float | None) -> float:
    """Return the tighter of two valid bounds."""
    if second is None or not np.isfinite(second):
        return first
    return min(first, second) if goal.maximizes else max(first, second)
