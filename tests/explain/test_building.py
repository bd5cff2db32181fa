"""What "why not" says is what the evaluator finds when the offer is forced in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from allocator.errors import OptionsInvalid
from allocator.evaluate.evaluate import find_violations
from allocator.evaluate.view import build_view
from allocator.explain import explain_building
from allocator.explain.known import known
from allocator.options import SolveOptions
from allocator.plan import ASSIGNMENT_COLUMNS, Plan
from allocator.solve import evaluate
from tests.builders import make_scenario, need, service
from tests.explain.samples import riverside

if TYPE_CHECKING:
    from allocator.explain.known import Known

KEYS = list(ASSIGNMENT_COLUMNS[:-1])
NOT_LOCAL = {"demand_limit", "reach", "capacity", "coverage_floor"}


def broken_when_forced(run: Known, row: dict[str, Any], places: int) -> set[str]:
    """Return the rules that the run's plan breaks with an offer forced in."""
    held = run.plan.assignments
    forced = pd.DataFrame([{**{key: row[key] for key in KEYS}, "places": places}])
    plan = Plan(pd.concat([held, forced], ignore_index=True), run.plan.served)
    found = find_violations(build_view(run.scenario, run.access, plan))
    return {violation.rule_id for violation in found} - NOT_LOCAL


def test_every_bar_of_riverside_is_broken_by_the_plan_with_the_offer_forced_in() -> (
    None
):
    """All spaces × offers: each rule named is found by the evaluator."""
    run = riverside()
    seen: set[str] = set()
    rows = 0
    for building in run.view.building_ids:
        table = explain_building(run, building).table
        rows += len(table)
        for row in table[table["state"] == "barred"].to_dict("records"):
            named = set(row["rules"].split(", "))
            assert named <= broken_when_forced(run, row, 1), row
            seen |= named
    assert rows == len(run.scenario.tables.spaces) * len(run.scenario.offers)
    assert seen >= {"siting", "available", "min_area", "pins"}


def test_what_is_in_the_way_is_what_adding_the_offer_breaks() -> None:
    """Adding a possible offer breaks the rules named, but for fees it would earn."""
    run = riverside()
    checked = 0
    for building in run.view.building_ids[::3]:
        table = explain_building(run, building).table
        for row in table[table["state"] == "possible"].to_dict("records"):
            broken = broken_when_forced(run, row, int(row["least_places"]))
            named = set(row["in_the_way"].split(", ")) - {""}
            assert broken - named <= {"annual_budget"}, row
            assert named - {"annual_budget"} <= broken, row
            checked += 1
    assert checked > 100


SITING = {
    "floor_below": ({"min_floor": 4}, {}),
    "floor_above": ({"max_floor": 1}, {}),
    "feature": ({"features": ["gas"]}, {}),
    "daylight": ({"daylight": True}, {}),
    "step_free": ({"step_free": True}, {}),
    "fire_class": ({"max_fire_resistance_class": 1}, {"fire_resistance_class": 3}),
    "fire_class_unknown": ({"max_fire_resistance_class": 4}, {}),
    "land_use": ({"land_use": ["public"]}, {"land_use": "industrial"}),
    "former_use": ({"excluded_former_uses": ["paint"]}, {"former_use": "paint"}),
    "lease": ({"min_lease_years": 5}, {"lease_until": "2029-12-31"}),
    "small_space": ({"min_space_m2": 150}, {}),
    "places_on_floor": ({"max_places_on_floor": 0.5}, {}),
    "outdoor": ({"outdoor_m2_per_place": 3}, {"outdoor_m2": 2}),
}


@pytest.mark.parametrize("kind", SITING)
def test_every_kind_of_siting_condition_is_named_and_broken(kind: str) -> None:
    condition, facts = SITING[kind]
    scenario = make_scenario(
        services=[service("one", requires=condition), service("other")],
        needs=[need("some", "one")],
        buildings=[{"building_id": "B1", "x": 0, "y": 0, **facts}],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100, "floor": 3}
        ],
    )
    run = known(
        evaluate(scenario, Plan.from_places({("B1", "R1", "other", "main"): 1}))
    )
    row = explain_building(run, "B1", service="one").table.iloc[0]
    assert (row["state"], row["rules"]) == ("barred", "siting")
    assert "siting" in broken_when_forced(run, dict(row), 1)
    assert row["reason"]


def test_figures_of_a_bar_in_both_languages() -> None:
    scenario = make_scenario(
        services=[service("gas", requires={"max_floor": 1, "features": ["gas"]})],
        needs=[need("some", "gas")],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100, "floor": 3}
        ],
    )
    answer = explain_building(known(evaluate(scenario, Plan.from_places({}))), "B1")
    assert answer.table["reason"][0] == "floor 3 is above 1 and no gas"
    for language, text in (
        ("en", "floor 3 is above 1 and no gas"),
        ("zh", "楼层 3 高于 1且缺少燃气"),
    ):
        table = answer.blocks(language)[1].table
        assert table is not None
        assert text in table.iloc[0].tolist()


def test_an_open_offer_tells_whom_it_serves() -> None:
    run = riverside()
    held = run.plan.assignments.iloc[0]
    answer = explain_building(run, held["building_id"], space=held["space_id"])
    table = answer.table.set_index(["service_id", "session_id"])
    row = table.loc[(held["service_id"], held["session_id"])]
    assert (row["state"], row["places"]) == ("open", held["places"])
    assert set(answer.table["space_id"]) == {held["space_id"]}


def test_open_assignments_share_all_that_the_plan_covers_at_its_sites() -> None:
    run = riverside()
    covered = sum(
        float(explain_building(run, building).table["covered_persons"].sum())
        for building in run.plan.assignments["building_id"].unique()
    )
    served = run.view.served
    planned = served.site < run.scenario.num_buildings
    assert covered == pytest.approx(float(served.covered_persons[planned].sum()))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"building": "B99"}, "no building 'B99'; did you mean"),
        ({"building": "B01", "space": "B02-1"}, "no space 'B02-1'"),
        ({"building": "B01", "service": "canten"}, "did you mean 'canteen'"),
        ({"building": "B01", "session": "lunh"}, "no session 'lunh'"),
    ],
)
def test_unknown_ids_are_refused(asked: dict[str, str], message: str) -> None:
    with pytest.raises(OptionsInvalid, match=message):
        explain_building(riverside(), **asked)


def test_forcing_what_is_barred_is_proven_impossible() -> None:
    scenario = make_scenario(
        services=[service("gas", requires={"features": ["gas"]}), service("other")],
        needs=[need("some", "gas")],
    )
    run = known(evaluate(scenario, Plan.from_places({})))
    exact = SolveOptions(engine="exact", time_limit_s=60)
    answer = explain_building(run, "B1", service="gas", solve=True, options=exact)
    assert answer.solved is not None
    assert answer.solved.loss.verdict == "impossible"
