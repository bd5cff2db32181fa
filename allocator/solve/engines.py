"""Which engines run, in which order, for how long."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from allocator.engines.engine import EngineOptions, StopReason
from allocator.solve.bounds import best_bound, is_better, num_arcs, reached
from allocator.solve.threads import GRACE_S, LATE_S, TICK_S, Attempt, EngineThread
from allocator.units import OPTIMAL_GAP, optimality_gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.engines.engine import Outcome, StopSignal
    from allocator.instance.instance import Instance, Solution
    from allocator.options import SolveOptions
    from allocator.solve.tracker import Tracker

EXACT_MOST_CANDIDATES = 5_000
EXACT_MOST_ARCS = 50_000
"""`auto` also runs the exact engine when the instance is no larger than both."""
SEARCH_TIME_SHARE = 0.5
SEARCH_LEAST_S = 2.0
SEARCH_ARCS_PER_S = 1_000
"""Then it begins after 2 s + 1 s for every 1,000 arcs, at most half the time."""


def run_engines(
    instance: Instance,
    options: SolveOptions,
    stop: StopSignal,
    tracker: Tracker,
    start: Solution | None,
) -> tuple[Attempt, ...]:
    """Run the engine asked for; `auto` is search, and exact beside it if small."""
    told = EngineOptions(
        stop=stop,
        gap=options.gap,
        target=options.target,
        max_steps=options.max_steps,
        seed=options.seed,
        workers=options.workers or os.cpu_count() or 1,
        solver=options.solver,
        start=start,
    )
    if options.engine in ("auto", "search") and _is_covering(instance):
        alone = EngineThread("cover", instance, told, tracker)
        alone.wait(LATE_S)
        return (alone.attempt(),)
    if options.engine != "auto":
        only = EngineThread(options.engine, instance, told, tracker)
        only.wait(GRACE_S if is_small(instance) else LATE_S)
        return (only.attempt(),)
    return _auto(instance, told, tracker)


def _is_covering(instance: Instance) -> bool:
    """Tell whether the engine for pure covering takes the instance."""
    from allocator.engines.cover.reading import is_covering

    return is_covering(instance)


def _auto(
    instance: Instance, told: EngineOptions, tracker: Tracker
) -> tuple[Attempt, ...]:
    """Run search alone, or on a small instance search and then exact."""
    if not is_small(instance):
        alone = EngineThread("search", instance, told, tracker)
        alone.wait(LATE_S)
        return (alone.attempt(),)
    if told.max_steps is not None or told.workers == 1:
        return _one_by_one(instance, told, tracker)
    return _side_by_side(instance, told, tracker)


def _one_by_one(
    instance: Instance, told: EngineOptions, tracker: Tracker
) -> tuple[Attempt, ...]:
    """Run search for its part of time or steps, then exact from its plan.

    With a number of steps nothing depends on the clock, so that the plan is the same
    on every machine.
    """
    first = EngineThread("search", instance, _part(instance, told), tracker)
    first.wait(GRACE_S)
    outcome = first.attempt().outcome
    if why_done(instance, told, (outcome,)) is not None:
        return (first.attempt(),)
    left = told.max_steps
    if left is not None:
        left = max(0, left - outcome.steps)
    rest = replace(told, start=outcome.solution or told.start, max_steps=left)
    second = EngineThread("exact", instance, rest, tracker)
    second.wait(GRACE_S)
    return (first.attempt(), second.attempt())


def _side_by_side(
    instance: Instance, told: EngineOptions, tracker: Tracker
) -> tuple[Attempt, ...]:
    """Let search go on while exact, begun from its plan, looks for a proof."""
    stop_search = told.stop.part()
    search = EngineThread("search", instance, replace(told, stop=stop_search), tracker)
    head_start = told.stop.until(time.monotonic() + _search_seconds(instance, told))
    while not search.is_done and head_start.reason() is None:
        time.sleep(TICK_S)
    if search.is_done and why_done(instance, told, (search.attempt().outcome,)):
        return (search.attempt(),)
    if told.stop.reason() is not None:
        search.wait(GRACE_S)
        return (search.attempt(),)
    stop_exact = told.stop.part()
    rest = replace(told, stop=stop_exact, start=search.plan_so_far or told.start)
    exact = EngineThread("exact", instance, rest, tracker)
    while not exact.is_done and told.stop.reason() is None:
        if search.is_done and why_done(instance, told, (search.attempt().outcome,)):
            stop_exact.interrupt()
            break
        time.sleep(TICK_S)
    stop_search.interrupt()
    exact.wait(GRACE_S)
    search.wait(GRACE_S)
    return (search.attempt(), exact.attempt())


def is_small(instance: Instance) -> bool:
    """Tell whether `auto` gives the instance to the exact engine too."""
    return (
        len(instance.candidates.offer) <= EXACT_MOST_CANDIDATES
        and num_arcs(instance) <= EXACT_MOST_ARCS
    )


def why_done(
    instance: Instance, told: EngineOptions, outcomes: Sequence[Outcome]
) -> StopReason | None:
    """Return why no further engine is needed, or None."""
    now = told.stop.reason()
    if now is not None:
        return now
    if any(outcome.infeasible for outcome in outcomes):
        return StopReason.PROVEN
    best = best_of(instance, outcomes)
    if best is None:
        return None
    values = [reached(goal) for goal in best.goals]
    gaps = [
        optimality_gap(best_bound(instance, j, outcomes, best), value)
        for j, value in enumerate(values)
        if value is not None
    ]
    if max(gaps) <= OPTIMAL_GAP:
        return StopReason.PROVEN
    if told.gap > 0 and gaps[0] <= told.gap:
        return StopReason.GAP
    return _target_reason(instance, told.target, values[0])


def _target_reason(
    instance: Instance, target: float | None, value: float | None
) -> StopReason | None:
    """Return TARGET when the first goal has reached it."""
    if target is None or value is None:
        return None
    sign = 1.0 if instance.goals[0].maximizes else -1.0
    return StopReason.TARGET if sign * (value - target) >= 0 else None


def best_of(instance: Instance, outcomes: Sequence[Outcome]) -> Outcome | None:
    """Return the outcome with the best plan; the earlier one when equal."""
    best: Outcome | None = None
    for outcome in outcomes:
        if outcome.solution is None:
            continue
        if best is None or is_better(instance.goals, outcome, best):
            best = outcome
    return best


def _part(instance: Instance, told: EngineOptions) -> EngineOptions:
    """Return the options with the first engine's part of time and steps."""
    if told.max_steps is not None:
        # a part of the time would end it at another step on another machine
        return replace(told, max_steps=told.max_steps // 2)
    seconds = _search_seconds(instance, told)
    return replace(told, stop=told.stop.until(time.monotonic() + seconds))


def _search_seconds(instance: Instance, told: EngineOptions) -> float:
    """Return for how long search works before exact begins."""
    return min(
        SEARCH_TIME_SHARE * told.stop.remaining_s(),
        SEARCH_LEAST_S + num_arcs(instance) / SEARCH_ARCS_PER_S,
    )
