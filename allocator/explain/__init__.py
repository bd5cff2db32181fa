"""Why, why not, and what if: answers about a run, with bounds."""

from __future__ import annotations

from allocator.explain.building import BuildingExplanation, explain_building
from allocator.explain.limits import LimitsExplanation, explain_limits

__all__ = [
    "BuildingExplanation",
    "LimitsExplanation",
    "explain_building",
    "explain_limits",
]
