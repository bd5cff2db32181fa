"""Buildings, spaces, facilities and walking times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocator.issues import Severity

if TYPE_CHECKING:
    from tests.scenario.sound import Sound


def test_a_scenario_without_buildings_is_legal(sound: Sound) -> None:
    del sound.rows["buildings"], sound.rows["spaces"]

    found = sound.only_issue()

    assert (found.code, found.severity) == ("no-buildings", Severity.WARNING)


def test_a_building_without_spaces(sound: Sound) -> None:
    sound.rows["buildings"].append({"building_id": "B3", "x": 9, "y": 9})

    found = sound.only_issue()

    assert (found.code, found.place.row) == ("building-without-space", 4)


def test_a_building_without_area_and_spaces(sound: Sound) -> None:
    del sound.rows["spaces"]
    sound.rows["buildings"][0]["gross_area_m2"] = 200

    found = sound.only_issue()

    assert (found.code, found.place.row) == ("missing-area", 3)


def test_usable_area_above_the_gross_area(sound: Sound) -> None:
    sound.rows["buildings"][0]["gross_area_m2"] = 90  # R1 has 100 m²

    found = sound.only_issue()

    assert (found.code, found.place.column) == ("usable-above-gross", "gross_area_m2")


@pytest.mark.parametrize(("divisible", "codes"), [
    ("no", ["reserve-bars-building"]),
    ("yes", []),
])  # fmt: skip
def test_a_reserve_in_a_building_of_one_space(
    sound: Sound, divisible: str, codes: list[str]
) -> None:
    sound.set_each("buildings", reserve_share=0)
    sound.rows["buildings"][0]["reserve_share"] = 0.1
    sound.set_each("spaces", divisible=divisible)

    assert [i.code for i in sound.issues()] == codes


def test_dates_the_wrong_way_round(sound: Sound) -> None:
    sound.rows["buildings"][0] |= {
        "available_from": "2026-06-01",
        "available_until": "2026-01-31",
    }

    found = sound.only_issue()

    assert (found.code, found.place.column) == ("dates-reversed", "available_until")
    assert found.expected == "a day not before 2026-06-01"


def test_buildings_closed_on_the_date_of_the_plan(sound: Sound) -> None:
    """The date of the plan is 2026-01-01; both its first and last day count."""
    sound.document["date"] = "2026-01-01"
    sound.rows["buildings"][0] |= {"available_from": "2026-01-02"}
    sound.rows["buildings"][1] |= {"available_until": "2026-01-01"}

    found = sound.only_issue()

    assert (found.code, found.severity) == ("building-unavailable", Severity.WARNING)
    assert found.message.endswith(": B1")


def test_a_lease_that_has_ended(sound: Sound) -> None:
    sound.rows["buildings"][0] |= {"lease_until": "2025-12-31"}

    assert sound.only_issue().code == "lease-ended"


def test_a_feature_that_stands_nowhere(sound: Sound) -> None:
    sound.document["services"][0]["requires"] = {"features": ["gass"]}
    sound.rows["spaces"][0]["features"] = "gas;lift"

    found = {i.code: i for i in sound.issues()}

    assert set(found) == {"feature-nowhere", "service-without-space"}
    assert found["feature-nowhere"].nearest == "gas"
    path = "services[0].requires.any_of[0].features"
    assert found["feature-nowhere"].place.path == path


def test_an_alternative_may_ask_for_what_nobody_has(sound: Sound) -> None:
    alternatives = [{"features": ["kitchen"]}, {"max_floor": 1}]
    sound.document["services"][0]["requires"] = {"any_of": alternatives}

    assert sound.issues() == ()


CONDITIONS: list[dict[str, Any]] = [
    {"min_floor": 2},
    {"max_floor": -1},
    {"min_space_m2": 101},
    {"max_fire_resistance_class": 2},
    {"land_use": ["school"]},
    {"excluded_former_uses": ["factory"]},
    {"min_lease_years": 4.1},
    {"outdoor_m2_per_place": 3},
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_service_that_no_space_suits(sound: Sound, condition: dict[str, Any]) -> None:
    """Spaces of 100 and 80 m² on floor 1; a factory, class 3, lease for 4 years."""
    sound.document["services"][1]["requires"] = condition
    sound.set_each(
        "buildings",
        former_use="factory",
        fire_resistance_class=3,
        lease_until="2030-01-01",
        outdoor_m2=2,
    )

    found = sound.only_issue()

    assert (found.code, found.place.path) == (
        "service-without-space",
        "services[1].requires",
    )
    assert found.message.endswith("nothing can meet care")


def test_a_space_that_suits_no_service(sound: Sound) -> None:
    """Closed in the middle of every session; 2 m² hold no place."""
    sound.rows["spaces"] += [
        {"space_id": "R3", "building_id": "B1", "usable_area_m2": 50,
         "available": "mon-sun 08:00-12:00; mon-sun 16:00-20:00"},
        {"space_id": "R4", "building_id": "B1", "usable_area_m2": 2},
    ]  # fmt: skip

    found = sound.only_issue()

    assert found.code == "space-without-service"
    assert found.message.endswith(": R3, R4")


def test_a_number_at_a_facility_of_an_unlimited_service(sound: Sound) -> None:
    service = sound.document["services"][0]
    del service["m2_per_place"]
    service["capacity"] = "unlimited"

    found = sound.only_issue()

    assert (found.code, found.place.column) == ("facility-unlimited", "places")


def test_a_facility_that_serves_more_than_it_can(sound: Sound) -> None:
    """10 places × 2 turns × 7 days = 140 visits a week."""
    sound.rows["facilities"][0]["used_visits_per_week"] = 141

    found = sound.only_issue()

    assert found.code == "facility-overused"
    assert found.expected == "at most its capacity, 140 visits per week"


def test_a_facility_that_serves_all_it_can(sound: Sound) -> None:
    sound.rows["facilities"][0]["used_visits_per_week"] = 140

    assert sound.issues() == ()


def test_mode_network_without_streets(sound: Sound) -> None:
    sound.document["access"]["mode"] = "network"

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("streets-missing", "access.mode")


def test_streets_that_nobody_looks_at(sound: Sound) -> None:
    sound.document["access"]["streets"] = "streets.gpkg#lines"

    assert sound.only_issue().code == "streets-unused"


def test_mode_matrix_without_travel(sound: Sound) -> None:
    sound.document["access"]["mode"] = "matrix"

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("travel-missing", "access.mode")


def test_mode_matrix_with_sites_that_stand_in_no_row(sound: Sound) -> None:
    sound.document["access"]["mode"] = "matrix"
    sound.rows["travel"] = [{"zone_id": "Z1", "site_id": "B1", "walk_min": 3}]

    found = [i.message for i in sound.issues() if i.code == "unreachable"]

    assert [message.split(": ")[1] for message in found] == ["Z2", "B2", "F1"]


def test_listed_walking_times_replace_the_straight_line(sound: Sound) -> None:
    sound.rows["travel"] = [{"zone_id": "Z1", "site_id": "B1", "walk_min": 3}]

    found = sound.only_issue()

    assert (found.code, found.severity) == ("travel-overrides", Severity.WARNING)


def test_walking_times_in_seconds(sound: Sound) -> None:
    """The longest limit is 10 minutes."""
    row = {"zone_id": "Z1", "site_id": "B1", "walk_min": 180}
    sound.rows["travel"] = [row, row | {"zone_id": "Z2", "walk_min": 10.5}]

    found = [i.code for i in sound.issues()]

    assert found == ["travel-beyond-limit", "travel-overrides"]


@pytest.mark.parametrize("speed", [1.25, 4.5, 4500])
def test_a_walking_speed_in_another_unit(sound: Sound, speed: float) -> None:
    sound.document["access"]["profiles"]["walk"]["speed_m_per_min"] = speed

    found = sound.only_issue()

    assert found.code == "speed-unusual"
    assert found.place.path == "access.profiles.walk.speed_m_per_min"
