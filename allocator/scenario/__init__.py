"""What planners write: reading, checking and writing scenarios."""

from __future__ import annotations

from allocator.scenario.build import build_scenario
from allocator.scenario.read import check_scenario, declared_variants, read_scenario
from allocator.scenario.scenario import Scenario
from allocator.scenario.write import write_scenario

__all__ = [
    "Scenario",
    "build_scenario",
    "check_scenario",
    "declared_variants",
    "read_scenario",
    "write_scenario",
]
