"""Ids that stand twice."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.scenario.sound import Sound


@pytest.mark.parametrize("section", ["groups", "needs", "services"])
def test_an_item_with_the_id_of_another(sound: Sound, section: str) -> None:
    items = sound.document[section]
    items.append(copy.deepcopy(items[0]))

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("duplicate-id", f"{section}[2].id")
    assert f"{section}[0].id" in found.message


def test_sessions_and_rules_with_one_id(sound: Sound) -> None:
    sessions = sound.document["services"][0]["sessions"]
    sessions.append({"id": "lunch", "hours": "17:00-19:00"})
    change = {"id": "tidy", "services": ["canteen", "school"], "minutes": 30}
    sound.document["rules"] = {"change_over_min": [change, change]}

    found = [(i.code, i.place.path) for i in sound.issues()]

    assert found == [
        ("duplicate-id", "rules.change_over_min[1].id"),
        ("duplicate-id", "services[0].sessions[1].id"),
    ]


@pytest.mark.parametrize(
    "table", ["communities", "zones", "population", "buildings", "spaces", "facilities"]
)
def test_rows_with_one_key(sound: Sound, table: str) -> None:
    rows = sound.rows[table]
    rows.append(dict(rows[0]))

    found = next(i for i in sound.issues() if i.code == "duplicate-row")

    assert found.place.file == f"<frame:{table}>"
    assert found.place.row == len(rows) + 1
    assert "row 2" in found.message


def test_a_duplicate_building_is_reported_once_without_spaces(sound: Sound) -> None:
    del sound.rows["spaces"]
    sound.set_each("buildings", gross_area_m2=200)
    sound.rows["buildings"].append(dict(sound.rows["buildings"][0]))

    assert sound.only_issue().code == "duplicate-row"


def test_a_facility_with_the_id_of_a_building(sound: Sound) -> None:
    sound.rows["facilities"][0]["facility_id"] = "B1"

    found = sound.only_issue()

    assert (found.code, found.place.column) == ("duplicate-site", "facility_id")


def test_a_facility_in_two_places(sound: Sound) -> None:
    sessions = sound.document["services"][0]["sessions"]
    sessions.append({"id": "dinner", "days": "all", "hours": "17:00-19:00"})
    row = sound.rows["facilities"][0]
    sound.rows["facilities"].append(row | {"session_id": "dinner", "x": 11})

    found = sound.only_issue()

    # Rows are sorted by session: dinner (file row 3) comes before lunch (file row 2).
    assert (found.code, found.place.row) == ("facility-in-two-places", 2)
    assert found.expected == "x=11, y=10"
