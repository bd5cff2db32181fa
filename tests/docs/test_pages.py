"""Examples of pages outside the rules are valid, and their lists are complete."""

from __future__ import annotations

import re
from pathlib import Path

from allocator.evaluate.requests import REQUEST_COLUMNS
from allocator.evaluate.unmet_requests import Reason
from allocator.issues import Severity
from allocator.scenario import check_scenario
from allocator.scenario.schema import StandardMeasure
from allocator.scenario.templates import write_template
from allocator.shortfall.city import AREA_COLUMNS, SERVICE_COLUMNS

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def errors(folder: Path, text: str) -> list[str]:
    """Return what is wrong with an addition to the small template."""
    path = folder / "example.yaml"
    path.write_text(f"extends: scenario.yaml\n{text}", encoding="utf-8")
    found = check_scenario(path)
    return [str(issue) for issue in found if issue.severity is Severity.ERROR]


def test_the_standards_of_the_page_are_valid(tmp_path: Path) -> None:
    write_template(tmp_path)
    (example,) = blocks(page("standards.md"), "yaml")

    assert errors(tmp_path, example) == []


def test_every_measure_of_a_standard_is_on_the_page() -> None:
    text = page("standards.md")
    assert [m for m in StandardMeasure if f"| `{m}` |" not in text] == []


def test_the_requests_of_the_page_are_valid(tmp_path: Path) -> None:
    write_template(tmp_path)
    (table,) = blocks(page("requests.md"), "csv")
    (tmp_path / "requests.csv").write_text(table, encoding="utf-8")

    assert errors(tmp_path, "tables: {requests: requests.csv}\n") == []


def test_every_reason_and_column_of_an_answer_is_on_the_page() -> None:
    text = page("requests.md")
    answered = REQUEST_COLUMNS[REQUEST_COLUMNS.index("status") :]
    assert [name for name in (*Reason, *answered) if f"`{name}`" not in text] == []


def test_every_column_of_the_shortfall_is_on_the_page() -> None:
    text = page("shortfall.md")
    keys = {"level", "area_id", "service_id", "category", "rank"}
    shown = {"services_in_reach", "not_in_reach"}
    names = (set(SERVICE_COLUMNS) | shown & set(AREA_COLUMNS)) - keys
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_the_changes_of_the_catalogue_page_are_valid(tmp_path: Path) -> None:
    """On a scenario that builds on the catalogue, where no play room is asked for."""
    write_template(tmp_path, "catalogue")
    (example,) = blocks(page("catalogue.md"), "yaml")
    scenario = tmp_path / "scenario.yaml"
    text = scenario.read_text(encoding="utf-8")
    path = tmp_path / "example.yaml"
    path.write_text(f"extends: scenario.yaml\n{example}", encoding="utf-8")

    assert "catalogue: cn-community" in text
    found = [i for i in check_scenario(path) if i.severity is Severity.ERROR]
    assert [str(issue) for issue in found] == []
