"""One goal solved in a child process: bounds and plans come in, the best is kept."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.engines.engine import Progress, StopReason
from allocator.engines.exact.backends.backend import RawOutcome, RawStatus, Settings
from allocator.engines.exact.bounds import better_bound
from allocator.engines.exact.child import ChildProcess, RunHere
from allocator.engines.exact.jobs import SolveJob
from allocator.units import OPTIMAL_GAP, optimality_gap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocator.engines.engine import StopSignal
    from allocator.engines.exact.goals import Goal
    from allocator.engines.exact.incumbents import Incumbent
    from allocator.engines.exact.jobs import Job, Message
    from allocator.engines.exact.model import Matrix

PROGRESS_INTERVAL_S = 0.5
LARGE = 500_000
"""Columns from which no plan is looked at any more once the time is up."""


@dataclass(frozen=True)
class GoalTask:
    """One goal, ready to be solved."""

    position: int
    goal: Goal
    matrix: Matrix
    incumbent: Incumbent
    """Holds the plan to start from, if there is one."""
    bound: float
    """A valid bound to begin with."""


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """How to solve it."""

    solver: str
    stop: StopSignal
    on_progress: Callable[[Progress], None]
    gap: float = 0.0
    target: float | None = None
    max_steps: int | None = None
    seed: int = 0
    workers: int = 1
    isolated: bool = True
    steps_before: int = 0
    """Steps of earlier goals, for progress."""


@dataclass(frozen=True)
class GoalResult:
    """What solving one goal gave; the plan is in the task's incumbent."""

    bound: float
    reason: StopReason
    steps: int
    infeasible: bool = False
    notes: tuple[str, ...] = ()


def solve_goal(task: GoalTask, conditions: Conditions) -> GoalResult:
    """Solve one goal until it is proven or `conditions` say stop."""
    watch = _Watch(task, conditions)
    watch.tell()
    job = _job(task, conditions)
    if watch.reached() is None:
        with open_child(job, isolated=conditions.isolated) as child:
            for batch in child.messages(conditions.stop):
                watch.take(batch)
                watch.tell()
                if watch.reached() is not None:
                    break
    watch.tell(at_once=True)
    return watch.result()


def open_child(job: Job, *, isolated: bool) -> ChildProcess | RunHere:
    """Start a job in a child process, or do it here."""
    return ChildProcess(job) if isolated else RunHere(job)


def _job(task: GoalTask, conditions: Conditions) -> SolveJob:
    """Return what the child is asked to do."""
    plan = task.incumbent.solution
    if plan is not None and not plan.places.any():
        plan = None  # a solver finds the empty plan itself, and a hint misleads it
    settings = Settings(
        gap=conditions.gap,
        max_steps=conditions.max_steps,
        seed=conditions.seed,
        workers=conditions.workers,
        start=None if plan is None else task.incumbent.point(plan),
    )
    return SolveJob(conditions.solver, task.matrix, settings, conditions.stop.deadline)


class _Watch:
    """Reads the child's messages."""

    def __init__(self, task: GoalTask, conditions: Conditions) -> None:
        self._task = task
        self._conditions = conditions
        self._bound = task.bound
        self._steps = 0
        self._raw: RawOutcome | None = None
        self._notes: list[str] = []
        self._told_at = -PROGRESS_INTERVAL_S
        self._told: Progress | None = None

    def take(self, batch: Sequence[Message]) -> None:
        """Take messages; of several plans the newest that keeps the rules is enough."""
        points = [message.content for message in batch if message.kind == "incumbent"]
        if self._task.matrix.num_columns > LARGE and self._conditions.stop.reason():
            points = []  # checking one takes seconds, and the time is up
        for point in reversed(points):
            if self._task.incumbent.offer_point(point):
                break
        for message in batch:
            if message.kind == "bound":
                self._take_bound(*message.content)
            elif message.kind == "done":
                self._raw = message.content
                self._take_bound(message.content.bound, message.content.steps)
            elif message.kind == "error":
                last = message.content.strip().splitlines()[-1]
                self._notes.append(f"the solver failed: {last}")
            elif message.kind == "ended" and self._raw is None and not self._notes:
                self._notes.append(_ending(message.content))

    def _take_bound(self, bound: float | None, steps: int) -> None:
        self._bound = better_bound(self._task.goal, self._bound, bound)
        self._steps = max(self._steps, steps)

    def tell(self, *, at_once: bool = False) -> None:
        """Report progress when something is new, and twice a second anyway."""
        progress = Progress(
            steps=self._conditions.steps_before + self._steps,
            objective=self._task.incumbent.value,
            bound=self._bound,
            goal=self._task.position,
            phase=self._conditions.solver,
            solution=self._task.incumbent.solution,
        )
        now = time.monotonic()
        due = now - self._told_at >= PROGRESS_INTERVAL_S
        if at_once or due or progress != self._told:
            self._told_at, self._told = now, progress
            self._conditions.on_progress(progress)

    def reached(self) -> StopReason | None:
        """Return why this goal is done although the solver may go on."""
        value = self._task.incumbent.value
        if value is None:
            return None
        gap = optimality_gap(self._bound, value)
        if gap <= OPTIMAL_GAP and self._raw is None:
            return StopReason.PROVEN
        target = self._conditions.target
        if target is not None:
            better = value >= target if self._task.goal.maximizes else value <= target
            if better:
                return StopReason.TARGET
        if self._conditions.gap > 0.0 and gap <= self._conditions.gap:
            return StopReason.GAP
        return None

    def result(self) -> GoalResult:
        """Sum up."""
        value = self._task.incumbent.value
        infeasible = self._raw is not None and self._raw.status is RawStatus.INFEASIBLE
        if infeasible and value is not None:
            self._notes.append("the solver found no plan although one is known")
            infeasible = False
        if self._task.incumbent.rejected and value is None:
            self._notes.append(
                "the solver's plans broke a rule by more than the tolerance"
            )
        reason = StopReason.PROVEN if infeasible else self._reason()
        return GoalResult(
            self._bound, reason, self._steps, infeasible, tuple(self._notes)
        )

    def _reason(self) -> StopReason:
        """Return why it ended, apart from what is proven."""
        value = self._task.incumbent.value
        if value is not None and optimality_gap(self._bound, value) <= OPTIMAL_GAP:
            return StopReason.PROVEN
        stopped = self.reached() or self._conditions.stop.reason()
        if stopped is not None:
            return stopped
        if self._raw is None:
            return StopReason.INTERRUPT
        if self._raw.status is RawStatus.STEPS:
            return StopReason.STEPS
        if self._raw.status is RawStatus.TIME:
            return StopReason.TIME
        return StopReason.GAP


def _ending(code: int) -> str:
    """Say how a child without a last message ended."""
    if code < 0:
        return f"the solver's process was ended by {signal.Signals(-code).name}"
    return f"the solver's process ended with exit code {code}"
