"""One folder with ten faults in YAML and tables: ten problems in one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from allocator.errors import ScenarioInvalid
from allocator.scenario import check_scenario, read_scenario

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO = """\
format: allocator/1
name: ten faults
crs: EPSG:4490
groups: [{id: adult}, {id: elder}]
services:
  - id: canteen
    sharing: hall
    m2_per_place: 3
    sessions: [{id: lunch, days: all, hours: "10:30-13:00"}]
  - id: after_school
    sharing: hall
    m2_per_place: 4
    sessions:
      - {id: afternoon, days: mon-fri, hours: "15:30-18:30,18:00-19:00"}
  - id: sports
    sharing: hall
    m2_per_place: 5
    sessions: [{id: evening, days: "mon,wed,fri", hours: "19:00-21:00"}]
needs:
  - {id: lunch, groups: {elder: 0.1}, visits_per_person_week: 5,
     accepts: [{service: canten, session: lunch, max_walk_min: 10}]}
  - {id: care, groups: {adult: 0.05}, visits_per_person_week: 5,
     accepts: [{service: after_school, max_walk_min: 10}]}
  - id: exercise
    groups: {adult: 0.1}
    visits_per_person_week: 4
    accepts: [{service: sports, max_walk_min: 15}]
limits:
  capital_budget: -5000
  anual_budget: 100000
tables:
  zones: {file: zones.csv}
  population: population.csv
  buildings: {file: 台账.csv, columns: {building_id: 编号, x: 经度, y: 纬度},
              encoding: gb18030}
  spaces: spaces.csv
"""
FILES = {
    "zones.csv": "zone_id,x,y\nZ1,121.47,31.23\nZ2,31.24,121.48\nZ1,121.46,31.22\n",
    "population.csv": (
        "zone_id,group_id,persons\nZ1,adult,900\nZ1,elder,100\nZ2,eldr,80\n"
        "Z2,adult,700\n"
    ),
    "台账.csv": "编号,经度,纬度\n0012,121.47,31.23\n0013,121.48,about 31\n",
    "spaces.csv": (
        "space_id,building_id,usable_area_m2,floor\nR1,0012,90,1\nR2,0013,120,0\n"
    ),
}


@dataclass(frozen=True)
class Fault:
    """What one problem must say."""

    code: str
    place: str
    expected: str
    nearest: str | None = None


FAULTS = [
    Fault("invalid-value", "scenario.yaml, line 14, services[1].sessions[0]", ""),
    Fault("out-of-range", "scenario.yaml, line 29, limits.capital_budget",
          "greater than or equal to 0"),
    Fault("unknown-key", "scenario.yaml, line 30, limits.anual_budget", "one of",
          "annual_budget"),
    Fault("wrong-type", "台账.csv, row 3, column 纬度", "a number"),
    Fault("duplicate-row", "zones.csv, row 4, column zone_id", "one row for each"),
    Fault("unknown-service", "scenario.yaml, line 21, needs[0].accepts[0].service",
          "one of", "canteen"),
    Fault("unknown-group", "population.csv, row 4, column group_id", "one of", "elder"),
    Fault("floor-zero", "spaces.csv, row 3, column floor", "1 for the ground floor"),
    Fault("coordinates-swapped", "zones.csv, row 3, column x", "x = easting"),
    Fault("visits-exceed-days",
          "scenario.yaml, line 26, needs[2].visits_per_person_week", "at most 3"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    for name, text in FILES.items():
        encoding = "gb18030" if name == "台账.csv" else "utf-8"
        (tmp_path / name).write_text(text, encoding=encoding)
    return tmp_path


def test_ten_faults_are_ten_problems_in_one_run(folder: Path) -> None:
    found = {issue.code: issue for issue in check_scenario(folder)}

    assert len(check_scenario(folder)) == 10
    assert found.keys() == {fault.code for fault in FAULTS}
    for fault in FAULTS:
        issue = found[fault.code]
        assert str(issue.place) == fault.place
        assert (issue.expected or "").startswith(fault.expected)
        assert issue.nearest == fault.nearest


def test_the_overlapping_session_says_when(folder: Path) -> None:
    issue = next(i for i in check_scenario(folder) if i.code == "invalid-value")

    assert "overlaps itself" in issue.message
    assert "15:30-18:30" in issue.message


def test_reading_raises_with_all_problems(folder: Path) -> None:
    with pytest.raises(ScenarioInvalid) as raised:
        read_scenario(folder)

    assert len(raised.value.issues) == 10
    assert len(str(raised.value).splitlines()) == 10
