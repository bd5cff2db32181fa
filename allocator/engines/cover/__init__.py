"""The covering engine: open or closed sites, rows covered by any open one."""

from allocator.engines.cover.engine import CoverEngine
from allocator.engines.cover.reading import is_covering

__all__ = ["CoverEngine", "is_covering"]
