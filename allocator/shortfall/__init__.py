"""Before planning: what there is, what is missing, and what could go where."""

from __future__ import annotations

from allocator.shortfall.description import Description, describe

__all__ = ["Description", "describe"]
