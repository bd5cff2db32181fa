"""A run as a formatted Excel workbook."""

from __future__ import annotations

from allocator.report.workbook.book import write_workbook

__all__ = ["write_workbook"]
