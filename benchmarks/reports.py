"""Time, memory and size of reports, and how fast Chromium opens them.

``python -m benchmarks.reports`` writes the report of riverside and of the city L (3,000
buildings, the greedy engine's first plan), or of the runs that are named. Each report
is written in a process of its own, so that its peak memory is its own; reading the run
is part of it. The page is opened in three new browsers and the middle times count, on
the clock and of the page's main thread; without Chromium they are left out.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import allocator as al
from allocator.report import LANGUAGES, write_report
from allocator.runs import read_run
from benchmarks.chromium import Chromium, find_chromium
from benchmarks.cities import make_city
from scenarios.folder import write_folder

RIVERSIDE = Path(__file__).parents[1] / "scenarios" / "riverside"
TIMES = 3
MEGABYTE = 1e6
GREEDY = al.SolveOptions(engine="greedy", max_steps=0, time_limit_s=600.0)


def make_runs(folder: Path) -> list[Path]:
    """Solve riverside and the city L, each in a process of its own."""
    write_folder(*make_city("l", 1), folder / "city-l")
    scenarios = (RIVERSIDE, folder / "city-l")
    runs = [folder / f"run-{scenario.name}" for scenario in scenarios]
    for scenario, run in zip(scenarios, runs, strict=True):
        _in_a_fresh_process("--solve", str(scenario), str(run))
    return runs


def solve_to(scenario: Path, run: Path) -> None:
    """Write a run of the greedy engine's first plan."""
    al.write_run(al.solve(al.read_scenario(scenario), GREEDY), run)


def write_to(run: Path, language: str, out: Path) -> dict[str, float]:
    """Write a report; return what that took."""
    wall, cpu = time.perf_counter(), time.process_time()
    write_report(read_run(run), out, language)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "wall s": time.perf_counter() - wall,
        "cpu s": time.process_time() - cpu,
        "peak MB": peak_kb / 1024,
        "page MB": out.stat().st_size / MEGABYTE,
    }


def open_s(page: Path) -> dict[str, float]:
    """Return seconds until the page's script was through, wall and processor.

    Empty without Chromium. Each time is that of a new browser.
    """
    program = find_chromium()
    if program is None:
        return {}
    wall, cpu = zip(*(_opened(program, page) for _ in range(TIMES)), strict=True)
    return {"opens in s": median(wall), "of that cpu s": median(cpu)}


def _opened(program: str, page: Path) -> tuple[float, float]:
    browser = Chromium(program)
    try:
        return browser.open(page) / 1000.0, browser.busy_s()
    finally:
        browser.close()


def _in_a_fresh_process(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.reports", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


def measure(run: Path, language: str, folder: Path) -> dict[str, Any]:
    """Return one row of the table."""
    page = folder / f"{run.name}-{language}.html"
    taken = _in_a_fresh_process("--write", str(run), language, str(page))
    row: dict[str, Any] = {"run": run.name, "language": language}
    row |= {key: round(value, 1) for key, value in json.loads(taken).items()}
    return row | {key: round(value, 2) for key, value in open_s(page).items()}


def as_markdown(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a Markdown table."""
    lines = [list(rows[0]), ["---", "---", *["---:"] * (len(rows[0]) - 2)]]
    lines += [list(row.values()) for row in rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def main() -> None:
    """Print the table, or do one step in this process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", type=Path, help="run folders")
    parser.add_argument("--solve", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.solve:
        solve_to(*given.solve)
    elif given.write:
        run, language, out = given.write
        print(json.dumps(write_to(Path(run), language, Path(out))))
    else:
        with tempfile.TemporaryDirectory() as name:
            runs = given.runs or make_runs(Path(name))
            rows = [
                measure(run.resolve(), language, Path(name))
                for run in runs
                for language in LANGUAGES
            ]
        print(as_markdown(rows))


if __name__ == "__main__":
    main()
