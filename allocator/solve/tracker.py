"""Time spent per step, and progress over several engines as one story."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from allocator.engines.engine import Progress
from allocator.result import ProgressRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS_AT_MOST = 100_000
"""Progress rows kept; an engine that reports more often loses the later ones."""


@dataclass
class Clock:
    """Seconds per step since the command began."""

    started_at: float
    """`time.monotonic()` at the beginning."""
    times_s: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step."""
        begun = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - begun
            self.times_s[name] = self.times_s.get(name, 0.0) + spent

    def seconds(self) -> float:
        """Return seconds since the beginning."""
        return time.monotonic() - self.started_at


@dataclass
class Tracker:
    """Keeps the best plan value and bound of the first goal over all engines."""

    clock: Clock
    maximizes: bool
    on_progress: Callable[[Progress], None]
    rows: list[ProgressRow] = field(default_factory=list)
    steps: dict[str, int] = field(default_factory=dict)
    """Steps of each engine so far."""
    objective: float | None = None
    bound: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, engine: str, progress: Progress) -> None:
        """Take one engine's progress and pass on the best so far."""
        with self._lock:
            self.steps[engine] = progress.steps
            steps = sum(self.steps.values())
            if progress.goal > 0:
                self.on_progress(replace(progress, steps=steps))
                return
            better, tighter = (max, min) if self.maximizes else (min, max)
            self.objective = _pick(better, self.objective, progress.objective)
            self.bound = _pick(tighter, self.bound, progress.bound)
            self._keep(
                ProgressRow(self.clock.seconds(), steps, self.objective, self.bound)
            )
            self.on_progress(
                replace(
                    progress, steps=steps, objective=self.objective, bound=self.bound
                )
            )

    def _keep(self, row: ProgressRow) -> None:
        """Keep the row when plan or bound changed."""
        last = self.rows[-1] if self.rows else None
        news = last is None or (last.objective, last.bound) != (
            row.objective,
            row.bound,
        )
        if news and len(self.rows) < ROWS_AT_MOST:
            self.rows.append(row)


def _pick(
    choose: Callable[[float, float], float], ours: float | None, theirs: float | None
) -> float | None:
    """Return the better of two values of which either may be unknown."""
    if ours is None or theirs is None:
        return theirs if ours is None else ours
    return choose(ours, theirs)


def report_phase(tracker: Tracker, phase: str) -> None:
    """Tell what is being done before an engine speaks."""
    tracker.on_progress(
        Progress(
            steps=sum(tracker.steps.values()),
            objective=tracker.objective,
            bound=tracker.bound,
            phase=phase,
        )
    )
