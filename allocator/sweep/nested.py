"""Plans of which each contains the cheaper one, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from allocator.errors import VerificationFailed
from allocator.explain.loss import Loss, Range, Verdict, loss
from allocator.plan import ASSIGNMENT_COLUMNS
from allocator.scenario.change import with_pins
from allocator.solve import evaluate
from allocator.sweep.carry import NESTED
from allocator.sweep.job import (
    PointJob,
    finished,
    plan_key,
    point_folder,
    run_point,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from allocator.engines.engine import StopSignal
    from allocator.options import SolveOptions
    from allocator.plan import Plan
    from allocator.scenario import Scenario
    from allocator.sweep.carry import Solved

PIN_KEYS = ("building", "space", "service", "session")
Held = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class Nested:
    """One nested plan: it runs all that the plan before it runs."""

    number: int
    """Point it belongs to."""
    plan: Plan
    range: Range
    price: Loss
    """What the first goal loses against the free plans of the point."""
    measures: Mapping[str, float]
    folder: Path | None
    """Its run; None where the free or the smaller plan serves."""


def nested_plans(
    solved: Sequence[Solved],
    options: SolveOptions,
    folder: Path,
    stop: StopSignal,
    on_point: Callable[[str], None],
) -> tuple[Nested, ...]:
    """Return nested plans along points from the tightest to the loosest.

    The first is the free plan of the first point that has one. Each next one is solved
    with every (space, service, session) of the one before pinned in, beginning from it;
    places may change. A point that turns out impossible ends the chain.
    """
    chain: list[Nested] = []
    for item in solved:
        if item.plan is None:
            continue
        if not chain:
            nothing = Loss(0.0, 0.0, Verdict.NONE, 0.0)
            number = item.point.number
            chain.append(
                Nested(number, item.plan, item.range, nothing, item.measures, None)
            )
            continue
        following = _next(item, chain[-1].plan, options, folder, stop)
        if following is None:
            break
        chain.append(following)
        on_point(f"nested plan {item.point.number}")
    return tuple(chain)


def _next(
    item: Solved, before: Plan, options: SolveOptions, folder: Path, stop: StopSignal
) -> Nested | None:
    """Return the nested plan of a point, the one before it known."""
    scenario = _pinned(item.point.scenario, before)
    target = point_folder(folder, scenario, options, plan_key(before))
    run = finished(target)
    if run is None:
        run = run_point(PointJob(scenario, options, (before,), target), stop)
    maximizes = scenario.spec.goals[0].maximizes
    bound = Range.of(None, run.bound, maximizes=maximizes).bound
    # the plan before and the free plan may be better than what was found in time
    plans: list[tuple[Plan | None, Path | None]] = [(run.plan, target)]
    plans += [(before, None), (item.plan, None)]
    best: tuple[float, Plan, Mapping[str, float], Path | None] | None = None
    for plan, place in plans:
        if plan is None:
            continue
        value, measures = _rated(scenario, plan, maximizes=maximizes)
        if value is not None and (best is None or value > best[0]):
            best = (value, plan, measures, place)
    if best is None:
        return None
    if not held(before) <= held(best[1]):
        msg = f"the nested plan of point {item.point.number} lacks what came before"
        raise VerificationFailed(msg)
    found = Range(best[0], bound)
    price = loss(item.range, found)
    return Nested(item.point.number, best[1], found, price, best[2], best[3])


def _rated(
    scenario: Scenario, plan: Plan, *, maximizes: bool
) -> tuple[float | None, Mapping[str, float]]:
    """Return the first goal of a plan, larger is better, and its measures.

    None where it breaks a rule.
    """
    result = evaluate(scenario, plan)
    assert result.evaluation is not None
    value = Range.of(result.objective, None, maximizes=maximizes).plan
    return None if result.evaluation.violations else value, result.measures


def lifted(
    solved: Sequence[Solved], chain: Sequence[Nested]
) -> tuple[tuple[Solved, ...], tuple[Nested, ...]]:
    """Let a nested plan count as a free one where it is better; it keeps every rule."""
    by_number = {plan.number: plan for plan in chain}
    points, plans = [], []
    for item in solved:
        plan = by_number.get(item.point.number)
        if plan is None or plan.range.plan is None or item.range.plan is None:
            points.append(item)
            continue
        if plan.range.plan > item.range.plan:
            range_ = Range(plan.range.plan, item.range.bound)
            item = replace(
                item,
                plan=plan.plan,
                plan_from=NESTED,
                range=range_,
                measures=plan.measures,
            )
        points.append(item)
        plans.append(replace(plan, price=loss(item.range, plan.range)))
    return tuple(points), tuple(plans)


def held(plan: Plan) -> Held:
    """Return what a plan runs: (building, space, service, session)."""
    rows = plan.assignments[list(ASSIGNMENT_COLUMNS[:-1])]
    return frozenset(rows.itertuples(index=False, name=None))


def _pinned(scenario: Scenario, plan: Plan) -> Scenario:
    """Return the scenario with all that a plan runs pinned in."""
    pins = [
        {"fix": "in", **dict(zip(PIN_KEYS, row, strict=True))}
        for row in sorted(held(plan))
    ]
    return with_pins(scenario, pins, "nested")
