"""The command that measures reports says what it took and how large they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import allocator as al
from allocator.plan import Plan
from benchmarks.reports import as_markdown, measure
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from pathlib import Path


def test_a_report_is_written_and_measured(tmp_path: Path) -> None:
    city = make_scenario(services=[service("a")], needs=[need("one", "a")])
    plan = Plan.from_places({("B1", "R1", "a", "main"): 1})
    run = al.write_run(al.evaluate(city, plan), tmp_path / "run")
    row = measure(run, "en", tmp_path)
    size = (tmp_path / "run-en.html").stat().st_size
    assert row["page MB"] == round(size / 1e6, 1)
    assert row["peak MB"] > 0
    head, _, line = as_markdown([row]).splitlines()
    assert head.startswith("| run | language |")
    assert line.startswith("| run | en |")
