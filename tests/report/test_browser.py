"""The page in a real browser: quiet, self-contained, and with the run's counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from allocator.report import meeting_pages, page, report_html, week
from allocator.report.words import messages
from tests.report.browsing import IN_CHROMIUM, show, started
from tests.report.test_report import TWO_ROOMS, run, saved, two_rooms, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocator.runs import Run
    from benchmarks.chromium import Chromium

__all__ = ["run"]

pytestmark = IN_CHROMIUM
PERSONS = 0.01
"""The script counts in hundredths of a person."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    yield from started()


def test_tabs_show_one_section_at_a_time(
    browser: Chromium, run: Run, tmp_path: Path
) -> None:
    show(browser, run, "en", tmp_path)
    seen = "[...document.querySelectorAll('main>section')].filter(s => s.offsetHeight)"
    seen_ids = f"{seen}.map(s => s.id).join()"
    links = browser.value("[...document.querySelectorAll('nav a')].map(a => a.hash)")
    assert len(links) == browser.value("document.querySelectorAll('section').length")
    for link in links:
        browser.value(f"document.querySelector('nav a[href=\"{link}\"]').click()")
        browser.until(f"{seen_ids} === '{link[1:]}'")
    assert browser.said() == []


def search(browser: Chromium, place: str, wanted: str) -> None:
    """Type into a search box."""
    browser.value(
        f"{{const box = document.querySelector('{place}');"
        f"box.value = {json.dumps(wanted)};"
        "box.dispatchEvent(new Event('input'));}"
    )


def test_a_building_shows_whom_it_serves(
    browser: Chromium, run: Run, tmp_path: Path
) -> None:
    show(browser, run, "en", tmp_path)
    building = str(run.assignments["building_id"].iloc[0])
    name = run.scenario().tables.buildings.set_index("building_id")["name"][building]
    browser.value("location.hash = 'map'; 1")
    browser.until("document.querySelector('#map-canvas').width > 300")
    search(browser, "#map-panel input[type=search]", building)
    details = "document.querySelector('#map-details')"
    assert browser.value(f"{details}.querySelector('h3').textContent") == name
    served = run.table("served.parquet").query("site_id == @building")
    first = f"{details}.querySelectorAll('table')[1].tBodies[0].rows"
    shown = browser.value(f"[...{first}].map(r => r.cells[1].textContent)")
    persons = served.groupby("need_id")["covered_persons"].sum()
    persons = persons[persons > PERSONS].sort_values(ascending=False)
    # a half of the last digit shown, and of a hundredth for each zone
    rounding = 0.05 + served["zone_id"].nunique() * PERSONS / 2
    figures = [float(text.replace(",", "")) for text in shown]
    assert figures == pytest.approx(persons.tolist(), abs=rounding)


def test_a_click_on_the_map_picks_what_lies_there(
    browser: Chromium, run: Run, tmp_path: Path
) -> None:
    show(browser, run, "zh", tmp_path)
    building = str(run.assignments["building_id"].iloc[-1])
    browser.value("location.hash = 'map'; 1")
    browser.until("document.querySelector('#map-canvas').width > 300")
    heading = "document.querySelector('#map-details h3')"
    search(browser, "#map-panel input[type=search]", building)  # centres it
    name = browser.value(f"{heading}.textContent")
    search(browser, "#map-panel input[type=search]", "")
    assert browser.value(f"{heading} === null")
    box = browser.value(
        "(b => [b.x + b.width / 2, b.y + b.height / 2])"
        "(document.querySelector('#map-canvas').getBoundingClientRect())"
    )
    for kind in ("mousePressed", "mouseReleased"):
        browser.ask(
            "Input.dispatchMouseEvent",
            type=kind,
            x=box[0],
            y=box[1],
            button="left",
            clickCount=1,
        )
    browser.until(f"{heading} !== null")
    assert browser.value(f"{heading}.textContent") == name
    assert browser.said() == []


def test_weeks_are_found_by_name_and_by_kind_of_use(
    browser: Chromium, run: Run, tmp_path: Path
) -> None:
    show(browser, run, "en", tmp_path)
    weeks = "[...document.querySelectorAll('details.week')].filter(w => !w.hidden)"
    used = run.measures["buildings"]
    assert browser.value(f"{weeks}.length") == used
    browser.value(
        "{const kind = document.querySelector('#week .tools select');"
        "kind.value = 'staggered'; kind.dispatchEvent(new Event('change'));}"
    )
    staggered = browser.value(f"{weeks}.length")
    assert 0 < staggered < used
    search(browser, "#week .tools input", "no such building")
    assert browser.value(f"{weeks}.length") == 0


def test_a_table_sorts_by_its_figures(
    browser: Chromium, run: Run, tmp_path: Path
) -> None:
    show(browser, run, "en", tmp_path)
    table = "document.querySelector('#coverage-need_id')"
    values = f"[...{table}.tBodies[0].rows].map(r => +r.querySelector('data').value)"
    browser.value(f"{table}.tHead.rows[0].cells[1].click()")
    falling = browser.value(values)
    assert falling == sorted(falling, reverse=True)
    browser.value(f"{table}.tHead.rows[0].cells[1].click()")
    assert browser.value(values) == falling[::-1]
    browser.value(f"{table}.tHead.rows[0].cells[0].click()")
    names = f"[...{table}.tBodies[0].rows].map(r => r.cells[0].textContent)"
    assert browser.value(names) == sorted(browser.value(names))


def test_a_heavy_page_brings_its_parts_in_when_they_are_opened(
    browser: Chromium, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "LIGHT", 0)
    monkeypatch.setattr(page, "HEAVY_SECTION", 0)
    monkeypatch.setattr(week, "OPEN_BUILDINGS", 1)
    monkeypatch.setattr(meeting_pages, "MOST_PAGE_ROWS", 0)
    show(browser, run, "en", tmp_path)
    table = "document.querySelectorAll('#coverage-need_id tbody tr').length"
    needs = run.table("coverage.csv")["need_id"].nunique()
    assert browser.value(table) == 0
    browser.value("location.hash = 'coverage'; 1")
    browser.until(f"{table} === {needs}")
    building = str(run.assignments["building_id"].iloc[0])
    rows = f"document.querySelectorAll('#site-{building} tbody tr').length"
    browser.value(f"location.hash = 'site-{building}'; 1")
    browser.until(f"{rows} === {(run.assignments['building_id'] == building).sum()}")
    browser.value(f"location.hash = 'week-{building}'; 1")
    browser.until(f"document.querySelectorAll('#week-{building} svg').length === 1")
    assert browser.said() == []


def test_a_run_without_a_plan_opens(browser: Chromium, tmp_path: Path) -> None:
    import allocator as al
    from allocator.runs import read_run

    city = two_rooms(
        limits={"buildings": 0}, rules={"pins": [{"fix": "in", "building": "B1"}]}
    )
    result = al.solve(city, al.SolveOptions(engine="exact"))
    failed = read_run(al.write_run(result, tmp_path / "run"))
    assert show(browser, failed, "en", tmp_path) == {}


def test_the_map_knows_coverage_before_the_plan(run: Run) -> None:
    demand = unpack(report_html(run))["map"]["demand"]
    coverage = run.table("coverage.csv")
    for key, name in (
        ("before", "baseline_covered_persons"),
        ("persons", "demand_persons"),
        ("covered", "covered_persons"),
    ):
        counted = sum(demand[key]) / 100
        rows = len(demand[key])
        assert counted >= coverage[name].sum() - rows * PERSONS
    assert len(demand["before"]) == len(demand["persons"]) == sum(demand["rows"])
    assert all(a <= b for a, b in zip(demand["before"], demand["persons"], strict=True))


def test_without_scripts_everything_stands_in_the_page(
    browser: Chromium, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(report_html(run), encoding="utf-8")
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.ask("Page.navigate", url=path.resolve().as_uri())
        browser.until("document.querySelectorAll('#origin-table tr').length > 0")
        shown = (
            "[...document.querySelectorAll('main>section')].map(s => s.offsetHeight)"
        )
        assert min(browser.value(shown)) > 0
        zones = len(np.unique(run.scenario().demand.zone))
        assert (
            browser.value("document.querySelectorAll('#zones circle').length") == zones
        )
        assert browser.value("document.querySelector('#map-canvas')") is None
    finally:
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_streets_are_layers_of_the_map(browser: Chromium, tmp_path: Path) -> None:
    from allocator.plan import Plan
    from allocator.scenario import read_scenario
    from tests.access.network.test_scenario import FILES

    folder = tmp_path / "river"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    plan = Plan.from_places({("B1", "B1", "stop", "any"): 1})
    river = saved(read_scenario(folder), plan, tmp_path / "run")
    show(browser, river, "en", tmp_path)
    browser.value("location.hash = 'map'; 1")
    browser.until("document.querySelector('#map-canvas').width > 300")
    panel = browser.value("document.querySelector('#map-panel').textContent")
    texts = messages("en")
    assert texts["js.layer_streets"] in panel
    assert texts["js.walk"].format(minutes=5) in panel
    assert browser.said() == []


def test_names_cannot_become_part_of_the_page(
    browser: Chromium, tmp_path: Path
) -> None:
    evil = "</script><img src=x onerror=alert(1)>{persons}"
    city = two_rooms(
        communities=[{"community_id": "C1", "name": evil}],
        buildings=[{"building_id": "B1", "x": 0, "y": 0, "name": evil}],
    )
    show(browser, saved(city, TWO_ROOMS, tmp_path / "run"), "en", tmp_path)
    browser.value("location.hash = 'map'; 1")
    search(browser, "#map-panel input[type=search]", "b1")
    assert (
        browser.value("document.querySelector('#map-details h3').textContent") == evil
    )
    assert browser.value("document.images.length") == 0
    assert browser.said() == []


def test_everything_is_printed(browser: Chromium, run: Run, tmp_path: Path) -> None:
    show(browser, run, "zh", tmp_path)
    browser.value(
        "window.addEventListener('beforeprint', () => {"
        "window.seen = [...document.querySelectorAll('main>section')]"
        ".filter(s => s.offsetHeight).length;"
        "window.drawn = document.querySelector('#map-canvas').width;})"
    )
    assert browser.ask("Page.printToPDF", printBackground=True)["data"]
    assert browser.value("window.seen") == browser.value(
        "document.querySelectorAll('main>section').length"
    )
    assert browser.value("window.drawn") > 300
