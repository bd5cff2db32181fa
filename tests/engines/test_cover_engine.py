"""The covering engine agrees with the exact one, and its bound holds."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from allocator.access import build_access
from allocator.engines.cover import CoverEngine, is_covering
from allocator.engines.cover.bound import DualBound
from allocator.engines.cover.net import Net, build_net
from allocator.engines.cover.plans import PlanSearch
from allocator.engines.cover.proof import undecided
from allocator.engines.cover.reading import read_covering
from allocator.engines.cover.reduce import without_dominated
from allocator.engines.engine import EngineOptions, Outcome, Progress, StopReason
from allocator.errors import AllocatorError
from allocator.evaluate import evaluate_plan
from allocator.instance import build_instance, solution_to_plan
from allocator.options import SolveOptions
from allocator.solve import solve
from tests.builders import make_scenario, need, service
from tests.engines.cover_samples import covering
from tests.engines.exact.support import instance_of, solve_here, within

if TYPE_CHECKING:
    from allocator.instance.instance import Instance

SEEDS = range(40)


def cover(instance: Instance, **options: Any) -> Outcome:
    return CoverEngine().solve(instance, EngineOptions(**options))


def random_net(seed: int, *, limits: int = 1) -> Net:
    """Return a random net of 9 sites and about 20 rows."""
    rng = np.random.default_rng(seed)
    covers = rng.random((25, 9)) < 0.3
    row, site = np.nonzero(covers)
    cost = rng.integers(0, 5, (limits, 9)).astype(np.float64)
    if seed % 2:
        cost[:] = 1.0
    room = np.floor(cost.sum(axis=1) * 0.4)
    weight = rng.integers(1, 30, 25).astype(np.float64)
    return build_net(row, site, weight, cost, room)


def covered(net: Net, sites: tuple[int, ...]) -> float:
    """Return the weight that some sites cover, by plain loops."""
    rows = {
        int(net.site_row[a])
        for site in sites
        for a in range(net.site_start[site], net.site_start[site + 1])
    }
    return float(sum(net.weight[row] for row in rows))


def optimum(net: Net) -> float:
    """Return the most that any choice of sites covers."""
    return max(
        covered(net, sites)
        for size in range(net.num_sites + 1)
        for sites in combinations(range(net.num_sites), size)
        if all(net.cost[:, list(sites)].sum(axis=1) <= net.room)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_engine_and_exact_engine_agree(seed: int) -> None:
    scenario = covering(seed)
    access = build_access(scenario)
    instance = build_instance(scenario, access)
    assert is_covering(instance)
    exact = solve_here(instance)
    outcome = cover(instance, max_steps=200, seed=seed)
    assert exact.goals[0].value is not None
    assert outcome.solution is not None
    value, bound = outcome.goals[0].value, outcome.goals[0].bound
    assert value == pytest.approx(exact.goals[0].value, rel=1e-6, abs=1e-9)
    assert bound is not None
    assert bound >= exact.goals[0].value * (1.0 - 1e-9)
    plan = solution_to_plan(scenario, instance, outcome.solution)
    evaluation = evaluate_plan(scenario, access, plan)
    assert [str(violation) for violation in evaluation.violations] == []
    assert evaluation.goals[0] == pytest.approx(value, rel=1e-9, abs=1e-9)


def test_small_cases_end_in_a_proof() -> None:
    proven = [
        cover(instance_of(covering(seed)), stop=within(30)).stop_reason
        for seed in range(8)
    ]
    assert set(proven) == {StopReason.PROVEN}


@pytest.mark.parametrize("limits", [1, 2])
@pytest.mark.parametrize("seed", range(12))
def test_the_bound_is_never_below_the_optimum(seed: int, limits: int) -> None:
    net = random_net(seed, limits=limits)
    best = optimum(net)
    dual = DualBound(net)
    for passes in (1, 1, 3, 20, 200):
        dual.advance(passes)
        assert dual.bound >= best
    # what is found beside it is a fractional plan, so never above the bound
    assert dual.relaxed_value <= dual.bound


@pytest.mark.parametrize("seed", range(12))
def test_better_plans_lie_in_what_is_undecided(seed: int) -> None:
    net = random_net(seed)
    best = optimum(net)
    dual = DualBound(net)
    dual.advance(300)
    left = undecided(dual, best - 1.0)
    assert left.base + optimum(left.net) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(12))
def test_leaving_out_dominated_sites_loses_nothing(seed: int) -> None:
    net = random_net(seed, limits=2)
    reduced = without_dominated(net)
    assert reduced.base + optimum(reduced.net) == optimum(net)


@pytest.mark.parametrize("seed", range(6))
def test_the_search_keeps_worth_and_value_up_to_date(seed: int) -> None:
    net = random_net(seed)
    search = PlanSearch(net, seed)
    search.build()
    search.improve(50)
    state = search._state
    opened = tuple(np.flatnonzero(state.place >= 0).tolist())
    assert state.value[0] == covered(net, opened)
    for site in range(net.num_sites):
        others = tuple(k for k in opened if k != site)
        more = covered(net, (*others, site)) - covered(net, others)
        assert state.worth[site] == more
    assert (state.used <= net.room).all()
    assert search.value == covered(net, tuple(np.flatnonzero(search.opened).tolist()))


def test_same_seed_and_steps_give_the_same_plan_whatever_the_workers() -> None:
    instance = instance_of(covering(3, sites=60, zones=200, limits={"buildings": 9}))
    one, two = (cover(instance, max_steps=60, seed=5, workers=k) for k in (1, 2))
    assert one.steps == two.steps == 60
    assert one.solution is not None
    assert two.solution is not None
    np.testing.assert_array_equal(one.solution.places, two.solution.places)
    assert one.goals == two.goals


def test_a_plan_to_start_from_is_never_lost() -> None:
    instance = instance_of(covering(3, sites=60, zones=200, limits={"buildings": 9}))
    first = cover(instance, max_steps=300)
    again = cover(instance, max_steps=0, start=first.solution)
    assert first.goals[0].value is not None
    assert again.goals[0].value is not None
    assert again.goals[0].value >= first.goals[0].value * (1.0 - 1e-9)


def test_progress_tells_plan_and_bound() -> None:
    lines: list[Progress] = []
    cover(instance_of(covering(4)), stop=within(20), on_progress=lines.append)
    assert len(lines) >= 2
    assert all(line.solution is not None for line in lines)
    last = lines[-1]
    assert last.objective is not None
    assert last.bound is not None
    assert last.objective <= last.bound


def test_an_interrupt_and_a_target_end_it() -> None:
    instance = instance_of(covering(3, sites=60, zones=200, limits={"buildings": 9}))
    stop = within(60)
    stop.interrupt()
    ended = cover(instance, stop=stop)
    assert ended.stop_reason is StopReason.INTERRUPT
    assert ended.solution is not None
    reached = cover(instance, stop=within(60), target=1.0)
    assert reached.stop_reason is StopReason.TARGET


@pytest.mark.parametrize(
    "sections",
    [
        {"goals": [{"minimize": {"buildings": 1}}]},
        {"rules": {"pins": [{"fix": "in", "building": "B1"}]}},
        {"rules": {"coverage_floor": {"total": 0.1}}},
        {"goals": [{"maximize": {"worst_community_coverage": 1}}]},
    ],
)
def test_what_is_not_pure_covering_is_refused(sections: dict[str, Any]) -> None:
    instance = instance_of(covering(0, **sections))
    assert not is_covering(instance)
    with pytest.raises(AllocatorError, match="pure covering"):
        cover(instance)


def test_limited_capacity_is_not_pure_covering() -> None:
    scenario = make_scenario(services=[service("stop")], needs=[need("one", "stop")])
    assert not is_covering(instance_of(scenario))


def test_several_sessions_of_a_service_are_one_decision() -> None:
    sessions = [
        {"id": name, "days": "all", "hours": hours}
        for name, hours in (("early", "06:00-09:00"), ("late", "18:00-21:00"))
    ]
    scenario = make_scenario(
        services=[service("stop", capacity="unlimited", sessions=sessions)],
        needs=[need("one", "stop")],
        spaces=(),
        limits={"buildings": 1},
    )
    instance = instance_of(scenario)
    assert is_covering(instance)
    assert cover(instance, max_steps=5).goals[0].value == 100.0


def test_auto_takes_it_for_pure_covering() -> None:
    result = solve(covering(2), SolveOptions(time_limit_s=20.0))
    assert result.engine == "cover"
    assert result.status == "optimal"


def test_a_dominated_site_is_left_out_unless_it_is_cheaper() -> None:
    # site 0 covers row 0, site 1 rows 0 and 1
    arcs = (np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([2.0, 3.0]))
    same = build_net(*arcs, np.array([[1.0, 1.0]]), np.ones(1))
    cheaper = build_net(*arcs, np.array([[0.5, 1.0]]), np.ones(1))
    assert without_dominated(same).site.tolist() == [1]
    assert without_dominated(cheaper).site.tolist() == [0, 1]


def test_rows_of_equal_sites_are_merged_and_rows_without_one_left_out() -> None:
    net = build_net(
        np.array([0, 0, 1, 1, 3]),
        np.array([0, 1, 1, 0, 1]),
        np.array([2.0, 3.0, 9.0, 4.0]),
        np.ones((1, 2)),
        np.ones(1),
    )
    assert net.num_rows == 2
    assert sorted(net.weight.tolist()) == [4.0, 5.0]
    assert read_covering(instance_of(covering(0))).net.num_rows > 0
