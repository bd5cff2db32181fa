"""CP-SAT's integer model holds every point of the true model."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.engines.exact.backends.integers import integer_model
from allocator.engines.exact.formulation import build_model
from allocator.engines.exact.goals import declare_goals
from allocator.engines.exact.model import Expression, Keys, LinearModel, Terms
from allocator.engines.exact.points import point_of
from tests.engines.exact.support import instance_of, solve_here
from tests.properties.tiny import seeded


def transport(demand: float, per_place: float, value: float):
    """Return one flow to one place: demand and capacity."""
    model = LinearModel()
    places = model.add_columns("places", Keys(1), upper=1, integer=True)
    flow = model.add_columns("flow", Keys(1), upper=demand, network=True)
    row = np.zeros(1, np.int64)
    terms = [Terms(row, flow, 1.0), Terms(row, places, -per_place)]
    model.add_rows("capacity", Keys(1), terms, upper=0.0)
    return model.matrix(Expression(flow, np.array([value])), maximizes=True)


def test_demand_and_capacity_are_rounded_up_to_whole_units():
    # A unit is a millionth of a visit here; a third of a visit is 333333.3 of them.
    model = integer_model(transport(100 / 3, 7 / 3, 1.0))
    assert model.units.tolist() == [1.0, 1e6]
    assert model.upper.tolist() == [1, 33333334]
    assert model.value.tolist() == [-2333334, 1]


def test_values_that_are_whole_units_lose_nothing():
    model = integer_model(transport(100.0, 7.0, 0.2))
    assert model.objective_slack == 0.0
    # 7 visits at 0.2: a bound on the integer objective comes back as 1.4.
    bound = float(model.objective[1] * 7 * model.units[1])
    assert model.true_bound(bound) == pytest.approx(1.4, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_a_true_plan_is_a_point_of_the_integer_model(seed: int):
    instance = instance_of(seeded(seed).build())
    outcome = solve_here(instance)
    if outcome.infeasible:
        assert outcome.conflicts
        return
    model, variables = build_model(instance)
    goals = declare_goals(model, variables)
    matrix = model.matrix(goals[0].expression, maximizes=True)
    point = point_of(variables, goals, outcome.solution, model.num_columns)
    integers = integer_model(matrix)
    # Visits rounded down may lose a unit each; demand and capacity hold all the more.
    values = np.floor(point * integers.units + 1e-6).astype(np.int64)
    up = ~matrix.network
    values[up] = np.rint(point * integers.units)[up]
    rows = matrix.rows
    rows.data = integers.value.astype(np.float64)
    activity = rows @ values
    assert np.all(values >= integers.lower)
    assert np.all(values <= integers.upper)
    assert np.all(activity <= integers.row_upper + 1e-6)
    assert np.all(activity >= integers.row_lower - 1e-6)
