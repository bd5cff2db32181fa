"""From a scenario to a verified result."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allocator.engines.engine import StopReason, StopSignal
from allocator.errors import VerificationFailed
from allocator.options import SolveOptions
from allocator.plan import SERVED_COLUMNS, Plan
from allocator.result import GoalRecord, Result, Status, goal_record
from allocator.solve.bounds import best_bound, reached
from allocator.solve.engines import Attempt, best_of, check_engine, run_engines
from allocator.solve.tracker import Clock, Tracker, report_phase
from allocator.solve.verify import verify
from allocator.units import OPTIMAL_GAP

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocator.access import Access
    from allocator.engines.engine import Outcome, Progress
    from allocator.evaluate.evaluation import Evaluation
    from allocator.instance.instance import Instance, Solution
    from allocator.scenario import Scenario


def solve(
    scenario: Scenario,
    options: SolveOptions | None = None,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    stop: StopSignal | None = None,
    start: Plan | None = None,
    started_at: float | None = None,
) -> Result:
    """Find a plan, verify it and prove how good it is.

    Parameters
    ----------
    scenario
        What to plan for.
    options
        How to solve; None takes the scenario's own options. A field of None falls back
        to the scenario's option, then to its default.
    on_progress
        Called with the best plan value and bound so far, from the calling thread.
    stop
        Lets the caller end the solve early with the best plan; its deadline, when it
        has none, is set from the time limit.
    start
        Plan to start from, by ids; what the scenario cannot hold is left out.
    started_at
        `time.monotonic()` from which the time limit counts; default: now.

    Returns
    -------
    Result
        Of status optimal, feasible, infeasible or no_plan; never of an unverified plan.

    Raises
    ------
    OptionsInvalid
        If the engine asked for does not exist.
    VerificationFailed
        If engine and evaluator disagree: a fault of this package.
    """
    clock = Clock(time.monotonic() if started_at is None else started_at)
    options = (options or SolveOptions.for_scenario(scenario)).filled(scenario)
    check_engine(options)
    stop = stop or StopSignal()
    if stop.deadline is None and options.time_limit_s is not None:
        stop.deadline = clock.started_at + options.time_limit_s
    tracker = Tracker(
        clock, scenario.spec.goals[0].maximizes, on_progress or (lambda progress: None)
    )
    access, instance = _prepare(scenario, clock, tracker)
    with clock.step("solve"):
        first = _start_solution(scenario, instance, start)
        attempts = run_engines(instance, options, stop, tracker, first)
    return _wrap(scenario, options, access, instance, attempts, tracker)


def evaluate(scenario: Scenario, plan: Plan) -> Result:
    """Score a given plan, whatever rules it breaks.

    Parameters
    ----------
    scenario
        What the plan is scored under.
    plan
        Assignments by ids. Residents are assigned anew when `plan.served` is None.

    Returns
    -------
    Result
        Of status evaluated, without bound and gap; `evaluation.violations` lists every
        broken rule with its excess.
    """
    from allocator.access import build_access
    from allocator.evaluate import evaluate_plan

    clock = Clock(time.monotonic())
    with clock.step("walking_times"):
        access = build_access(scenario)
    with clock.step("evaluate"):
        evaluation = evaluate_plan(scenario, access, plan)
    if plan.served is None:
        plan = Plan(plan.assignments, evaluation.served[list(SERVED_COLUMNS)])
    return Result(
        scenario=scenario,
        options=SolveOptions.for_scenario(scenario),
        status=Status.EVALUATED,
        stop_reason=None,
        goals=tuple(
            goal_record(goal, value, value, None)
            for goal, value in zip(scenario.spec.goals, evaluation.goals, strict=True)
        ),
        plan=plan,
        evaluation=evaluation,
        times_s=clock.times_s,
    )


def _prepare(
    scenario: Scenario, clock: Clock, tracker: Tracker
) -> tuple[Access, Instance]:
    """Build walking times and the arrays engines read."""
    from allocator.access import build_access
    from allocator.instance import build_instance

    report_phase(tracker, "walking times")
    with clock.step("walking_times"):
        access = build_access(scenario)
    report_phase(tracker, "instance")
    with clock.step("instance"):
        instance = build_instance(scenario, access)
    return access, instance


def _start_solution(
    scenario: Scenario, instance: Instance, start: Plan | None
) -> Solution | None:
    """Return the plan to start from in positions."""
    if start is None:
        return None
    from allocator.instance import plan_to_solution

    return plan_to_solution(scenario, instance, start)


def _wrap(
    scenario: Scenario,
    options: SolveOptions,
    access: Access,
    instance: Instance,
    attempts: tuple[Attempt, ...],
    tracker: Tracker,
) -> Result:
    """Choose the best plan, verify it and build the result."""
    outcomes = [attempt.outcome for attempt in attempts]
    best = best_of(instance, outcomes)
    proof = next((outcome for outcome in outcomes if outcome.infeasible), None)
    if proof is not None and best is not None:
        msg = "one engine found a plan, another proved that there is none"
        raise VerificationFailed(msg)
    plan, evaluation = _verified(scenario, access, instance, best, tracker)
    bounds = None if proof else _bounds(instance, outcomes, best)
    if best is not None and evaluation is not None and bounds is not None:
        verify(instance, best, evaluation, bounds)
    goals = _records(scenario, best, evaluation, bounds)
    status = _status(proof, best, goals)
    last = outcomes[-1]
    told = proof or last
    return Result(
        scenario=scenario,
        options=options,
        status=status,
        stop_reason=(
            StopReason.PROVEN
            if status in (Status.OPTIMAL, Status.INFEASIBLE)
            else last.stop_reason
        ),
        goals=goals,
        plan=plan,
        evaluation=evaluation,
        engine="+".join(attempt.engine for attempt in attempts),
        steps=sum(outcome.steps for outcome in outcomes),
        conflicts=told.conflicts if proof else (),
        conflicts_proven_irreducible=told.conflicts_proven_irreducible,
        rules_not_priced=() if proof else _rules_not_priced(outcomes, goals[0].bound),
        progress=tuple(tracker.rows),
        times_s=dict(tracker.clock.times_s),
        notes=tuple(note for outcome in outcomes for note in outcome.notes),
    )


def _verified(
    scenario: Scenario,
    access: Access,
    instance: Instance,
    best: Outcome | None,
    tracker: Tracker,
) -> tuple[Plan | None, Evaluation | None]:
    """Return the best plan in ids with what the evaluator says of it."""
    if best is None or best.solution is None:
        return None, None
    from allocator.evaluate import evaluate_plan
    from allocator.instance import solution_to_plan

    report_phase(tracker, "checking the plan")
    with tracker.clock.step("verify"):
        plan = solution_to_plan(scenario, instance, best.solution)
        return plan, evaluate_plan(scenario, access, plan)


def _bounds(
    instance: Instance, outcomes: list[Outcome], best: Outcome | None
) -> tuple[float, ...]:
    """Return the tightest valid limit on every goal."""
    return tuple(
        best_bound(instance, j, outcomes, best) for j in range(len(instance.goals))
    )


def _rules_not_priced(outcomes: list[Outcome], bound: float | None) -> tuple[str, ...]:
    """Return what the engine left out whose bound on the first goal is reported."""
    by_distance = sorted(
        outcomes, key=lambda outcome: _distance(outcome.goals[0].bound, bound)
    )
    return by_distance[0].rules_not_priced


def _distance(a: float | None, b: float | None) -> float:
    """Return how far two bounds are apart; an unknown one is farthest."""
    return float("inf") if a is None or b is None else abs(a - b)


def _records(
    scenario: Scenario,
    best: Outcome | None,
    evaluation: Evaluation | None,
    bounds: tuple[float, ...] | None,
) -> tuple[GoalRecord, ...]:
    """Return one record per goal; the evaluator's value is the one reported."""
    records = []
    for j, goal in enumerate(scenario.spec.goals):
        value = evaluation.goals[j] if evaluation else None
        bound = bounds[j] if bounds else None
        then = value
        if best is not None and value is not None:
            better = max if goal.maximizes else min
            claim = reached(best.goals[j])
            then = value if claim is None else better(value, claim)
            # within the agreed slack a plan may stand a hair beyond its bound
            bound = None if bound is None else better(bound, then)
        records.append(goal_record(goal, value, then, bound))
    return tuple(records)


def _status(
    proof: Outcome | None, best: Outcome | None, goals: tuple[GoalRecord, ...]
) -> Status:
    """Return what is known."""
    if proof is not None:
        return Status.INFEASIBLE
    if best is None:
        return Status.NO_PLAN
    proven = all(goal.gap is not None and goal.gap <= OPTIMAL_GAP for goal in goals)
    return Status.OPTIMAL if proven else Status.FEASIBLE
