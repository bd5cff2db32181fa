"""Opens pages in Chromium; every page must be silent and ask for nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from allocator.report import report_html
from benchmarks.chromium import Chromium, find_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocator.runs import Run

PROGRAM = find_chromium()
IN_CHROMIUM = [
    pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]
ROWS = "document.querySelectorAll('tbody tr').length"


def started() -> Iterator[Chromium]:
    """Yield a browser, and end it."""
    assert PROGRAM is not None
    chromium = Chromium(PROGRAM)
    yield chromium
    chromium.close()


def show(browser: Chromium, run: Run, language: str, folder: Path) -> dict[str, Any]:
    """Open a report and return what its script counted."""
    path = folder / "page.html"
    path.write_text(report_html(run, language), encoding="utf-8")
    browser.open(path)
    quiet(browser, path)
    counts = browser.value("document.documentElement.dataset.counts")
    return dict(json.loads(counts)) if counts else {}


def opened(browser: Chromium, path: Path, page: str) -> None:
    """Open a page without scripts."""
    path.write_text(page, encoding="utf-8")
    address = path.resolve().as_uri()
    browser.events.clear()
    browser.ask("Page.navigate", url=address)
    browser.until(
        f"document.readyState === 'complete' && location.href === '{address}'"
    )
    quiet(browser, path)


def quiet(browser: Chromium, path: Path) -> None:
    assert browser.said() == []
    assert browser.requests() == [path.resolve().as_uri()]
