"""The exact engine: one formulation, three solvers, goals in order."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from allocator.engines.engine import GoalOutcome, Outcome, Progress, StopReason
from allocator.engines.exact.bounds import trivial_bound
from allocator.engines.exact.conflicts import find_conflicts
from allocator.engines.exact.formulation import BuildStopped, build_model
from allocator.engines.exact.goals import declare_goals, hold_goal
from allocator.engines.exact.incumbents import Formulated, Incumbent
from allocator.engines.exact.solving import Conditions, GoalTask, solve_goal
from allocator.instance.instance import Solution
from allocator.instance.measures import goal_value

if TYPE_CHECKING:
    from allocator.engines.engine import EngineOptions, StopSignal
    from allocator.engines.exact.solving import GoalResult
    from allocator.instance.instance import Instance

SHARE_OF_A_GOAL = 0.6
"""Share of the time left that a goal may use while later goals wait."""


class ExactEngine:
    """Solves the whole core model to proof, or as far as time allows.

    Parameters
    ----------
    isolated
        Run the solver in a child process. Without it a solver cannot be stopped before
        its own limit; for tiny models in tests, where starting a process costs more
        than solving.
    """

    name: ClassVar[str] = "exact"

    def __init__(self, *, isolated: bool = True) -> None:
        self._isolated = isolated

    def solve(self, instance: Instance, options: EngineOptions) -> Outcome:
        """Return the best plan found and a valid bound for every goal."""
        try:
            model, variables = build_model(instance, stop=options.stop)
        except BuildStopped:
            return _nothing(instance, options.stop)
        if options.stop.reason() is not None:
            return _nothing(instance, options.stop)
        goals = declare_goals(model, variables)
        state = _State(Formulated(model, variables, goals), options.start)
        for position in range(len(goals)):
            self._solve_goal(state, position, options)
        outcome = _outcome(instance, state)
        if not outcome.infeasible:
            return outcome
        sign_of_life = Progress(outcome.steps, None, None, phase="conflicts")
        conflicts, proven = find_conflicts(
            instance,
            model,
            options.stop,
            tell=lambda: options.on_progress(sign_of_life),
            isolated=self._isolated,
        )
        return replace(
            outcome, conflicts=conflicts, conflicts_proven_irreducible=proven
        )

    def _solve_goal(self, state: _State, position: int, options: EngineOptions) -> None:
        """Solve one goal after the earlier ones; only bound it when it is too late."""
        task = state.task(position)
        state.bounds.append(task.bound)
        state.reached.append(None)
        solution = task.incumbent.solution
        late = options.stop.reason() is not None or (position > 0 and solution is None)
        if not late:
            result = solve_goal(task, self._conditions(state, position, options))
            state.results.append(result)
            state.bounds[-1] = result.bound
            solution = task.incumbent.solution
        elif position == 0 or not state.results[-1].infeasible:
            state.stopped = options.stop.reason()
        state.solution = solution
        if task.incumbent.value is not None:
            state.reached[-1] = task.incumbent.value
            goal = state.formulated.goals[position]
            hold_goal(state.formulated.model, goal, position, task.incumbent.value)

    def _conditions(
        self, state: _State, position: int, options: EngineOptions
    ) -> Conditions:
        """Return how to solve one goal; gap and target concern the first."""
        first = position == 0
        later = len(state.formulated.goals) - position - 1
        steps = sum(result.steps for result in state.results)
        left = None
        if options.max_steps is not None:
            left = max(0, options.max_steps - steps)
        return Conditions(
            solver=options.solver,
            stop=_own_stop(options.stop, later),
            on_progress=options.on_progress,
            gap=options.gap if first else 0.0,
            target=options.target if first else None,
            max_steps=left,
            seed=options.seed,
            workers=options.workers,
            isolated=self._isolated,
            steps_before=steps,
        )


@dataclass
class _State:
    """What the goals solved so far have given."""

    formulated: Formulated
    solution: Solution | None
    """The best plan; at first the one to start from, unchecked."""
    results: list[GoalResult] = field(default_factory=list)
    bounds: list[float] = field(default_factory=list)
    reached: list[float | None] = field(default_factory=list)
    stopped: StopReason | None = None
    """Why a goal was not begun."""

    def task(self, position: int) -> GoalTask:
        """Return the next goal with the plan to start from, if that keeps all rules."""
        goal = self.formulated.goals[position]
        model = self.formulated.model
        matrix = model.matrix(goal.expression, maximizes=goal.maximizes)
        incumbent = Incumbent(self.formulated, matrix, position)
        layout = self.formulated.variables.layout
        incumbent.offer(self.solution or _empty_plan(layout.instance))
        bound = trivial_bound(matrix, self.formulated.variables, goal)
        return GoalTask(position, goal, matrix, incumbent, bound)


def _empty_plan(instance: Instance) -> Solution:
    """Return the plan that does nothing; it keeps every rule but floors and pins."""
    none = np.empty(0, np.int64)
    places = np.zeros(len(instance.candidates.space), np.int64)
    return Solution(places, none, none, np.empty(0))


def _nothing(instance: Instance, stop: StopSignal) -> Outcome:
    """Return what is known when there was no time for a model: nothing."""
    return Outcome(
        solution=None,
        goals=tuple(GoalOutcome(None, None) for _ in instance.goals),
        stop_reason=stop.reason() or StopReason.TIME,
        steps=0,
        notes=("there was no time to build the model",),
    )


def _own_stop(stop: StopSignal, later_goals: int) -> StopSignal:
    """Leave time for later goals."""
    left = stop.remaining_s()
    if later_goals == 0 or not np.isfinite(left):
        return stop
    return stop.until(time.monotonic() + SHARE_OF_A_GOAL * left)


def _outcome(instance: Instance, state: _State) -> Outcome:
    """Sum up all goals."""
    infeasible = bool(state.results) and state.results[0].infeasible
    values: list[float | None] = [None] * len(instance.goals)
    if state.solution is not None:
        values = [goal_value(instance, g, state.solution) for g in instance.goals]
    goals = tuple(
        GoalOutcome(value, None if infeasible else bound, reached)
        for value, bound, reached in zip(
            values, state.bounds, state.reached, strict=True
        )
    )
    reasons = [result.reason for result in state.results]
    reasons += [state.stopped] if state.stopped is not None else []
    unproven = [reason for reason in reasons if reason is not StopReason.PROVEN]
    return Outcome(
        solution=state.solution,
        goals=goals,
        stop_reason=unproven[0] if unproven else StopReason.PROVEN,
        steps=sum(result.steps for result in state.results),
        infeasible=infeasible,
        notes=tuple(note for result in state.results for note in result.notes),
    )
