"""Objects show themselves in a notebook, as text and without heavy packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import allocator as al
from tests.builders import make_scenario, need, service
from tests.report.page_reader import Page

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def city() -> al.Scenario:
    return make_scenario(
        name=EVIL,
        services=[service("canteen", equipment_cost=500)],
        needs=[need("lunch", "canteen")],
        limits={"capital_budget": 400},
    )


@pytest.fixture(scope="module")
def result(city: al.Scenario) -> al.Result:
    plan = al.Plan.from_places({("B1", "R1", "canteen", "main"): 10})
    return al.evaluate(city, plan)


def facts(shown: object) -> dict[str, str]:
    """Return the facts of a card; every tag closes."""
    page = Page(shown._repr_html_())  # type: ignore[attr-defined]
    assert page.root.all("script") == []
    rows = page.root.all("table")[0].all("tr")
    return {row.all("th")[0].text: row.all("td")[0].text for row in rows}


def test_a_scenario_shows_its_sizes_and_limits(city: al.Scenario) -> None:
    shown = facts(city)
    assert (shown["buildings"], shown["zones"], shown["needs"]) == ("1", "1", "1")
    assert shown["visits per week"] == "100"
    assert shown["capital_budget"] == "400"


def test_a_result_and_its_run_show_the_same(result: al.Result, tmp_path: Path) -> None:
    shown = facts(result)
    assert shown["status"] == "evaluated"
    assert shown["coverage"] == "70.0%; facilities alone 0.0%"
    assert shown["capital_cost"] == "500 of 400"
    assert shown["rules broken"] == "1"
    assert shown["maximize weighted_covered_persons"] == "70; bound –, gap –"
    run = al.read_run(al.write_run(result, tmp_path / "run"))
    assert facts(run) == shown


def test_a_result_without_a_plan(city: al.Scenario) -> None:
    floors = {"coverage_floor": {"total": {"persons": 50}}}
    barred = make_scenario(
        services=[service("canteen", equipment_cost=500)],
        needs=[need("lunch", "canteen")],
        limits={"capital_budget": 400},
        rules=floors,
    )
    shown = facts(al.solve(barred, al.SolveOptions(time_limit_s=20)))
    assert shown["status"] == "infeasible (proven)"
    assert "coverage" not in shown


def test_a_plan_shows_its_first_assignments(result: al.Result) -> None:
    assert result.plan is not None
    assert facts(result.plan)["places"] == "10"
    many = al.Plan.from_places(
        {("B1", f"R{k:02}", "canteen", "main"): 1 for k in range(12)}
    )
    text = many._repr_html_()
    assert "R09" in text
    assert "R10" not in text
    assert "2 more rows" in text


def test_a_comparison_shows_verdict_and_measures(
    city: al.Scenario, result: al.Result
) -> None:
    nothing = al.evaluate(city, al.Plan.from_places({}))
    page = Page(al.compare([nothing, result])._repr_html_())
    sentences = [item.text for item in page.root.all("li")]
    assert any("not ranked" in text for text in sentences)
    cells = [cell.text for cell in page.root.all("td")]
    assert "covered_persons" in cells
    assert page.root.all("script") == []


def test_showing_loads_no_plotting_and_no_solver() -> None:
    code = (
        "import sys; from tests.builders import *\n"
        "make_scenario(services=[service('a')], needs=[need('n', 'a')])._repr_html_()\n"
        "print(*[m for m in ('matplotlib', 'highspy', 'ortools', 'pyogrio')"
        " if m in sys.modules])"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
