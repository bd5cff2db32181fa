"""Requests of residents: met or not, and the first reason that holds.

One zone at 0, one at 3,000 m. B1 stands beside the first: a hall on the ground floor
and a room upstairs; walking 100 m/min, ten minutes at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocator.access import build_access
from allocator.errors import ScenarioInvalid
from allocator.evaluate import evaluate_plan
from allocator.plan import Plan
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from allocator.scenario import Scenario

    Key = tuple[str, str, str, str]

LUNCH: Key = ("B1", "hall", "canteen", "main")


def place(*requests: dict[str, Any], **sections: Any) -> Scenario:
    """100 persons in each zone; all ask for lunch weekly, half for sport."""
    facilities = sections.pop("facilities", [])
    rows = [{"request_id": f"Q{k}"} | row for k, row in enumerate(requests)]
    return make_scenario(
        services=[
            service("canteen", category="meals", equipment_cost=5000.0),
            service("gym", m2_per_place=5.0, requires={"min_floor": 2}),
            service("clinic", requires={"features": ["water"]}),
            service("idle"),
        ],
        needs=[
            need("lunch", "canteen"),
            need("sport", "gym", groups={"all": 0.5}),
            need("doctor", "clinic", groups={"all": 0.0}),
        ],
        zones=[
            {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 3000, "y": 0, "community_id": "C1"},
        ],
        population=[
            {"zone_id": z, "group_id": "all", "persons": 100} for z in ("Z1", "Z2")
        ],
        buildings=[
            {"building_id": "B1", "x": 100, "y": 0, "opening_cost": 20000.0},
            {"building_id": "B2", "x": 200, "y": 0, "opening_cost": 90000.0},
        ],
        spaces=[
            {"space_id": "hall", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "upstairs", "building_id": "B1", "usable_area_m2": 50}
            | {"floor": 2},
            {"space_id": "loft", "building_id": "B2", "usable_area_m2": 50, "floor": 2},
        ],
        tables={"requests": rows, "facilities": facilities},
        **sections,
    )


def answers(
    scenario: Scenario, places: Mapping[Key, int] | None = None
) -> pd.DataFrame:
    plan = Plan.from_places(places or {})
    table = evaluate_plan(scenario, build_access(scenario), plan).requests
    return table.set_index("request_id")


def only(
    scenario: Scenario, places: Mapping[Key, int] | None = None
) -> tuple[str, str]:
    row = answers(scenario, places).iloc[0]
    return str(row["status"]), str(row["reason"])


def test_a_request_is_met_when_everybody_is_near_and_served() -> None:
    asked = place({"zone_id": "Z1", "need_id": "lunch"})
    row = answers(asked, {LUNCH: 15}).loc["Q0"]

    # 15 places × 7 days serve the 100 visits of the zone
    assert (row["status"], row["reason"]) == ("met", "plan")
    assert (row["site_id"], row["walk_min"]) == ("B1", 1.0)
    assert row["served_share"] == pytest.approx(1.0)


def test_places_that_are_too_few_meet_a_part() -> None:
    asked = place({"zone_id": "Z1", "service_id": "canteen"})
    row = answers(asked, {LUNCH: 10}).loc["Q0"]

    assert (row["status"], row["reason"]) == ("partly", "full")
    assert row["served_share"] == pytest.approx(0.7)


def test_a_community_is_met_in_part_when_some_live_too_far_away() -> None:
    asked = place({"community_id": "C1", "need_id": "lunch"})
    row = answers(asked, {LUNCH: 40}).loc["Q0"]

    assert (row["status"], row["reason"]) == ("partly", "too_far")
    assert row["near_share"] == pytest.approx(0.5)


def test_facilities_alone_may_be_enough() -> None:
    facility = {"facility_id": "F1", "service_id": "canteen", "session_id": "main"}
    facility |= {"x": 0, "y": 0, "places": 20}
    asked = place({"zone_id": "Z1", "need_id": "lunch"}, facilities=[facility])

    assert only(asked) == ("met", "facilities")


def test_no_building_near() -> None:
    asked = place({"zone_id": "Z2", "need_id": "lunch"})
    assert only(asked, {LUNCH: 15}) == ("not_met", "no_building")


def test_rooms_that_suit_and_were_not_chosen_are_counted() -> None:
    asked = place({"zone_id": "Z1", "service_id": "gym"})
    row = answers(asked).loc["Q0"]

    # the two rooms upstairs, in two buildings
    assert (row["status"], row["reason"]) == ("not_met", "not_chosen")
    assert row["suitable_spaces"] == 2
    assert "2 suitable rooms in 2 buildings" in row["detail"]


def test_no_room_suits() -> None:
    # nobody has the need `doctor` either, but a clinic nearby would do
    row = answers(place({"zone_id": "Z1", "service_id": "clinic"})).loc["Q0"]

    assert (row["status"], row["reason"]) == ("not_met", "no_space")
    assert "siting" in row["detail"]


def test_a_pin_keeps_it_out() -> None:
    pins = [{"fix": "out", "service": "gym", "reason": "noise"}]
    row = answers(
        place({"zone_id": "Z1", "service_id": "gym"}, rules={"pins": pins})
    ).loc["Q0"]

    assert (row["reason"], row["detail"]) == ("pinned_out", "noise")


@pytest.mark.parametrize(
    ("budget", "reason"), [(24999, "capital_budget"), (25000, "not_chosen")]
)
def test_money_that_is_left_pays_for_none(budget: float, reason: str) -> None:
    """Opening B1 costs 20,000 and equipping a canteen 5,000; renovation nothing."""
    limits = {"capital_budget": budget}
    asked = place({"zone_id": "Z1", "need_id": "lunch"}, limits=limits)

    assert only(asked) == ("not_met", reason)


def test_no_further_building_may_be_used() -> None:
    asked = place({"zone_id": "Z1", "need_id": "sport"}, limits={"buildings": 0})
    assert only(asked) == ("not_met", "building_limit")


def test_a_service_that_no_need_accepts() -> None:
    asked = place({"zone_id": "Z1", "service_id": "idle"})
    assert only(asked) == ("not_met", "no_need")


def test_urgent_requests_come_first_then_the_oldest() -> None:
    row = {"zone_id": "Z1", "need_id": "lunch"}
    asked = place(
        row | {"priority": None, "date": "2025-01-01"},
        row | {"priority": 2, "date": "2026-01-01"},
        row | {"priority": 1, "date": "2026-02-01"},
        row | {"priority": 1, "date": "2026-01-15"},
    )

    assert list(answers(asked).index) == ["Q3", "Q2", "Q1", "Q0"]


def test_without_requests_the_table_is_empty() -> None:
    assert answers(place()).empty


def test_measures_count_what_is_met() -> None:
    asked = place(
        {"zone_id": "Z1", "need_id": "lunch"},
        {"community_id": "C1", "need_id": "lunch"},
        {"zone_id": "Z2", "need_id": "lunch"},
    )
    plan = Plan.from_places({LUNCH: 15})
    measures = evaluate_plan(asked, build_access(asked), plan).measures

    counts = ("requests", "requests_met", "requests_partly_met")
    assert [measures[name] for name in counts] == [3, 1, 1]


@pytest.mark.parametrize(
    ("request_row", "code"),
    [
        ({"zone_id": "Z9", "need_id": "lunch"}, "unknown-zone"),
        ({"community_id": "C9", "need_id": "lunch"}, "unknown-community"),
        ({"zone_id": "Z1", "service_id": "bar"}, "unknown-service"),
        ({"zone_id": "Z1", "need_id": "supper"}, "unknown-need"),
        ({"need_id": "lunch"}, "one-of"),
        ({"zone_id": "Z1", "need_id": "lunch", "service_id": "canteen"}, "one-of"),
    ],
)
def test_a_request_that_cannot_be_read_is_refused(
    request_row: dict[str, Any], code: str
) -> None:
    with pytest.raises(ScenarioInvalid) as caught:
        place(request_row)
    assert code in {issue.code for issue in caught.value.issues}
