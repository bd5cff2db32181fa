"""The greedy engine's plans keep every rule, and repeat."""

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
from allocator.engines.greedy import GreedyEngine
from allocator.evaluate import evaluate_plan
from allocator.instance import Instance, solution_to_plan
from tests.builders import make_scenario, need, service
from tests.engines.exact.support import instance_of
from tests.engines.price_samples import GOALS, sample


def greedy(instance: Instance, **options: object) -> Outcome:
    return GreedyEngine().solve(instance, EngineOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("goal", range(len(GOALS)))
def test_plans_keep_every_rule_by_the_evaluator(goal: int) -> None:
    planned = 0
    for seed in range(100 + 12 * goal, 112 + 12 * goal):
        case = sample(seed, goal, sessions=seed % 2 * 4)
        outcome = greedy(case.instance, max_steps=64, seed=seed)
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


def test_plans_come_close_to_the_optimum_of_the_default_goal() -> None:
    # Tiny cases are lumpy; together greedy finds at least nine tenths.
    found, possible = 0.0, 0.0
    for seed in range(30):
        instance = sample(seed).instance
        exact = ExactEngine(isolated=False).solve(instance, EngineOptions())
        outcome = greedy(instance, max_steps=200)
        if exact.infeasible or outcome.solution is None:
            continue
        assert outcome.goals[0].value is not None
        assert outcome.goals[0].bound is not None
        assert exact.goals[0].value is not None
        found += outcome.goals[0].value
        possible += exact.goals[0].value
        assert outcome.goals[0].value <= exact.goals[0].value * (1 + 1e-6) + 1e-9
        assert outcome.goals[0].bound >= exact.goals[0].value * (1 - 1e-6) - 1e-9
    assert found >= 0.9 * possible > 0.0


def test_same_seed_and_steps_give_the_same_plan_whatever_the_clock() -> None:
    instance = sample(3, sessions=4).instance
    free = greedy(instance, max_steps=300, seed=5)
    hurried = greedy(
        instance, max_steps=300, seed=5, stop=StopSignal(time.monotonic() + 3600)
    )
    assert free.solution is not None
    assert hurried.solution is not None
    assert free.steps == hurried.steps == 300
    np.testing.assert_array_equal(free.solution.places, hurried.solution.places)
    np.testing.assert_array_equal(
        free.solution.flow_visits, hurried.solution.flow_visits
    )
    assert free.goals == hurried.goals


def test_a_good_plan_to_start_from_is_not_lost() -> None:
    instance = sample(13).instance
    exact = ExactEngine(isolated=False).solve(instance, EngineOptions())
    alone = greedy(instance, max_steps=0)
    started = greedy(instance, max_steps=0, start=exact.solution)
    assert alone.goals[0].value is not None
    assert started.goals[0].value is not None
    assert exact.goals[0].value is not None
    assert alone.goals[0].value < exact.goals[0].value
    assert started.goals[0].value == pytest.approx(exact.goals[0].value)


def pinned(budget: float) -> Instance:
    # The pinned service p covers nobody; s covers 100; each room costs 10 to open.
    return instance_of(
        make_scenario(
            services=[service("s"), service("p", "13:00-15:00")],
            needs=[need("n", "s")],
            limits={"capital_budget": budget},
            buildings=[
                {"building_id": "B1", "x": 0, "y": 0, "opening_cost": 10},
                {"building_id": "B2", "x": 0, "y": 0, "opening_cost": 10},
            ],
            spaces=[
                {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
                {"space_id": "R2", "building_id": "B2", "usable_area_m2": 100},
            ],
            rules={"pins": [{"fix": "in", "building": "B2", "service": "p"}]},
        )
    )


def test_a_pin_is_kept_even_where_it_covers_nobody() -> None:
    instance = pinned(10)
    outcome = greedy(instance, max_steps=50)
    assert outcome.solution is not None
    running = instance.candidates.space[outcome.solution.places > 0]
    assert set(instance.spaces.building[running]) == {1}
    assert outcome.goals[0].value == pytest.approx(100.0)


def test_without_money_for_a_pin_there_is_no_plan_and_no_claim() -> None:
    outcome = greedy(pinned(5), max_steps=50)
    assert outcome.solution is None
    assert not outcome.infeasible
    assert outcome.notes
    assert outcome.goals[0].bound is not None


def test_an_interrupt_returns_at_once_with_what_there_is() -> None:
    stop = StopSignal()
    stop.interrupt()
    began = time.monotonic()
    outcome = greedy(sample(3).instance, stop=stop)
    assert outcome.stop_reason is StopReason.INTERRUPT
    assert time.monotonic() - began < 2.0


def test_progress_tells_plan_and_bound() -> None:
    told: list[Progress] = []
    greedy(
        sample(3, sessions=4).instance,
        stop=StopSignal(time.monotonic() + 1.5),
        on_progress=told.append,
    )
    assert told[-1].bound is not None
    assert told[-1].objective is not None
    assert told[-1].solution is not None
