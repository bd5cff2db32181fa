"""The table of sizes counts what the instance holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.access import build_access
from allocator.instance import build_instance
from allocator.scenario import build_scenario
from benchmarks.cities import make_city
from benchmarks.sizes import as_markdown, measure, num_arcs
from scenarios.folder import write_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_arcs_are_counted_without_making_them() -> None:
    scenario = build_scenario(*make_city("s", 1))
    instance = build_instance(scenario, build_access(scenario))
    assert num_arcs(instance) == len(instance.arcs.row)


def test_phases_report_seconds_peak_memory_and_sizes(tmp_path: Path) -> None:
    write_folder(*make_city("s", 0), tmp_path)
    read, instance = measure("read", tmp_path), measure("instance", tmp_path)
    assert (read["buildings"], read["zones"]) == (30, 300)
    assert read["seconds"] > 0
    assert read["peak_mb"] > 0
    assert 0 < instance["merged_rows"] <= read["demand_rows"]
    assert instance["arcs"] > 0


def test_table_puts_sizes_before_what_was_measured() -> None:
    row = dict.fromkeys(
        ("buildings", "spaces", "zones", "demand rows", "merged rows", "arcs"), 1000
    )
    text = as_markdown([{"city": "S", "read s": 1.5, **row}])
    head, _, line = text.splitlines()
    assert head.startswith("| city | buildings |")
    assert head.endswith("| read s |")
    assert line.startswith("| S | 1,000 |")
