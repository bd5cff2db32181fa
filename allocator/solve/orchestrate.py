"""From a scenario to a verified result."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.engines.engine import StopReason, StopSignal
from allocator.errors import VerificationFailed
from allocator.options import SolveOptions
from allocator.plan import SERVED_COLUMNS, Plan
from allocator.result import GoalRecord, Result, Status, goal_record
from allocator.solve.bounds import best_bound, reached
from allocator.solve.engines import best_of, run_engines
from allocator.solve.tracker import Clock, Tracker, report_phase
from allocator.solve.verify import agreed_slack, verify
from allocator.units import OPTIMAL_GAP

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocator.access import Access
    from allocator.engines.engine import Outcome, Progress
    from allocator.evaluate.evaluation import Evaluation
    from allocator.instance.instance import Instance, Solution
    from allocator.scenario import Scenario
    from allocator.solve.threads import Attempt


@dataclass(frozen=True)
class _Work:
    """What one solve is about."""

    scenario: Scenario
    options: SolveOptions
    access: Access
    instance: Instance
    tracker: Tracker
    stop: StopSignal
    start: Plan | None


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
        Called with the best plan value and bound so far, from an engine's thread.
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
    VerificationFailed
        If engine and evaluator disagree: a fault of this package.
    """
    clock = Clock(time.monotonic() if started_at is None else started_at)
    options = (options or SolveOptions.for_scenario(scenario)).filled(scenario)
    stop = stop or StopSignal()
    if stop.deadline is None and options.time_limit_s is not None:
        stop.deadline = clock.started_at + options.time_limit_s
    tracker = Tracker(
        clock, scenario.spec.goals[0].maximizes, on_progress or (lambda progress: None)
    )
    access, instance = _prepare(scenario, clock, tracker)
    work = _Work(scenario, options, access, instance, tracker, stop, start)
    with clock.step("solve"):
        first = _start_solution(scenario, instance, start)
        attempts = run_engines(instance, options, stop, tracker, first)
    return _wrap(work, attempts)


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


def _wrap(work: _Work, attempts: tuple[Attempt, ...]) -> Result:
    """Choose the best plan, verify it and build the result."""
    outcomes = [attempt.outcome for attempt in attempts]
    best = best_of(work.instance, outcomes)
    if best is not None and _is_idle(best):
        best = None  # the empty plan, where facilities may serve residents all the same
    proof = next((outcome for outcome in outcomes if outcome.infeasible), None)
    if proof is not None and best is not None:
        msg = "one engine found a plan, another proved that there is none"
        raise VerificationFailed(msg)
    bounds = None if proof else _bounds(work.instance, outcomes, best)
    plan, evaluation = None, None
    if bounds is not None:
        report_phase(work.tracker, "checking the plan")
        with work.tracker.clock.step("verify"):
            plan, evaluation = _verified(work, best, bounds)
    goals = _records(work.scenario, best, evaluation, bounds)
    status = _status(proof, evaluation, goals)
    proven = status in (Status.OPTIMAL, Status.INFEASIBLE)
    return Result(
        scenario=work.scenario,
        options=work.options,
        status=status,
        stop_reason=StopReason.PROVEN if proven else _stop_reason(outcomes, work.stop),
        goals=goals,
        plan=plan,
        evaluation=evaluation,
        engine="+".join(attempt.engine for attempt in attempts),
        steps=sum(outcome.steps for outcome in outcomes),
        conflicts=proof.conflicts if proof else (),
        conflicts_proven_irreducible=bool(proof and proof.conflicts_proven_irreducible),
        rules_not_priced=() if proof else _rules_not_priced(outcomes, goals[0].bound),
        progress=tuple(work.tracker.rows),
        times_s=dict(work.tracker.clock.times_s),
        notes=_notes(outcomes, best, plan),
    )


def _is_idle(outcome: Outcome) -> bool:
    """Tell whether all that an engine had, when it was stopped, was to do nothing."""
    solution = outcome.solution
    if solution is None or outcome.stop_reason is StopReason.PROVEN:
        return False
    return not solution.places.any() and not solution.flow_visits.any()


def _verified(
    work: _Work, best: Outcome | None, bounds: tuple[float, ...]
) -> tuple[Plan | None, Evaluation | None]:
    """Return the best plan in ids with what the evaluator says of it.

    Without one the plan to start from is returned, or else the empty plan, if it keeps
    every rule: better than none when the engines had no time to answer.
    """
    from allocator.evaluate import evaluate_plan
    from allocator.instance import solution_to_plan

    if best is not None and best.solution is not None:
        plan = solution_to_plan(work.scenario, work.instance, best.solution)
        evaluation = evaluate_plan(work.scenario, work.access, plan)
        verify(work.instance, best, evaluation, bounds)
        return plan, evaluation
    for spare in filter(None, (work.start, Plan.from_places({}))):
        evaluation = evaluate_plan(work.scenario, work.access, spare)
        if not evaluation.violations:
            served = evaluation.served[list(SERVED_COLUMNS)]
            return Plan(spare.assignments, served), evaluation
    return None, None


def _stop_reason(outcomes: list[Outcome], stop: StopSignal) -> StopReason:
    """Return why the solve ended.

    An engine that was ended because another was done is no interrupt of the solve.
    """
    reasons = [outcome.stop_reason for outcome in outcomes]
    if not stop.is_interrupted:
        reasons = [r for r in reasons if r is not StopReason.INTERRUPT] or reasons
    return reasons[-1]


def _notes(
    outcomes: list[Outcome], best: Outcome | None, plan: Plan | None
) -> tuple[str, ...]:
    """Return what the engines had to say, and where the plan is from if from none."""
    notes = [note for outcome in outcomes for note in outcome.notes]
    if best is None and plan is not None:
        what = "the empty plan" if plan.assignments.empty else "the plan to start from"
        notes.append(f"no engine found a plan in time; {what} keeps every rule")
    return tuple(notes)


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
        if value is not None:
            better = max if goal.maximizes else min
            claim = reached(best.goals[j]) if best else None
            then = value if claim is None else better(value, claim)
            if abs(then - value) <= agreed_slack(value):
                then = value
            # within the agreed slack a plan may stand a hair beyond its bound
            bound = None if bound is None else better(bound, then)
        records.append(goal_record(goal, value, then, bound))
    return tuple(records)


def _status(
    proof: Outcome | None,
    evaluation: Evaluation | None,
    goals: tuple[GoalRecord, ...],
) -> Status:
    """Return what is known."""
    if proof is not None:
        return Status.INFEASIBLE
    if evaluation is None:
        return Status.NO_PLAN
    proven = all(goal.gap is not None and goal.gap <= OPTIMAL_GAP for goal in goals)
    return Status.OPTIMAL if proven else Status.FEASIBLE
