"""Different plans that are nearly as good, and which sites matter."""

from __future__ import annotations

import pandas as pd
import pytest

from allocator.evaluate import evaluate_plan
from allocator.explain import explain_alternatives, explain_replacement
from allocator.explain.alternatives import distance
from allocator.options import SolveOptions
from allocator.plan import Plan
from tests.explain.samples import riverside

FEW = SolveOptions(engine="greedy", max_steps=400, time_limit_s=60)


def test_distance_counts_pairs_of_space_and_service() -> None:
    one = Plan.from_places(
        {
            ("B1", "R1", "a", "x"): 1,
            ("B1", "R1", "a", "y"): 1,
            ("B1", "R2", "b", "x"): 2,
        }
    )
    other = Plan.from_places({("B1", "R1", "a", "x"): 9, ("B2", "R3", "b", "x"): 2})
    # both have (R1, a); either has (R1, a), (R2, b), (R3, b)
    assert distance(one, other) == pytest.approx(2 / 3)
    assert distance(one, one) == 0
    assert distance(Plan.from_places({}), Plan.from_places({})) == 0


def test_alternatives_keep_every_rule_and_what_they_promise() -> None:
    run = riverside()
    answer = explain_alternatives(run, number=2, within=0.2, differ=0.3, options=FEW)
    assert len(answer.plans) == 3
    for k, plan in enumerate(answer.plans):
        evaluation = evaluate_plan(run.scenario, run.access, plan)
        assert evaluation.violations == ()
        assert run.objective is not None
        assert evaluation.goals[0] >= 0.8 * run.objective
        for other in answer.plans[:k]:
            assert distance(plan, other) >= 0.3
    counting = answer.table[answer.table["counts"]]
    assert counting["plan"].iloc[0] == 0
    assert counting["loss_share"].max() <= 0.2


def test_frequencies_count_plans() -> None:
    answer = explain_alternatives(
        riverside(), number=1, within=0.3, differ=0.1, options=FEW
    )
    keys = ["building_id", "space_id", "service_id", "session_id"]
    frames = [plan.assignments[keys] for plan in answer.plans]
    counts = pd.concat(frames).groupby(keys).size()
    table = answer.frequency.set_index(keys)
    assert table["plans"].to_dict() == counts.to_dict()
    assert table["share"].max() <= 1


def test_nothing_is_near_enough_when_nothing_may_be_lost() -> None:
    answer = explain_alternatives(
        riverside(), number=1, within=0.0, differ=1.0, options=FEW
    )
    assert len(answer.plans) == 1
    assert len(answer.table) <= 3


@pytest.mark.parametrize("kind", ["building", "service"])
def test_estimates_add_up_to_what_the_plan_covers_at_its_sites(kind: str) -> None:
    run = riverside()
    table = explain_replacement(run, kind=kind).table  # type: ignore[arg-type]
    served = run.view.served
    planned = served.site < run.scenario.num_buildings
    covered = float(served.covered_persons[planned].sum())
    assert table["covered_persons"].sum() == pytest.approx(covered)
    assert table["estimate"].is_monotonic_decreasing
    assert table["verdict"].isna().all()
