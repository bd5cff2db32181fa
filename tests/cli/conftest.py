"""Scenario folders as an office would write them, and a way to run the command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SLOW = Path(__file__).with_name("slow_command.py")
ROOT = Path(__file__).parents[2]
Begin = Callable[..., "subprocess.Popen[str]"]

SCENARIO = """\
format: allocator/1
name: tiny
crs: local
groups: [{id: all}]
access: {detour: 1.0, profiles: {walk: {speed_m_per_min: 100}}}
services:
  - id: canteen
    sharing: hall
    m2_per_place: 2
    equipment_cost: 1000
    annual_cost_per_place: 10
    sessions: [{id: lunch, days: all, hours: "11:00-13:00"}]
  - id: club
    sharing: hall
    m2_per_place: 4
    sessions: [{id: evening, days: all, hours: "18:00-21:00"}]
needs:
  - id: meal
    groups: {all: 0.5}
    visits_per_person_week: 1
    accepts: [{service: canteen, max_walk_min: 10}]
  - id: leisure
    groups: {all: 0.2}
    visits_per_person_week: 1
    accepts: [{service: club, max_walk_min: 10}]
tables:
  communities: communities.csv
  zones: zones.csv
  population: population.csv
  buildings: buildings.csv
  spaces: spaces.csv
  facilities: facilities.csv
limits: {capital_budget: 3000, annual_budget: 1000}
options: {time_limit_s: 120, seed: 3}
variants:
  poor: {limits: {capital_budget: 500}}
  impossible:
    limits: {capital_budget: 0}
    rules: {coverage_floor: {total: {persons: 70}}}
"""
TABLES = {
    "communities.csv": "community_id,district_id\nC1,west\nC2,west\n",
    "zones.csv": "zone_id,x,y,community_id\nZ1,0,0,C1\nZ2,900,0,C2\n",
    "population.csv": "zone_id,group_id,persons\nZ1,all,100\nZ2,all,60\n",
    "buildings.csv": "building_id,x,y\nB1,100,0\nB2,800,0\n",
    "spaces.csv": "space_id,building_id,usable_area_m2\nR1,B1,40\nR2,B2,20\n",
    "facilities.csv": (
        "facility_id,service_id,session_id,x,y,places\nF1,canteen,lunch,0,0,1\n"
    ),
}


def write_folder(folder: Path, scenario: str = SCENARIO, **tables: str) -> Path:
    """Write a scenario folder; a table given by name (without .csv) replaces one."""
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(scenario, encoding="utf-8")
    for name, text in (TABLES | {f"{k}.csv": v for k, v in tables.items()}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A scenario that solves in a moment."""
    return write_folder(tmp_path / "tiny")


def command(*arguments: Any) -> list[str]:
    """Return the command line of a real process."""
    return [sys.executable, "-m", "allocator", *map(str, arguments)]


def call(
    *arguments: Any, cwd: Path, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONWARNINGS": "default"},
        **options,
    )


@pytest.fixture
def begin(tiny: Path) -> Iterator[Begin]:
    """Start solves of `tiny` whose engine, reader or writer takes its time."""
    started: list[subprocess.Popen[str]] = []

    def start(mode: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        settings = {
            "cwd": tiny.parent,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
            "env": os.environ | {"PYTHONPATH": str(ROOT)},
        }
        line = [sys.executable, str(SLOW), mode, "solve", str(tiny), "--out", "run"]
        process = subprocess.Popen([*line, *arguments], **(settings | options))
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def wait_for(process: subprocess.Popen[str], message: str) -> None:
    """Read stderr until the message appears."""
    assert process.stderr is not None
    for line in process.stderr:
        if message in line:
            return
    pytest.fail(f"{message!r} never appeared")


def leftovers(tiny: Path) -> list[str]:
    return sorted(p.name for p in tiny.parent.iterdir() if p.name != tiny.name)
