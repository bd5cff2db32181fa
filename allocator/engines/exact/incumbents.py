"""Keeps the best plan found, outside of whatever process found it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.points import point_of, solution_of
from allocator.instance.measures import goal_value
from allocator.units import VIOLATION_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.engines.exact.goals import Goal
    from allocator.engines.exact.model import LinearModel, Matrix
    from allocator.engines.exact.variables import Variables
    from allocator.instance.instance import Solution

    Floats = npt.NDArray[np.float64]

SHARE_OF_TOLERANCE = 0.5
"""Share of the tolerance of a violation that a plan may use up."""


@dataclass(frozen=True)
class Formulated:
    """An instance's model with its columns and goals."""

    model: LinearModel
    variables: Variables
    goals: tuple[Goal, ...]


class Incumbent:
    """The best checked plan of one goal."""

    def __init__(self, formulated: Formulated, matrix: Matrix, goal: int) -> None:
        self._formulated = formulated
        self._matrix = matrix
        self._goal = goal
        self.solution: Solution | None = None
        self.value: float | None = None
        self.rejected = 0
        """Plans that broke a rule beyond the tolerance."""

    def offer_point(self, point: Floats) -> bool:
        """Take a solver's point when it is a better plan."""
        return self.offer(solution_of(self._formulated.variables, point))

    def offer(self, solution: Solution) -> bool:
        """Take a plan when it keeps all rules and is better."""
        instance = self._formulated.variables.layout.instance
        value = goal_value(instance, instance.goals[self._goal], solution)
        if self.value is not None and not self._is_better(value):
            return False
        if not self.keeps_rules(solution):
            self.rejected += 1
            return False
        self.solution, self.value = solution, value
        return True

    def keeps_rules(self, solution: Solution) -> bool:
        """Tell whether every row holds at the plan, within the tolerance."""
        matrix = self._matrix
        point = self.point(solution)
        if np.any(point > matrix.upper + 0.5) or np.any(point < matrix.lower - 0.5):
            return False
        limits = [
            np.where(np.isfinite(side), np.abs(side), 0.0)
            for side in (matrix.row_lower, matrix.row_upper)
        ]
        scale = np.maximum(1.0, np.maximum(*limits))
        excess = matrix.excess(point)
        return bool(np.all(excess <= SHARE_OF_TOLERANCE * VIOLATION_TOLERANCE * scale))

    def point(self, solution: Solution) -> Floats:
        """Return the column values of a plan."""
        goals: Sequence[Goal] = self._formulated.goals
        columns = self._matrix.num_columns
        return point_of(self._formulated.variables, goals, solution, columns)

    def _is_better(self, value: float) -> bool:
        assert self.value is not None
        maximizes = self._formulated.goals[self._goal].maximizes
        return value > self.value if maximizes else value < self.value
