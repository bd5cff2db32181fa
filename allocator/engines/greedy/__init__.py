"""The greedy engine: a feasible plan fast, and a price bound beside it."""

from allocator.engines.greedy.engine import GreedyEngine

__all__ = ["GreedyEngine"]
