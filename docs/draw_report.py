"""Draw a report: ``PYTHONPATH=. python docs/draw_report.py RUN OUT.png``.

The map of the page with one used building picked, as Chromium shows it. Needs Chromium
and the extra ``plots``.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import tempfile
from pathlib import Path

from PIL import Image

from allocator.report import report_html
from allocator.runs import Run, read_run
from benchmarks.chromium import Chromium, find_chromium

SIZE = (1280, 900)
NUM_COLORS = 256


def busiest(run: Run) -> str:
    """Return the building with most assignments."""
    return str(run.assignments["building_id"].value_counts().index[0])


def picture(run: Run, program: str) -> bytes:
    """Return what Chromium shows, as PNG."""
    browser = Chromium(program, SIZE)
    try:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            page.write_text(report_html(run), encoding="utf-8")
            browser.open(page)
            browser.value("location.hash = 'map'; 1")
            browser.until("document.querySelector('#map-canvas').width > 300")
            browser.value(
                "{const box = document.querySelector('#map-panel input[type=search]');"
                f"box.value = {json.dumps(busiest(run))};"
                "box.dispatchEvent(new Event('input'));}"
            )
            browser.until("document.querySelector('#map-details h3') !== null")
            answer = browser.ask("Page.captureScreenshot", format="png")
            return base64.b64decode(answer["data"])
    finally:
        browser.close()


def main(source: Path, target: Path) -> None:
    """Take the picture of a run's report into a file."""
    program = find_chromium()
    if program is None:
        sys.exit("Chromium is not installed")
    image = Image.open(io.BytesIO(picture(read_run(source), program)))
    # A palette makes the file a third as large.
    image.convert("RGB").quantize(NUM_COLORS).save(target, optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
