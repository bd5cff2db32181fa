"""The one place that runs engines, verifies what they return and wraps it."""

from __future__ import annotations

from allocator.solve.orchestrate import evaluate, solve

__all__ = ["evaluate", "solve"]
