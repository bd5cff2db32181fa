"""The best flows for given places, exactly: a linear program over the open arcs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from allocator.engines.exact.flow_problem import (
    Problem,
    Side,
    add_sides,
    add_transport,
    add_worst,
    eased,
    open_problem,
    side_rows,
)
from allocator.engines.exact.model import Expression, LinearModel
from allocator.engines.exact.points import LEAST_FLOW, fitted_flows
from allocator.engines.exact.refine import solve_lp

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import Instance

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]
    Flows = tuple[Ints, Ints, Floats]

LEAST_LEFT_S = 0.05


def best_flows(
    instance: Instance,
    places: Ints,
    goal: int = 0,
    *,
    deadline: float | None = None,
    reached: tuple[float, ...] = (),
) -> Flows:
    """Return (row, supply, visits) that serve a goal best under the given places.

    Coverage floors, yearly budgets and goals `reached` before are kept; where that is
    impossible, the least Σ excess ÷ max(1, |limit|) goes first. Where the goal is the
    same for all flows, covered persons without weights are served.

    Parameters
    ----------
    places
        Shape (k,), places of every candidate.
    goal
        Position of the goal to serve.
    deadline
        `time.monotonic()` after which parts not solved yet are filled greedily.
    reached
        Values of the earlier goals, to be kept within their tolerances.
    """
    problem = open_problem(instance, places, goal)
    sides = side_rows(instance, places, reached, problem)
    if sides or instance.goals[goal].worst:
        visits = _solve_whole(problem, sides, deadline)
    else:
        visits = _solve_parts(problem, deadline)
    every = np.zeros(len(instance.arcs.row))
    every[problem.arc] = visits
    every = fitted_flows(instance, places, every)
    used = np.flatnonzero(every > LEAST_FLOW)
    arcs = instance.arcs
    return (
        arcs.row[used].astype(np.int64),
        arcs.supply[used].astype(np.int64),
        every[used],
    )


def _solve_parts(problem: Problem, deadline: float | None) -> Floats:
    """Solve every connected part by itself, the largest last."""
    count = len(problem.demand)
    graph = sparse.coo_matrix(
        (np.ones(len(problem.arc)), (problem.row, problem.supply + count)),
        shape=[count + len(problem.capacity)] * 2,
    )
    labels = csgraph.connected_components(graph, directed=False)[1][problem.row]
    visits = np.zeros(len(problem.arc))
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    parts = np.split(order, starts[1:]) if len(order) else []
    for part in sorted(parts, key=len):
        visits[part] = _solve_part(problem, part, _left_s(deadline))
    return visits


def _solve_part(problem: Problem, part: Ints, left_s: float) -> Floats:
    """Return the best visits of some arcs that share nothing with others."""
    row, supply, value = (
        problem.row[part],
        problem.supply[part],
        problem.value[part],
    )
    if len(part) == 1:
        most = np.minimum(problem.demand[row], problem.capacity[supply])
        return np.where(value > 0.0, most, 0.0)
    if left_s > LEAST_LEFT_S:
        model = LinearModel()
        columns = add_transport(model, problem, part)
        objective = Expression(columns, value)
        point = solve_lp(model.matrix(objective, maximizes=True), left_s)
        if point is not None:
            return point[columns]
    return _filled(problem, part)


def _filled(problem: Problem, part: Ints) -> Floats:
    """Fill the arcs in order of their value; good, not best."""
    left, free = problem.demand.copy(), problem.capacity.copy()
    visits = np.zeros(len(part))
    for k in np.argsort(-problem.value[part], kind="stable").tolist():
        arc = part[k]
        if problem.value[arc] <= 0.0:
            break
        row, supply = problem.row[arc], problem.supply[arc]
        visits[k] = min(left[row], free[supply])
        left[row] -= visits[k]
        free[supply] -= visits[k]
    return visits


def _solve_whole(problem: Problem, sides: list[Side], deadline: float | None) -> Floats:
    """Solve with the rows that tie everything together."""
    every = np.arange(len(problem.arc))
    found = _solve_with(problem, sides, _left_s(deadline))
    if found is None:
        softer = eased(problem, sides, _left_s(deadline))
        if softer is not None:
            found = _solve_with(problem, softer, _left_s(deadline))
    return _filled(problem, every) if found is None else found


def _solve_with(problem: Problem, sides: list[Side], left_s: float) -> Floats | None:
    """Return the best visits that keep the sides, or None."""
    if left_s <= LEAST_LEFT_S:
        return None
    model = LinearModel()
    columns = add_transport(model, problem, np.arange(len(problem.arc)))
    add_sides(model, columns, sides)
    weights = [Expression(columns, problem.value), *add_worst(model, columns, problem)]
    objective = Expression(
        np.concatenate([part.columns for part in weights]),
        np.concatenate([part.values for part in weights]),
    )
    point = solve_lp(model.matrix(objective, maximizes=True), left_s)
    return None if point is None else point[columns]


def _left_s(deadline: float | None) -> float:
    """Return the seconds left, many without a deadline."""
    return 1e6 if deadline is None else max(0.0, deadline - time.monotonic())
