"""The price bound is never better than the best plan, whatever the prices."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.engines.engine import EngineOptions, StopReason, StopSignal
from allocator.engines.exact import ExactEngine
from allocator.engines.price import price_bound
from allocator.engines.price.problem import trivial_bound
from tests.builders import make_scenario, need, service
from tests.engines.exact.support import instance_of
from tests.engines.price_samples import GOALS, new_search, random_prices, sample


@pytest.mark.parametrize("goal", range(len(GOALS)))
@pytest.mark.parametrize("sessions", [0, 4])
def test_bound_holds_for_the_proven_optimum(goal: int, sessions: int) -> None:
    checked = 0
    for seed in range(10 * goal, 10 * goal + 10):
        instance = sample(seed, goal, sessions).instance
        outcome = ExactEngine(isolated=False).solve(instance, EngineOptions())
        if outcome.infeasible:
            continue
        assert outcome.stop_reason is StopReason.PROVEN
        best = outcome.goals[0].value
        assert best is not None
        search = new_search(instance)
        sign, slack = search.problem.layout.sign, 1e-7 * max(1.0, abs(best))
        rng = np.random.default_rng(seed)
        for _ in range(6):
            point = search.problem.evaluate(random_prices(search, rng), 0.3)
            assert point.value >= sign * best - slack, seed
        while search.passes < 150 and not search.converged:
            search.step()
        assert sign * search.bound() >= sign * best - slack, seed
        checked += 1
    assert checked >= 5


def two_rooms(**limits: float):
    # Two zones of 100 persons far apart, a building with one room at each; a room has
    # 40 places at 2.5 m², opening costs 10: full coverage of 80 persons costs 20.
    return instance_of(
        make_scenario(
            services=[service("s", m2_per_place=2.5)],
            needs=[need("n", "s", visits_per_person_week=7)],
            zones=[
                {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
                {"zone_id": "Z2", "x": 9000, "y": 0, "community_id": "C1"},
            ],
            population=[
                {"zone_id": z, "group_id": "all", "persons": 100} for z in ("Z1", "Z2")
            ],
            buildings=[
                {"building_id": "B1", "x": 0, "y": 0, "opening_cost": 10},
                {"building_id": "B2", "x": 9000, "y": 0, "opening_cost": 10},
            ],
            spaces=[
                {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
                {"space_id": "R2", "building_id": "B2", "usable_area_m2": 100},
            ],
            limits=limits,
        )
    )


def test_bound_is_the_capacity_where_money_is_no_limit() -> None:
    # 40 places x 7 visits = 280 visits = 40 persons per room: 80 in all.
    bound = price_bound(two_rooms(), max_passes=400)
    assert bound.value == pytest.approx(80.0, rel=1e-3)


def test_bound_falls_below_the_trivial_bound_where_money_binds() -> None:
    # Money for one building: 40 persons; the trivial bound is all 200.
    instance = two_rooms(capital_budget=10)
    search = new_search(instance)
    assert trivial_bound(search.problem.layout) == pytest.approx(200.0)
    bound = price_bound(instance, max_passes=600)
    assert bound.value == pytest.approx(40.0, rel=1e-2)
    assert bound.value >= 40.0


def test_start_prices_are_where_the_search_goes_on() -> None:
    instance = two_rooms(capital_budget=10)
    first = price_bound(instance, max_passes=200)
    again = price_bound(instance, max_passes=1, start_prices=first)
    assert again.value <= first.value * (1.0 + 1e-9)


def test_a_stop_ends_the_search_with_a_valid_bound() -> None:
    stop = StopSignal()
    stop.interrupt()
    bound = price_bound(two_rooms(capital_budget=10), stop=stop)
    assert bound.passes == 1
    assert bound.value >= 40.0


def test_a_plan_value_at_the_bound_ends_the_search() -> None:
    bound = price_bound(two_rooms(), plan_value=80.0, max_passes=5000)
    assert bound.passes < 5000
    assert bound.value >= 80.0


def test_prices_are_never_negative_and_have_the_shapes_of_the_rules() -> None:
    instance = two_rooms(capital_budget=10)
    bound = price_bound(instance, max_passes=50)
    assert bound.rho.shape == (len(instance.rows),)
    assert bound.lam.shape == (1,)
    assert bound.sigma.shape == (0,)
    assert (bound.rho >= 0.0).all()
    assert bound.lam[0] > 0.0


def test_rules_left_out_are_named_only_where_the_instance_has_them() -> None:
    assert price_bound(two_rooms(), max_passes=1).rules_not_priced == ()
