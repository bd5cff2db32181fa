"""Frontiers: one scenario at many values of a limit, with plan and bound at each."""

from __future__ import annotations

from allocator.sweep.axes import Axis, evenly, limit_axis, scaled_axis
from allocator.sweep.frontier import Sweep
from allocator.sweep.orchestrate import sweep

__all__ = ["Axis", "Sweep", "evenly", "limit_axis", "scaled_axis", "sweep"]
