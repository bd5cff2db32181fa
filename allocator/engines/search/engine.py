"""The search engine: several chains of ruin and recreate beside the price bound.

Every chain is the same whatever the number of workers: chains run for a fixed number
of steps (a round), then meet, so that a seed and a number of steps give one plan.
"""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from allocator.engines.exact.flows import best_flows
from allocator.engines.greedy.engine import GreedyRun, keeps_side_rules
from allocator.engines.greedy.plan import PlanBuilder
from allocator.engines.search.polish import Windows
from allocator.instance.instance import Solution
from allocator.instance.measures import goal_value

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.engine import EngineOptions, Outcome, StopReason
    from allocator.engines.greedy.cooling import Cooling
    from allocator.instance.instance import Instance

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

HEATS = (1.0, 0.25)
"""Heat of every chain, as a share of the cycle's: some explore, others settle."""
CHAINS = len(HEATS)
STEPS_PER_ROUND = 128
"""Steps of every chain between two meetings."""
ROUNDS_PER_PRICING = 32
"""Rounds after which the prices are improved again."""
PASSES_PER_PRICING = 20
MORE_PASSES = 400
"""Passes after the first plan, which gives the bound its target."""
FEW_SITES, MANY_SITES = 3, 6
"""Most sites taken out at once, in turn by round."""
MOST_EXACT_ARCS = 400_000
"""Stored arcs up to which residents are served exactly after every cycle."""
MOST_POLISHED_ARCS = 200_000
"""Stored arcs up to which windows of the plan are solved exactly at the end."""
POLISH_SHARE = 0.45
"""Share of the time left after the first plan that goes to them, where time counts."""
LEAST_POLISH_S = 20.0
"""Time from which windows are worth it; before, chains gain more."""
SEED_STRIDE = 7919
"""Between the seeds of two chains."""


class SearchEngine:
    """Improves a plan by chains of ruin and recreate until nothing is left of time."""

    name: ClassVar[str] = "search"

    def solve(self, instance: Instance, options: EngineOptions) -> Outcome:
        """Return the best plan found and a valid bound for every goal.

        The plan is made for the first goal; later goals get their value and a bound
        on all plans. `solution` is None when no plan that keeps coverage floors and
        pins was found, which proves nothing.
        """
        return SearchRun(instance, options).outcome()


class SearchRun(GreedyRun):
    """One solve: begins as the greedy engine does, goes on with several chains."""

    def __init__(self, instance: Instance, options: EngineOptions) -> None:
        self._chains_end = np.inf
        super().__init__(instance, options)
        self.rounds = 0

    def _run(self) -> StopReason:
        self._first_plan(MORE_PASSES)
        reason = self._reason()
        if reason is not None:
            return reason
        chains = self._new_chains()
        workers = max(1, min(self.options.workers, CHAINS))
        with ThreadPoolExecutor(workers, thread_name_prefix="search") as pool:
            while reason is None and not self._is_polished_now():
                self._round(chains, pool)
                reason = self._reason()
            if reason is None:
                reason = self._polish(pool, workers)
        return reason

    def _new_cooling(self) -> Cooling:
        """Return the cooling of the chains, which end before windows are polished.

        Not where steps are counted: what a window gives in a time is not repeatable.
        """
        left = self.stop.remaining_s()
        small = 0 < len(self.layout.arcs.row) <= MOST_POLISHED_ARCS
        small &= len(self.layout.rooms.building) > 1  # with one more at the end
        if self._most_steps() is None and small and LEAST_POLISH_S <= left < np.inf:
            self._chains_end = time.monotonic() + (1.0 - POLISH_SHARE) * left
        return super()._new_cooling()

    def _is_polished_now(self) -> bool:
        """Tell whether windows of the plan are due; without a plan they never are."""
        due = time.monotonic() >= self._chains_end
        return due and self.best.solution is not None

    def _end_of_cooling(self) -> float:
        return min(self._chains_end, super()._end_of_cooling())

    def _polish(self, pool: ThreadPoolExecutor, workers: int) -> StopReason:
        """Solve windows of the best plan exactly until nothing is left of time."""
        assert self.best.solution is not None
        windows = Windows(self.instance, self.options.seed)
        point = windows.point(self.best.solution)
        stop = self.stop.part()
        running: dict[Future[Floats | None], Ints] = {}
        reason = self._reason()
        while reason is None:
            while len(running) < workers:
                columns = windows.draw()
                running[pool.submit(windows.improve, point, columns, stop)] = columns
            for done in wait(running, 0.2, FIRST_COMPLETED).done:
                columns, values = running.pop(done), done.result()
                better = None
                if values is not None:
                    better = windows.adopt(point, columns, values)
                if better is not None:
                    point = better
                    self._keep_solution(windows.solution(point))
            self._tell("windows")
            reason = self._reason()
        stop.interrupt()
        return reason

    def _keep_solution(self, solution: Solution) -> None:
        """Keep a plan that is not a chain's when it is the best so far."""
        value = goal_value(self.instance, self.instance.goals[0], solution)
        known = self.best.value
        better = known is None or self.layout.sign * (value - known) > 0.0
        if better and keeps_side_rules(self.instance, solution):
            self.best = replace(self.best, solution=solution, value=value)

    def _new_chains(self) -> list[PlanBuilder]:
        """Return the chains; all go on from the best plan."""
        chains = [self.builder]
        for number in range(1, CHAINS):
            seed = self.options.seed + SEED_STRIDE * number
            chain = PlanBuilder(self.layout, seed, self._stopped)
            chain.guide_by(self.prices)
            if self.best.solution is None:
                chain.construct()
            else:
                self._go_on_from(self.best.solution, chain)
            chains.append(chain)
        return chains

    def _round(self, chains: list[PlanBuilder], pool: ThreadPoolExecutor) -> None:
        """Let every chain make its steps, then compare."""
        most = self._most_steps()
        steps = STEPS_PER_ROUND
        if most is not None:
            steps = min(steps, -(-(most - self.steps) // CHAINS))
        before = self.rounds * STEPS_PER_ROUND
        cycle = self.cooling.number
        heat = self._heat(before)
        if self.cooling.number != cycle:
            self._end_cycle(chains)
        sites = FEW_SITES if self.rounds % 2 else MANY_SITES

        def advance(chain: PlanBuilder, share: float) -> None:
            chain.improve(steps, share * heat, sites)

        list(pool.map(advance, chains, HEATS))
        self.rounds += 1
        self.steps += CHAINS * steps
        for chain in chains:
            self._keep(chain)
        if self.rounds % ROUNDS_PER_PRICING == 0:
            self._price(chains)
        self._tell("improve")

    def _price(self, chains: list[PlanBuilder]) -> None:
        """Improve the prices, and guide the chains by them."""
        if self.prices.converged:
            return
        self._pass(PASSES_PER_PRICING, "price bound")
        for chain in chains:
            chain.guide_by(self.prices)

    def _end_cycle(self, chains: list[PlanBuilder]) -> None:
        """Serve residents exactly; the worst chain goes on from the best plan."""
        if len(self.layout.arcs.row) <= MOST_EXACT_ARCS:
            for chain in chains:
                self._serve_exactly(chain)
                self._keep(chain)
        if self.best.solution is not None:
            worst = min(chains, key=lambda chain: chain.objective())
            self._go_on_from(self.best.solution, worst)

    def _serve_exactly(self, chain: PlanBuilder) -> None:
        """Give a chain the best flows for its places, if they keep all rules."""
        places: Any = chain.places()
        solution = Solution(places, *best_flows(self.instance, places, 0))
        if keeps_side_rules(self.instance, solution):
            chain.adopt_flows(solution)
