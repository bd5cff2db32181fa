"""Windows solved exactly: never worse, within the rules, and every row is true."""

from __future__ import annotations

import time

import numpy as np
import pytest

from allocator.engines.engine import EngineOptions, Progress, StopSignal
from allocator.engines.exact import ExactEngine
from allocator.engines.greedy.plan import PlanBuilder
from allocator.engines.price.layout import build_layout
from allocator.engines.search import SearchEngine
from allocator.engines.search.polish import Windows
from allocator.evaluate import evaluate_plan
from allocator.instance import solution_to_plan
from allocator.instance.instance import Instance, Solution
from allocator.instance.measures import goal_value
from tests.engines.price_samples import sample
from tests.engines.test_greedy_engine import pinned


def empty_plan(instance: Instance) -> Solution:
    """Return the plan that runs nothing; floors and pins may forbid it."""
    places = np.zeros(len(instance.candidates.space), np.int64)
    none = np.zeros(0, np.int64)
    return Solution(places, none, none, np.zeros(0))


MAXIMIZED = [0, 2, 4, 5, 6]
"""Positions of `price_samples.GOALS` with which the best plan runs something."""


@pytest.mark.parametrize("goal", MAXIMIZED)
def test_plans_of_the_search_satisfy_every_row_of_the_model(goal: int) -> None:
    running = 0
    for seed in range(200 + 20 * goal, 220 + 20 * goal):
        instance = sample(seed, goal, sessions=seed % 2 * 4).instance
        outcome = SearchEngine().solve(instance, EngineOptions(max_steps=64, seed=seed))
        if outcome.solution is None:
            continue
        windows = Windows(instance, seed)
        point = windows.point(outcome.solution)
        assert windows.matrix.excess(point).max(initial=0.0) < 1e-5, seed
        running += int((outcome.solution.places > 0).sum())
    assert running > 0


def test_a_window_of_everything_is_as_good_as_the_exact_engine() -> None:
    improved = 0
    for seed in range(300, 312):
        case = sample(seed)
        exact = ExactEngine(isolated=False).solve(case.instance, EngineOptions())
        start = empty_plan(case.instance)
        windows = Windows(case.instance, seed)
        point = windows.point(start)
        if exact.infeasible or windows.matrix.excess(point).max(initial=0.0) > 1e-5:
            continue
        columns = np.unique(np.concatenate(windows.of_building))
        outside = np.setdiff1d(np.arange(len(point)), columns)
        values = windows.improve(point, columns, StopSignal())
        better = point
        if values is not None:
            found = windows.adopt(point, columns, values)
            assert found is not None, seed
            better = found
            improved += 1
        np.testing.assert_array_equal(better[outside], point[outside])
        plan = windows.solution(better)
        value = goal_value(case.instance, case.instance.goals[0], plan)
        assert value <= exact.goals[0].value * (1 + 1e-6) + 1e-9
        if not np.isin(np.arange(len(point)), columns)[windows.variables.flow].all():
            continue  # who is served at facilities is outside of the window
        assert value == pytest.approx(exact.goals[0].value, rel=2e-3, abs=1e-6), seed
    assert improved > 0


def test_a_polished_plan_keeps_every_rule_and_is_never_worse() -> None:
    gained = 0
    for seed in range(320, 340):
        case = sample(seed, sessions=seed % 2 * 4)
        start = empty_plan(case.instance)
        windows = Windows(case.instance, seed)
        point = windows.point(start)
        if windows.matrix.excess(point).max(initial=0.0) > 1e-5:
            continue
        before = windows.worth(point)
        for _ in range(4):
            columns = windows.draw()
            values = windows.improve(point, columns, StopSignal())
            found = None if values is None else windows.adopt(point, columns, values)
            point = point if found is None else found
        assert windows.worth(point) >= before
        gained += int(windows.worth(point) > before)
        plan = solution_to_plan(case.scenario, case.instance, windows.solution(point))
        evaluation = evaluate_plan(case.scenario, case.access, plan)
        assert [str(violation) for violation in evaluation.violations] == [], seed
    assert gained > 0


def test_worse_values_and_broken_rows_are_not_adopted() -> None:
    instance = sample(1).instance
    windows = Windows(instance, 0)
    point = windows.point(empty_plan(instance))
    columns = np.unique(np.concatenate(windows.of_building))
    assert windows.adopt(point, columns, np.zeros(len(columns))) is None
    assert windows.adopt(point, columns, windows.matrix.upper[columns]) is None


def test_an_interrupt_ends_a_window_at_once() -> None:
    instance = sample(1).instance
    windows = Windows(instance, 0)
    point = windows.point(empty_plan(instance))
    stop = StopSignal()
    stop.interrupt()
    began = time.monotonic()
    windows.improve(point, windows.draw(), stop)
    assert time.monotonic() - began < 2.0


def test_a_given_plan_is_held_exactly_where_it_keeps_the_rules() -> None:
    held = 0
    for seed in range(340, 360):
        instance = sample(seed).instance
        exact = ExactEngine(isolated=False).solve(instance, EngineOptions())
        if exact.infeasible or exact.solution is None:
            continue
        builder = PlanBuilder(build_layout(instance, 0), seed, lambda: False)
        if not builder.hold(exact.solution):
            continue
        np.testing.assert_array_equal(builder.places(), exact.solution.places)
        value = goal_value(instance, instance.goals[0], builder.solution())
        assert value == pytest.approx(exact.goals[0].value, rel=1e-6, abs=1e-9)
        held += 1
    assert held >= 10


def hurried(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> list[Progress]:
    """Search for two seconds as if that were long; return what was told."""
    monkeypatch.setattr("allocator.engines.search.engine.LEAST_POLISH_S", 0.5)
    told: list[Progress] = []
    stop = StopSignal(time.monotonic() + 2.0)
    options = EngineOptions(stop=stop, on_progress=told.append)
    SearchEngine().solve(instance, options)
    return told


def test_windows_come_at_the_end_of_a_search_by_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = set()
    for seed in range(3, 9):
        seen |= {step.phase for step in hurried(sample(seed).instance, monkeypatch)}
    assert "windows" in seen


def test_a_search_without_a_plan_has_no_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = hurried(pinned(5), monkeypatch)
    assert told[-1].solution is None
    assert "windows" not in {step.phase for step in told}
