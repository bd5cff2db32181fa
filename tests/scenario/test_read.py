"""Reading reports every problem at once, with its place, and blames nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from allocator.errors import ScenarioInvalid
from allocator.scenario import build_scenario, check_scenario, read_scenario
from allocator.scenario.codes import CODES
from allocator.scenario.schema_keys import keys_at
from tests.scenario.folder import HEAD, TABLES

if TYPE_CHECKING:
    from tests.scenario.folder import Folder


def test_ten_faults_in_one_file_are_ten_problems(folder: Folder) -> None:
    folder.write(
        "scenario.yaml",
        """\
format: allocator/1
name: ten faults
groups: [{id: all, wieght: 2}]
access: {detour: 0.5}
services:
  - {id: canteen, sharing: hall, m2_per_place: 2, turns: many,
     sessions: [{id: lunch, hours: "11:00-13:00,12:00-14:00"}]}
  - {id: gym, sessions: [{id: day, hours: "25:00-26:00"}], m2_per_place: 1}
needs:
  - {id: meal, groups: {alll: 0.5}, visits_per_person_week: 2,
     accepts: [{service: cantean, max_walk_min: 10}]}
  - {id: sport, groups: {all: 1}, visits_per_person_week: 1,
     accepts: [{service: gym, max_walk_min: ten}]}
limits: {capital_budget: -5}
rules: {incompatible: [{services: [canteen, gym], when: same_slots}]}
"""
        + TABLES,
    )
    assert [f"{i.code} {i.place.line} {i.nearest}" for i in folder.issues()
            if i.severity == "error"] == [
        "unknown-key 3 weight",
        "wrong-type 6 None",
        "invalid-value 7 None",
        "invalid-value 8 None",
        "wrong-type 13 None",
        "out-of-range 4 None",
        "out-of-range 14 None",
        "unknown-value 15 same_slot",
        "unknown-group 10 all",
        "unknown-service 11 canteen",
    ]  # fmt: skip


def test_faults_of_document_and_tables_come_together(folder: Folder) -> None:
    folder.yaml("limits: {buildings: -1}\n")
    folder.write("zones.csv", "zone_id,x,y\nZ1,0,east\n")
    folder.write("buildings.csv", "building_id,x,y,gross_area_m2\nB1,0,0,0\nB1,0,0,5\n")
    assert folder.errors() == [
        "out-of-range: scenario.yaml, line 11, limits.buildings",
        "wrong-type: zones.csv, row 2, column y",
        "missing-area: buildings.csv, row 2, column gross_area_m2",
        "duplicate-row: buildings.csv, row 3, column building_id",
        "unknown-zone: population.csv, row 3, column zone_id",
    ]


def test_what_refers_to_a_faulty_item_is_not_blamed(folder: Folder) -> None:
    head = HEAD.replace("m2_per_place: 2", "m2_per_place: two")
    folder.yaml("rules: {pins: [{fix: out, service: canteen}]}\n", head=head)
    assert folder.errors() == [
        "wrong-type: scenario.yaml, line 6, services[0].m2_per_place"
    ]


def test_what_refers_to_an_unreadable_table_is_not_blamed(folder: Folder) -> None:
    folder.yaml("rules: {pins: [{fix: out, building: B7}]}\n")
    folder.write("buildings.csv", b"\0")
    assert folder.errors() == ["binary-file: buildings.csv"]


def test_reading_raises_with_all_problems(folder: Folder) -> None:
    folder.yaml("limits: {buildings: -1, reserve_share: 1}\n")
    with pytest.raises(ScenarioInvalid) as caught:
        folder.read()
    assert {issue.place.path for issue in caught.value.issues} == {
        "limits.reserve_share",
        "limits.buildings",
    }
    assert "line 11" in str(caught.value)


def test_every_code_of_an_issue_is_registered(folder: Folder) -> None:
    folder.yaml("limits: {buildings: -1}\nvariants: {v: {goals: []}}\n")
    folder.write("zones.csv", "zone_id,x,why\n Z1,a,1\n")
    issues = folder.issues(variant="v,w")
    assert len(issues) > 5
    assert {issue.code for issue in issues} <= CODES.keys()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: [a]", "wrong-type name: text or a mapping"),
        ("name: {zh: [a]}", "wrong-type name.zh: text"),
        ("goals: []", "empty goals: "),
        ("goals: [{maximize: {coverd_persons: 1}}]", "unknown-value "),
        ("goals: [{maximize: 3}]", "wrong-type goals[0].maximize: a list"),
        ("date: 2026-02-30", "wrong-type date: a date like 2026-01-31"),
        ("services: 5", "wrong-type services: a list"),
        ("limits: [1]", "wrong-type limits: a mapping"),
        ("options: {seed: 1.5}", "wrong-type options.seed: a whole number"),
        (
            "limits: {reserve_share: 1}",
            "out-of-range limits.reserve_share: less than 1",
        ),
        (
            "limits: {capital_budget: .nan}",
            "wrong-type limits.capital_budget: a number",
        ),
        (
            "rules: {pins: [{fix: maybe, space: S}]}",
            "unknown-value rules.pins[0].fix: ",
        ),
        ("rules: {pins: [{fix: in}]}", "invalid-value rules.pins[0]: None"),
        ("rules: {coverage_floor: {total: 1.5}}", "out-of-range "),
        ("rules: {coverage_floor: {total: {share: 1, persons: 2}}}", "invalid-value "),
    ],
)
def test_each_kind_of_fault_is_one_issue(
    folder: Folder, text: str, expected: str
) -> None:
    key = text.split(":")[0]
    head = "\n".join(
        line for line in HEAD.splitlines() if not line.startswith(f"{key}:")
    )
    if key == "services":
        head = head.split("\n  - {id: canteen")[0] + head[head.index("\nneeds") :]
    folder.write("scenario.yaml", f"{text}\n{head}\n{TABLES}")
    found = [
        f"{i.code} {i.place.path}: {i.expected}"
        for i in folder.issues()
        if i.severity == "error" and i.place.path and i.place.path.startswith(key)
    ]
    assert len(found) == 1
    assert found[0].startswith(expected)
    assert all(i.place.line == 1 for i in folder.issues() if str(i.place.path) == key)


def test_valid_keys_follow_the_path() -> None:
    assert keys_at(("goals", 0)) == ["maximize", "minimize", "tolerance"]
    assert keys_at(("needs", 3, "credit")) == ["full_min", "zero_min"]
    assert keys_at(("needs", 3, "credit", 0)) == ["max_min", "share"]
    assert "from" in keys_at(("rules", "change_over_min", 0))
    assert keys_at(("limits", "by_district", "west"))[0] == "capital_budget"


def frames() -> dict[str, pd.DataFrame]:
    """The tables of the little scenario."""
    return {
        "zones": pd.DataFrame({"zone_id": ["Z1"], "x": [0.0], "y": [0.0]}),
        "population": pd.DataFrame(
            {"zone_id": ["Z1"], "group_id": ["all"], "persons": [10]}
        ),
    }


def document() -> dict[str, Any]:
    """The little scenario as a mapping, with numbers as numpy may give them."""
    session = {"id": "a", "hours": "09:00-10:00"}
    return {
        "format": "allocator/1",
        "name": "mapping",
        "groups": ({"id": "all", "weight": np.float64(2)},),
        "services": [{"id": 7, "m2_per_place": np.int64(2), "sessions": [session]}],
        "needs": [
            {
                "id": "n",
                "groups": {"all": 1},
                "visits_per_person_week": 1,
                "accepts": [{"service": 7, "max_walk_min": 5}],
            }
        ],
        "limits": {"capital_budget": None},
    }


def test_a_mapping_with_frames_is_a_scenario() -> None:
    by_argument = read_scenario(document(), tables=frames())
    inside = read_scenario(document() | {"tables": frames()})
    built = build_scenario(document(), frames())
    for scenario in (by_argument, inside, built):
        assert scenario.offers[0].service_id == "7"
        assert scenario.demand.weight.tolist() == [2]
        assert [s.path for s in scenario.provenance.sources] == [
            "<document>",
            "<frame:zones>",
            "<frame:population>",
        ]


def test_inputs_are_left_as_they_were() -> None:
    given, tables = document(), frames()
    read_scenario(given | {"tables": tables})
    assert given == document()
    for name, frame in frames().items():
        pd.testing.assert_frame_equal(tables[name], frame)


def test_variants_of_a_mapping() -> None:
    given = document() | {"variants": {"v": {"limits": {"capital_budget": 5}}}}
    assert (
        read_scenario(given, variant="v", tables=frames()).spec.limits.capital_budget
        == 5
    )


def test_a_value_that_has_no_place_in_a_document() -> None:
    issues = check_scenario(document() | {"limits": object()}, tables=frames())
    assert issues[0].code == "wrong-type"
    assert "object" in issues[0].message


def test_nan_in_a_document_is_no_number() -> None:
    given = document() | {"limits": {"capital_budget": float("nan")}}
    issues = check_scenario(given, tables=frames())
    assert [i.place.path for i in issues if i.severity == "error"] == [
        "limits.capital_budget"
    ]


def test_defaults_taken_are_listed_with_how_often(folder: Folder) -> None:
    taken = folder.read().provenance.defaults_taken
    assert "access.detour: 1.3" in taken
    assert "zones.counted: yes for 2 rows" in taken
    assert "buildings.use_coefficient: 0.7 for 1 rows" in taken


def test_districts_names_and_households_are_derived(folder: Folder) -> None:
    folder.yaml(tables=TABLES + "  communities: communities.csv\n")
    folder.write(
        "communities.csv",
        "community_id,district_id,name\nC1,west,Mill Lane\nC2,east,\n",
    )
    folder.write(
        "zones.csv", "zone_id,x,y,community_id,households\nZ1,0,0,C1,30\nZ2,1,0,C1,\n"
    )
    folder.write(
        "buildings.csv",
        "building_id,x,y,gross_area_m2,community_id,district_id\n"
        "B1,0,0,100,C1,\nB2,0,0,100,C1,east\nB3,0,0,100,,\n",
    )
    tables = folder.read().tables
    assert tables.buildings["district_id"].tolist() == ["west", "east", ""]
    assert tables.communities["name"].tolist() == ["Mill Lane", "C2"]
    households = tables.communities["households"]
    assert households[0] == 30
    assert np.isnan(households[1])
    # 100 m² × 0.7 each
    assert tables.spaces["usable_area_m2"].tolist() == [70, 70, 70]
    assert tables.spaces["space_id"].tolist() == ["B1", "B2", "B3"]
