"""Exact engine: MILP by HiGHS, SCIP or CP-SAT on one formulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocator.engines.exact.engine import ExactEngine
    from allocator.engines.exact.flows import best_flows

__all__ = ["ExactEngine", "best_flows"]


def __getattr__(name: str) -> Any:
    """Load the engine when it is asked for; the worker does without."""
    if name == "ExactEngine":
        from allocator.engines.exact.engine import ExactEngine

        return ExactEngine
    if name == "best_flows":
        from allocator.engines.exact.flows import best_flows

        return best_flows
    raise AttributeError(name)
