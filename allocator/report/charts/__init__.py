"""A run as charts: PNG or SVG, with Chinese text that renders."""

from __future__ import annotations

from allocator.report.charts.write import write_charts

__all__ = ["write_charts"]
