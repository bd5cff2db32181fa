"""Goals as objectives, and earlier goals as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.measures import (
    buildings_used,
    capital_cost,
    covered,
    floor_used_m2,
    times,
    walking_minutes,
    yearly_outlay,
)
from allocator.engines.exact.model import Expression, Terms, total
from allocator.engines.exact.names import numbered
from allocator.engines.exact.rules.limits import one_row
from allocator.instance.arrays import sums

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.exact.measures import ByBuilding
    from allocator.engines.exact.model import LinearModel
    from allocator.engines.exact.variables import Variables
    from allocator.instance.instance import GoalRow, WorstTerm

    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Goal:
    """One goal on the columns of a model."""

    maximizes: bool
    tolerance: float
    expression: Expression
    worst: tuple[Worst, ...] = ()


@dataclass(frozen=True)
class Worst:
    """The columns of one worst coverage."""

    least: int
    """θ, the least coverage."""
    cell: Ints
    """Cell of each entry of `shares`."""
    shares: Expression
    """Σ covered persons ÷ demand persons, all cells after one another."""
    num_cells: int
    weight: float
    chosen: Ints
    """1 for the cell that holds θ from above; empty where nothing gains from it."""

    def coverage(self, point: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the coverage of every cell at a point."""
        values = point[self.shares.columns] * self.shares.values
        return sums(self.cell, values, self.num_cells)


def declare_goals(model: LinearModel, variables: Variables) -> tuple[Goal, ...]:
    """Return every goal; worst coverages append a column and rows each."""
    return tuple(
        _declare(model, variables, goal) for goal in variables.layout.instance.goals
    )


def hold_goal(model: LinearModel, goal: Goal, position: int, reached: float) -> None:
    """Keep a goal within its tolerance of the value reached when it was solved."""
    slack = goal.tolerance * abs(reached)
    rows = np.zeros(len(goal.expression.columns), np.int64)
    model.add_rows(
        "goal",
        one_row({"goal": str(position)}),
        [Terms(rows, goal.expression.columns, goal.expression.values)],
        lower=reached - slack if goal.maximizes else -np.inf,
        upper=np.inf if goal.maximizes else reached + slack,
    )


def _declare(model: LinearModel, variables: Variables, goal: GoalRow) -> Goal:
    """Return the goal's weighted sum of measures."""
    worst = tuple(
        _worst(model, variables, term, maximizes=goal.maximizes) for term in goal.worst
    )
    parts = [covered(variables, term.row_value, term.offers) for term in goal.covered]
    parts += [
        Expression(np.array([term.least]), np.array([term.weight])) for term in worst
    ]
    for factor, measure in (
        (goal.buildings, buildings_used),
        (goal.floor_used_m2, floor_used_m2),
        (goal.capital_cost, capital_cost),
        (goal.yearly_outlay, yearly_outlay),
    ):
        if factor != 0.0:
            parts.append(times(_everywhere(measure(variables)), factor))
    if goal.walking_minutes != 0.0:
        parts.append(times(walking_minutes(variables), goal.walking_minutes))
    return Goal(goal.maximizes, goal.tolerance, total(parts), worst)


def _everywhere(sum_: ByBuilding) -> Expression:
    """Return a sum over all buildings."""
    return Expression(sum_.columns, sum_.values)


def _worst(
    model: LinearModel, variables: Variables, term: WorstTerm, *, maximizes: bool
) -> Worst:
    r"""Return θ with :math:`\theta \le` the coverage of every cell.

    Where the goal gains from a small θ it is held at the least coverage from above too:
    :math:`\theta \ge` the coverage of one chosen cell.
    """
    cells = len(term.demand_persons)
    theta = model.add_columns("worst", numbered(1), upper=1.0)
    cell, shares = _coverage(variables, term)
    every = np.arange(cells)
    model.add_rows(
        "worst",
        numbered(cells, cell=every),
        [
            Terms(every, np.repeat(theta, cells), 1.0),
            Terms(cell, shares.columns, -shares.values),
        ],
        upper=0.0,
    )
    chosen = np.empty(0, np.int64)
    if cells and (term.weight > 0.0) != maximizes:
        chosen = _hold_from_above(model, theta, (cell, shares), cells)
    return Worst(int(theta[0]), cell, shares, cells, term.weight, chosen)


def _hold_from_above(
    model: LinearModel, theta: Ints, coverage: tuple[Ints, Expression], cells: int
) -> Ints:
    """θ ≥ the coverage of the chosen cell; a coverage is at most 1."""
    cell, shares = coverage
    every = np.arange(cells)
    chosen = model.add_columns(
        "worst_cell", numbered(cells, cell=every), upper=1.0, integer=True
    )
    model.add_rows(
        "worst",
        numbered(cells, cell=every),
        [
            Terms(cell, shares.columns, shares.values),
            Terms(every, chosen, 1.0),
            Terms(every, np.repeat(theta, cells), -1.0),
        ],
        upper=1.0,
    )
    ones = np.zeros(cells, np.int64)
    model.add_rows("worst", numbered(1), [Terms(ones, chosen, 1.0)], lower=1.0)
    return chosen


def _coverage(variables: Variables, term: WorstTerm) -> tuple[Ints, Expression]:
    """Return the cell of every entry, and Σ covered persons ÷ demand persons."""
    instance = variables.layout.instance
    arcs = instance.arcs
    cell = term.cell[arcs.row]
    used = np.flatnonzero(cell >= 0)
    persons = instance.rows.persons_per_visit[arcs.row[used]] * arcs.credit[used]
    values = persons / term.demand_persons[cell[used]]
    return cell[used], Expression(variables.flow[used], values)
