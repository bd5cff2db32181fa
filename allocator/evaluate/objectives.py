"""What residents are assigned for, in order, as costs of the arcs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from allocator.evaluate.goals import (
    RESIDENT_MEASURES,
    WORST_MEASURES,
    measure,
    offers_of_category,
    served_value,
    worst_cells,
)
from allocator.evaluate.program import minimise
from allocator.evaluate.rules_coverage import coverage_floors
from allocator.evaluate.served import visits_per_person
from allocator.scenario.schema import Measure
from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.arcs import Arcs
    from allocator.evaluate.flow import FlowProblem
    from allocator.evaluate.program import Program
    from allocator.evaluate.view import PlanView
    from allocator.scenario.schema import Goal, GoalTerm

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """One objective to make small; missing columns cost nothing."""

    cost: Floats
    constant: float = 0.0
    """What the objective has whatever f is."""
    tolerance: float = 0.0
    """Share of its value by which later stages may make it worse."""

    def apply(self, program: Program) -> Program:
        """Return what this stage leaves for later stages to choose from."""
        cost = np.zeros(len(program.free))
        cost[: len(self.cost)] = self.cost
        scale = float(np.abs(cost[program.free]).max(initial=0.0))
        if scale == 0.0:
            return program
        best = minimise(program, cost)
        if self.tolerance == 0.0:
            return best.face
        value = float(cost @ best.x)
        most = value + self.tolerance * abs(value + self.constant)
        return program.with_row(cost / scale, most / scale)


@dataclass(frozen=True)
class Target:
    """Σ coefficients · f ≥ least, or as near as it gets."""

    coefficients: Floats
    """By arc."""
    least: float
    limit: float
    """The limit its excess is divided by."""


def with_targets(
    flow: FlowProblem, targets: list[Target]
) -> tuple[FlowProblem, list[Stage]]:
    """Add a column for what each target lacks; return the stage that lowers them."""
    if not targets:
        return flow, []
    scale = np.array([np.abs(t.coefficients).max(initial=0.0) or 1.0 for t in targets])
    rows = np.array([-t.coefficients for t in targets]) / scale[:, None]
    upper = np.array([-t.least for t in targets]) / scale
    first = len(flow.program.free)
    flow = _extend(flow, sp.csr_matrix(rows), -sp.identity(len(targets)), upper)
    cost = np.zeros(len(flow.program.free))
    cost[first:] = scale / np.array([max(1.0, abs(t.limit)) for t in targets])
    return flow, [Stage(cost)]


def _extend(
    flow: FlowProblem, rows: sp.csr_matrix, own: sp.spmatrix, upper: Floats
) -> FlowProblem:
    """Add columns that stand in new rows only: [rows, own] x ≤ upper."""
    program = flow.program
    between = len(program.free) - rows.shape[1]
    below = sp.hstack([rows, sp.csr_matrix((rows.shape[0], between)), own])
    above = sp.hstack(
        [program.matrix, sp.csr_matrix((program.matrix.shape[0], own.shape[1]))]
    )
    program = replace(
        program,
        matrix=sp.vstack([above, below]).tocsc(),
        upper=np.append(program.upper, upper),
        equal=np.append(program.equal, np.zeros(len(upper), bool)),
        free=np.append(program.free, np.ones(own.shape[1], bool)),
    )
    return replace(flow, program=program)


def limit_targets(view: PlanView, arcs: Arcs) -> list[Target]:
    """Return the coverage floors, and the annual budgets that only fees can meet."""
    covered = covered_per_visit(view, arcs)
    floors = [
        Target(covered * floor.rows[arcs.row], floor.persons, floor.persons)
        for floor in coverage_floors(view.scenario)
    ]
    return floors + _budget_targets(view, arcs)


def covered_per_visit(view: PlanView, arcs: Arcs) -> Floats:
    """Return δ ÷ visits per person-week of each arc."""
    need = view.scenario.demand.need[arcs.row]
    return arcs.credit / visits_per_person(view.scenario)[need]


def fees_per_visit(view: PlanView, arcs: Arcs) -> Floats:
    """Return the yearly fees of one weekly visit of each arc; 0 at facilities."""
    fee = np.array([need.fee_per_visit for need in view.scenario.needs])
    planned = arcs.site < view.scenario.num_buildings
    return fee[view.scenario.demand.need[arcs.row]] * WEEKS_PER_YEAR * planned


def _budget_targets(view: PlanView, arcs: Arcs) -> list[Target]:
    """Return the fees that annual budgets need, in total and by district."""
    limits = view.scenario.spec.limits
    fees = fees_per_visit(view, arcs)
    costs = view.site_costs  # of a plan without residents: no fees yet
    district = view.scenario.tables.buildings["district_id"].to_numpy(object)
    of_site = np.append(district, np.full(len(view.supply.running) - len(district), ""))
    of_costs = district[list(view.building2uses)]
    asked = [("", limits.annual_budget)]
    asked += [(d, own.annual_budget) for d, own in sorted(limits.by_district.items())]
    targets = []
    for district_id, limit in asked:
        if limit is None:
            continue
        inside = of_costs == district_id if district_id else np.True_
        missing = float((costs["yearly_outlay"] * inside).sum()) - limit
        if missing > 0:
            own = of_site[arcs.site] == district_id if district_id else 1.0
            targets.append(Target(fees * own, missing, limit))
    return targets


def with_goals(
    view: PlanView, arcs: Arcs, flow: FlowProblem
) -> tuple[FlowProblem, list[Stage]]:
    """Return one stage per goal, in order; a worst coverage adds a column."""
    stages = []
    for goal in view.scenario.spec.goals:
        sign = -1.0 if goal.maximizes else 1.0
        flow, cost = _goal_cost(view, arcs, flow, goal, sign)
        constant = sign * sum(
            term.weight * measure(view, term)
            for term in goal.terms
            if term.measure not in WORST_MEASURES
        )
        stages.append(Stage(cost, constant, goal.tolerance))
    return flow, stages


def _goal_cost(
    view: PlanView, arcs: Arcs, flow: FlowProblem, goal: Goal, sign: float
) -> tuple[FlowProblem, Floats]:
    """Return what a goal costs by column, to be made small."""
    by_arc = np.zeros(len(arcs))
    worst: list[tuple[int, float]] = []
    for term in goal.terms:
        if term.measure in WORST_MEASURES:
            worst.append((len(flow.program.free), sign * term.weight))
            flow = _with_worst(view, arcs, flow, term)
        else:
            by_arc += sign * term.weight * _per_visit(view, arcs, term)
    cost = np.zeros(len(flow.program.free))
    cost[: len(arcs)] = by_arc
    for column, weight in worst:
        cost[column] = weight
    return flow, cost


def _per_visit(view: PlanView, arcs: Arcs, term: GoalTerm) -> Floats:
    """Return how much one weekly visit adds to a linear measure."""
    if term.measure in RESIDENT_MEASURES:
        offers = offers_of_category(view.scenario, term.category)
        value = served_value(view.scenario, term)[arcs.row] * offers[arcs.offer]
        return value * covered_per_visit(view, arcs)
    if term.measure is Measure.WALKING_MINUTES:
        return arcs.walk_min
    if term.measure is Measure.YEARLY_OUTLAY:
        return -fees_per_visit(view, arcs)
    return np.zeros(len(arcs))  # buildings, floor used and capital cost are settled


def _with_worst(
    view: PlanView, arcs: Arcs, flow: FlowProblem, term: GoalTerm
) -> FlowProblem:
    """Add a column θ with demand · θ ≤ covered in every cell."""
    cell, persons = worst_cells(view.scenario, term)
    if len(persons) == 0:
        return _extend(flow, sp.csr_matrix((1, len(arcs))), sp.csr_matrix([[1.0]]), ONE)
    inside = np.flatnonzero(cell[arcs.row] >= 0)
    covered = -covered_per_visit(view, arcs)[inside] / persons[cell[arcs.row[inside]]]
    rows = sp.csr_matrix(
        (covered, (cell[arcs.row[inside]], inside)), shape=(len(persons), len(arcs))
    )
    ones = sp.csr_matrix(np.ones((len(persons), 1)))
    return _extend(flow, rows, ones, np.zeros(len(persons)))


ONE = np.ones(1)
