"""The greedy engine: build by prices, then ruin and recreate while time remains."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from allocator.engines.engine import (
    EngineOptions,
    GoalOutcome,
    Outcome,
    Progress,
    StopReason,
    StopSignal,
)
from allocator.engines.exact.flows import best_flows
from allocator.engines.greedy.cooling import FIRST_HEAT, Cooling
from allocator.engines.greedy.plan import PlanBuilder
from allocator.engines.price.bound import PriceSearch, price_bound, rules_not_priced
from allocator.engines.price.layout import build_layout
from allocator.engines.price.problem import RelaxedProblem
from allocator.instance.instance import Solution
from allocator.instance.measures import (
    flow_credit,
    goal_value,
    limit_value,
    resources_by_building,
)
from allocator.units import exceeds, optimality_gap

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import Instance

    Array = npt.NDArray[Any]

FIRST_PASSES = 80
"""Passes of the price bound before the first plan is built by its prices."""
ARCS_OF_FIRST_PASSES = 20_000_000
"""Most arcs looked at in them, so that large instances get a plan early."""
MORE_PASSES = 200
"""Passes after the first plan, which gives the bound its target."""
PASSES_PER_ROUND = 20
STEPS_PER_BATCH = 32
BATCHES_PER_ROUND = 32
STEPS_BY_DEFAULT = 20_000
"""Steps when neither a time nor a number of steps is given."""
FLOWS_SHARE = 0.08
"""Share of the time kept for exact flows at the end."""
MOST_FLOW_ARCS = 5_000_000
CYCLE = 128
"""Steps of the first cooling cycle per building; every later one is twice as long."""
FEWEST_SITES = 8
"""A smaller instance has cycles as if it had so many buildings."""


class GreedyEngine:
    """Builds a feasible plan by marginal worth at prices, with a price bound."""

    name: ClassVar[str] = "greedy"

    def solve(self, instance: Instance, options: EngineOptions) -> Outcome:
        """Return the best plan found and a valid bound for every goal.

        The plan is made for the first goal; later goals get their value and a bound
        on all plans. `solution` is None when no plan that keeps coverage floors and
        pins was found, which proves nothing.
        """
        return GreedyRun(instance, options).outcome()


def _used_buildings(instance: Instance, solution: Solution) -> int:
    """Return how many buildings a plan uses."""
    spaces = instance.candidates.space[solution.places > 0]
    return len(np.unique(instance.spaces.building[spaces]))


def keeps_side_rules(instance: Instance, solution: Solution) -> bool:
    """Tell whether flows keep the floors and limits of the instance."""
    credit, _ = flow_credit(instance, solution)
    persons = instance.rows.persons_per_visit[solution.flow_row] * credit
    covered = np.bincount(
        solution.flow_row,
        weights=persons * solution.flow_visits,
        minlength=len(instance.rows),
    )
    floors = all(
        covered[row.rows].sum() >= row.persons * (1.0 - 1e-7) for row in instance.floors
    )
    used = resources_by_building(instance, solution)
    return floors and not any(
        exceeds(limit_value(row, used), row.upper) for row in instance.limits
    )


def _earlier(stop: StopSignal) -> StopSignal:
    """Return a signal that leaves a little time to serve residents exactly."""
    if stop.deadline is None:
        return stop
    left = stop.remaining_s()
    return stop.until(stop.deadline - min(5.0, FLOWS_SHARE * left))


def _flows_fit(instance: Instance) -> bool:
    """Tell whether the expanded arcs are few enough for exact flows."""
    return sum(len(r.row) * len(r.offers) for r in instance.reaches) <= MOST_FLOW_ARCS


@dataclass
class _Best:
    solution: Solution | None = None
    objective: float = -np.inf
    value: float | None = None


class GreedyRun:
    """One solve."""

    def __init__(self, instance: Instance, options: EngineOptions) -> None:
        self.instance, self.options = instance, options
        self.layout = build_layout(instance, 0)
        self.prices = PriceSearch(RelaxedProblem(self.layout))
        self.builder = PlanBuilder(self.layout, options.seed, self._stopped)
        self.best = _Best()
        self.stop = _earlier(options.stop)
        self.steps = 0
        self.told = -np.inf
        self.cooling = self._new_cooling()

    def outcome(self) -> Outcome:
        """Solve and return what is known."""
        reason = self._run()
        self._serve_best()
        return self._wrap(reason)

    def _first_plan(self, more_passes: int) -> None:
        """Find prices, build a plan by them, and go on with the prices."""
        self._keep_start()
        few = max(10, ARCS_OF_FIRST_PASSES // max(1, len(self.layout.arcs.row)))
        few = min(FIRST_PASSES, few)
        self._pass(few, "first prices")
        self.builder.guide_by(self.prices)
        self.builder.construct()
        self._keep()
        self._try_start()
        self._pass(more_passes * few // FIRST_PASSES, "price bound")

    def _run(self) -> StopReason:
        self._first_plan(MORE_PASSES)
        reason = self._reason()
        while reason is None:
            self.builder.guide_by(self.prices)
            for _ in range(BATCHES_PER_ROUND):
                self._improve()
                reason = self._reason()
                if reason is not None:
                    return reason
            self._pass(PASSES_PER_ROUND, "price bound")
            reason = self._reason()
        return reason

    def _keep_start(self) -> None:
        """Keep the plan given, so that nothing worse comes out however little time."""
        if self.options.start is None:
            return
        if self.builder.hold(self.options.start):
            self._keep()
        self.builder.clear()

    def _try_start(self) -> None:
        """Go on from the plan given, as far as it keeps the rules, if it is better."""
        if self.options.start is None or self._stopped():
            return
        built, start = self.best, self.options.start
        self._go_on_from(start, self.builder)
        self._keep()
        if self.best is built and built.solution is not None:
            self._go_on_from(built.solution, self.builder)

    def _go_on_from(self, solution: Solution, builder: PlanBuilder) -> None:
        """Let a builder go on from a plan, as far as it can hold it."""
        if not builder.hold(solution):
            builder.load(solution)

    def _improve(self) -> None:
        """Make one batch of steps; its size never depends on time."""
        steps = STEPS_PER_BATCH
        most = self._most_steps()
        if most is not None:
            steps = min(steps, most - self.steps)
        self.steps += self.builder.improve(steps, self._heat(self.steps))
        self._keep()
        self._tell("improve")

    def _new_cooling(self) -> Cooling:
        """Return the cooling that the limits of this run allow."""
        first = CYCLE * max(len(self.layout.rooms.building) - 1, FEWEST_SITES)
        most = self._most_steps()
        if most is not None:
            return Cooling(first, lambda: self.steps, most)
        return Cooling(first, time.monotonic, self._end_of_cooling())

    def _end_of_cooling(self) -> float:
        """Return when the chains end, by `time.monotonic()`."""
        return np.inf if self.stop.deadline is None else self.stop.deadline

    def _heat(self, steps: int) -> float:
        """Return the heat after so many steps of one chain: it falls in each cycle."""
        best = self.best.solution
        size = abs(self.best.objective) if np.isfinite(self.best.objective) else 1.0
        used = 1 if best is None else max(1, _used_buildings(self.instance, best))
        return FIRST_HEAT * size / used * self.cooling.factor(steps)

    def _pass(self, passes: int, phase: str) -> None:
        if self.best.value is not None:
            self.prices.plan = self.layout.sign * self.best.value
        for _ in range(passes):
            if self.prices.converged or (self.prices.passes and self._stopped()):
                return
            self.prices.step()
            self._tell(phase)

    def _keep(self, builder: PlanBuilder | None = None) -> None:
        """Keep the plan at hand when it is the best so far and breaks no rule."""
        builder = builder or self.builder
        objective = builder.objective()
        if objective <= self.best.objective + 1e-9 * abs(objective):
            return
        if not builder.complete():
            return
        solution = builder.solution()
        value = goal_value(self.instance, self.instance.goals[0], solution)
        self.best = _Best(solution, objective, value)

    def _serve_best(self) -> None:
        """Serve residents exactly under the places of the best plan, if time allows."""
        left = self.options.stop.remaining_s()
        if self.best.solution is None or left < 0.05 or not _flows_fit(self.instance):
            return
        places = self.best.solution.places
        deadline = self.options.stop.deadline
        flows = best_flows(self.instance, places, 0, deadline=deadline)
        solution = Solution(places, *flows)
        value = goal_value(self.instance, self.instance.goals[0], solution)
        known = self.best.value
        better = known is None or self.layout.sign * (value - known) > 0.0
        if better and keeps_side_rules(self.instance, solution):
            self.best = _Best(solution, self.best.objective, value)

    def _most_steps(self) -> int | None:
        if self.options.max_steps is not None:
            return self.options.max_steps
        endless = self.options.stop.deadline is None
        return STEPS_BY_DEFAULT if endless else None

    def _stopped(self) -> bool:
        return self.stop.reason() is not None

    def _reason(self) -> StopReason | None:
        stopped = self.stop.reason()
        if stopped is not None:
            return stopped
        if self.best.value is not None:
            gap = optimality_gap(self.prices.bound(), self.best.value)
            if gap <= 1e-6:
                return StopReason.PROVEN
            if gap <= self.options.gap:
                return StopReason.GAP
            target = self.options.target
            sign = self.layout.sign
            if target is not None and sign * self.best.value >= sign * target:
                return StopReason.TARGET
        most = self._most_steps()
        return StopReason.STEPS if most is not None and self.steps >= most else None

    def _tell(self, phase: str) -> None:
        """Report progress, at most every fifth of a second."""
        now = time.monotonic()
        if now - self.told < 0.2:
            return
        self.told = now
        bound = self.prices.bound() if self.prices.passes else None
        best = self.best
        self.options.on_progress(
            Progress(self.steps, best.value, bound, 0, phase, best.solution)
        )

    def _wrap(self, reason: StopReason) -> Outcome:
        notes: tuple[str, ...] = ()
        solution = self.best.solution
        if solution is None:
            notes = (
                "greedy found no plan that keeps coverage floors and pins; "
                "this does not prove that there is none",
            )
        goals = [GoalOutcome(self.best.value, self.prices.bound())]
        for goal in range(1, len(self.instance.goals)):
            value = None
            if solution is not None:
                value = goal_value(self.instance, self.instance.goals[goal], solution)
            later = price_bound(
                self.instance, goal=goal, stop=self.options.stop, max_passes=100
            )
            goals.append(GoalOutcome(value, later.value))
        return Outcome(
            solution=solution,
            goals=tuple(goals),
            stop_reason=reason,
            steps=self.steps,
            rules_not_priced=rules_not_priced(self.layout),
            notes=notes,
        )
