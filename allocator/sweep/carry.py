"""Plans and bounds of all points together: none worse than its neighbours allow.

A plan of one point counts at another where the evaluator finds that it keeps every
rule there. The bound of a looser point holds at every tighter one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from allocator.errors import VerificationFailed
from allocator.explain.loss import Range
from allocator.solve import evaluate
from allocator.sweep.axes import MEASURE_OF, WALK
from allocator.units import VIOLATION_TOLERANCE, exceeds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocator.plan import Plan
    from allocator.runs.read import Run
    from allocator.sweep.grid import Grid, Point


NESTED = -1
"""Stands for a point whose best plan is its nested one."""


@dataclass(frozen=True)
class Solved:
    """What is known of one point, its own run and its neighbours' together."""

    point: Point
    run: Run
    """Its own run."""
    plan_from: int | None
    """Number of the point whose run holds the plan, `NESTED` for the nested run of this
    point; None without a plan."""
    plan: Plan | None
    range: Range
    """Plan value and bound of the first goal, larger is better."""
    measures: Mapping[str, float]
    infeasible: bool


def carry(grid: Grid, runs: Sequence[Run]) -> tuple[Solved, ...]:
    """Return every point with the best plan and bound that any point gives it.

    Raises
    ------
    VerificationFailed
        If a plan is better than a bound: a fault of this package.
    """
    own = [_own(point, run) for point, run in zip(grid.points, runs, strict=True)]
    bounded = [_with_bound(grid, item, own) for item in own]
    solved = tuple(_with_plan(item, own, grid) for item in bounded)
    for item in solved:
        _check(item)
    return solved


def _own(point: Point, run: Run) -> Solved:
    """Return what a point's own run says."""
    maximizes = point.scenario.spec.goals[0].maximizes
    return Solved(
        point=point,
        run=run,
        plan_from=point.number if run.has_plan else None,
        plan=run.plan,
        range=Range.of(run.objective, run.bound, maximizes=maximizes),
        measures=run.measures,
        infeasible=run.status == "infeasible",
    )


def _with_bound(grid: Grid, item: Solved, own: Sequence[Solved]) -> Solved:
    """Take the tightest bound of the looser points; what bars them bars this one."""
    looser = [o for o in own if grid.is_looser(o.point, item.point)]
    bounds = [o.range.bound for o in looser if o.range.bound is not None]
    if item.infeasible or any(o.infeasible for o in looser):
        return replace(item, range=Range(None, None), infeasible=True)
    return replace(item, range=Range(item.range.plan, min(bounds, default=None)))


def _with_plan(item: Solved, own: Sequence[Solved], grid: Grid) -> Solved:
    """Take the best plan of any point of the variant that keeps the rules here."""
    if item.infeasible:
        return item
    # a walking limit changes what a plan is worth, all other things only its rules
    worth_stays = all(axis.name != WALK for axis in grid.axes)
    best = item
    for value, other in _rated(item, own):
        if worth_stays and best.range.plan is not None and value <= best.range.plan:
            break
        if other.point is item.point or not _may_fit(other, item, grid):
            continue
        best = _better(best, other)
    return best


def _rated(item: Solved, own: Sequence[Solved]) -> list[tuple[float, Solved]]:
    """Return the plans of the variant, the best first."""
    same = [o for o in own if o.point.variant == item.point.variant]
    rated = [(o.range.plan, o) for o in same if o.range.plan is not None]
    return sorted(rated, key=lambda pair: -pair[0])


def _better(item: Solved, other: Solved) -> Solved:
    """Take another point's plan if it keeps every rule here and is better."""
    assert other.plan is not None
    result = evaluate(item.point.scenario, other.plan)
    assert result.evaluation is not None
    maximizes = item.point.scenario.spec.goals[0].maximizes
    here = Range.of(result.objective, None, maximizes=maximizes).plan
    best = item.range.plan
    if (
        result.evaluation.violations
        or here is None
        or (best is not None and here <= best)
    ):
        return item
    return replace(
        item,
        plan_from=other.point.number,
        plan=result.plan,
        range=Range(here, item.range.bound),
        measures=result.measures,
    )


def _may_fit(other: Solved, item: Solved, grid: Grid) -> bool:
    """Tell whether a plan keeps the limits in total that are moved."""
    return not any(
        axis.name in MEASURE_OF
        and exceeds(other.measures[MEASURE_OF[axis.name]], limit)
        for axis, limit in zip(grid.axes, item.point.values, strict=True)
    )


def _check(item: Solved) -> None:
    """Refuse a plan better than its bound."""
    plan, bound = item.range.plan, item.range.bound
    if plan is None or bound is None:
        return
    if plan - bound > VIOLATION_TOLERANCE * max(1.0, abs(bound)):
        msg = f"point {item.point.number} has a plan of {plan} above its bound {bound}"
        raise VerificationFailed(msg)
