"""The page of a comparison in a real browser: quiet, self-contained, its own counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import allocator as al
from allocator.report import LANGUAGES
from allocator.report.comparing import comparison_html
from allocator.report.comparing.map import LEAST_PERSONS, zone_gains
from allocator.report.words import messages
from benchmarks.chromium import Chromium, find_chromium
from tests.report.test_report import RIVERSIDE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocator.runs import Comparison

PROGRAM = find_chromium()
pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    assert PROGRAM is not None
    chromium = Chromium(PROGRAM)
    yield chromium
    chromium.close()


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """A plan of riverside, and the same without its first building."""
    scenario = al.read_scenario(RIVERSIDE)
    options = al.SolveOptions(engine="greedy", seed=1, max_steps=50)
    result = al.solve(scenario, options)
    assert result.plan is not None
    rows = result.plan.assignments
    fewer = rows[rows["building_id"] != rows["building_id"].iloc[0]]
    return al.compare([result, al.evaluate(scenario, al.Plan(fewer))])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_quiet_and_counts_what_the_comparison_counts(
    browser: Chromium, comparison: Comparison, language: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(comparison_html(comparison, language), encoding="utf-8")
    browser.events.clear()
    browser.ask("Page.navigate", url=path.resolve().as_uri())
    browser.until("document.readyState === 'complete'")
    assert browser.value("document.documentElement.lang") == language
    assert browser.said() == []
    assert browser.requests() == [path.resolve().as_uri()]

    gains = zone_gains(*comparison.sides)["gain"].abs()
    moved = int((gains >= LEAST_PERSONS).sum())
    assert moved > 0
    assert browser.value("document.querySelectorAll('.moved circle').length") == moved
    used = comparison.buildings["building_id"].nunique()
    assert browser.value("document.querySelectorAll('.buildings rect').length") == used
    hours = len(comparison.hours)
    rows = "document.querySelectorAll('#hours-table tbody tr').length"
    assert browser.value(rows) == hours
    assert messages(language)["compare.weeks"] in browser.value(
        "document.body.innerText"
    )
    # no table makes the whole page scroll sideways
    wide = "document.documentElement.scrollWidth > window.innerWidth"
    assert browser.value(wide) is False
