"""What people look at: a run as one page that needs no network."""

from __future__ import annotations

from allocator.report.page import report_html, write_report
from allocator.report.words import LANGUAGES

__all__ = ["LANGUAGES", "report_html", "write_report"]
