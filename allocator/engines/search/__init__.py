"""The city-scale engine: chains of ruin and recreate, guided by the price bound."""

from __future__ import annotations

from allocator.engines.search.engine import SearchEngine

__all__ = ["SearchEngine"]
