"""``python -m benchmarks summary``: tables and charts from the results file.

Prints the tables; with ``--page`` it writes them into the page between its two marks,
and the charts into a folder beside it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.quality.qualify import QUALIFIED, read_qualified
from benchmarks.quality.store import DEFAULT_RESULTS, newest, read_results
from benchmarks.quality.tables import all_tables

if TYPE_CHECKING:
    import argparse

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
CHART_FOLDER = "benchmarks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--results", type=Path, default=DEFAULT_RESULTS)
    parser.add_argument("--qualified", type=Path, default=QUALIFIED)
    parser.add_argument("--page", type=Path, help="such as docs/benchmarks.md")


def run_command(given: argparse.Namespace) -> int:
    """Print the tables, or write page and charts."""
    records = newest(read_results(given.results))
    if not records:
        print(f"no results in {given.results}", file=sys.stderr)
        return 1
    text = all_tables(records, read_qualified(given.qualified))
    if given.page is None:
        print(text)
        return 0
    from benchmarks.quality.charts import draw_charts

    written = draw_charts(records, given.page.parent / CHART_FOLDER)
    links = [
        f"![{path.stem.replace('-', ' ')}]({CHART_FOLDER}/{path.name})"
        for path in written
    ]
    page = given.page.read_text(encoding="utf-8")
    text = "\n\n".join([*links, text])
    given.page.write_text(with_results(page, text), encoding="utf-8")
    return 0


def with_results(page: str, text: str) -> str:
    """Return the page with `text` between its marks."""
    if BEGIN not in page or END not in page:
        msg = f"the page lacks {BEGIN} and {END}"
        raise ValueError(msg)
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: f"{BEGIN}\n{text}\n{END}", page)
