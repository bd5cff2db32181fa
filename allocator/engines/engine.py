"""The interface that all engines share: instance in; plan, bound, progress out."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from allocator.instance.instance import Instance, Solution


class StopReason(StrEnum):
    """Why an engine stopped; a fact apart from what it proved."""

    PROVEN = "proven"
    GAP = "gap"
    TARGET = "target"
    TIME = "time"
    STEPS = "steps"
    INTERRUPT = "interrupt"


class StopSignal:
    """Tells an engine to stop: a deadline, or somebody's wish.

    Engines ask `reason()` at least every tenth of a second.

    Parameters
    ----------
    deadline
        `time.monotonic()` at which the plan must be final; None = no limit.
    whole
        A signal that this one is a part of: it stops with it, at the latest.
    """

    def __init__(
        self, deadline: float | None = None, whole: StopSignal | None = None
    ) -> None:
        limits = [deadline, whole.deadline if whole else None]
        self.deadline: float | None = min(
            (t for t in limits if t is not None), default=None
        )
        """`time.monotonic()` at which the plan must be final; None = no limit."""
        self._whole = whole
        self._interrupted = threading.Event()

    def interrupt(self) -> None:
        """Ask for the best plan now (Ctrl-C, SIGTERM, a caller's button)."""
        self._interrupted.set()

    @property
    def is_interrupted(self) -> bool:
        """Whether somebody asked to stop this signal or the whole."""
        return self._interrupted.is_set() or bool(
            self._whole and self._whole.is_interrupted
        )

    def part(self) -> StopSignal:
        """Return a signal that stops with this one, and can be interrupted alone."""
        return StopSignal(None, self)

    def until(self, deadline: float) -> StopSignal:
        """Return a part with an earlier deadline."""
        return StopSignal(deadline, self)

    def remaining_s(self) -> float:
        """Seconds left, inf without a deadline; never below 0."""
        if self.is_interrupted:
            return 0.0
        if self.deadline is None:
            return float("inf")
        return max(0.0, self.deadline - time.monotonic())

    def reason(self) -> StopReason | None:
        """Return why to stop now, or None."""
        if self.is_interrupted:
            return StopReason.INTERRUPT
        return StopReason.TIME if self.remaining_s() == 0.0 else None


@dataclass(frozen=True)
class Progress:
    """One line of progress on the goal being solved."""

    steps: int
    objective: float | None
    bound: float | None
    goal: int = 0
    phase: str = ""
    """What the engine is doing, for people."""
    solution: Solution | None = field(default=None, compare=False, repr=False)
    """The plan behind `objective`, if the engine can show it before it ends."""


@dataclass(frozen=True)
class GoalOutcome:
    """What is known of one goal: its value in the plan and a valid bound."""

    value: float | None
    bound: float | None
    """No plan (that keeps the earlier goals' tolerances) is better; None = unknown."""
    reached: float | None = None
    """Value when this goal was solved, before later goals used its tolerance; None =
    `value`. The gap is taken here."""


@dataclass(frozen=True)
class Conflict:
    """One member of an irreducible set of rules that cannot hold together."""

    rule_id: str
    where: Mapping[str, str]
    least_change: float | None
    """Change of this rule alone that restores a plan; None = unknown or impossible."""
    unit: str


@dataclass(frozen=True)
class Outcome:
    """What an engine returns; without a plan `solution` is None and says why."""

    solution: Solution | None
    goals: tuple[GoalOutcome, ...]
    stop_reason: StopReason
    steps: int
    infeasible: bool = False
    """Proven that no plan keeps all rules."""
    conflicts: tuple[Conflict, ...] = ()
    conflicts_proven_irreducible: bool = False
    rules_not_priced: tuple[str, ...] = ()
    """Rules that the bound leaves out (it stays valid)."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EngineOptions:
    """What an engine is told beside the instance."""

    stop: StopSignal = field(default_factory=StopSignal)
    on_progress: Callable[[Progress], None] = lambda progress: None
    gap: float = 0.0
    target: float | None = None
    max_steps: int | None = None
    seed: int = 0
    workers: int = 1
    solver: str = "highs"
    start: Solution | None = None
    """A plan to start from; the engine checks it before use."""


class Engine(Protocol):
    """An engine; a plain class without state between solves."""

    name: ClassVar[str]

    def solve(self, instance: Instance, options: EngineOptions) -> Outcome:
        """Return the best plan found and a valid bound for every goal."""
        ...
