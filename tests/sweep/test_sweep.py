"""Frontiers against fresh proven solves; what one point gives another; resuming."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from allocator.errors import OptionsInvalid, RunError
from allocator.options import SolveOptions
from allocator.plan import Plan, difference
from allocator.scenario.change import with_limit, with_walk_factor
from allocator.solve import solve
from allocator.sweep import evenly, limit_axis, scaled_axis, sweep
from allocator.sweep.carry import carry
from allocator.sweep.grid import build_grid
from allocator.sweep.job import PointJob, run_point
from allocator.sweep.nested import held
from tests.explain.samples import EXACT, two_rooms

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.scenario import Scenario
    from allocator.sweep import Sweep

MONEY = (100.0, 400.0, 700.0, 1000.0)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return two_rooms()


@pytest.fixture(scope="module")
def budget(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    axis = limit_axis("capital_budget", MONEY, scenario)
    folder = tmp_path_factory.mktemp("sweep")
    return sweep(scenario, [axis], folder=folder, options=EXACT, nested=True)


def best(scenario: Scenario) -> float:
    result = solve(scenario, EXACT)
    assert result.status == "optimal"
    assert result.objective is not None
    return result.objective


def test_every_point_is_what_a_fresh_solve_proves(
    scenario: Scenario, budget: Sweep
) -> None:
    for row in budget.table.to_dict("records"):
        value = best(with_limit(scenario, "capital_budget", row["capital_budget"]))
        assert row["objective"] == pytest.approx(value, abs=1e-3)
        assert row["bound"] == pytest.approx(value, abs=1e-3)
        assert row["status"] == "optimal"
        assert row["capital_cost"] <= row["capital_budget"] + 1e-6


def test_plans_and_bounds_rise_with_the_limit(budget: Sweep) -> None:
    assert budget.table["objective"].is_monotonic_increasing
    assert budget.table["bound"].is_monotonic_increasing


def test_steps_and_items_are_the_differences_of_the_plans(budget: Sweep) -> None:
    values = budget.table["objective"].tolist()
    gains = budget.steps["gain"].tolist()
    assert gains == pytest.approx([b - a for a, b in pairwise(values)])
    for low, gain, high in zip(
        budget.steps["gain_low"], gains, budget.steps["gain_high"], strict=True
    ):
        assert low - 1e-3 <= gain <= high + 1e-3
    for tight, loose in pairwise(budget.solved):
        assert tight.plan is not None
        assert loose.plan is not None
        expected = difference(tight.plan, loose.plan)
        rows = budget.items[budget.items["to_point"] == loose.point.number]
        columns = list(expected.columns)
        pd.testing.assert_frame_equal(
            rows[columns].reset_index(drop=True), expected, check_dtype=False
        )


def test_each_nested_plan_contains_the_one_before(budget: Sweep) -> None:
    (chain,) = budget.nested.values()
    assert [plan.number for plan in chain] == [0, 1, 2, 3]
    for before, after in pairwise(chain):
        assert held(before.plan) <= held(after.plan)
    for plan, item in zip(chain, budget.solved, strict=True):
        # proven plans: the price of nesting is the difference, and never below 0
        assert plan.range.plan is not None
        assert item.range.plan is not None
        price = item.range.plan - plan.range.plan
        assert price >= -1e-6
        assert plan.price.low is not None
        assert plan.price.high is not None
        assert plan.price.low - 1e-3 <= price <= plan.price.high + 1e-3


def test_what_was_solved_is_not_solved_again(
    scenario: Scenario, tmp_path: Path
) -> None:
    axis = limit_axis("capital_budget", (100, 400), scenario)
    first = sweep(scenario, [axis], folder=tmp_path, options=EXACT)
    runs = {
        run: (tmp_path / "points" / run / "run.json").stat().st_mtime_ns
        for run in first.table["run"]
    }
    longer = limit_axis("capital_budget", (100, 400, 700), scenario)
    second = sweep(scenario, [longer], folder=tmp_path, options=EXACT)
    assert set(runs) < set(second.table["run"])
    for run, written in runs.items():
        path = tmp_path / "points" / run / "run.json"
        assert path.stat().st_mtime_ns == written
    other = sweep(scenario, [axis], folder=tmp_path, options=replace(EXACT, seed=1))
    assert not set(other.table["run"]) & set(runs)
    assert len(list((tmp_path / "points").iterdir())) == 5


def test_a_point_has_the_same_run_whatever_is_solved_at_once(
    scenario: Scenario, tmp_path: Path
) -> None:
    axis = limit_axis("capital_budget", (100, 400, 700), scenario)
    options = SolveOptions(engine="search", max_steps=64, workers=1, time_limit_s=60)
    tables = [
        sweep(
            scenario, [axis], folder=tmp_path / str(jobs), options=options, jobs=jobs
        ).table
        for jobs in (1, 2)
    ]
    pd.testing.assert_frame_equal(*tables)


def test_points_start_from_a_plan_that_is_given(
    scenario: Scenario, tmp_path: Path
) -> None:
    """Without steps a point has what it started from, cut down to its limit."""
    axis = limit_axis("capital_budget", (200, 300, 600), scenario)
    none = SolveOptions(engine="exact", max_steps=0, time_limit_s=60)
    plan = solve(scenario, EXACT).plan
    given = sweep(scenario, [axis], folder=tmp_path, options=none, start=plan)
    alone = sweep(scenario, [axis], folder=tmp_path, options=none)
    # the last one starts from the point of 200, unless the plan given is better
    assert given.table["own_objective"].iloc[2] == pytest.approx(best(scenario))
    assert not set(given.table["run"]) & set(alone.table["run"])


def test_a_looser_bound_and_a_tighter_plan_are_carried(
    scenario: Scenario, tmp_path: Path
) -> None:
    """Runs of few steps are made worse by hand; their neighbours make them good."""
    axis = limit_axis("capital_budget", (600, 700, 800), scenario)
    grid = build_grid({"": scenario}, [axis])
    runs = []
    for point in grid.points:
        job = PointJob(point.scenario, EXACT, (), tmp_path / str(point.number))
        runs.append(run_point(job, _never()))
    poor = replace(
        runs[1],
        record={**runs[1].record, "status": "no_plan", "objective": None, "bound": 1e6},
    )
    solved = carry(grid, [runs[0], poor, runs[2]])
    assert solved[1].plan_from == 0
    assert solved[1].range.plan == pytest.approx(runs[0].objective)
    assert solved[1].range.bound == runs[2].bound
    assert solved[0].plan_from == 0
    assert solved[2].range.bound == runs[2].bound


def _never() -> object:
    from allocator.engines.engine import StopSignal

    return StopSignal()


def test_what_bars_every_plan_bars_the_tighter_points(tmp_path: Path) -> None:
    scenario = two_rooms(rules={"coverage_floor": {"total": {"persons": 50}}})
    axis = limit_axis("capital_budget", (0, 100, 600), scenario)
    table = sweep(scenario, [axis], folder=tmp_path, options=EXACT).table
    assert table["status"].tolist() == ["infeasible", "infeasible", "optimal"]
    assert table["objective"].isna().tolist() == [True, True, False]


def test_walking_limits_hours_and_reserve(scenario: Scenario, tmp_path: Path) -> None:
    walking = scaled_axis("access.max_walk_min", (0.5, 1, 2), scenario)
    table = sweep(scenario, [walking], folder=tmp_path / "w", options=EXACT).table
    expected = [best(with_walk_factor(scenario, f)) for f in (0.5, 1, 2)]
    assert table["objective"].tolist() == pytest.approx(expected, abs=1e-3)
    reserve = limit_axis("reserve_share", (0.0, 0.5), scenario)
    table = sweep(scenario, [reserve], folder=tmp_path / "r", options=EXACT).table
    assert table["reserve_share"].tolist() == [0.5, 0.0]
    assert table["objective"].is_monotonic_increasing


def test_longer_hours_let_a_session_in(tmp_path: Path) -> None:
    spaces = [
        {
            "space_id": "R1",
            "building_id": "B1",
            "usable_area_m2": 100,
            "available": "all 10:00-19:00",
        }
    ]
    scenario = two_rooms(spaces=spaces)
    axis = limit_axis("opening_min", (0, 60), scenario)
    found = sweep(scenario, [axis], folder=tmp_path, options=EXACT)
    # the club meets until 20:00
    services = [
        set(item.plan.assignments["service_id"]) for item in found.solved if item.plan
    ]
    assert "club" not in services[0]
    assert found.table["objective"].is_monotonic_increasing


def test_two_things_and_variants(scenario: Scenario, tmp_path: Path) -> None:
    axes = [
        limit_axis("capital_budget", (200, 400), scenario),
        limit_axis("buildings", (1, 2), scenario),
    ]
    rich = with_walk_factor(scenario, 2)
    found = sweep({"near": scenario, "far": rich}, axes, folder=tmp_path, options=EXACT)
    table = found.table
    assert len(table) == 8
    assert table["variant"].tolist() == ["near"] * 4 + ["far"] * 4
    one = best(with_limit(with_limit(scenario, "capital_budget", 400), "buildings", 1))
    first = (table["variant"] == "near") & (table["capital_budget"] == 400)
    row = table[first & (table["buildings"] == 1)]
    assert row["buildings_used"].tolist() == [1]
    assert row["objective"].iloc[0] == pytest.approx(one, abs=1e-3)
    assert len(found.steps) == 4


def test_a_minimised_goal_keeps_its_sign(tmp_path: Path) -> None:
    scenario = two_rooms(
        rules={"coverage_floor": {"total": {"persons": 30}}},
        limits={},
        goals=[{"minimize": {"capital_cost": 1}}],
    )
    axis = limit_axis("buildings", (1, 2), scenario)
    found = sweep(scenario, [axis], folder=tmp_path, options=EXACT)
    # 30 persons, 10 a place
    assert found.table["objective"].tolist() == pytest.approx([300, 300], abs=1e-3)
    assert found.steps["gain"].tolist() == pytest.approx([0], abs=1e-3)


def test_the_written_files_hold_the_sweep(budget: Sweep) -> None:
    budget.write()
    written = json.loads((budget.folder / "sweep.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(budget.to_dict()))
    frontier = pd.read_csv(budget.folder / "frontier.csv")
    assert frontier["objective"].tolist() == pytest.approx(
        budget.table["objective"].tolist()
    )
    assert len(pd.read_csv(budget.folder / "items.csv")) == len(budget.items)
    assert len(pd.read_csv(budget.folder / "nested.csv")) == 4


def test_a_point_that_fails_says_why(scenario: Scenario, tmp_path: Path) -> None:
    broken = replace(scenario, tables=replace(scenario.tables, spaces=None))
    job = PointJob(broken, EXACT, (Plan.from_places({}),), tmp_path / "point")
    with pytest.raises(RunError, match="the point point has no run: "):
        run_point(job, _never())


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("capital_budgt", (1,), "did you mean 'capital_budget'"),
        ("east.capital_budget", (1,), "cannot move 'east.capital_budget'"),
        ("capital_budget", (-1,), "-1 is no value of capital_budget"),
        ("buildings", (1.5,), "1.5 is no value of buildings"),
        ("reserve_share", (1.0,), "1 is no value of reserve_share"),
        ("access.max_walk_min", (0,), "0 is no value"),
        ("opening_min", (0.5,), "0.5 is no value"),
        ("capital_budget", (), "no value is no value of capital_budget"),
    ],
)
def test_what_cannot_be_moved(
    scenario: Scenario, name: str, values: tuple[float, ...], message: str
) -> None:
    with pytest.raises(OptionsInvalid, match=message):
        limit_axis(name, values, scenario)


def test_values_of_an_axis(scenario: Scenario) -> None:
    assert evenly(0, 1, 5) == (0, 0.25, 0.5, 0.75, 1)
    assert evenly(3, 9, 1) == (3,)
    assert limit_axis("west.capital_budget", (2, 1, 2), scenario).values == (1, 2)
    assert limit_axis("reserve_share", (0.1, 0.2), scenario).values == (0.2, 0.1)
    assert scaled_axis("capital_budget", (0.5, 2), scenario).values == (300, 1200)
    with pytest.raises(OptionsInvalid, match="no annual_budget to be scaled"):
        scaled_axis("annual_budget", (2,), scenario)
    axes = [limit_axis("capital_budget", (1,), scenario)] * 3
    with pytest.raises(OptionsInvalid, match="one or two things"):
        sweep(scenario, axes, folder="unused", options=EXACT)


def test_a_walking_limit_relaxes_only_where_coverage_is_wanted(
    scenario: Scenario,
) -> None:
    walking = scaled_axis("access.max_walk_min", (1, 2), scenario)
    money = limit_axis("capital_budget", (1, 2), scenario)
    fewer = two_rooms(goals=[{"minimize": {"covered_persons": 1}}])
    assert walking.only_relaxes(scenario)
    assert not walking.only_relaxes(fewer)
    assert money.only_relaxes(fewer)
