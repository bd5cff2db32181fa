"""Every rule has its page, its tests, and an example that is valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from allocator.evaluate.evaluate import RULES
from allocator.issues import Severity
from allocator.scenario import check_scenario

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "rules").glob("*.md"))

BASE = """
format: allocator/1
name: base
crs: local
groups: [{id: elder}]
services:
  - {id: canteen, category: meals, sharing: hall, m2_per_place: 2.5,
     sessions: [{id: lunch, days: all, hours: "10:30-13:00"}]}
  - {id: after_school, category: children, sharing: hall, m2_per_place: 4,
     sessions: [{id: afternoon, days: mon-fri, hours: "15:30-18:30"}]}
  - {id: sports, category: sports, sharing: hall, m2_per_place: 8,
     sessions: [{id: evening, days: all, hours: "19:00-21:00"}]}
  - {id: elder_day_care, category: elder_care, m2_per_place: 6,
     sessions: [{id: day, days: mon-fri, hours: "08:00-17:00"}]}
needs:
  - {id: lunch, groups: {elder: 0.1}, visits_per_person_week: 5,
     accepts: [{service: canteen, session: lunch, max_walk_min: 10}]}
  - {id: day_care, groups: {elder: 0.02}, visits_per_person_week: 3,
     accepts: [{service: elder_day_care, max_walk_min: 10}]}
tables:
  communities: communities.csv
  zones: zones.csv
  population: population.csv
  buildings: buildings.csv
  spaces: spaces.csv
"""
TABLES = {
    "communities.csv": "community_id,district_id\nC1,west\n",
    "zones.csv": "zone_id,x,y,community_id\nZ1,0,0,C1\n",
    "population.csv": "zone_id,group_id,persons\nZ1,elder,100\n",
    "buildings.csv": "building_id,x,y,district_id,available_from\n"
    "B1,100,0,west,2025-01-01\n",
    "spaces.csv": "space_id,building_id,usable_area_m2,divisible,available\n"
    "R1,B1,200,yes,all 06:00-22:00\n",
}


def examples(page: Path) -> list[str]:
    """Return the YAML examples of a page."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)


def test_every_rule_has_a_page_and_a_test_file_and_no_page_is_left_over() -> None:
    tests = {path.stem for path in (ROOT / "tests" / "rules").glob("test_*.py")}
    assert {page.stem for page in PAGES} == set(RULES)
    assert {f"test_{rule}" for rule in RULES} <= tests


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_example_of_a_rule_is_a_valid_change_of_a_scenario(
    page: Path, tmp_path: Path
) -> None:
    assert examples(page), "the page has no YAML example"
    (tmp_path / "base").mkdir()
    for folder in (tmp_path, tmp_path / "base"):
        for name, text in TABLES.items():
            (folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "base" / "scenario.yaml").write_text(BASE, encoding="utf-8")
    for example in examples(page):
        text = f"format: allocator/1\nextends: base/scenario.yaml\n{example}"
        (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
        issues = check_scenario(tmp_path)
        errors = [str(i) for i in issues if i.severity is Severity.ERROR]
        assert errors == []


def test_a_broken_example_would_be_noticed(tmp_path: Path) -> None:
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    broken = BASE + "limits: {capital_bugdet: 5}\n"
    (tmp_path / "scenario.yaml").write_text(broken, encoding="utf-8")
    issues = check_scenario(tmp_path)
    assert [i.code for i in issues if i.severity is Severity.ERROR] == ["unknown-key"]
