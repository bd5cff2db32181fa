"""Built-in catalogues: services, needs and rules, every figure with its source."""

from __future__ import annotations

from allocator.catalogue.catalogue import (
    Catalogue,
    Fact,
    Figure,
    Mark,
    Source,
    available,
    load,
    read_catalogue,
)

__all__ = [
    "Catalogue",
    "Fact",
    "Figure",
    "Mark",
    "Source",
    "available",
    "load",
    "read_catalogue",
]
