"""Windows of a few buildings solved exactly, all else of the plan kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from allocator.engines.exact.formulation import RULES, build_model
from allocator.engines.exact.goals import declare_goals
from allocator.engines.exact.points import point_of, solution_of
from allocator.engines.exact.refine import pass_model
from allocator.engines.exact.rules.demand import add_demand_limit
from allocator.engines.exact.rules.limits import (
    add_coverage_floors,
    add_limits,
    add_pins,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.engine import StopSignal
    from allocator.engines.exact.model import Matrix
    from allocator.instance.instance import Instance, Solution

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

LINKING = (add_demand_limit, add_limits, add_coverage_floors, add_pins)
"""Rules whose rows span buildings."""
WINDOW = 3
"""Buildings of a window: three are solved in seconds, five mostly not."""
WINDOW_TIME_S = 8.0
"""Longest time for one window."""
GAP = 1e-3
"""Gap of a window at which it counts as solved."""
LEAST_GAIN = 1e-6
"""Least gain, as a share of the plan's value, for which a plan is changed."""
EXCESS = 1e-7
"""Most that a row may be broken, as a share of its size, by a mended plan."""


class Windows:
    """The model of an instance, cut to windows of buildings.

    Parameters
    ----------
    instance
        The scenario as arrays; its first goal counts.
    seed
        Decides in which order windows are drawn.
    """

    def __init__(self, instance: Instance, seed: int) -> None:
        local = [rule for rule in RULES if rule not in LINKING]
        model, self.variables = build_model(instance, local)
        num_local = model.num_rows
        for rule in LINKING:
            rule(model, self.variables)
        self.goals = declare_goals(model, self.variables)
        goal = self.goals[0]
        self.matrix = model.matrix(goal.expression, maximizes=goal.maximizes)
        self.columns = self.matrix.rows.tocsc()
        self.of_building = self._columns_of_buildings(num_local)
        self.near = _nearness(instance)
        self.random = np.random.default_rng(seed)
        self.waiting: list[int] = []

    def point(self, solution: Solution) -> Floats:
        """Return a solution as values of the columns."""
        return point_of(self.variables, self.goals, solution, self.matrix.num_columns)

    def solution(self, point: Floats) -> Solution:
        """Return the solution at a point."""
        return solution_of(self.variables, point)

    def worth(self, point: Floats) -> float:
        """Return what a point is worth; more is better, whatever the goal's sense."""
        worth = float(self.matrix.objective @ point)
        return worth if self.matrix.maximizes else -worth

    def draw(self) -> Ints:
        """Return the columns of a building and its neighbours, each in its turn."""
        if not self.waiting:
            self.waiting = self.random.permutation(len(self.of_building)).tolist()
        first = self.waiting.pop()
        shared = self.near[[first]].toarray().ravel()
        shared = shared * self.random.uniform(0.5, 1.0, len(shared))
        shared[first] = np.inf
        some = np.argsort(-shared, kind="stable")[:WINDOW]
        return np.sort(np.concatenate([self.of_building[b] for b in some]))

    def improve(self, point: Floats, columns: Ints, stop: StopSignal) -> Floats | None:
        """Return better values of a window's columns, all others kept; or None."""
        window = self._cut(point, columns)
        solver = highspy.Highs()
        for key, value in (
            ("output_flag", False),
            ("time_limit", min(stop.remaining_s(), WINDOW_TIME_S)),
            ("mip_rel_gap", GAP),
            ("threads", 1),
        ):
            solver.setOptionValue(key, value)
        pass_model(solver, window)

        def end_early(event: Any) -> None:
            if stop.reason() is not None:
                event.interrupt()

        for moment in (
            solver.cbMipInterrupt, solver.cbSimplexInterrupt, solver.cbIpmInterrupt
        ):  # fmt: skip
            moment += end_early
        start = highspy.HighsSolution()
        start.col_value = point[columns].tolist()
        solver.setSolution(start)
        solver.run()
        found = np.array(solver.getSolution().col_value, np.float64)
        if len(found) != len(columns):
            return None
        found[window.integer] = np.rint(found[window.integer])
        gain = (found - point[columns]) @ window.objective
        gain = gain if window.maximizes else -gain
        return found if gain > LEAST_GAIN * abs(self.worth(point)) else None

    def adopt(self, point: Floats, columns: Ints, values: Floats) -> Floats | None:
        """Return a point with a window's columns changed, if it is better and sound.

        The point may have changed elsewhere since the window was solved.
        """
        changed = point.copy()
        changed[columns] = values
        if self.worth(changed) <= self.worth(point):
            return None
        size = np.maximum(1.0, np.abs(self.matrix.row_upper))
        size[~np.isfinite(size)] = 1.0
        sound = bool((self.matrix.excess(changed) <= EXCESS * size).all())
        return changed if sound else None

    def _cut(self, point: Floats, columns: Ints) -> Matrix:
        """Return the model of a window; the rows keep what the rest of the plan uses.

        A row is never tighter than the plan at hand needs, whose flows are rounded.
        """
        part = self.columns[:, columns]
        rows = np.unique(part.indices)
        cut = part.tocsr()[rows]
        outside = point.copy()
        outside[columns] = 0.0
        used = self.matrix.rows[rows] @ outside
        own = cut @ point[columns]
        return replace(
            self.matrix,
            lower=self.matrix.lower[columns],
            upper=np.maximum(self.matrix.upper[columns], point[columns]),
            integer=self.matrix.integer[columns],
            network=self.matrix.network[columns],
            objective=self.matrix.objective[columns],
            row_lower=np.minimum(self.matrix.row_lower[rows] - used, own),
            row_upper=np.maximum(self.matrix.row_upper[rows] - used, own),
            start=cut.indptr.astype(np.int64),
            index=cut.indices.astype(np.int32),
            value=cut.data,
        )

    def _columns_of_buildings(self, num_local: int) -> list[Ints]:
        """Return the columns that hang together with each building's by local rows."""
        local = self.matrix.rows[:num_local]
        graph = sparse.bmat([[None, local], [local.T, None]])
        labels = csgraph.connected_components(graph, directed=False)[1][num_local:]
        order = np.argsort(labels, kind="stable")
        wanted = labels[self.variables.building_used]
        low = np.searchsorted(labels[order], wanted)
        high = np.searchsorted(labels[order], wanted, side="right")
        return [order[a:b] for a, b in zip(low, high, strict=True)]


def _nearness(instance: Instance) -> sparse.csr_matrix:
    """Return the demand that each two buildings can both serve, shape (b, b)."""
    arcs, count = instance.arcs, len(instance.buildings.opening_cost)
    site = instance.supplies.site[arcs.supply]
    planned = site < count
    reaches = sparse.csr_matrix(
        (np.ones(planned.sum()), (site[planned], arcs.row[planned])),
        shape=(count, len(instance.rows)),
    )
    reaches.data[:] = 1.0
    shared = reaches.multiply(instance.rows.visits_per_week) @ reaches.T
    return shared.tocsr()
