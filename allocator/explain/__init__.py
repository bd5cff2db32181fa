"""Why, why not, and what if: answers about a run, with bounds."""

from __future__ import annotations

from allocator.explain.alternatives import (
    AlternativesExplanation,
    explain_alternatives,
)
from allocator.explain.building import BuildingExplanation, explain_building
from allocator.explain.community import CommunityExplanation, explain_community
from allocator.explain.explanation import Explanation
from allocator.explain.limits import LimitsExplanation, explain_limits
from allocator.explain.replacement import ReplacementExplanation, explain_replacement

__all__ = [
    "AlternativesExplanation",
    "BuildingExplanation",
    "CommunityExplanation",
    "Explanation",
    "LimitsExplanation",
    "ReplacementExplanation",
    "explain_alternatives",
    "explain_building",
    "explain_community",
    "explain_limits",
    "explain_replacement",
]
