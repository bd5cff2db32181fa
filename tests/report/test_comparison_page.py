"""The page of a comparison shows the comparison's own figures, in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import allocator as al
from allocator.errors import OptionsInvalid, RunError
from allocator.report import LANGUAGES
from allocator.report.comparing import (
    comparison_html,
    tables,
    write_comparison_page,
)
from allocator.report.comparing.map import zone_gains
from tests.builders import make_scenario, need, service
from tests.report.page_reader import Page

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.runs import Comparison


def town(**sections: Any) -> al.Scenario:
    """Two zones with a building beside each, 900 m apart."""
    given: dict[str, Any] = {
        "services": [
            service("canteen", "11:00-13:00", name={"zh": "食堂", "en": "Canteen"}),
            service("club", "18:00-20:00"),
        ],
        "needs": [need("lunch", "canteen", walk=2), need("meet", "club", walk=2)],
        "zones": [
            {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 900, "y": 0, "community_id": "C2"},
        ],
        "population": [
            {"zone_id": "Z1", "group_id": "all", "persons": 50},
            {"zone_id": "Z2", "group_id": "all", "persons": 80},
        ],
        "communities": [{"community_id": "C1"}, {"community_id": "C2"}],
        "buildings": [
            {"building_id": "B1", "x": 10, "y": 0, "name": "<b>Mill</b>"},
            {"building_id": "B2", "x": 890, "y": 0},
        ],
        "spaces": [
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "R2", "building_id": "B2", "usable_area_m2": 100},
        ],
        "limits": {"floor_area_m2": 250},
    }
    return make_scenario(**(given | sections))


FIRST = {("B1", "R1", "canteen", "main"): 20}
OTHER = {("B1", "R1", "club", "main"): 5, ("B2", "R2", "canteen", "main"): 4}


def compared(other: al.Scenario | None = None) -> Comparison:
    results = [
        al.evaluate(town(), al.Plan.from_places(FIRST)),
        al.evaluate(other or town(), al.Plan.from_places(OTHER)),
    ]
    return al.compare(results)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compared()


@pytest.fixture(params=LANGUAGES)
def page(comparison: Comparison, request: pytest.FixtureRequest) -> Page:
    return Page(comparison_html(comparison, request.param))


def test_measures_are_those_of_the_runs(comparison: Comparison, page: Page) -> None:
    rows = [row.values() for row in page.rows("measures") if row.values()]
    shown = {tuple(values) for values in rows}
    for name in ("covered_persons", "coverage", "floor_used_m2", "capital_cost"):
        assert tuple(comparison.table.loc[name, list(comparison.labels)]) in shown


def test_verdict_and_basis_are_marked(page: Page) -> None:
    (box,) = page.with_attr("data-basis")
    assert box.attrs["data-basis"] == "same"
    assert "undecided" in box.attrs["class"]
    assert len(box.all("p")) == 3


def test_zones_on_the_map_gain_and_lose_what_residents_do(
    comparison: Comparison, page: Page
) -> None:
    gains = zone_gains(*comparison.sides)["gain"]
    # Z1 loses 50 at lunch and gains 35 at the club, Z2 gains 28 at lunch
    assert gains.to_dict() == {"Z1": pytest.approx(-15), "Z2": pytest.approx(28)}
    section = page.with_id("map-1")
    assert section is not None
    titles = [c.whole_text() for c in section.all("circle")]
    assert len(titles) == 2
    assert [("-15" in t, "+28" in t) for t in sorted(titles)] == [
        (True, False),
        (False, True),
    ]


def test_solved_runs_are_drawn_over_time(comparison: Comparison) -> None:
    assert Page(comparison_html(comparison)).with_id("over-time") is None
    solved = al.solve(town(), al.SolveOptions(engine="greedy", max_steps=5))
    page = Page(comparison_html(al.compare([comparison.sides[0].source, solved])))
    drawn = page.with_id("over-time")
    assert drawn is not None
    assert [path.attrs["class"] for path in drawn.all("path")] == ["plan", "bound"]


def test_buildings_are_marked_by_what_became_of_them(page: Page) -> None:
    section = page.with_id("map-1")
    assert section is not None
    assert [r.attrs["class"] for r in section.all("rect")] == ["changed", "added"]


def test_each_run_has_a_week_for_a_changed_building(page: Page) -> None:
    section = page.with_id("weeks")
    assert section is not None
    assert len(section.all("figure")) == 4
    assert len(section.all("svg")) == 3  # the first run does not use B2


def test_names_are_shown_as_text(comparison: Comparison) -> None:
    text = comparison_html(comparison)
    assert "<b>Mill" not in text
    assert "&lt;b&gt;Mill" in text
    assert "食堂" in comparison_html(comparison, "zh")


def test_nothing_is_fetched_and_nothing_runs(comparison: Comparison) -> None:
    text = comparison_html(comparison)
    assert "default-src 'none'" in text
    assert not re.search(r"<script|src=|url\(|https?:", text)


def test_other_residents_stand_without_differences() -> None:
    grown = [
        {"zone_id": "Z1", "group_id": "all", "persons": 60},
        {"zone_id": "Z2", "group_id": "all", "persons": 80},
    ]
    page = Page(comparison_html(compared(town(population=grown))))
    (box,) = page.with_attr("data-basis")
    assert box.attrs["data-basis"] == "different"
    for table in ("measures", "residents-community"):
        found = page.with_id(table)
        assert found is not None
        assert found.all("small") == []
    section = page.with_id("map-1")
    assert section is not None
    assert section.all("circle") == []
    assert len(section.all("rect")) == 2


def test_of_many_rows_those_that_differ_most_are_shown(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 1)
    page = Page(comparison_html(comparison))
    # C1 loses 15, C2 gains 28
    (row,) = page.rows("residents-community")
    assert row.all("td")[0].text == "C2"
    section = page.with_id("residents")
    assert section is not None
    assert "1 more rows" in section.whole_text()


def test_runs_without_a_plan_have_a_page(tmp_path: Path) -> None:
    floors = {"coverage_floor": {"total": {"persons": 100}}}
    barred = town(limits={"buildings": 0}, rules=floors)
    nothing = al.solve(barred, al.SolveOptions(time_limit_s=20))
    assert nothing.plan is None
    plan = al.evaluate(town(), al.Plan.from_places(FIRST))
    for runs in ([plan, nothing], [nothing, plan], [nothing, nothing]):
        comparison = al.compare(runs)
        page = Page(comparison_html(comparison))
        assert page.with_id("map-1") is None
        assert any("has no plan" in note for note in comparison.notes)


def test_empty_plans_have_a_page() -> None:
    empty = al.evaluate(town(), al.Plan.from_places({}))
    text = comparison_html(al.compare([empty, empty]))
    assert Page(text).with_id("map-1") is not None
    assert "Nothing differs" in text


def test_the_page_replaces_a_file_whole(comparison: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old", encoding="utf-8")
    write_comparison_page(comparison, path, "zh")
    assert path.read_text(encoding="utf-8") == comparison_html(comparison, "zh")
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(RunError, match="cannot write the comparison"):
        write_comparison_page(comparison, tmp_path / "absent" / "page.html")


def test_an_unknown_language(comparison: Comparison) -> None:
    with pytest.raises(OptionsInvalid, match="'fr'"):
        comparison_html(comparison, "fr")
