"""Pages of explanations and sweeps in a real browser: quiet, and all rows there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocator.explain import explain_building, explain_community
from allocator.explain.words import LANGUAGES
from allocator.report.answers import answer_html
from allocator.report.frontier import frontier_html
from allocator.sweep import limit_axis, sweep
from tests.explain.samples import EXACT, riverside, two_rooms
from tests.report.browsing import IN_CHROMIUM, ROWS, opened, started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.chromium import Chromium

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    yield from started()


@pytest.mark.parametrize("language", LANGUAGES)
def test_explanations_show_every_row(
    browser: Chromium, language: str, tmp_path: Path
) -> None:
    building = explain_building(riverside(), "B13")
    opened(browser, tmp_path / "building.html", answer_html(building, language))
    assert browser.value("document.documentElement.lang") == language
    assert browser.value(ROWS) == len(building.table)
    community = explain_community(riverside(), "C07")
    opened(browser, tmp_path / "community.html", answer_html(community, language))
    steps = "document.querySelectorAll('#table-0 tbody tr').length"
    assert browser.value(steps) == len(community.table)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_frontier_shows_a_dot_for_each_plan(
    browser: Chromium, language: str, tmp_path: Path
) -> None:
    scenario = two_rooms()
    axis = limit_axis("capital_budget", (100, 700), scenario)
    found = sweep(scenario, [axis], folder=tmp_path / "sweep", options=EXACT)
    opened(browser, tmp_path / "front.html", frontier_html(found, language))
    # two plans and the legend
    dots = "document.querySelectorAll('svg circle[r=\"4\"]').length"
    assert browser.value(dots) == 3
    rows = len(found.table) + len(found.steps) + len(found.items)
    assert browser.value(ROWS) == rows
