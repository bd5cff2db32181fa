"""Why a community stays uncovered: every uncovered person stands at one step."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.errors import OptionsInvalid
from allocator.explain import explain_community
from allocator.explain.known import known
from allocator.plan import Plan
from allocator.solve import evaluate, solve
from tests.builders import make_scenario, need, service
from tests.explain.samples import EXACT, riverside, two_rooms, weekly


def test_the_steps_of_every_community_add_up_to_its_uncovered_persons() -> None:
    run = riverside()
    zones = run.scenario.tables.zones
    uncovered = 0.0
    for community in sorted(zones.loc[zones["counted"], "community_id"].unique()):
        answer = explain_community(run, community)
        assert answer.table["persons"].sum() == pytest.approx(answer.uncovered_persons)
        assert (answer.table["persons"] > 0).all()
        covered = answer.neighbours["covered_persons"].sum()
        assert covered == pytest.approx(answer.covered_persons)
        uncovered += answer.uncovered_persons
    rows = run.view.covered_by_row()
    counted = zones["counted"].to_numpy(bool)[run.scenario.demand.zone]
    visits = run.scenario.demand.visits_per_week
    per_person = [need.visits_per_person_week for need in run.scenario.needs]
    persons = visits / [per_person[n] for n in run.scenario.demand.need]
    assert uncovered == pytest.approx(float((persons - rows)[counted].sum()))


def test_a_need_is_a_part_of_its_community() -> None:
    whole = explain_community(riverside(), "C07").table
    for need_id, rows in whole.groupby("need_id"):
        alone = explain_community(riverside(), "C07", need=str(need_id)).table
        assert alone["persons"].tolist() == pytest.approx(rows["persons"].tolist())
        assert alone["step"].tolist() == rows["step"].tolist()


STEPS: dict[str, tuple[dict[str, Any], dict[tuple[str, str, str, str], int], float]] = {
    # what the scenario is given, the plan, uncovered persons of 100
    "no_site": ({"walk": 2.0}, {}, 100),
    "no_space": ({"requires": {"features": ["gas"]}}, {}, 100),
    "hours": ({"available": "all 13:00-20:00"}, {}, 100),
    "pinned_out": ({"pin": "out"}, {}, 100),
    "room_taken": ({}, {("B1", "R1", "other", "main"): 1}, 100),
    "limits": ({"capital": 50}, {}, 100),
    "not_chosen": ({"capital": 500}, {}, 100),
    "full": ({}, {("B1", "R1", "one", "main"): 30}, 70),
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step(step: str) -> None:
    """One room of 100 m² at 5 minutes from 100 persons; a place costs 100."""
    given, places, uncovered = STEPS[step]
    rules: dict[str, Any] = {}
    if "pin" in given:
        rules = {"pins": [{"fix": given["pin"], "service": "one"}]}
    limits = {"capital_budget": given["capital"]} if "capital" in given else {}
    scenario = make_scenario(
        services=[
            weekly(
                "one",
                sharing="dedicated",
                equipment_cost_per_place=100,
                requires=given.get("requires", {}),
            ),
            service("other", sharing="dedicated"),
        ],
        needs=[need("some", "one", given.get("walk", 10.0))],
        buildings=[{"building_id": "B1", "x": 500, "y": 0, "community_id": "C1"}],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "available": given.get("available", ""),
            }
        ],
        rules=rules,
        limits=limits,
    )
    run = known(evaluate(scenario, Plan.from_places(places)))
    table = explain_community(run, "C1").table
    assert table[["step", "persons"]].values.tolist() == [[step, uncovered]]
    named = "capital_budget" if step == "limits" else ""
    assert table["limits"].tolist() == [named]


def test_residents_far_away_count_in_part_and_spare_capacity_is_named() -> None:
    scenario = make_scenario(
        services=[weekly("one", sharing="dedicated")],
        needs=[
            need(
                "some",
                "one",
                credit=[{"max_min": 3, "share": 1}, {"max_min": 10, "share": 0.6}],
            )
        ],
        buildings=[{"building_id": "B1", "x": 500, "y": 0, "community_id": "C1"}],
    )
    plan = Plan.from_places({("B1", "R1", "one", "main"): 50})
    answer = explain_community(known(evaluate(scenario, plan)), "C1")
    # 50 of 100 served at a share of 0.6: 50 at the full site, 20 in part
    steps = dict(zip(answer.table["step"], answer.table["persons"], strict=True))
    assert steps == pytest.approx({"full": 50, "partly": 20})
    nobody = plan.assignments, evaluate(scenario, plan).evaluation
    assert nobody[1] is not None
    unused = Plan(plan.assignments, nobody[1].served.head(0))
    answer = explain_community(known(evaluate(scenario, unused)), "C1")
    assert answer.table["step"].tolist() == ["spare"]


def test_what_comes_from_next_door_and_what_a_first_site_costs_the_others() -> None:
    """Money for 60 places; 60 eat near B1, 60 near B2 (20 m² each 10 places … 20)."""
    run = known(solve(two_rooms(), EXACT))
    middle = explain_community(run, "C2")
    assert set(middle.neighbours["from"]) <= {"next_door"}
    far = explain_community(run, "C3", need="meet", solve=True, options=EXACT)
    assert far.solved is not None
    assert far.others is not None
    own = far.others["community_id"] == "C3"
    assert far.others.loc[own, "change_persons"].sum() >= 0
    change = far.others["change_persons"].sum()
    assert far.solved.loss.from_plan == pytest.approx(-change, abs=1e-6)
    assert "B2" in far.text("en")


def test_both_languages_say_the_same_figures() -> None:
    answer = explain_community(riverside(), "C12", need="lunch_elder")
    english, chinese = answer.text("en"), answer.text("zh")
    assert "Wanghutai" in english
    assert "望湖台" in chinese
    figure = f"{answer.uncovered_persons:,.1f}"
    assert figure in english
    assert figure in chinese


def test_unknown_communities_and_needs_are_refused() -> None:
    with pytest.raises(OptionsInvalid, match="no community 'C99'"):
        explain_community(riverside(), "C99")
    with pytest.raises(OptionsInvalid, match="no need 'lunch'"):
        explain_community(riverside(), "C07", need="lunch")
