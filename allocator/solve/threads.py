"""Engines in threads of their own, so that one that overruns holds nobody up.

An engine asks its stop signal often, but not while its kernels are compiled or a large
plan is put together; then the caller goes on without it.
"""

from __future__ import annotations

import atexit
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from allocator.engines.engine import GoalOutcome, Outcome, StopReason

if TYPE_CHECKING:
    from allocator.engines.engine import Engine, EngineOptions, Progress
    from allocator.instance.instance import Instance, Solution
    from allocator.solve.tracker import Tracker

GRACE_S = 1.0
"""Seconds an engine may overrun on a small instance."""
LATE_S = 20.0
"""Seconds it may overrun on a large one, whose plan takes time to put together."""
EXIT_WAIT_S = 300.0
"""Seconds that leaving Python waits for an engine that is still compiling."""
TICK_S = 0.05
THREAD_NAME = "allocator-engine"


@dataclass(frozen=True)
class Attempt:
    """What one engine returned."""

    engine: str
    outcome: Outcome


class EngineThread:
    """Runs one engine; started when made."""

    def __init__(
        self, name: str, instance: Instance, told: EngineOptions, tracker: Tracker
    ) -> None:
        self.name = name
        self._instance = instance
        self._told = replace(told, on_progress=self._pass_on)
        self._tracker = tracker
        self._outcome: Outcome | None = None
        self._error: BaseException | None = None
        self._shown: Progress | None = None
        self._done = threading.Event()
        thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
        thread.start()
        # An interpreter that ends while a kernel is being compiled is aborted.
        atexit.register(thread.join, EXIT_WAIT_S)

    @property
    def is_done(self) -> bool:
        """Whether the engine has answered."""
        return self._done.is_set()

    def wait(self, overrun_s: float) -> None:
        """Wait until the engine has answered, or overruns its stop by so much.

        A Ctrl-C while waiting stops the engine.
        """
        stopped_at: float | None = None
        try:
            while not self._done.wait(TICK_S):
                now = time.monotonic()
                if stopped_at is None and self._told.stop.reason() is not None:
                    stopped_at = now
                if stopped_at is not None and now - stopped_at > overrun_s:
                    return
        except BaseException:
            self._told.stop.interrupt()
            raise

    @property
    def plan_so_far(self) -> Solution | None:
        """The engine's best plan, final or not."""
        if self._outcome is not None and self._outcome.solution is not None:
            return self._outcome.solution
        return self._shown.solution if self._shown else None

    def attempt(self) -> Attempt:
        """Return what the engine has answered, or the last that it has shown.

        Raises whatever the engine raised.
        """
        if self._error is not None:
            raise self._error
        if self._outcome is not None:
            return Attempt(self.name, self._outcome)
        return Attempt(self.name, self._unfinished())

    def _unfinished(self) -> Outcome:
        """Return the plan and bound last shown as an outcome."""
        from allocator.instance.measures import goal_value

        shown, goals = self._shown, self._instance.goals
        solution = shown.solution if shown else None
        values: list[float | None] = [None] * len(goals)
        if solution is not None:
            values = [goal_value(self._instance, goal, solution) for goal in goals]
        bounds = [shown.bound if shown else None, *([None] * (len(goals) - 1))]
        return Outcome(
            solution=solution,
            goals=tuple(map(GoalOutcome, values, bounds)),
            stop_reason=self._told.stop.reason() or StopReason.TIME,
            steps=shown.steps if shown else 0,
            notes=(f"{self.name} did not end in time; what it had shown is used",),
        )

    def _run(self) -> None:
        try:
            self._outcome = load_engine(self.name).solve(self._instance, self._told)
        except BaseException as error:  # raised again where the caller waits
            self._error = error
        finally:
            self._done.set()

    def _pass_on(self, progress: Progress) -> None:
        if progress.goal == 0:
            self._shown = progress
        self._tracker(self.name, progress)


def load_engine(name: str) -> Engine:
    """Load an engine by name; only the one in use is imported."""
    if name == "greedy":
        from allocator.engines.greedy import GreedyEngine

        return GreedyEngine()
    if name == "search":
        from allocator.engines.search import SearchEngine

        return SearchEngine()
    if name == "cover":
        from allocator.engines.cover import CoverEngine

        return CoverEngine()
    from allocator.engines.exact import ExactEngine

    return ExactEngine()
