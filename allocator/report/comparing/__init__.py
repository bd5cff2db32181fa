"""The page that shows a comparison of runs."""

from __future__ import annotations

from allocator.report.comparing.page import comparison_html, write_comparison_page

__all__ = ["comparison_html", "write_comparison_page"]
