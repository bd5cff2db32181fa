"""The shortfall of a city before planning, worked out by hand.

Three communities: North and South on one street, East on another; 100 m a minute. A
canteen F1 of 10 places stands in North, a reading room F2 in East. Nobody has planned
anything, and there is no building.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from allocator.cli.app import run
from allocator.scenario import write_scenario
from allocator.shortfall import describe
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.scenario import Scenario

MEALS = [
    {"id": "lunch", "hours": "11:00-13:00"},
    {"id": "dinner", "hours": "17:00-19:00"},
]


def city(*, by_community: bool = False, **sections: Any) -> Scenario:
    """200 persons in North, 100 in South, 60 in East.

    A tenth want lunch and a tenth dinner, daily and within 5 minutes; half read once a
    week, within 20.
    """
    persons = {"North": 200, "South": 100, "East": 60}
    where = {"North": ("Z1", 0), "South": ("Z2", 2000), "East": ("Z3", 3000)}
    homes = [("North", "S1"), ("South", "S1"), ("East", "S2")]
    rows = [
        ({"community_id": c} if by_community else {"zone_id": where[c][0]})
        | {"group_id": "all", "persons": n}
        for c, n in persons.items()
    ]
    at = {"community_id": "North", "x": 100, "y": 0, "gross_area_m2": 60}
    lunch = {"facility_id": "F1", "service_id": "canteen", "session_id": "lunch"}
    books = {"facility_id": "F2", "service_id": "reading", "session_id": "main"}
    daily = {"visits_per_person_week": 7, "groups": {"all": 0.1}}
    return make_scenario(
        services=[
            service("canteen", sessions=MEALS, m2_per_place=2.1, place_name="seats"),
            service("reading", m2_per_place=3.5),
        ],
        needs=[
            need("lunch", "canteen", 5, tier=1, **daily)
            | {"accepts": [_canteen("lunch")]},
            need("dinner", "canteen", 5, tier=1, **daily)
            | {"accepts": [_canteen("dinner")]},
            need("books", "reading", 20, tier=2, groups={"all": 0.5}),
        ],
        communities=[
            {"community_id": c, "street_id": s, "households": 40} for c, s in homes
        ],
        zones=[
            {"zone_id": z, "x": x, "y": 0, "community_id": c}
            for c, (z, x) in where.items()
        ],
        population=rows,
        buildings=[],
        spaces=[],
        tables={
            "facilities": [
                lunch | at | {"places": 10},
                books | at | {"x": 3000, "community_id": "East", "places": 5},
            ]
        },
        **sections,
    )


def _canteen(session: str) -> dict[str, Any]:
    return {"service": "canteen", "session": session, "max_walk_min": 5}


def row(table: pd.DataFrame, level: str, area: str, service_id: str) -> pd.Series[Any]:
    own = (table["level"] == level) & (table["area_id"] == area)
    return table[own & (table["service_id"] == service_id)].iloc[0]


def test_is_there_one_is_it_enough_is_it_near() -> None:
    canteen = row(describe(city()).city.services, "community", "North", "canteen")

    # 20 want lunch and 20 dinner; 10 places × 7 days serve 70 lunches, 10 persons
    assert canteen["demand_persons"] == pytest.approx(40)
    assert (canteen["sites"], canteen["sites_in_reach"]) == (1, 1)
    assert canteen["covered_persons"] == pytest.approx(10)
    assert canteen["unmet_persons"] == pytest.approx(30)
    # only lunch has a site: half of the demand, a minute away
    assert canteen["near_share"] == pytest.approx(0.5)
    assert canteen["nearest_walk_min"] == pytest.approx(1)


def test_missing_places_are_shared_by_sessions_that_do_not_meet() -> None:
    """10 lunches and 20 dinners a day are missing: 20 seats serve both."""
    canteen = row(describe(city()).city.services, "community", "North", "canteen")

    assert (canteen["places"], canteen["missing_places"]) == (10, 20)
    assert canteen["place_name"] == "seats"
    assert canteen["missing_gross_m2"] == pytest.approx(20 * 2.1 / 0.7)


def test_streets_and_the_whole_city_are_sums() -> None:
    table = describe(city()).city.services

    # South: 10 lunches and 10 dinners; North as above; missing at the peak: 20 and 30
    street = row(table, "street", "S1", "canteen")
    assert street["demand_persons"] == pytest.approx(60)
    assert street["missing_places"] == 30
    assert row(table, "all", "", "canteen")["unmet_persons"] == pytest.approx(62)
    assert set(table["level"]) == {"community", "street", "all"}  # no district is named


def test_sites_in_reach_may_stand_elsewhere() -> None:
    """South reads in East, ten minutes away; North is 30 minutes off."""
    table = describe(city()).city.services
    south = row(table, "community", "South", "reading")

    assert (south["sites"], south["sites_in_reach"]) == (0, 1)
    assert south["nearest_walk_min"] == pytest.approx(10)
    north = row(table, "community", "North", "reading")
    assert (north["sites_in_reach"], north["near_share"]) == (0, 0.0)
    assert math.isnan(north["nearest_walk_min"])


def test_the_most_unmet_persons_come_first() -> None:
    table = describe(city()).city.services
    communities = table[table["level"] == "community"]

    # reading: 35 visits serve East and South; who of them is told by distance and id
    first = communities.iloc[0]
    assert (first["area_id"], first["service_id"], first["rank"]) == (
        "North",
        "reading",
        1,
    )
    assert first["unmet_persons"] == pytest.approx(100)
    assert communities["unmet_persons"].is_monotonic_decreasing


def test_communities_with_nothing_near_and_every_priority_service() -> None:
    facilities = describe(city()).city.areas.set_index(["level", "area_id"])

    assert facilities.loc[("community", "South"), "not_in_reach"] == "canteen"
    assert facilities.loc[("community", "North"), "services_in_reach"] == 1
    # dinner is a priority need and has no site anywhere
    assert (facilities["priority_near_share"] == 0).all()


def test_residents_with_every_priority_service_in_reach() -> None:
    """When dinner is no priority, North has lunch near: 200 of 360 residents."""
    later = city()
    needs = [
        n.model_copy(update={"tier": 2}) if n.id == "dinner" else n
        for n in later.spec.needs
    ]
    later = make_variant(later, needs)
    areas = describe(later).city.areas.set_index("level")

    assert areas.loc["all", "priority_near_persons"] == pytest.approx(200)
    assert areas.loc["all", "priority_near_share"] == pytest.approx(200 / 360)


def make_variant(scenario: Scenario, needs: list[Any]) -> Scenario:
    from dataclasses import replace

    return replace(scenario, spec=scenario.spec.model_copy(update={"needs": needs}))


def test_population_known_by_community_alone_gives_the_same() -> None:
    by_zone, by_community = describe(city()), describe(city(by_community=True))

    pd.testing.assert_frame_equal(by_zone.city.services, by_community.city.services)
    pd.testing.assert_frame_equal(by_zone.city.areas, by_community.city.areas)


def test_against_standards_beside_demand() -> None:
    seats = {"measure": "places_per_1000_persons", "minimum": 100}
    gross = {"measure": "gross_m2_per_100_households", "minimum": 400}
    found = describe(
        city(
            standards=[
                seats | {"id": "seats", "services": "canteen"},
                gross | {"id": "rooms", "services": "canteen"},
                seats | {"id": "everything"},  # of no service alone
            ]
        )
    )
    north = row(found.city.services, "community", "North", "canteen")
    south = row(found.city.services, "community", "South", "canteen")

    # 100 of 1,000: 20 seats for 200 persons; 400 m² × 0.4 = 160 m² against 60
    assert north["standard_missing_places"] == pytest.approx(10)
    assert north["standard_missing_gross_m2"] == pytest.approx(100)
    assert south["standard_missing_places"] == pytest.approx(10)
    books = row(found.city.services, "community", "North", "reading")
    assert math.isnan(books["standard_missing_places"])
    assert list(found.city.standards["standard_id"].unique()) == [
        "everything",
        "rooms",
        "seats",
    ]


def test_the_command_writes_the_ranked_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_scenario(city(), tmp_path / "city")
    file = tmp_path / "shortfall.csv"

    assert run(["describe", str(tmp_path / "city"), "--shortfall", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "Shortfall by service in all" in shown
    assert "missing gross m²" in shown
    written = pd.read_csv(file, keep_default_na=False)
    expected = describe(city()).city.services
    assert list(written.columns) == list(expected.columns)
    assert len(written) == len(expected)


def test_the_table_is_a_csv_or_nothing(tmp_path: Path) -> None:
    write_scenario(city(), tmp_path / "city")
    name = str(tmp_path / "shortfall.xlsx")
    assert run(["describe", str(tmp_path / "city"), "--shortfall", name]) == 2


def test_surveys_are_shown_with_sample_and_margin() -> None:
    """0.2 of 100 asked: 1.96 × √(0.2 × 0.8 ÷ 100) = 0.0784; a factor has no margin."""
    rows = [
        {"zone_id": "Z1", "need_id": "books", "rate": 0.2, "sample_size": 100},
        {"community_id": "C1", "need_id": "books", "factor": 1.5, "sample_size": 80},
    ]
    asked = make_scenario(
        services=[service("reading")],
        needs=[need("books", "reading")],
        tables={"survey": rows},
    )
    survey = describe(asked).survey.set_index("community_id")

    assert survey.loc["", "rate_margin"] == pytest.approx(0.0784)
    assert survey.loc["C1", "sample_size"] == 80
    assert math.isnan(survey.loc["C1", "rate_margin"])
