"""Merging: extends, catalogue and variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocator.issues import IssueCollector
from allocator.scenario.merge import finished, merged, variant_names
from allocator.scenario.nodes import as_node, as_plain
from tests.scenario.folder import LINE

if TYPE_CHECKING:
    from tests.scenario.folder import Folder


def merge(base: Any, over: Any) -> Any:
    """Return the merged data; there must be no issue."""
    collector = IssueCollector()
    node = finished(merged(as_node(base), as_node(over), collector), collector)
    assert collector.issues == []
    return as_plain(node)


@pytest.mark.parametrize(
    ("base", "over", "result"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": [{"x": 1}]}, {"a": [{"x": 2}, {"x": 3}]}, {"a": [{"x": 2}, {"x": 3}]}),
        ({"a": [{"id": "p"}]}, {"a": []}, {"a": []}),
        (
            {"a": [{"id": "p", "v": 1}, {"id": "q", "v": 2}]},
            {"a": [{"id": "q", "w": 3}, {"id": "r"}]},
            {"a": [{"id": "p", "v": 1}, {"id": "q", "v": 2, "w": 3}, {"id": "r"}]},
        ),
        (
            {"a": [{"id": "p"}, {"id": "q"}]},
            {"a": [{"id": "p", "remove": True}]},
            {"a": [{"id": "q"}]},
        ),
        (
            {"a": [{"id": "p", "s": [{"id": "x", "v": 1}, {"id": "y"}]}]},
            {"a": [{"id": "p", "s": [{"id": "y", "remove": True}]}]},
            {"a": [{"id": "p", "s": [{"id": "x", "v": 1}]}]},
        ),
        (
            {"a": [{"id": 7, "v": 1}]},
            {"a": [{"id": "7", "v": 2}]},
            {"a": [{"id": "7", "v": 2}]},
        ),
    ],
)
def test_mappings_merge_by_key_and_lists_by_id(
    base: Any, over: Any, result: Any
) -> None:
    assert merge(base, over) == result


def test_variants_are_named_in_one_text_or_several() -> None:
    assert variant_names("low, ageing") == ("low", "ageing")
    assert variant_names(["low", "ageing,new"]) == ("low", "ageing", "new")
    assert variant_names(None) == ()


def test_variants_compose_in_order(folder: Folder) -> None:
    folder.yaml("""\
        limits: {capital_budget: 9, buildings: 4}
        variants:
          low: {limits: {capital_budget: 5, buildings: null}}
          lower: {limits: {capital_budget: 1}}
        """)
    limits = folder.read(variant="low,lower").spec.limits
    assert (limits.capital_budget, limits.buildings) == (1, None)
    assert folder.read(variant=["lower", "low"]).spec.limits.capital_budget == 5
    assert folder.read().spec.limits.capital_budget == 9
    assert folder.read(variant="low").provenance.variants == ("low",)


def test_an_unknown_variant_names_the_nearest(folder: Folder) -> None:
    folder.yaml("variants: {low_budget: {limits: {buildings: 1}}}\n")
    issue = folder.only("unknown-variant", variant="low_buget")
    assert (issue.nearest, issue.place.line) == ("low_budget", LINE)


def test_a_variant_may_not_change_what_is_merged(folder: Folder) -> None:
    folder.yaml("variants: {other: {catalogue: cn-community}}\n")
    assert folder.only("unknown-key", variant="other").place.path == (
        "variants.other.catalogue"
    )


def test_a_faulty_value_of_a_variant_has_the_line_of_the_variant(
    folder: Folder,
) -> None:
    folder.yaml("""\
        limits: {capital_budget: 9}
        variants:
          low:
            limits:
              capital_budget: -5
        """)
    assert folder.errors() == []
    assert folder.errors(variant="low") == [
        "out-of-range: scenario.yaml, line 15, limits.capital_budget"
    ]


def test_removing_what_is_not_there_names_the_nearest(folder: Folder) -> None:
    folder.yaml("variants: {v: {needs: [{id: meals, remove: true}]}}\n")
    assert folder.only("nothing-to-remove", variant="v").nearest == "meal"


def test_an_item_without_id_in_a_list_merged_by_id_is_an_issue(folder: Folder) -> None:
    folder.yaml("variants: {v: {needs: [{id: meal, tier: 1}, {tier: 2}]}}\n")
    assert folder.only("missing-key", variant="v").place.line == LINE


def test_an_id_given_twice_by_one_file_is_not_merged_away(folder: Folder) -> None:
    folder.yaml("variants: {v: {groups: [{id: old}, {id: old, weight: 2}]}}\n")
    assert [
        issue.code
        for issue in folder.issues(variant="v")
        if issue.code == "duplicate-id"
    ] == ["duplicate-id"]


def test_extends_may_leave_the_folder_and_brings_its_tables(folder: Folder) -> None:
    child = "extends: ../little\nname: child\nlimits: {buildings: 3}\n"
    folder.write("../child/scenario.yaml", child)
    folder.path = folder.path.with_name("child")
    scenario = folder.read()
    assert (scenario.name, scenario.spec.limits.buildings) == ("child", 3)
    assert scenario.tables.zones["zone_id"].tolist() == ["Z1", "Z2"]
    assert [source.path for source in scenario.provenance.sources] == [
        "scenario.yaml",
        "../little/scenario.yaml",
        "../little/zones.csv",
        "../little/population.csv",
        "../little/buildings.csv",
    ]


def test_own_tables_stand_in_the_own_folder(folder: Folder) -> None:
    folder.write(
        "../child/scenario.yaml",
        "extends: ../little/scenario.yaml\ntables: {zones: zones.csv}\n",
    )
    folder.write("../child/zones.csv", "zone_id,x,y\nZ2,5,5\nZ1,0,x\n")
    folder.path = folder.path.with_name("child")
    assert folder.errors() == ["wrong-type: zones.csv, row 3, column y"]


def test_faults_of_an_extended_file_are_placed_there(folder: Folder) -> None:
    folder.yaml("limits: {buildings: -1}\n")
    folder.write("../child/scenario.yaml", "extends: ../little\n")
    folder.path = folder.path.with_name("child")
    place = folder.only("out-of-range").place
    assert (place.file, place.line) == ("../little/scenario.yaml", LINE)


def test_a_cycle_of_extends_is_refused(folder: Folder) -> None:
    folder.yaml("extends: other.yaml\n")
    folder.write("other.yaml", "extends: scenario.yaml\n")
    assert str(folder.only("extends-cycle").place) == "other.yaml, line 1, extends"


def test_a_missing_base_is_the_only_complaint(folder: Folder) -> None:
    folder.write("../base.yaml", "format: allocator/1\n")
    folder.write("scenario.yaml", "extends: ../bese.yaml\nlimits: {buildings: -1}\n")
    assert folder.errors() == [
        "missing-file: scenario.yaml, line 1, extends",
        "out-of-range: scenario.yaml, line 2, limits.buildings",
    ]
    assert folder.only("missing-file").nearest == "base.yaml"


def test_the_catalogue_is_overridden_by_id(folder: Folder) -> None:
    folder.write(
        "scenario.yaml",
        """\
format: allocator/1
name: by catalogue
catalogue: cn-community
services: [{id: canteen, min_area_m2: 77}]
tables: {zones: zones.csv, population: population.csv, buildings: buildings.csv}
""",
    )
    folder.write("population.csv", "zone_id,group_id,persons\nZ1,adult,5\nZ2,adult,5\n")
    scenario = folder.read()
    canteen = next(s for s in scenario.services if s.id == "canteen")
    assert canteen.min_area_m2 == 77
    assert len(canteen.sessions) >= 1
    assert len(scenario.services) > 5
    assert "catalogue" not in scenario.provenance.document


def test_an_unknown_catalogue_names_the_nearest(folder: Folder) -> None:
    folder.yaml("catalogue: cn-comunity\n")
    assert folder.only("unknown-catalogue").nearest == "cn-community"
    assert len(folder.errors()) == 1


def test_a_scenario_that_extends_may_remove_what_the_catalogue_brings(
    folder: Folder,
) -> None:
    """The scenario below names the catalogue and has needs of its own."""
    folder.yaml("catalogue: cn-community\n")
    folder.write(
        "../child/scenario.yaml",
        "extends: ../little\nname: child\n"
        "needs: [{id: reading, remove: true}, {id: clinic, remove: true}]\n",
    )
    below = {need.id for need in folder.read().needs}
    folder.path = folder.path.with_name("child")
    needs = {need.id for need in folder.read().needs}

    assert below - needs == {"reading", "clinic"}
    assert needs <= below
