"""Cases of the programme with the built-in catalogue, each with a worked answer.

One zone beside one building, unless a case says otherwise; demand is given in visits a
week and every person counts 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from allocator.evaluate import suitability
from allocator.options import SolveOptions
from allocator.scenario import read_scenario
from allocator.shortfall import describe
from allocator.solve import solve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.result import Result
    from allocator.scenario import Scenario

ROOM = {"space_id": "R1", "building_id": "B1", "usable_area_m2": 120}
HOUSE = {"building_id": "B1", "x": 0, "y": 0, "community_id": "C1"}
HOUSE |= {"fire_resistance_class": 2, "features": "gas;water;daylight;step_free"}


def case(
    visits: Mapping[str, float],
    *,
    room: Mapping[str, Any] | None = None,
    house: Mapping[str, Any] | None = None,
    tables: Mapping[str, list[dict[str, Any]]] | None = None,
    **sections: Any,
) -> Scenario:
    """Return the catalogue with the demand of one zone and one room."""
    rows = {
        "communities": [{"community_id": "C1", "kind": "existing"}],
        "zones": [{"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"}],
        "demand": [
            {"zone_id": "Z1", "need_id": need, "visits_per_week": amount}
            for need, amount in visits.items()
        ],
        "buildings": [HOUSE | dict(house or {})],
        "spaces": [ROOM | dict(room or {})],
        **(tables or {}),
    }
    document = {"format": "allocator/1", "name": "case", "catalogue": "cn-community"}
    frames = {name: pd.DataFrame(part) for name, part in rows.items()}
    return read_scenario(document | sections, tables=frames)


def proven(scenario: Scenario) -> Result:
    result = solve(scenario, SolveOptions(engine="exact", time_limit_s=60))
    assert result.status == "optimal"
    return result


def running(result: Result) -> set[str]:
    """Return the offers that serve somebody."""
    assert result.evaluation is not None
    rows = result.evaluation.assignments
    rows = rows[rows["served_visits_per_week"] > 0]
    return set(rows["service_id"] + "/" + rows["session_id"])


def bars(scenario: Scenario) -> dict[str, str]:
    """Return the rule that bars each offer from the first room."""
    table = suitability(scenario).query("space_id == 'R1'")
    return dict(
        zip(table["service_id"] + "/" + table["session_id"], table["bar"], strict=True)
    )


def test_canteen_at_noon_and_after_school_care_in_one_hall() -> None:
    """60 persons have lunch, 20 pupils are cared for; 150 minutes lie between."""
    visits = {"lunch_adult": 300, "after_school": 100}
    result = proven(case(visits))
    assert result.objective == pytest.approx(80)
    assert running(result) == {"canteen/lunch", "after_school/afternoon"}

    slow = [
        {"id": rule, "minutes": 180} for rule in ("tidy_canteen", "meal_point_to_care")
    ]
    apart = proven(case(visits, rules={"change_over_min": slow}))
    assert apart.objective == pytest.approx(60)  # lunch alone is worth more


def test_all_four_forms_of_infant_care_in_one_room() -> None:
    """63 m² hold 10 places; 5 + 4 + 1 + 1 would be needed at 9 in the morning.

    An hourly place serves 18 visits, a temporary one 14, so these two stay; of the
    nine children who come every day one is left out: 8 + 12 ÷ 2 + 14 ÷ 0.25 = 70.
    """
    visits = {
        "infant_full_day": 25,
        "infant_half_day": 20,
        "infant_hourly": 12,
        "infant_temporary": 14,
    }
    house = {"outdoor_m2": 20}
    room = {"usable_area_m2": 63}
    best = proven(case(visits, room=room, house=house))
    assert best.objective == pytest.approx(70)
    # those who come now and then may come by the hour too: as good, so asked for
    forms = ("full_day", "half_day", "hourly", "temporary")
    pins = [{"fix": "in", "service": "infant_care", "session": form} for form in forms]
    result = proven(case(visits, room=room, house=house, rules={"pins": pins}))
    assert result.objective == pytest.approx(70)
    assert running(result) == {f"infant_care/{form}" for form in forms}

    new = [{"community_id": "C1", "kind": "new"}]  # 3 m² outside each: 6 places
    fewer = case(
        visits, room={"usable_area_m2": 63}, house=house, tables={"communities": new}
    )
    assert proven(fewer).objective == pytest.approx(66)


def test_a_warehouse_where_gas_is_forbidden_gets_a_meal_point() -> None:
    """140 lunches a week are 28 persons; 10 places × 14 serve them."""
    warehouse = case(
        {"lunch_adult": 140},
        room={"usable_area_m2": 60},
        house={"features": "water", "former_use": "warehouse"},
    )
    assert bars(warehouse)["canteen/lunch"] == "siting"
    result = proven(warehouse)
    assert running(result) == {"meal_point/lunch"}
    assert result.objective == pytest.approx(28)


def test_a_school_gym_open_on_weekday_evenings_and_weekends() -> None:
    """210 visits of 105 persons; 10 places × 21 a week in the evening."""
    gym = case(
        {"exercise": 210},
        room={"usable_area_m2": 200},
        house={"available": "mon-fri 18:00-22:00; sat,sun 08:00-22:00"},
    )
    barred = bars(gym)
    assert barred["sports/early"] == "available"
    assert barred["play/daytime"] == "available"
    assert barred["sports/evening"] == barred["reading/weekend"] == ""
    result = proven(gym)
    assert running(result) == {"sports/evening"}
    assert result.objective == pytest.approx(105)


def test_day_care_with_spare_places_across_the_district_border() -> None:
    """12 places × 5 days serve 60 of 70 visits: 12 of 14 old people.

    West has none of its own and uses the one in East, 300 m away.
    """
    day_care = {"facility_id": "F1", "service_id": "elder_day_care"}
    day_care |= {"session_id": "full_day", "places": 12, "community_id": "C2"}
    border = case(
        {},
        tables={
            "communities": [
                {"community_id": "C1", "district_id": "west"},
                {"community_id": "C2", "district_id": "east"},
            ],
            "zones": [
                {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
                {"zone_id": "Z2", "x": 600, "y": 0, "community_id": "C2"},
            ],
            "demand": [
                {"zone_id": z, "need_id": "elder_day_care", "visits_per_week": v}
                for z, v in (("Z1", 50), ("Z2", 20))
            ],
            "facilities": [day_care | {"x": 300, "y": 0}],
        },
    )
    table = describe(border).city.services
    west = table[(table["level"] == "district") & (table["area_id"] == "west")].iloc[0]
    assert (west["sites"], west["sites_in_reach"]) == (0, 1)
    whole = table[table["level"] == "all"].iloc[0]
    assert whole["covered_persons"] == pytest.approx(12)
    assert whole["missing_places"] == 2


@pytest.mark.parametrize(("date", "persons"), [("2026-01-01", 0), ("2028-01-01", 28)])
def test_a_building_free_from_2028(date: str, persons: float) -> None:
    house = {"available_from": "2028-01-01"}
    result = proven(case({"lunch_adult": 140}, house=house, date=date))
    assert result.objective == pytest.approx(persons)


def test_a_residents_veto_is_kept_and_told_to_those_who_asked() -> None:
    pin = {"fix": "out", "building": "B1", "service": "sports", "reason": "noise"}
    pin |= {"source": "residents' meeting", "date": "2026-03-02"}
    asked = {"request_id": "Q1", "zone_id": "Z1", "service_id": "sports"}
    result = proven(
        case(
            {"exercise": 210},
            room={"usable_area_m2": 200},
            rules={"pins": [pin]},
            tables={"requests": [asked]},
        )
    )
    assert result.objective == 0
    assert result.evaluation is not None
    answer = result.evaluation.requests.iloc[0]
    assert (answer["status"], answer["reason"]) == ("not_met", "pinned_out")
    assert answer["detail"] == "noise"
