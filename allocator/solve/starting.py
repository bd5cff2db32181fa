"""A solve that begins from a plan is no worse than that plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from allocator.result import GoalRecord, Result, Status, goal_record
from allocator.solve.orchestrate import evaluate
from allocator.solve.verify import agreed_slack
from allocator.units import OPTIMAL_GAP

if TYPE_CHECKING:
    from allocator.plan import Plan

NOTE = "the plan to start from is better than what was found in time"


def no_worse_than(result: Result, start: Plan) -> Result:
    """Return the result, or the start where it keeps every rule and is better.

    An engine may have had no time to read the start. Only the first goal is compared;
    bounds of later goals hold beside what the engine had reached and are left out then.
    """
    if result.status is Status.INFEASIBLE:
        return result
    given = evaluate(result.scenario, start)
    assert given.evaluation is not None
    first = result.scenario.spec.goals[0]
    sign = 1.0 if first.maximizes else -1.0
    ours, theirs = given.objective, result.objective
    assert ours is not None
    if given.evaluation.violations:
        return result
    if theirs is not None and sign * (ours - theirs) <= agreed_slack(theirs):
        return result
    goals = _goals(result, given)
    gap = goals[0].gap
    proven = len(goals) == 1 and gap is not None and gap <= OPTIMAL_GAP
    return replace(
        result,
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        goals=goals,
        plan=given.plan,
        evaluation=given.evaluation,
        notes=(*result.notes, NOTE),
    )


def _goals(result: Result, given: Result) -> tuple[GoalRecord, ...]:
    """Return the start's values beside the bound of the first goal."""
    records = []
    for j, goal in enumerate(result.scenario.spec.goals):
        value = given.goals[j].value
        bound = result.goals[j].bound if j == 0 else None
        if bound is not None and value is not None:
            # within the agreed slack a plan may stand a hair beyond its bound
            bound = (max if goal.maximizes else min)(bound, value)
        records.append(goal_record(goal, value, value, bound))
    return tuple(records)
