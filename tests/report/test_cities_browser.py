"""Report, comparison and frontier of whole cities in a real browser.

What the pages count themselves is held against the evaluator, which judges the plans of
two budgets anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

import allocator as al
from allocator.report import LANGUAGES
from allocator.report.comparing import comparison_html
from allocator.report.comparing.map import LEAST_PERSONS
from allocator.report.comparing.tables import MOST_ROWS
from allocator.report.frontier import frontier_html
from allocator.report.words import messages
from scenarios.importers.__main__ import DATA, IMPORTERS
from scenarios.importers.material import write_import
from tests.report.browsing import IN_CHROMIUM, ROWS, opened, show, started
from tests.report.test_report import RIVERSIDE, saved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocator.runs import Run
    from allocator.sweep import Sweep
    from benchmarks.chromium import Chromium

pytestmark = IN_CHROMIUM
NEEDS_DATA = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real inputs in {DATA}"),
]
BUDGETS = {"riverside": (2e6, 4e6), "baltimore": (3e6, 12e6)}
FIRST_PLAN = al.SolveOptions(
    engine="greedy", seed=1, max_steps=0, time_limit_s=600.0, workers=1
)
PERSONS = 0.01
"""The script counts in hundredths of a person."""


@dataclass(frozen=True)
class City:
    """A frontier of two budgets, and its plans as the evaluator judges them."""

    front: Sweep
    judged: list[Run]

    @property
    def runs(self) -> list[Run]:
        return [item.run for item in self.front.solved]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    yield from started()


@pytest.fixture(
    scope="session",
    params=["riverside", pytest.param("baltimore", marks=NEEDS_DATA)],
)
def city(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> City:
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    source = RIVERSIDE
    if name in IMPORTERS:
        source = folder / "scenario"
        write_import(IMPORTERS[name](DATA), source)
    scenario = al.read_scenario(source)
    axis = al.limit_axis("capital_budget", BUDGETS[name], scenario)
    # one at a time: each of Baltimore's takes 3 GB
    front = al.sweep(
        scenario, [axis], folder=folder / "sweep", options=FIRST_PLAN, jobs=1
    )
    judged = []
    for item in front.solved:
        assert item.plan is not None
        target = folder / f"judged-{item.point.number}"
        judged.append(saved(item.point.scenario, item.plan, target))
    return City(front, judged)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_counts_what_the_evaluator_counts(
    browser: Chromium, city: City, language: str, tmp_path: Path
) -> None:
    counts = show(browser, city.runs[1], language, tmp_path)
    judged = city.judged[1]
    scenario, measures = judged.scenario(), judged.measures
    assert counts["zones"] == len(np.unique(scenario.demand.zone))
    assert counts["used"] == measures["buildings"]
    assert counts["idle"] == scenario.num_buildings - measures["buildings"]
    facilities = scenario.tables.facilities["facility_id"]
    assert counts["facilities"] == facilities.nunique()
    rounding = len(scenario.demand) * PERSONS
    assert counts["persons"] == pytest.approx(measures["demand_persons"], abs=rounding)
    for key in ("covered", "served"):
        assert counts[key] == pytest.approx(measures["covered_persons"], abs=rounding)
    texts = messages(language)
    # a heavy page brings the section in when it is opened
    browser.value("location.hash = 'coverage'; 1")
    browser.until("document.querySelector('.cell') !== null")
    cells = judged.table("coverage.csv").groupby(["community_id", "need_id"]).ngroups
    assert browser.value("document.querySelectorAll('.cell').length") == cells
    shown = browser.value("document.body.textContent")
    assert texts["coverage.cells"] in shown
    assert texts["js.layers"] in shown
    assert browser.value("document.documentElement.lang") == language
    assert browser.said() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_comparison_counts_what_the_evaluator_counts(
    browser: Chromium, city: City, language: str, tmp_path: Path
) -> None:
    comparison = al.compare(city.runs)
    opened(browser, tmp_path / "page.html", comparison_html(comparison, language))
    assert browser.value("document.documentElement.lang") == language
    before, after = (
        run.table("served.parquet").groupby("zone_id")["covered_persons"].sum()
        for run in city.judged
    )
    moved = int((after.sub(before, fill_value=0.0).abs() >= LEAST_PERSONS).sum())
    assert moved > 0
    assert browser.value("document.querySelectorAll('.moved circle').length") == moved
    used = {b for run in city.judged for b in run.assignments["building_id"]}
    rects = browser.value("document.querySelectorAll('.buildings rect').length")
    assert rects == len(used)
    rows = browser.value("document.querySelectorAll('#hours-table tbody tr').length")
    assert rows == min(len(comparison.hours), MOST_ROWS)
    shown = browser.value("document.body.innerText")
    assert messages(language)["compare.weeks"] in shown
    # no table makes the whole page scroll sideways
    wide = "document.documentElement.scrollWidth > window.innerWidth"
    assert browser.value(wide) is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_frontier_shows_what_the_evaluator_says_of_each_plan(
    browser: Chromium, city: City, language: str, tmp_path: Path
) -> None:
    front = city.front
    opened(browser, tmp_path / "page.html", frontier_html(front, language))
    assert browser.value("document.documentElement.lang") == language
    # one more of each in the legend
    for radius in ("4", "3.5"):
        marks = f"document.querySelectorAll('svg circle[r=\"{radius}\"]').length"
        assert browser.value(marks) == len(city.judged) + 1
    rows = "[...document.querySelectorAll('#table-0 tbody tr')]"
    figures = f"{rows}.map(r => [...r.querySelectorAll('data')].map(d => +d.value))"
    for shown, run in zip(browser.value(figures), city.judged, strict=True):
        for value in (run.objective, run.measures["buildings"]):
            assert any(figure == pytest.approx(value) for figure in shown)
    expected = len(front.table) + len(front.steps) + len(front.items)
    assert browser.value(ROWS) == expected
