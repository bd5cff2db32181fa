"""Names that are not defined: code, place, valid names and the nearest one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.scenario.sound import Sound


def test_the_sound_scenario_has_no_issue(sound: Sound) -> None:
    assert sound.issues() == ()


def pin(**keys: str) -> dict[str, Any]:
    return {"rules": {"pins": [{"fix": "out", **keys}]}}


def goal(measure: str = "covered_persons", **keys: Any) -> dict[str, Any]:
    return {"goals": [{"maximize": [{"measure": measure, **keys}]}]}


SECTIONS = [
    ({"limits": {"by_district": {"wst": {"buildings": 1}}}},
     "unknown-district", "limits.by_district.wst", "west"),
    ({"rules": {"coverage_floor": {"needs": {"lunhc": 0.1}}}},
     "unknown-need", "rules.coverage_floor.needs.lunhc", "lunch"),
    ({"rules": {"coverage_floor": {"communities": {"car": 0.1}}}},
     "unknown-need", "rules.coverage_floor.communities.car", "care"),
    ({"rules": {"coverage_floor": {"communities": {"care": {"by_id": {"C11": 0.1}}}}}},
     "unknown-community", "rules.coverage_floor.communities.care.by_id.C11", "C1"),
    ({"rules": {"change_over_min": [{"services": ["canteen", "scool"], "minutes": 9}]}},
     "unknown-service", "rules.change_over_min[0].services[1]", "school"),
    ({"rules": {"change_over_min": [{"from": "cantine", "to": "school", "minutes": 9}]}},  # noqa: E501
     "unknown-service", "rules.change_over_min[0].from", "canteen"),
    ({"rules": {"incompatible": [{"services": ["canteen", "shool"]}]}},
     "unknown-service", "rules.incompatible[0].services[1]", "school"),
    (pin(building="B11"), "unknown-building", "rules.pins[0].building", "B1"),
    (pin(space="R11"), "unknown-space", "rules.pins[0].space", "R1"),
    (pin(service="cantine"), "unknown-service", "rules.pins[0].service", "canteen"),
    (pin(category="meal"), "unknown-category", "rules.pins[0].category", "meals"),
    (pin(service="canteen", session="lunh"),
     "unknown-session", "rules.pins[0].session", "lunch"),
    (pin(session="weeks"), "unknown-session", "rules.pins[0].session", "week"),
    (goal(tier=2), "unknown-tier", "goals[0].maximize[0].tier", None),
    (goal(group="elders"), "unknown-group", "goals[0].maximize[0].group", "elder"),
    (goal(category="mealz"), "unknown-category", "goals[0].maximize[0].category",
     "meals"),
    (goal("worst_community_coverage", need="lunc"),
     "unknown-need", "goals[0].maximize[0].need", "lunch"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "code", "path", "nearest"), SECTIONS)
def test_unknown_name_in_a_section(
    sound: Sound, section: dict[str, Any], code: str, path: str, nearest: str | None
) -> None:
    sound.document |= section

    found = sound.only_issue()

    assert (found.code, found.place.path) == (code, path)
    assert found.nearest == nearest
    assert found.expected is not None


def test_unknown_group_service_and_session_of_needs(sound: Sound) -> None:
    first, second = sound.document["needs"]
    first["groups"] = {"elders": 0.1}
    first["accepts"][0]["session"] = "lunhc"
    second["accepts"][0]["service"] = "scool"
    second["profile"] = "wlk"
    sound.document["groups"][1]["profile"] = "slwo"

    found = {(i.code, i.place.path, i.nearest) for i in sound.issues()}

    assert found == {
        ("unknown-profile", "groups[1].profile", "slow"),
        ("unknown-profile", "needs[1].profile", "walk"),
        ("unknown-group", "needs[0].groups.elders", "elder"),
        ("unknown-session", "needs[0].accepts[0].session", "lunch"),
        ("unknown-service", "needs[1].accepts[0].service", "school"),
    }


ROWS = [
    ("population", {"zone_id": "Z11", "group_id": "adult", "persons": 1}, "zone_id",
     "unknown-zone", "Z1"),
    ("population", {"zone_id": "Z2", "group_id": "elders", "persons": 1}, "group_id",
     "unknown-group", "elder"),
    ("population", {"community_id": "C11", "group_id": "adult", "persons": 1},
     "community_id", "unknown-community", "C1"),
    ("survey", {"zone_id": "Z1", "need_id": "luch", "factor": 1.5}, "need_id",
     "unknown-need", "lunch"),
    ("demand", {"zone_id": "Z21", "need_id": "lunch", "visits_per_week": 1}, "zone_id",
     "unknown-zone", "Z2"),
    ("demand", {"zone_id": "Z2", "need_id": "lunch", "group_id": "eldr",
                "visits_per_week": 1}, "group_id", "unknown-group", "elder"),
    ("zones", {"zone_id": "Z3", "x": 1, "y": 1, "community_id": "C21"}, "community_id",
     "unknown-community", "C2"),
    ("spaces", {"space_id": "R3", "building_id": "B21", "usable_area_m2": 50},
     "building_id", "unknown-building", "B2"),
    ("spaces", {"space_id": "R3", "building_id": "B1", "usable_area_m2": 50,
                "fitted_for": "cantine"}, "fitted_for", "unknown-service", "canteen"),
    ("facilities", {"facility_id": "F2", "service_id": "cantine", "session_id": "lunch",
                    "x": 1, "y": 1, "places": 1}, "service_id", "unknown-service",
     "canteen"),
    ("facilities", {"facility_id": "F2", "service_id": "canteen", "session_id": "lunc",
                    "x": 1, "y": 1, "places": 1}, "session_id", "unknown-session",
     "lunch"),
    ("facilities", {"facility_id": "F2", "service_id": "canteen", "session_id": "lunch",
                    "x": 1, "y": 1, "places": 1, "building_id": "B11"}, "building_id",
     "unknown-building", "B1"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row", "column", "code", "nearest"), ROWS)
def test_unknown_id_in_a_table(
    sound: Sound, table: str, row: dict[str, Any], column: str, code: str, nearest: str
) -> None:
    rows = [*sound.rows.get(table, []), row]
    sound.rows[table] = rows

    found = next(i for i in sound.issues() if i.code == code)

    assert found.place.file == f"<frame:{table}>"
    assert (found.place.row, found.place.column) == (len(rows) + 1, column)
    assert found.nearest == nearest


def test_unknown_site_and_profile_in_travel(sound: Sound) -> None:
    row = {"zone_id": "Z1", "site_id": "B1", "walk_min": 3, "profile": "wlk"}
    sound.rows["travel"] = [row, row | {"site_id": "B7", "profile": "walk"}]

    found = [(i.code, i.place.row) for i in sound.issues() if i.code[:7] == "unknown"]

    assert found == [("unknown-site", 3), ("unknown-profile", 2)]


def test_an_id_of_a_faulty_item_is_not_unknown(sound: Sound) -> None:
    """Only the fault of the service is reported, not the needs that name it."""
    sound.document["services"][0]["m2_per_place"] = -1

    assert {i.code for i in sound.issues()} == {"out-of-range"}


def test_many_rows_with_one_fault_are_counted(sound: Sound) -> None:
    row = {"group_id": "nobody", "persons": 1}
    ids = [f"Z{k:03d}" for k in range(100, 150)]
    sound.rows["zones"] += [{"zone_id": z, "x": 0, "y": 0} for z in ids]
    sound.rows["population"] += [row | {"zone_id": z} for z in ids]

    found = [i for i in sound.issues() if i.code == "unknown-group"]

    # 50 faulty rows: twenty one by one, then one issue that speaks of 30 more.
    assert len(found) == 21
    assert found[-1].message == "and 30 more rows with this problem"


def test_problems_stand_in_the_order_of_the_file(sound: Sound) -> None:
    """Rows are sorted by id on reading; messages follow the file."""
    row = {"group_id": "nobody", "persons": 1}
    sound.rows["population"] += [row | {"zone_id": "Z2"}, row | {"zone_id": "Z1"}]

    assert [i.place.row for i in sound.issues()] == [5, 6]
