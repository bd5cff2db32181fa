"""Solve tiny scenarios to proof, each plan checked by the evaluator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from allocator.access import build_access
from allocator.engines.engine import EngineOptions, StopReason
from allocator.engines.exact import ExactEngine
from allocator.evaluate import evaluate_plan
from allocator.instance import build_instance, solution_to_plan

if TYPE_CHECKING:
    from allocator.plan import Plan
    from tests.properties.tiny import Tiny


@dataclass(frozen=True)
class Proof:
    """The optimum of the first goal, −inf when no plan keeps all rules."""

    value: float
    bound: float
    plan: Plan | None


def optimum(tiny: Tiny) -> float:
    """Return the proven optimum of the first goal, −inf when there is no plan."""
    scenario = tiny.build()
    instance = build_instance(scenario, build_access(scenario))
    outcome = ExactEngine(isolated=False).solve(instance, EngineOptions())
    if outcome.infeasible:
        return -np.inf
    assert outcome.stop_reason is StopReason.PROVEN
    value = outcome.goals[0].value
    assert value is not None
    return value


def prove(tiny: Tiny, seed: int = 0) -> Proof:
    """Return the proven optimum; the plan keeps every rule by the evaluator."""
    scenario = tiny.build()
    access = build_access(scenario)
    instance = build_instance(scenario, access)
    engine = ExactEngine(isolated=False)
    outcome = engine.solve(instance, EngineOptions(seed=seed))
    if outcome.infeasible:
        return Proof(-np.inf, -np.inf, None)
    assert outcome.stop_reason is StopReason.PROVEN
    assert outcome.solution is not None
    plan = solution_to_plan(scenario, instance, outcome.solution)
    evaluation = evaluate_plan(scenario, access, plan)
    assert [str(violation) for violation in evaluation.violations] == []
    value, bound = outcome.goals[0].value, outcome.goals[0].bound
    assert value == pytest.approx(evaluation.goals[0], rel=1e-6, abs=1e-9)
    assert value == pytest.approx(bound, rel=1e-6, abs=1e-9)
    return Proof(float(value), float(bound), plan)
