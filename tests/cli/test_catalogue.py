"""`allocator catalogue`: what is built in, and how far it can be trusted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from allocator.cli.app import run

if TYPE_CHECKING:
    import pytest


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["catalogue", *arguments]) == 0
    return capsys.readouterr().out


def figures(capsys: pytest.CaptureFixture[str], name: str) -> dict[str, Any]:
    found = json.loads(shown(capsys, name, "--json"))["figures"]
    return {record["figure"]: record for record in found}


def test_without_an_id_the_items_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys)

    assert "cn-community: Community services for Chinese cities" in text
    for word in (
        "短期托养床位",
        "elder_disabled",
        "canteen_per_street",
        "tidy_canteen",
    ):
        assert word in text


def test_an_item_is_shown_with_sources_dates_and_marks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = figures(capsys, "canteen")

    least = found["services.canteen.min_area_m2"]
    assert (least["value"], least["verified"], least["date"]) == ("50", True, "2022")
    assert least["source"].startswith("S70 Anhui")
    cost = found["services.canteen.equipment_cost"]
    assert (cost["mark"], cost["verified"], cost["source"]) == ("assumption", False, "")


def test_a_whole_catalogue_and_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "cn-community")
    facts = figures(capsys, "facts")

    assert len(found) > 400
    assert facts["facts.infant_class_2"]["value"] == "20 children in a class"
    assert facts.keys() < found.keys()


def test_the_table_says_which_figures_are_verified(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = shown(capsys, "infant_places").splitlines()

    assert lines[0].split() == [
        "figure",
        "value",
        "mark",
        "verified",
        "date",
        "source",
        "note",
    ]
    assert lines[1].split()[:5] == [
        "standards.infant_places.minimum",
        "4.5",
        "cited",
        "yes",
        "2021",
    ]


def test_an_unknown_id_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalogue", "cantean"]) == 2
    assert "did you mean 'canteen'?" in capsys.readouterr().err
