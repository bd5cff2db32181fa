"""A run as a GeoPackage whose layers carry their styles."""

from __future__ import annotations

from allocator.report.geopackage.write import write_geopackage

__all__ = ["write_geopackage"]
