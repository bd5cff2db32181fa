"""Walking times from zones to sites."""

from allocator.access.access import Access, Block, Reach
from allocator.access.build import build_access, iter_blocks, profile_limits

__all__ = ["Access", "Block", "Reach", "build_access", "iter_blocks", "profile_limits"]
