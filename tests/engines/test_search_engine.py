"""The search engine's plans keep every rule, repeat, and stop when told."""

from __future__ import annotations

import time

import numpy as np
import pytest

from allocator.engines.engine import (
    EngineOptions,
    Outcome,
    Progress,
    StopReason,
    StopSignal,
)
from allocator.engines.exact import ExactEngine
from allocator.engines.exact.flows import best_flows
from allocator.engines.greedy.cooling import LAST_HEAT, Cooling
from allocator.engines.search import SearchEngine
from allocator.engines.search.engine import SearchRun
from allocator.evaluate import evaluate_plan
from allocator.instance import Instance, solution_to_plan
from allocator.instance.instance import Solution
from allocator.instance.measures import goal_value
from tests.engines.price_samples import GOALS, sample


def search(instance: Instance, **options: object) -> Outcome:
    return SearchEngine().solve(instance, EngineOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("goal", range(len(GOALS)))
def test_plans_keep_every_rule_by_the_evaluator(goal: int) -> None:
    planned = 0
    for seed in range(100 + 12 * goal, 112 + 12 * goal):
        case = sample(seed, goal, sessions=seed % 2 * 4)
        # enough steps for a cycle to end, so that exact flows are taken over
        outcome = search(case.instance, max_steps=2100, seed=seed)
        if outcome.solution is None:
            assert outcome.notes
            continue
        plan = solution_to_plan(case.scenario, case.instance, outcome.solution)
        evaluation = evaluate_plan(case.scenario, case.access, plan)
        assert [str(violation) for violation in evaluation.violations] == [], seed
        value = outcome.goals[0].value
        assert evaluation.goals[0] == pytest.approx(value, rel=1e-6, abs=1e-9)
        planned += 1
    assert planned >= 6


def test_plans_are_nearly_all_of_what_is_possible() -> None:
    found, possible = 0.0, 0.0
    for seed in range(40, 60):
        instance = sample(seed).instance
        exact = ExactEngine(isolated=False).solve(instance, EngineOptions())
        outcome = search(instance, max_steps=2100)
        if exact.infeasible or outcome.solution is None:
            continue
        value, bound = outcome.goals[0].value, outcome.goals[0].bound
        best = exact.goals[0].value
        assert value is not None
        assert bound is not None
        assert best is not None
        assert value <= best * (1 + 1e-6) + 1e-9
        assert bound >= best * (1 - 1e-6) - 1e-9
        found, possible = found + value, possible + best
    assert found >= 0.95 * possible > 0.0


def test_the_plan_is_the_same_whatever_the_number_of_workers() -> None:
    instance = sample(3, sessions=4).instance
    alone = search(instance, max_steps=3000, seed=5, workers=1)
    hurried = StopSignal(time.monotonic() + 3600)
    both = search(instance, max_steps=3000, seed=5, workers=2, stop=hurried)
    assert alone.solution is not None
    assert both.solution is not None
    np.testing.assert_array_equal(alone.solution.places, both.solution.places)
    np.testing.assert_array_equal(alone.solution.flow_visits, both.solution.flow_visits)
    assert alone.goals == both.goals
    assert alone.steps == both.steps


def test_exact_flows_are_taken_over_as_they_are() -> None:
    taken = 0
    for seed in range(20):
        run = SearchRun(sample(seed).instance, EngineOptions(max_steps=0))
        run.outcome()
        chain = run.builder
        places = chain.places()
        exact = Solution(places, *best_flows(run.instance, places, 0))
        chain.adopt_flows(exact)
        goal = run.instance.goals[0]
        wanted = goal_value(run.instance, goal, exact)
        assert goal_value(run.instance, goal, chain.solution()) == pytest.approx(wanted)
        taken += len(exact.flow_visits)
    assert taken > 20


def test_a_stop_ends_the_search_with_its_best_plan() -> None:
    stop = StopSignal()
    seen: list[Progress] = []

    def on_progress(progress: Progress) -> None:
        seen.append(progress)
        if progress.objective is not None:
            stop.interrupt()

    outcome = search(sample(13).instance, stop=stop, on_progress=on_progress)
    assert outcome.stop_reason is StopReason.INTERRUPT
    assert outcome.solution is not None
    assert seen


def test_cycles_double_in_length_and_the_last_takes_what_is_left() -> None:
    spent = [0.0]
    cooling = Cooling(100, lambda: spent[0], 1000.0)
    seen = []
    for steps in range(0, 1000, 50):
        spent[0] = float(steps)
        heat = cooling.factor(steps)
        seen.append((steps, cooling.number, round(np.log(heat) / np.log(LAST_HEAT), 2)))
    assert seen[:6] == [
        (0, 0, 0.0), (50, 0, 0.5), (100, 1, 0.0), (150, 1, 0.25), (200, 1, 0.5),
        (250, 1, 0.75),
    ]  # fmt: skip
    # after 300 of 1,000 a cycle of 400 would leave no room for one of 800
    assert (300, 2, 0.0) in seen
    assert (650, 2, 0.5) in seen
    assert seen[-1] == (950, 2, 0.93)
