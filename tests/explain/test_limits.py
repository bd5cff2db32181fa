"""Which limits bind, what more of them brings, and what cannot hold together."""

from __future__ import annotations

import pytest

from allocator.errors import RunError
from allocator.explain import explain_building, explain_limits
from allocator.explain.known import known
from allocator.scenario.change import with_limit
from allocator.solve import solve
from tests.explain.samples import EXACT, riverside, two_rooms


def test_limits_of_riverside_are_those_of_its_scenario() -> None:
    run = riverside()
    table = explain_limits(run).table.set_index(["rule_id", "where"])
    assert table.loc[("capital_budget", ""), "limit"] == 5e6
    assert table.loc[("capital_budget", "qiaobei"), "limit"] == 3e5
    used = float(run.view.site_costs["capital_cost"].sum())
    assert table.loc[("capital_budget", ""), "used"] == pytest.approx(used)
    assert not table.loc[("reserve", ""), "binds"]


def test_more_of_a_binding_limit_brings_what_two_proven_optima_differ_by() -> None:
    scenario = two_rooms()
    run = known(solve(scenario, EXACT))
    row = explain_limits(run, more=0.5, options=EXACT).table.iloc[0]
    larger = solve(with_limit(scenario, "capital_budget", 900), EXACT)
    assert larger.objective is not None
    assert run.objective is not None
    gain = larger.objective - run.objective
    assert gain > 1
    assert bool(row["binds"])
    assert row["gain_low"] == pytest.approx(gain, abs=1e-3)
    assert row["gain_high"] == pytest.approx(gain, abs=1e-3)


def test_the_price_bound_rises_by_no_less_than_the_optimum() -> None:
    """The bound is concave in a limit, and above the optimum at both ends."""
    scenario = two_rooms()
    run = known(solve(scenario, EXACT))
    answer = explain_limits(run, prices=True, options=EXACT)
    assert answer.table["bound_rise"].iloc[0] >= 0
    assert "price bound" in answer.text("en")


def test_what_cannot_hold_together_in_both_languages() -> None:
    floors = {"coverage_floor": {"total": {"persons": 100}}}
    scenario = two_rooms(limits={"capital_budget": 100}, rules=floors)
    run = known(solve(scenario, EXACT))
    answer = explain_limits(run)
    assert run.status == "infeasible"
    changes = answer.conflicts.set_index("rule_id")["least_change"].to_dict()
    # 10 places cost 100: 90 persons too few; 100 places cost 900 more
    assert changes["coverage_floor"] == pytest.approx(90, abs=1e-3)
    assert changes["capital_budget"] == pytest.approx(900, abs=1e-2)
    # 90 of 100 persons is a smaller share than 900 of 100
    assert answer.conflicts["rule_id"].tolist() == ["coverage_floor", "capital_budget"]
    assert "cannot be left out" not in answer.text("en")
    assert "No plan keeps all of these" in answer.text("en")
    assert "建设资金限额" in str(answer.blocks("zh")[0].table)
    with pytest.raises(RunError, match="holds no plan"):
        explain_building(run, "B1")


def test_a_scenario_without_limits_says_so() -> None:
    run = known(solve(two_rooms(limits={}), EXACT))
    assert "no limits" in explain_limits(run).text("en")
