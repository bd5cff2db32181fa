"""A plan for riverside after few steps, and its tables in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import allocator as al
from allocator.report.meeting import meeting_tables
from allocator.report.words import LANGUAGES
from allocator.runs import Run, read_run
from allocator.scenario import read_scenario

if TYPE_CHECKING:
    from allocator.report.meeting import MeetingTable

RIVERSIDE = Path(__file__).parents[3] / "scenarios" / "riverside"


@pytest.fixture(scope="package")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    options = al.SolveOptions(engine="greedy", seed=1, max_steps=50)
    result = al.solve(read_scenario(RIVERSIDE), options)
    return read_run(al.write_run(result, tmp_path_factory.mktemp("meeting") / "run"))


@pytest.fixture(scope="package", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="package")
def tables(run: Run, language: str) -> dict[str, MeetingTable]:
    return {table.key: table for table in meeting_tables(run, language)}
