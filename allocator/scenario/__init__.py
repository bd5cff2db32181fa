"""What planners write: reading, checking and writing scenarios."""

from __future__ import annotations

from allocator.scenario.build import build_scenario
from allocator.scenario.scenario import Scenario

__all__ = ["Scenario", "build_scenario"]
