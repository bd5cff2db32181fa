"""The covering engine: search, dual bound and proof side by side."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from allocator.engines.cover.bound import DualBound
from allocator.engines.cover.plans import PlanSearch
from allocator.engines.cover.proof import Proof, undecided
from allocator.engines.cover.reading import is_covering, read_covering
from allocator.engines.cover.reduce import without_dominated
from allocator.engines.engine import GoalOutcome, Outcome, Progress, StopReason
from allocator.errors import AllocatorError
from allocator.units import OPTIMAL_GAP, optimality_gap

if TYPE_CHECKING:
    from concurrent.futures import Future

    import numpy.typing as npt

    from allocator.engines.engine import EngineOptions
    from allocator.instance.instance import Instance, Solution

    Ints = npt.NDArray[np.int64]

MOST_STEPS_PER_BATCH = 100
ARCS_OF_STEPS = 100_000_000
"""Steps of one batch times arcs of the net, so that reports come in time."""
ARCS_PER_BATCH = 5_000_000
"""Arcs that the passes of one batch of the bound look at, about."""
MOST_PASSES_PER_BATCH = 100
STEPS_BY_DEFAULT = 200_000
"""Steps when neither a time nor a number of steps is given."""
LEAST_PASSES = 400
"""Passes of the bound before a run ends by its number of steps."""
CLOSE = 2e-5
"""The linear relaxation is as good as solved from this gap of its own."""
PROOF_ARCS = 100_000
"""Most arcs of an undecided net that is handed to a solver; on larger ones a second
search from another seed gains more."""
SECOND_SEED = 1_000_003
PROOF_AGAIN = 0.6
"""A smaller undecided net goes to a new child from this share of the sites."""
STEPPED_PROOF_ARCS = 20_000
STEPPED_PROOF_NODES = 1_000
"""Arcs and nodes of a proof in a run that must be the same on every machine."""
TELL_S = 0.25
SHOW_S = 1.0
"""Seconds between two plans put together for others to see."""


class CoverEngine:
    """Solves pure covering: unlimited services, sites open or closed."""

    name: ClassVar[str] = "cover"

    def solve(self, instance: Instance, options: EngineOptions) -> Outcome:
        """Return the best plan found and a valid bound.

        Raises
        ------
        AllocatorError
            If the instance is not pure covering (`is_covering`).
        """
        if not is_covering(instance):
            msg = "the covering engine takes pure covering instances only"
            raise AllocatorError(msg)
        run = CoverRun(instance, options)
        try:
            return run.outcome()
        finally:
            run.close()


class CoverRun:
    """One solve."""

    def __init__(self, instance: Instance, options: EngineOptions) -> None:
        self.options, self.stop = options, options.stop
        self.covering = read_covering(instance)
        self.reduced = without_dominated(self.covering.net)
        net = self.reduced.net
        self.search = PlanSearch(net, options.seed)
        self.dual = DualBound(net)
        self.whole = bool((net.weight == np.rint(net.weight)).all())
        steps = ARCS_OF_STEPS // max(1, net.num_arcs)
        self._batch = max(5, min(MOST_STEPS_PER_BATCH, steps))
        self.bound = self.dual.bound
        self.proof: Proof | None = None
        self.second: PlanSearch | None = None
        self._tried = -np.inf
        self.pool = ThreadPoolExecutor(1)
        self.job: Future[None] | None = None
        self._told, self._shown = -np.inf, -np.inf
        self._plan: tuple[float, Solution, float] | None = None

    def outcome(self) -> Outcome:
        """Solve and return what is known."""
        self.search.build()
        self._tell(at_once=True)
        if self.options.start is not None:
            self._try_start(self.options.start)
        self.search.settle(self._ends)
        self._tell(at_once=True)
        reason = (
            self._stepped() if self.options.max_steps is not None else self._timed()
        )
        self._wait_for_bound()
        self._take_second()
        solution, value = self._shown_plan(newest=True)
        bound = max(self.bound + self.covering.base, value)
        self._tell(at_once=True)
        return Outcome(
            solution=solution,
            goals=(GoalOutcome(value, bound),),
            stop_reason=reason,
            steps=self.search.steps,
        )

    def close(self) -> None:
        """End what still works."""
        if self.proof is not None:
            self.proof.close()
        self.pool.shutdown(wait=True)

    def _timed(self) -> StopReason:
        """Search and bound side by side; then a proof takes the place of the bound."""
        most = STEPS_BY_DEFAULT if self.stop.deadline is None else np.inf
        while True:
            reason = self._reason()
            if reason is not None:
                return reason
            if self.search.steps >= most and not self._proof_runs():
                return StopReason.STEPS
            self._bound_on()
            if self.search.steps < most:
                self.search.improve(self._batch)
            else:
                time.sleep(0.05)
            self._look_at_proof()
            self._tell()

    def _stepped(self) -> StopReason:
        """Search and bound in turns of fixed length, the same whatever the workers."""
        most = self.options.max_steps or 0
        while self.search.steps < most:
            reason = self._reason()
            if reason is not None:
                return reason
            self._advance()
            left = most - self.search.steps
            self.search.improve(min(self._batch, left))
            self._tell()
        while self.dual.passes < LEAST_PASSES and self._reason() is None:
            self._advance()
            self._tell()
        if self._reason() is None:
            self._prove_in_steps()
        return self._reason() or StopReason.STEPS

    def _reason(self) -> StopReason | None:
        """Return why to stop now, or None."""
        stopped = self.stop.reason()
        if stopped is not None:
            return stopped
        value = self.search.value + self.reduced.base + self.covering.base
        gap = optimality_gap(max(self.bound + self.covering.base, value), value)
        if gap <= OPTIMAL_GAP * 0.1:
            return StopReason.PROVEN
        if self.options.gap > 0.0 and gap <= self.options.gap:
            return StopReason.GAP
        if self.options.target is not None and value >= self.options.target:
            return StopReason.TARGET
        return None

    def _ends(self) -> bool:
        """Report, and tell whether to stop now."""
        self._tell()
        return self.stop.reason() is not None

    def _advance(self) -> None:
        """Make one batch of passes of the bound."""
        per_batch = ARCS_PER_BATCH // max(1, self.dual.net.num_arcs)
        self.dual.advance(min(MOST_PASSES_PER_BATCH, max(1, per_batch)))
        self._take_bound(self.dual.bound + self.reduced.base)

    def _take_bound(self, bound: float) -> None:
        """Keep a bound on what the net covers; of whole weights a whole one."""
        if self.whole and np.isfinite(bound):
            bound = float(np.floor(bound + 1e-6))
        self.bound = min(self.bound, bound)

    def _bound_on(self) -> None:
        """Keep the bound at work beside the search, or in turns with it."""
        if self.dual.gap <= CLOSE or self.proof is not None:
            if self.job is not None and not self.job.done():
                return
            self._wait_for_bound()
            if self.proof is None and self.search.value > self._tried:
                self._tried = self.search.value
                self._begin_proof(self.options.workers)
            if self.proof is None and self.options.workers > 1:
                self._search_beside()
            return
        if self.options.workers == 1:
            self._advance()
        elif self.job is None or self.job.done():
            self._wait_for_bound()
            self.job = self.pool.submit(self._advance)

    def _search_beside(self) -> None:
        """Keep a second search at work where the bound has done what it can."""
        if self.second is None:
            self.second = PlanSearch(self.reduced.net, self.options.seed + SECOND_SEED)
            self.second.load(np.flatnonzero(self.search.opened))
        self._take_second()
        self.job = self.pool.submit(self.second.improve, self._batch)

    def _take_second(self) -> None:
        """Go on from the second search's plan when it is better."""
        if self.second is not None and self.second.value > self.search.value:
            self.search.load(np.flatnonzero(self.second.opened))

    def _wait_for_bound(self) -> None:
        """Wait for the batch of passes at work, and hear of its errors."""
        if self.job is not None:
            self.job.result()
            self.job = None

    def _begin_proof(self, workers: int, nodes: int | None = None) -> None:
        """Hand what is undecided to a solver, if it is not too much."""
        left = undecided(self.dual, self.search.value)
        most = PROOF_ARCS if nodes is None else STEPPED_PROOF_ARCS
        if left.net.num_arcs > most:
            return
        self.proof = Proof(
            left,
            self.search.opened,
            self.stop,
            seed=self.options.seed,
            workers=max(1, workers - 1),
            max_nodes=nodes,
        )

    def _proof_runs(self) -> bool:
        return self.proof is not None and not self.proof.ended

    def _look_at_proof(self) -> None:
        """Take plans and bounds of the proof; begin again where much less is left."""
        if not self._proof_runs() or self.proof is None:
            return
        sites = self.proof.poll()
        if sites is not None:
            self._offer(sites)
        self._take_proven()
        left = int(
            (np.abs(self.dual.income) <= self.dual.bound - self.search.value).sum()
        )
        if not self.proof.ended and left < PROOF_AGAIN * len(self.proof.reduced.site):
            self.proof.close()
            self._begin_proof(self.options.workers)

    def _take_proven(self) -> None:
        """Take the bound of the proof; outside its net no plan is better than ours."""
        if self.proof is not None and self.proof.bound < np.inf:
            within = self.proof.bound + self.reduced.base
            ours = self.search.value + self.reduced.base
            self._take_bound(max(within, ours))

    def _offer(self, sites: Ints) -> None:
        """Go on from a solver's plan when it is better."""
        net = self.reduced.net
        row = np.concatenate(
            [
                net.site_row[net.site_start[site] : net.site_start[site + 1]]
                for site in sites
            ]
            or [np.empty(0, np.int64)]
        )
        if net.weight[np.unique(row)].sum() > self.search.value:
            self.search.load(sites)

    def _prove_in_steps(self) -> None:
        """Let a solver decide what little is left, the same way on every machine."""
        self._begin_proof(1, STEPPED_PROOF_NODES)
        found = None
        while self._proof_runs() and self.proof is not None:
            time.sleep(0.02)
            newest = self.proof.poll()
            found = found if newest is None else newest
            self._tell()
            if self.stop.reason() is not None:
                return
        if found is not None:
            self._offer(found)
        self._take_proven()

    def _try_start(self, start: Solution) -> None:
        """Begin from the plan given if it is better than the one built."""
        sites = self.covering.open_sites(start)
        number = np.full(self.covering.net.num_sites, -1, np.int64)
        number[self.reduced.site] = np.arange(len(self.reduced.site))
        built, value = np.flatnonzero(self.search.opened), self.search.value
        self.search.load(number[sites][number[sites] >= 0])
        if self.search.value <= value:
            self.search.load(built)

    def _shown_plan(self, *, newest: bool) -> tuple[Solution, float]:
        """Return a plan with its value: the best, or one shown not long ago."""
        now = time.monotonic()
        known = self._plan
        fresh = known is not None and known[0] >= self.search.value
        if known is not None and (fresh or not (newest or now - self._shown >= SHOW_S)):
            return known[1], known[2]
        self._shown = now
        opened = self.reduced.site[self.search.opened]
        solution, value = self.covering.solution(opened)
        self._plan = (self.search.value, solution, value)
        return solution, value

    def _tell(self, *, at_once: bool = False) -> None:
        """Report progress, a few times a second."""
        now = time.monotonic()
        if not at_once and now - self._told < TELL_S:
            return
        self._told = now
        solution, value = self._shown_plan(newest=False)
        phase = "proof" if self._proof_runs() else "search and bound"
        bound = max(self.bound + self.covering.base, value)
        self.options.on_progress(
            Progress(self.search.steps, value, bound, 0, phase, solution)
        )
