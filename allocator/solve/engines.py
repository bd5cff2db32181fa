"""Which engines run, in which order, for how long."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from allocator.engines.engine import EngineOptions, StopReason
from allocator.errors import OptionsInvalid
from allocator.solve.bounds import best_bound, is_better, num_arcs, reached
from allocator.units import OPTIMAL_GAP, optimality_gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.engines.engine import Engine, Outcome, StopSignal
    from allocator.instance.instance import Instance, Solution
    from allocator.options import SolveOptions
    from allocator.solve.tracker import Tracker

EXACT_MOST_CANDIDATES = 20_000
EXACT_MOST_ARCS = 300_000
"""`auto` also runs the exact engine when the instance is no larger than both."""
GREEDY_TIME_SHARE = 0.5
"""Most of the remaining time that `auto` gives to the greedy engine then."""


@dataclass(frozen=True)
class Attempt:
    """What one engine returned."""

    engine: str
    outcome: Outcome


def check_engine(options: SolveOptions) -> None:
    """Refuse an engine this version does not have.

    Raises
    ------
    OptionsInvalid
        For `search`.
    """
    if options.engine == "search":
        msg = (
            "engine 'search' is not part of this version; use 'auto' (greedy plan and "
            "price bound, then exact where the model is small enough), 'greedy' or "
            "'exact'"
        )
        raise OptionsInvalid(msg)


def run_engines(
    instance: Instance,
    options: SolveOptions,
    stop: StopSignal,
    tracker: Tracker,
    start: Solution | None,
) -> tuple[Attempt, ...]:
    """Run the engine asked for; `auto` is greedy first, then exact if small enough."""
    told = EngineOptions(
        stop=stop,
        on_progress=tracker,
        gap=options.gap,
        target=options.target,
        max_steps=options.max_steps,
        seed=options.seed,
        workers=options.workers or os.cpu_count() or 1,
        solver=options.solver,
        start=start,
    )
    if options.engine != "auto":
        return (_attempt(options.engine, instance, told, tracker),)
    return _auto(instance, told, tracker)


def _auto(
    instance: Instance, told: EngineOptions, tracker: Tracker
) -> tuple[Attempt, ...]:
    """Run greedy, then exact from its plan for the time that is left."""
    small = is_small(instance)
    first = _attempt("greedy", instance, _share(told) if small else told, tracker)
    if not small or why_done(instance, told, (first.outcome,)) is not None:
        return (first,)
    found = first.outcome.solution
    second = replace(told, start=found if found is not None else told.start)
    return (first, _attempt("exact", instance, second, tracker))


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


def _share(told: EngineOptions) -> EngineOptions:
    """Return the options with a part of the remaining time."""
    remaining = told.stop.remaining_s()
    if remaining == float("inf"):
        return told
    deadline = time.monotonic() + GREEDY_TIME_SHARE * remaining
    return replace(told, stop=told.stop.until(deadline))


def _attempt(
    name: str, instance: Instance, told: EngineOptions, tracker: Tracker
) -> Attempt:
    """Run one engine."""
    outcome = _engine(name).solve(instance, told)
    tracker.engine_done(outcome.steps)
    return Attempt(name, outcome)


def _engine(name: str) -> Engine:
    """Load an engine by name; only the one in use is imported."""
    if name == "greedy":
        from allocator.engines.greedy import GreedyEngine

        return GreedyEngine()
    from allocator.engines.exact import ExactEngine

    return ExactEngine()
