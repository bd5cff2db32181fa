"""The three solvers agree on random tiny scenarios, and with the measures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allocator.engines.engine import StopReason
from allocator.engines.exact.formulation import build_model
from allocator.engines.exact.goals import declare_goals
from allocator.engines.exact.points import point_of
from allocator.instance.instance import GoalRow
from allocator.instance.measures import goal_value
from tests.engines.exact.support import SOLVERS, instance_of, solve_here
from tests.properties.tiny import Tiny, seeded

GOALS = (
    {"maximizes": True, "capital_cost": 1.0},
    {"maximizes": True, "floor_used_m2": 1.0},
    {"maximizes": False, "capital_cost": 1.0, "floor_used_m2": -3.0},
    {"maximizes": False, "yearly_outlay": 1.0},
    {"maximizes": True, "buildings": 1.0, "walking_minutes": 0.1},
)


def divisible(tiny: Tiny) -> Tiny:
    """Return the same scenario with every space divisible."""
    return tiny.changed(
        lambda _, tables: [row.update(divisible=True) for row in tables["spaces"]]
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_solvers_agree_within_a_millionth(seed: int):
    tiny = seeded(seed)
    instance = instance_of((divisible(tiny) if seed % 2 else tiny).build())
    outcomes = [solve_here(instance, solver=solver) for solver in SOLVERS]
    assert len({outcome.infeasible for outcome in outcomes}) == 1
    if not outcomes[0].infeasible:
        values = [outcome.goals[0].value for outcome in outcomes]
        assert values == pytest.approx([values[0]] * 3, rel=1e-6, abs=1e-9)
        assert outcomes[0].stop_reason is StopReason.PROVEN
        for outcome in outcomes:
            bound = outcome.goals[0].bound
            assert bound >= values[0] - 1e-6 * max(1.0, abs(values[0]))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("goal", range(len(GOALS)))
def test_goals_of_every_kind_are_proven_and_measured_alike(seed: int, goal: int):
    # A goal may gain from floor or money: then peaks must not exceed the truth.
    instance = instance_of(divisible(seeded(seed)).build())
    row = GoalRow(tolerance=0.0, **GOALS[goal])
    instance = replace(instance, goals=(row,))
    outcome = solve_here(instance)
    if outcome.infeasible:
        assert outcome.conflicts
        return
    assert outcome.stop_reason is StopReason.PROVEN
    model, variables = build_model(instance)
    goals = declare_goals(model, variables)
    point = point_of(variables, goals, outcome.solution, model.num_columns)
    assert np.all(model.matrix().excess(point) < 1e-6)
    measured = goal_value(instance, row, outcome.solution)
    assert goals[0].expression.value(point) == pytest.approx(measured, abs=1e-6)
