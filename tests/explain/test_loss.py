"""Intervals of losses, and that true losses lie in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from allocator.explain import explain_building, explain_replacement
from allocator.explain.known import known
from allocator.explain.loss import Range, Verdict, loss
from allocator.options import SolveOptions
from allocator.scenario.change import with_pins
from allocator.solve import solve
from tests.explain.samples import EXACT, two_rooms


def test_the_interval_lies_between_the_bounds() -> None:
    found = loss(Range(100, 110), Range(80, 90))
    assert (found.low, found.high) == (10, 30)  # 100 − 90 … 110 − 80
    assert (found.verdict, found.from_plan) == (Verdict.LOSS, 20)


def test_gaps_wider_than_the_loss_leave_it_undecided() -> None:
    found = loss(Range(100, 110), Range(95, 108))
    assert (found.low, found.high, found.verdict) == (0, 15, Verdict.UNDECIDED)


def test_proven_optima_that_are_equal_lose_nothing() -> None:
    assert loss(Range(100, 100), Range(100, 100)).verdict is Verdict.NONE


def test_a_better_restricted_plan_is_a_plan_without_the_restriction_too() -> None:
    # W ≤ V, so V ≥ 104 and W ≤ 106: the bound of V holds for W
    found = loss(Range(100, 106), Range(104, 120))
    assert (found.low, found.high, found.from_plan) == (0, 2, -4)


def test_without_a_plan_or_a_bound_the_most_is_unknown() -> None:
    assert loss(Range(100, 110), Range(None, 90)).high is None
    assert loss(Range(100, None), Range(80, 90)).high is None
    assert loss(Range(100, None), Range(80, 90)).low == 10


def test_a_restriction_that_no_plan_keeps_is_impossible() -> None:
    found = loss(Range(100, 110), Range(None, None), infeasible=True)
    assert found.verdict is Verdict.IMPOSSIBLE


def test_minimised_goals_are_turned_round() -> None:
    cheap, dear = (
        Range.of(value, bound, maximizes=False) for value, bound in ((50, 45), (70, 60))
    )
    found = loss(cheap, dear)
    assert (found.low, found.high) == (10, 25)  # 60 − 50 … 70 − 45


@pytest.mark.parametrize(
    "pin",
    [
        {"building": "B2"},
        {"building": "B2", "service": "club"},
        {"building": "B1", "service": "club"},
        {"building": "B1", "service": "meals"},
    ],
    ids=lambda pin: "/".join(pin.values()),
)
@pytest.mark.parametrize(
    "options",
    [EXACT, SolveOptions(engine="search", max_steps=64, time_limit_s=60)],
    ids=["proven", "with gaps"],
)
def test_the_stated_loss_holds_the_true_one(
    pin: dict[str, str], options: SolveOptions
) -> None:
    """Fresh exact solves with and without the pin give the true loss."""
    scenario = two_rooms()
    run = known(solve(scenario, options))
    answer = explain_building(run, **pin, solve=True, options=options)
    assert answer.solved is not None
    fix = {"fix": answer.solved.pin["fix"], **pin}
    best, restricted = (
        solve(s, EXACT) for s in (scenario, with_pins(scenario, [fix], "pinned"))
    )
    assert best.status == restricted.status == "optimal"
    assert best.objective is not None
    assert restricted.objective is not None
    true = best.objective - restricted.objective
    found = answer.solved.loss
    assert found.low is not None
    assert found.high is not None
    assert found.low - 1e-6 <= true <= found.high + 1e-6
    if options is EXACT:
        assert found.low == pytest.approx(true, abs=1e-3)
        assert found.high == pytest.approx(true, abs=1e-3)


def test_a_solved_replacement_holds_the_true_loss_and_beats_no_estimate() -> None:
    scenario = two_rooms()
    run = known(solve(scenario, EXACT))
    table = explain_replacement(run, top=2, options=EXACT).table
    # 60 places in all: B1 alone serves its 80 persons within reach as well as money
    # lasts, so that only B1 is missed
    assert table["building_id"].tolist()[0] == "B1"
    for row in table.to_dict("records"):
        pin = {"fix": "out", "building": row["building_id"]}
        without = solve(with_pins(scenario, [pin], "out"), EXACT)
        assert without.objective is not None
        assert run.objective is not None
        true = run.objective - without.objective
        assert row["loss_low"] - 1e-6 <= true <= row["loss_high"] + 1e-6
        assert row["loss_low"] <= row["estimate"] + 1e-6


def test_a_given_plan_has_no_bound_so_the_most_is_unknown() -> None:
    run = known(solve(two_rooms(), EXACT))
    given = replace(run, bound=None, status="evaluated")
    answer = explain_building(given, "B2", service="club", solve=True, options=EXACT)
    assert answer.solved is not None
    assert answer.solved.loss.high is None
    assert "unknown" in answer.text("en")
