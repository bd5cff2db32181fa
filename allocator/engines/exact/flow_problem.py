"""The transport problem of given places, and the rules beside it that flows decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Expression, Keys, LinearModel, Terms
from allocator.engines.exact.refine import solve_lp
from allocator.instance.instance import Resource, Solution
from allocator.instance.measures import (
    capacity_visits_per_week,
    goal_value,
    limit_value,
    resources_by_building,
)
from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import GoalRow, Instance

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """The transport problem over the arcs of what runs."""

    instance: Instance
    goal: GoalRow
    arc: Ints
    """Open arcs; the arrays below are of this length."""
    row: Ints
    supply: Ints
    value: Floats
    """Gain per visit, to be maximised."""
    demand: Floats
    """Shape (i,)."""
    capacity: Floats
    """Shape (q,)."""


@dataclass(frozen=True)
class Side:
    """lower ≤ Σ value × visits ≤ upper, over open arcs."""

    value: Floats
    lower: float = -np.inf
    upper: float = np.inf


def open_problem(instance: Instance, places: Ints, goal: int) -> Problem:
    """Gather the arcs to supplies that run."""
    arcs = instance.arcs
    capacity = capacity_visits_per_week(instance, places)
    arc = np.flatnonzero(capacity[arcs.supply] > 0.0)
    sense = 1.0 if instance.goals[goal].maximizes else -1.0
    value = sense * arc_values(instance, instance.goals[goal])[arc]
    if not value.any() and not instance.goals[goal].worst:
        persons = instance.rows.persons_per_visit[arcs.row] * arcs.credit
        value = persons[arc]
    return Problem(
        instance=instance,
        goal=instance.goals[goal],
        arc=arc,
        row=arcs.row[arc].astype(np.int64),
        supply=arcs.supply[arc].astype(np.int64),
        value=value,
        demand=instance.rows.visits_per_week,
        capacity=capacity,
    )


def arc_values(instance: Instance, goal: GoalRow) -> Floats:
    """Return what one visit on each arc adds to a goal, worst coverages apart."""
    arcs, supplies = instance.arcs, instance.supplies
    value: Floats = goal.walking_minutes * arcs.walk_min
    for term in goal.covered:
        meant = term.offers[supplies.offer[arcs.supply]]
        value = value + term.row_value[arcs.row] * arcs.credit * meant
    if goal.yearly_outlay != 0.0:
        value = value - goal.yearly_outlay * _fees(instance)
    return np.asarray(value, np.float64)


def _fees(instance: Instance) -> Floats:
    """Return the yearly fee of one weekly visit on each arc."""
    arcs, supplies = instance.arcs, instance.supplies
    fee = instance.fee_per_visit[instance.rows.need[arcs.row]]
    return np.asarray(WEEKS_PER_YEAR * fee * supplies.planned[arcs.supply], np.float64)


def side_rows(
    instance: Instance, places: Ints, reached: tuple[float, ...], problem: Problem
) -> list[Side]:
    """Return the rules beside demand and capacity that flows decide."""
    arcs = instance.arcs
    persons = instance.rows.persons_per_visit[arcs.row] * arcs.credit
    sides = []
    for floor in instance.floors:
        member = np.zeros(len(instance.rows), bool)
        member[floor.rows] = True
        value = np.where(member[arcs.row], persons, 0.0)[problem.arc]
        sides.append(Side(value, lower=floor.persons))
    none = np.empty(0, np.int64)
    idle = Solution(places, none, none, np.empty(0))
    fees = _fees(instance)[problem.arc]
    if fees.any():
        costs = resources_by_building(instance, idle)
        home = instance.supplies.site[problem.supply]
        for limit in instance.limits:
            if limit.resource is Resource.YEARLY_OUTLAY:
                planned = instance.supplies.planned[problem.supply]
                inside = np.zeros(len(home), bool)
                inside[planned] = limit.buildings[home[planned]]
                room = limit.upper - limit_value(limit, costs)
                sides.append(Side(-fees * inside, upper=room))
    for before, goal in zip(reached, instance.goals, strict=False):
        if not goal.worst:
            slack = goal.tolerance * abs(before)
            fixed = goal_value(instance, goal, idle)
            held = arc_values(instance, goal)[problem.arc]
            if goal.maximizes:
                sides.append(Side(held, lower=before - slack - fixed))
            else:
                sides.append(Side(held, upper=before + slack - fixed))
    return sides


def add_transport(model: LinearModel, problem: Problem, part: Ints) -> Ints:
    """Append flows with their demand and capacity rows."""
    row, supply = problem.row[part], problem.supply[part]
    columns = model.add_columns("flow", Keys(len(part)), upper=problem.demand[row])
    for name, owner, most in (
        ("demand_limit", row, problem.demand),
        ("capacity", supply, problem.capacity),
    ):
        found, number = np.unique(owner, return_inverse=True)
        terms = [Terms(number, columns, 1.0)]
        model.add_rows(name, Keys(len(found)), terms, upper=most[found])
    return columns


def add_sides(model: LinearModel, columns: Ints, sides: list[Side]) -> Ints:
    """Append one row per side."""
    used = [np.flatnonzero(side.value) for side in sides]
    terms = [
        Terms(np.full(len(at), k), columns[at], side.value[at])
        for k, (at, side) in enumerate(zip(used, sides, strict=True))
    ]
    return model.add_rows(
        "side",
        Keys(len(sides)),
        terms,
        lower=np.array([side.lower for side in sides]),
        upper=np.array([side.upper for side in sides]),
    )


def eased(problem: Problem, sides: list[Side], left_s: float) -> list[Side] | None:
    """Return the sides with the limits that the least excess needs."""
    model = LinearModel()
    columns = add_transport(model, problem, np.arange(len(problem.arc)))
    limits = np.array([s.lower if np.isfinite(s.lower) else s.upper for s in sides])
    most = np.abs(limits) + np.array(
        [float(np.abs(s.value) @ problem.demand[problem.row]) for s in sides]
    )
    excess = model.add_columns("excess", Keys(len(sides)), upper=most)
    signs = np.array([1.0 if np.isfinite(s.lower) else -1.0 for s in sides])
    rows = np.arange(len(sides))
    terms = [
        Terms(np.full(len(columns), k), columns, side.value)
        for k, side in enumerate(sides)
    ]
    model.add_rows(
        "side",
        Keys(len(sides)),
        [*terms, Terms(rows, excess, signs)],
        lower=np.array([side.lower for side in sides]),
        upper=np.array([side.upper for side in sides]),
    )
    objective = Expression(excess, 1.0 / np.maximum(1.0, np.abs(limits)))
    point = solve_lp(model.matrix(objective), left_s)
    if point is None:
        return None
    needed = point[excess] + 1e-9 * np.maximum(1.0, np.abs(limits))
    return [
        Side(side.value, side.lower - more, side.upper + more)
        for side, more in zip(sides, needed.tolist(), strict=True)
    ]


def add_worst(model: LinearModel, columns: Ints, problem: Problem) -> list[Expression]:
    """Append the least coverage of every worst term; return its part of the goal."""
    instance, parts = problem.instance, []
    arcs = instance.arcs
    for term in problem.goal.worst:
        gain = term.weight if problem.goal.maximizes else -term.weight
        cells = len(term.demand_persons)
        least = model.add_columns("worst", Keys(1), upper=1.0)
        cell = term.cell[problem.row]
        used = np.flatnonzero(cell >= 0)
        persons = instance.rows.persons_per_visit[problem.row[used]]
        share = persons * arcs.credit[problem.arc[used]]
        share = share / term.demand_persons[cell[used]]
        every = np.arange(cells)
        model.add_rows(
            "worst",
            Keys(cells),
            [
                Terms(every, np.repeat(least, cells), 1.0),
                Terms(cell[used], columns[used], -share),
            ],
            upper=0.0,
        )
        if gain > 0.0:
            parts.append(Expression(least, np.array([gain])))
    return parts
